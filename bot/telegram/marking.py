"""What somebody formatted in Telegram becomes our markup.

Bot API, MessageEntity: offsets and lengths count UTF-16 units; entities are nested or apart.
"""

from __future__ import annotations

from html import escape
from typing import Any, NamedTuple

TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "code",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}
MOST = 200
_SAFE = ("https://", "http://", "tg://")
_TORN = frozenset('<>"\n')


class _Span(NamedTuple):
    """A tag over some characters; sorted, the outer one comes before the inner ones."""

    start: int
    minus_end: int
    tag: str
    opening: str


def marked(text: str, entities: list[Any]) -> str:
    """The text in bot.markup; "" where nothing is formatted. What Telegram could not have sent is
    left out: spans outside of the text, through half a character, or across each other."""
    if not entities:
        return ""
    places = _places(text)
    spans = sorted(
        span for one in entities[:MOST] if (span := _span(one, text, places)) is not None
    )
    return _written(text, spans) if spans else ""


def _places(text: str) -> dict[int, int]:
    """The index of the character that begins at each UTF-16 unit."""
    places, unit = {}, 0
    for index, character in enumerate(text):
        places[unit] = index
        unit += 2 if character > "\uffff" else 1
    places[unit] = len(text)
    return places


def _span(entity: Any, text: str, places: dict[int, int]) -> _Span | None:
    if not isinstance(entity, dict):
        return None
    offset, length = entity.get("offset"), entity.get("length")
    if type(offset) is not int or type(length) is not int:
        return None
    start, end = places.get(offset), places.get(offset + length)
    kind = entity.get("type")
    if start is None or end is None or end <= start or not isinstance(kind, str):
        return None
    if kind == "text_link":
        url = entity.get("url")
        if not isinstance(url, str) or not url.startswith(_SAFE) or _TORN & set(url):
            return None
        return _Span(start, -end, "a", f'<a href="{escape(url)}">')
    tag = TAGS.get(kind)
    return _Span(start, -end, tag, f"<{tag}>") if tag else None


def _written(text: str, spans: list[_Span]) -> str:
    parts: list[str] = []
    open_: list[_Span] = []
    at = 0
    for span in spans:
        while open_ and -open_[-1].minus_end <= span.start:
            at = _close(text, open_, at, parts)
        if open_ and (span.minus_end < open_[-1].minus_end or _twice(span, open_)):
            continue
        parts += [escape(text[at : span.start], quote=False), span.opening]
        at = span.start
        open_.append(span)
    while open_:
        at = _close(text, open_, at, parts)
    return "".join([*parts, escape(text[at:], quote=False)])


def _twice(span: _Span, open_: list[_Span]) -> bool:
    return any(span.tag == outer.tag for outer in open_)


def _close(text: str, open_: list[_Span], at: int, parts: list[str]) -> int:
    span = open_.pop()
    end = -span.minus_end
    parts += [escape(text[at:end], quote=False), f"</{span.tag}>"]
    return end
