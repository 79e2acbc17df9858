"""Texts and names of SurveyJS files: languages, plain text, keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any, Final

LANGUAGES: Final = ("zh", "en")
_HAN: Final = re.compile("[\u3400-\u9fff]")
_PIPED: Final = re.compile(r"\{[^{}\n]{1,200}\}")
_BREAKS: Final = frozenset({"p", "br", "div", "li", "h1", "h2", "h3", "h4", "tr"})


def texts(value: Any, default: str) -> dict[str, str]:
    """A string of SurveyJS by language, of those that the club speaks. `default`: the language of
    the file; where it names none, Chinese characters tell."""
    found: dict[str, str] = {}
    if isinstance(value, Mapping):
        for name, text in value.items():
            if isinstance(text, str) and (clean := _clean(text)):
                found.setdefault(_language(str(name), clean, default), clean)
    elif isinstance(value, str | int | float) and (clean := _clean(str(value))):
        found[_language("default", clean, default)] = clean
    return {language: found[language] for language in LANGUAGES if language in found}


def _language(name: str, text: str, default: str) -> str:
    if name != "default":
        return language_of(name)
    return default or ("zh" if _HAN.search(text) else "en")


def language_of(code: str) -> str:
    """`zh-cn`, `zh-Hans` are zh; `en-GB` is en."""
    return re.split(r"[-_]", code.lower(), maxsplit=1)[0]


def is_piped(found: Mapping[str, str]) -> bool:
    """Whether a text puts in something of its own at the time of asking (`{name}`)."""
    return any(_PIPED.search(text) for text in found.values())


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()


# -- plain text of HTML ------------------------------------------------------------------


class _Plain(HTMLParser):
    """Collects what a person would read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style") and self._hidden > 0
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def plain(found: Mapping[str, str]) -> dict[str, str]:
    """The texts without their HTML."""
    return {language: text for language, html in found.items() if (text := _read(html))}


def _read(html: str) -> str:
    if "<" not in html and "&" not in html:
        return html
    parser = _Plain()
    try:
        parser.feed(html)
        parser.close()
    except (AssertionError, ValueError):  # what html.parser says of markup it cannot take
        return ""
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in "".join(parser.parts).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


# -- keys --------------------------------------------------------------------------------


class Keys:
    """Keys for names of any writing: `Wie zufrieden?` becomes `wie_zufrieden`, 价格 becomes `q3`.
    Each name keeps its key, and no two names have the same."""

    def __init__(self, fallback: str) -> None:
        self._fallback = fallback
        self._keys: dict[str, str] = {}

    def of(self, name: str) -> str:
        if name not in self._keys:
            self._keys[name] = self._new(slug(name))
        return self._keys[name]

    def known(self, name: str) -> str | None:
        return self._keys.get(name)

    def _new(self, wanted: str) -> str:
        taken = set(self._keys.values()) | {"end"}
        number = len(self._keys) + 1
        key = wanted or f"{self._fallback}{number}"
        while key in taken:
            number += 1
            key = f"{wanted[:34]}_{number}" if wanted else f"{self._fallback}{number}"
        return key


def slug(name: str) -> str:
    """A name as a key; "" if nothing of it can be written so."""
    if not name.isascii():
        return ""
    words = re.sub(r"[^a-z0-9]+", "_", name.lower())
    return re.sub(r"^[^a-z]+", "", words)[:40].rstrip("_")
