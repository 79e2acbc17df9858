"""The neutral markup of our texts: <b>, <i>, <u>, <s>, <code>, <blockquote>, <a href="…">; every
other < is escaped."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"</?(?:b|i|u|s|code|blockquote|a)(?: href=\"([^\"<>]*)\")?>")


def plain_text(marked: str) -> str:
    """The text without markup; a link's address follows its words in brackets."""
    return html.unescape(_TAG.sub("", _LINK.sub(r"\2 (\1)", marked)))


_LINK = re.compile(r"<a href=\"([^\"<>]*)\">(.*?)</a>", re.DOTALL)


_PLACE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
# What phones and Chinese keyboards make of quotation marks.
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"})


def with_places(marked: str) -> str:
    """A marked text whose places for values ({{ name }}, {% if name %}) hold no markup: there
    a sign is itself, and quotation marks are straight."""
    found = _PLACE.sub(_bare, marked)
    if problems(found):  # something was formatted from inside a place to its outside
        found = _PLACE.sub(_bare, html.escape(html.unescape(_TAG.sub("", marked)), quote=False))
    return found


def _bare(place: re.Match[str]) -> str:
    return html.unescape(_TAG.sub("", place.group())).translate(_QUOTES)


def problems(marked: str) -> list[str]:
    """What is wrong with a marked text: unknown tags, tags not closed in order, bare < or >."""
    found: list[str] = []
    opened: list[str] = []
    for match in re.finditer(r"<[^>]*>?", marked):
        tag = match.group()
        if not _TAG.fullmatch(tag):
            found.append(f"unknown markup {tag}")
        elif tag.startswith("</"):
            if not opened or opened.pop() != tag[2:-1]:
                found.append(f"{tag} closes nothing")
        else:
            opened.append(tag[1:-1].split(" ")[0])
    return found + [f"<{name}> is not closed" for name in opened]


def split(marked: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit` characters, cut at line ends where possible.

    A line longer than `limit` is cut inside, without its markup, so that no tag is torn.
    """
    if len(marked) <= limit:
        return [marked]
    pieces: list[str] = []
    current = ""
    for line in _short_lines(marked, limit):
        joined = f"{current}\n{line}" if current else line
        if len(joined) > limit:
            pieces.append(current)
            current = line
        else:
            current = joined
    return [piece for piece in [*pieces, current] if piece.strip()]


def _short_lines(marked: str, limit: int) -> list[str]:
    lines: list[str] = []
    for line in marked.split("\n"):
        if len(line) <= limit:
            lines.append(line)
            continue
        bare = plain_text(line)
        step = limit // 6  # an escaped character takes up to six
        lines += [
            html.escape(bare[at : at + step], quote=False) for at in range(0, len(bare), step)
        ]
    return lines
