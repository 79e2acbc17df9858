"""Text with entities to HTML that is safe to put into the page."""

import html
import re
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

Entity = dict[str, Any]

_WRAP = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "code": ("<code>", "</code>"),
    "pre": ("<pre>", "</pre>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ("<blockquote>", "</blockquote>"),
    "spoiler": ('<span class="spoiler" tabindex="0">', "</span>"),
    "mention": ('<span class="mention">', "</span>"),
    "hashtag": ('<span class="mention">', "</span>"),
}
_SAFE_SCHEMES = {"http", "https", "tg", "mailto"}
_START = re.compile(r"[A-Za-z0-9_-]{1,64}$")


def to_html(text: str, entities: list[Entity], bots: frozenset[str] = frozenset()) -> str:
    """Escaped HTML with a fixed set of tags; links to ``bots`` carry ``data-bot`` and
    ``data-start`` so that the page opens them as ``/start`` in the phone."""
    wide = text.encode("utf-16-le", "surrogatepass")
    ordered = sorted(entities, key=lambda e: (e["offset"], -e["length"]))
    return _Tree(wide, ordered, bots).part(0, len(wide) // 2)


class _Tree:
    def __init__(self, wide: bytes, entities: list[Entity], bots: frozenset[str]) -> None:
        self.wide = wide
        self.waiting = entities
        self.bots = bots

    def part(self, start: int, end: int) -> str:
        out = []
        at = start
        while self.waiting and self.waiting[0]["offset"] < end:
            entity = self.waiting.pop(0)
            # an entity that crosses its parent's end is cut there
            first = max(at, entity["offset"])
            last = min(end, entity["offset"] + entity["length"])
            if last <= first:
                continue
            out.append(self.plain(at, first))
            before, after = self.wrap(entity, self.raw(first, last))
            out.append(before + self.part(first, last) + after)
            at = last
        return "".join(out) + self.plain(at, end)

    def raw(self, start: int, end: int) -> str:
        return self.wide[start * 2 : end * 2].decode("utf-16-le", "replace")

    def plain(self, start: int, end: int) -> str:
        return html.escape(self.raw(start, end))

    def wrap(self, entity: Entity, shown: str) -> tuple[str, str]:
        kind = entity["type"]
        if kind == "text_link":
            return link(entity.get("url", ""), self.bots), "</a>"
        if kind == "url":
            target = shown if "://" in shown else f"https://{shown}"
            return link(target, self.bots), "</a>"
        if kind == "email":
            return link(f"mailto:{shown}", self.bots), "</a>"
        if kind == "bot_command":
            return f'<a href="#" data-command="{html.escape(shown)}">', "</a>"
        return _WRAP.get(kind, ("<span>", "</span>"))


def link(url: str, bots: frozenset[str]) -> str:
    """The opening tag of a link; what is not a web, tg or mail address leads nowhere."""
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
    except ValueError:
        return "<a>"
    if not scheme:
        return link(f"https://{url}", bots) if url else "<a>"
    if scheme not in _SAFE_SCHEMES:
        return "<a>"
    start = start_link(url, bots)
    if start:
        bot, payload = start
        return f'<a href="{html.escape(url)}" data-bot="{bot}" data-start="{quote(payload)}">'
    return f'<a href="{html.escape(url)}" target="_blank" rel="noopener noreferrer">'


def start_link(url: str, bots: frozenset[str]) -> tuple[str, str] | None:
    """Bot and payload of ``https://t.me/<bot>?start=…`` for one of ``bots``, else None."""
    parts = urlsplit(url)
    name = parts.path.strip("/")
    if parts.netloc.lower() not in ("t.me", "telegram.me") or name.lower() not in bots:
        return None
    payload = parse_qs(parts.query).get("start", [""])[0]
    return (name, payload if _START.match(payload) else "")
