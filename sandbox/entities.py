"""Telegram's HTML to plain text with entities, and the entities Telegram finds by itself.

Offsets and lengths are UTF-16 code units, as in the Bot API.
"""

import html
import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import ApiError, bad_request

Entity = dict[str, Any]

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "span": "spoiler",
}
ENTITY_TYPES = set(TAGS.values()) | {
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
    "expandable_blockquote",
    "text_mention",
    "custom_emoji",
    "date_time",
}

_NAMED = re.compile(r"&(lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)(?P<rest>[^>]*)>")
_ATTRIBUTE = re.compile(r"""\s*([a-zA-Z-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_FOUND = (
    ("url", re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]}'。，；：！？）】」]", re.I)),
    ("url", re.compile(r"(?<![\w/.@])t\.me/[\w/?=&-]+", re.I)),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("bot_command", re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("mention", re.compile(r"(?<![\w@/.])@[A-Za-z][A-Za-z0-9_]{3,31}\b")),
    ("hashtag", re.compile(r"(?<![\w&/#])#(?!\d+\b)\w{1,256}")),
)


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) + sum(char > "\uffff" for char in text)


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str]
    start: int


@dataclass
class _Parser:
    source: str
    pieces: list[str] = field(default_factory=list)
    at: int = 0
    length: int = 0
    stack: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def run(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.source):
            if self.source[self.at] == "<":
                self._tag()
            else:
                end = self.source.find("<", self.at)
                self._text(end if end >= 0 else len(self.source))
        if self.stack:
            tag = self.stack[-1].tag
            raise _unparsed(f'Can\'t find end tag corresponding to start tag "{tag}"')
        return "".join(self.pieces), self.entities

    def _text(self, end: int) -> None:
        text = _NAMED.sub(_character, self.source[self.at : end])
        self.pieces.append(text)
        self.length += units(text)
        self.at = end

    def _tag(self) -> None:
        match = _TAG.match(self.source, self.at)
        if match is None:
            raise _unparsed(f"Unclosed start tag at byte offset {self._offset()}")
        name = match["name"].lower()
        if match["close"]:
            self._close(name)
        else:
            self._open(name, _attributes(match["rest"]))
        self.at = match.end()

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        if name not in TAGS:
            raise _unparsed(f'Unsupported start tag "{name}" at byte offset {self._offset()}')
        if name == "span" and attributes.get("class") != "tg-spoiler":
            place = f"at byte offset {self._offset()}"
            raise _unparsed(f'Tag "span" must have class "tg-spoiler" {place}')
        self.stack.append(_Open(name, attributes, self.length))

    def _close(self, name: str) -> None:
        if not self.stack:
            raise _unparsed(f"Unexpected end tag at byte offset {self._offset()}")
        opened = self.stack.pop()
        if opened.tag != name:
            raise _unparsed(
                f"Unmatched end tag at byte offset {self._offset()}, "
                f'expected "</{opened.tag}>", found "</{name}>"'
            )
        length = self.length - opened.start
        if length:
            self._found(opened, length)

    def _found(self, opened: _Open, length: int) -> None:
        entity: Entity = {"type": TAGS[opened.tag], "offset": opened.start, "length": length}
        if opened.tag == "a":
            inner = "".join(self.pieces).encode("utf-16-le")
            shown = inner[opened.start * 2 : (opened.start + length) * 2].decode("utf-16-le")
            entity["url"] = opened.attributes.get("href") or shown
        if opened.tag == "blockquote" and "expandable" in opened.attributes:
            entity["type"] = "expandable_blockquote"
        if opened.tag == "code" and self._names_language(opened, entity):
            return
        self.entities.append(entity)

    def _names_language(self, opened: _Open, entity: Entity) -> bool:
        # <pre><code class="language-x"> is one entity "pre" with a language
        language = opened.attributes.get("class", "")
        outer = self.stack[-1] if self.stack else None
        if not language.startswith("language-") or outer is None or outer.tag != "pre":
            return False
        self.entities.append(
            {**entity, "type": "pre", "language": language.removeprefix("language-")}
        )
        return True

    def _offset(self) -> int:
        return len(self.source[: self.at].encode())


def _character(match: re.Match[str]) -> str:
    character = html.unescape(match[0])
    return "" if "\ud800" <= character <= "\udfff" else character


def _attributes(rest: str) -> dict[str, str]:
    found = _ATTRIBUTE.findall(rest)
    return {name.lower(): html.unescape(_unquoted(value)) for name, value in found}


def _unquoted(value: str) -> str:
    return value[1:-1] if value[:1] in ("'", '"') else value


def _unparsed(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Text and entities of Telegram's HTML; raises ApiError 400 where Telegram would."""
    text, entities = _Parser(source).run()
    languages = {(e["offset"], e["length"]) for e in entities if e.get("language")}
    kept = [
        entity
        for entity in entities
        if entity["type"] != "pre"
        or entity.get("language")
        or (entity["offset"], entity["length"]) not in languages
    ]
    return trimmed(text, kept)


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without white space at both ends, entities moved accordingly, in Telegram's order."""
    text = text.replace("\r", "").rstrip()
    lead = units(text) - units(text.lstrip())
    text = text.lstrip()
    total = units(text)
    kept = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        end = min(total, entity["offset"] + entity["length"] - lead)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return text, sorted(kept, key=lambda e: (e["offset"], -e["length"]))


def check_entities(text: str, entities: list[Entity]) -> None:
    """Refuses entities of unknown type or outside the text (ApiError 400)."""
    total = units(text)
    for entity in entities:
        if entity["type"] not in ENTITY_TYPES:
            raise bad_request("can't parse MessageEntity: Unsupported type specified")
        end = entity["offset"] + entity["length"]
        if entity["offset"] < 0 or entity["length"] <= 0:
            raise bad_request("entity offset and length must be positive")
        if end > total:
            raise bad_request(
                f"entity beginning at UTF-16 offset {entity['offset']} ends after the end of "
                f"the text at UTF-16 offset {end}"
            )


def found_entities(text: str, given: list[Entity]) -> list[Entity]:
    """The given entities together with links, commands and mentions found in the text."""
    code = [e for e in given if e["type"] in ("code", "pre", "text_link", "text_mention")]
    taken = [(e["offset"], e["offset"] + e["length"]) for e in code]
    result = list(given)
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            start = units(text[: match.start()])
            end = start + units(match[0])
            if not any(start < other[1] and other[0] < end for other in taken):
                taken.append((start, end))
                result.append({"type": kind, "offset": start, "length": end - start})
    return sorted(result, key=lambda e: (e["offset"], -e["length"]))
