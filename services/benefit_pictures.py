"""Pictures of benefits: what may come in, and the small copy of it that is kept."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from services.ports import Work
from services.ports.pictures import Image

if TYPE_CHECKING:
    from PIL.Image import Image as Opened

MOST_BYTES: Final = 5 * 1024 * 1024
LEAST_PIXELS, MOST_PIXELS = 300, 4096
KEPT_PIXELS: Final = 1280  # as wide as chats show a photo
_FORMATS: Final = ("PNG", "JPEG", "WEBP")
_QUALITY: Final = 85


class PictureRefused(Exception):
    """A file is no picture that can be shown; the message says what to do."""


class Pictures:
    """The pictures that a file names, each read and made small once."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read
        self._known: dict[str, tuple[str, Image] | PictureRefused] = {}

    def look_at(self, names: Iterable[str]) -> None:
        """Reads pictures beforehand."""
        for name in names:
            if name not in self._known:
                self._known[name] = self._seen(name)

    def get(self, name: str) -> tuple[str, Image]:
        """The key and the small copy; raises PictureRefused."""
        self.look_at([name])
        found = self._known[name]
        if isinstance(found, PictureRefused):
            raise found
        return found

    def _seen(self, name: str) -> tuple[str, Image] | PictureRefused:
        try:
            raw = self._read(name)
            return key_of(raw), small_copy(raw)
        except OSError:
            return PictureRefused("cannot be read; put it beside this file")
        except PictureRefused as refused:
            return refused


def key_of(raw: bytes) -> str:
    """The key of a picture: the SHA-256 of the file that it came in."""
    return sha256(raw).hexdigest()


def small_copy(raw: bytes) -> Image:
    """A JPEG of at most 1280 pixels a side, upright, without anything that the camera wrote into
    it. Raises PictureRefused for what is no PNG, JPEG or WebP by its content, is larger than 5 MB
    or 4096 pixels, smaller than 300, broken, or moves."""
    from PIL import Image as pillow
    from PIL import ImageOps

    if len(raw) > MOST_BYTES:
        raise PictureRefused("is larger than 5 MB; save a smaller one")
    try:
        with pillow.open(io.BytesIO(raw), formats=_FORMATS) as opened:
            _check(opened)
            opened.thumbnail((KEPT_PIXELS * 2, KEPT_PIXELS * 2))
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((KEPT_PIXELS, KEPT_PIXELS), pillow.Resampling.LANCZOS)
            return _jpeg(_on_white(upright))
    except (pillow.DecompressionBombError, pillow.DecompressionBombWarning) as error:
        raise PictureRefused(_TOO_MANY) from error
    except pillow.UnidentifiedImageError as error:
        raise PictureRefused("is no PNG, JPEG or WebP picture; save it as one") from error
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, struct.error) as error:
        raise PictureRefused("is damaged; save it again") from error


def keep(work: Work, key: str, image: Image, now: datetime) -> str:
    """Keeps the small copy of a file; its key."""
    work.pictures.keep(key, image, now)
    return key


_TOO_MANY: Final = f"has more than {MOST_PIXELS} pixels a side; save a smaller one"


def _check(opened: Any) -> None:
    """Size and frames, as the file's head tells them, before anything is unpacked."""
    width, height = opened.size
    if max(width, height) > MOST_PIXELS:
        raise PictureRefused(_TOO_MANY)
    if min(width, height) < LEAST_PIXELS:
        raise PictureRefused(f"has fewer than {LEAST_PIXELS} pixels a side; take a larger one")
    # Some phones put a second, hidden picture into a JPEG; its first is the one that is meant.
    if getattr(opened, "is_animated", False) and opened.format != "MPO":
        raise PictureRefused("moves; take a still picture")


def _on_white(opened: Opened) -> Opened:
    """JPEG knows no transparency: what shines through becomes white."""
    from PIL import Image as pillow

    if not opened.has_transparency_data:
        return opened.convert("RGB")
    clear = opened.convert("RGBA")
    ground = pillow.new("RGBA", clear.size, "white")
    return pillow.alpha_composite(ground, clear).convert("RGB")


def _jpeg(opened: Opened) -> Image:
    out = io.BytesIO()
    opened.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return Image("image/jpeg", opened.width, opened.height, out.getvalue())
