"""Pictures that the club draws: QR codes, and the card with a code for people, cameras and
scanners."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

# Pixels. Phones show pictures of chats about so wide; a bar of 3 is read from a dim screen.
WIDTH: Final = 760
_EDGE: Final = 40
_QR: Final = 430
_BAR: Final = 3
_BARS: Final = 130
_TITLE: Final = 38
_CODE: Final = 46
_INK: Final = "#1f2933"
# Faces of the font collection: simplified Chinese, and the same with letters of one width.
_TEXT_FACE, _CODE_FACE = 2, 7


def qr_png(text: str) -> bytes:
    """A QR code as a PNG, large enough for a phone's camera."""
    import segno  # only where a picture is asked for

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=10, border=4)
    return out.getvalue()


def code_card_png(code: str, link: str, title: str) -> bytes:
    """One picture with a title, a QR code, the code in groups and its Code 128, as a PNG.

    `code` as it is shown (`7K4M 9QXT 2HWD RB5E`), `link` what the QR code holds, the code itself
    if "". The bars hold the code without spaces. Takes some hundredths of a second.
    """
    from PIL import Image, ImageDraw

    letters = code.replace(" ", "")
    bars, square = _bars(letters), _square(link or letters)
    lines = _lines(title)
    height = 3 * _EDGE + len(lines) * (_TITLE + 12) + _QR + 24 + _CODE + 36 + _BARS
    card = Image.new("L", (WIDTH, height), 255)
    draw = ImageDraw.Draw(card)
    top = _written(draw, lines, _EDGE) + 16
    card.paste(square, ((WIDTH - square.width) // 2, top))
    top += _QR + 12
    draw.text((WIDTH // 2, top), code, _INK, _font(_CODE, _CODE_FACE), anchor="ma")
    card.paste(bars, ((WIDTH - bars.width) // 2, top + _CODE + 36))
    out = io.BytesIO()
    card.save(out, "PNG", optimize=True)
    return out.getvalue()


def _square(text: str) -> Image:
    """The QR code with its quiet zone, in whole pixels per module, centred on its place."""
    import segno
    from PIL import Image

    code = segno.make(text, error="m", micro=False)
    scale = max(_QR // code.symbol_size(border=4)[0], 1)
    out = io.BytesIO()
    code.save(out, kind="png", scale=scale, border=4)
    drawn = Image.open(out).convert("L")
    square = Image.new("L", (max(_QR, drawn.width), max(_QR, drawn.height)), 255)
    square.paste(drawn, ((square.width - drawn.width) // 2, (square.height - drawn.height) // 2))
    return square


def _bars(letters: str) -> Image:
    """The Code 128 of letters and digits; narrower bars where a long code needs them."""
    from barcode.codex import Code128
    from PIL import Image

    # One pixel a module, then made larger without smoothing: every bar has its exact width.
    modules = [255 if bit == "0" else 0 for bit in Code128(letters).build()[0]]
    wide = max(1, min(_BAR, (WIDTH - _EDGE) // len(modules)))
    line = Image.frombytes("L", (len(modules), 1), bytes(modules))
    return line.resize((len(modules) * wide, _BARS), Image.Resampling.NEAREST)


def _written(draw: ImageDraw, lines: list[str], top: int) -> int:
    """Writes the title, centred; where it ends."""
    for line in lines:
        draw.text((WIDTH // 2, top), line, _INK, _font(_TITLE, _TEXT_FACE), anchor="ma")
        top += _TITLE + 12
    return top


def _lines(title: str) -> list[str]:
    """The title in at most two lines that fit; what does not is cut."""
    lines: list[str] = []
    rest = " ".join(title.split())
    while rest and len(lines) < 2:
        line = _fitting(rest)
        lines.append(line)
        rest = rest[len(line) :].strip()
    if rest:
        lines[-1] = lines[-1][:-1].rstrip() + "…"
    return [line.strip() for line in lines]


def _fitting(text: str) -> str:
    """As much of the text as fits into a line, broken at a space where there is one."""
    font, most = _font(_TITLE, _TEXT_FACE), WIDTH - 2 * _EDGE
    count = len(text)
    while count > 1 and font.getlength(text[:count]) > most:
        count -= 1
    if count == len(text):
        return text
    space = text.rfind(" ", 0, count + 1)
    return text[: space if space > count // 2 else count]


@lru_cache(4)
def _font(size: int, face: int) -> FreeTypeFont:
    import noto_cjk_sans_otc
    from PIL import ImageFont

    folder = Path(noto_cjk_sans_otc.__file__).parent
    file: Any = folder / "NotoSansCJK-Regular.ttc"
    return ImageFont.truetype(file, size, index=face)
