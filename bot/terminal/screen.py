"""How a message looks in a terminal: plain text, numbered buttons, light colours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.markup import plain_text
from bot.messages import Document, Key, Media, Rendered, is_ours

BOLD, FAINT, COLOUR, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[0m"
_STRONG = re.compile(r"<(b|i|code)>(.*?)</\1>", re.DOTALL)


def show(message: Rendered, keys: Sequence[Key], *, colours: bool) -> str:
    """A message as lines that end with a newline; `keys` are its buttons in order."""
    lines = [body(message.text, colours=colours)]
    if message.photo and not is_ours(message.photo):
        lines.insert(0, faint(f"[{message.photo}]", colours=colours))
    lines += [faint(medium(one), colours=colours) for one in message.media]
    if message.ask_contact:
        lines.append(faint(f"({words(message.ask_contact)})", colours=colours))
    lines += [button(number, key, colours=colours) for number, key in enumerate(keys, 1)]
    if message.toast:
        lines.append(faint(f"* {plain_text(message.toast)}", colours=colours))
    return "\n".join(lines) + "\n\n"


def body(marked: str, *, colours: bool) -> str:
    """The text, with what is bold, slanted or code set off if `colours`."""
    if not colours:
        return words(marked)
    # The marks travel through the escaping as characters that no text holds.
    styled = _STRONG.sub(lambda found: f"\ue000{found[2]}\ue001", safe(marked))
    return words(styled).replace("\ue000", BOLD).replace("\ue001", PLAIN)


def button(number: int, key: Key, *, colours: bool) -> str:
    """A button as `  1  label`, a link with its address."""
    label = safe(f"{key.label} ({key.url})" if key.url else key.label)
    return f"  {COLOUR}{number}{PLAIN}  {label}" if colours else f"  {number}  {label}"


def document_line(document: Document, place: str) -> str:
    """Tells that a file came and where it was put."""
    return f"[{safe(document.name)}: {len(document.content)} bytes{place and ' -> ' + place}]\n\n"


def medium(media: Media) -> str:
    """What a picture or a file is, how long it lasts, and where it can be got."""
    length = f"{media.seconds // 60}:{media.seconds % 60:02}" if media.seconds else ""
    label = " ".join(part for part in (media.kind, length, media.name) if part)
    return f"[{label}]{media.url and ' ' + media.url}"


def faint(line: str, *, colours: bool) -> str:
    """A line in the background."""
    return f"{FAINT}{safe(line)}{PLAIN}" if colours else safe(line)


def words(marked: str) -> str:
    """Text without markup and without characters that steer a terminal."""
    return safe(plain_text(marked))


def safe(text: str) -> str:
    """The text without control characters, so that nobody's name can move the cursor."""
    return "".join(
        letter for letter in text if letter in "\n\t" or unicodedata.category(letter) != "Cc"
    )
