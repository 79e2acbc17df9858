"""Whether an operator's words can be saved: structure, samples, lengths, buttons, picture."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import cycle, islice
from typing import Any, Final

from bot.messages import Button, Reply
from templates import catalogue, contract
from templates.operators import Broken, check, fault
from templates.render import Renderer
from templates.values import LONGEST
from templates.values import MOST_ROWS as MOST_DATA_ROWS

TEXT_UNITS: Final = 4096  # Bot API, sendMessage, in UTF-16 units
CAPTION_UNITS: Final = 1024
LABEL: Final = 40
LONGEST_LINK: Final = 500
MOST_ROWS: Final = 8
MOST_FAULTS: Final = 10
MOST_IN_ROW: Final = 3
_LINK = re.compile(r"https?://[^\s/<>\"]+\.[^\s<>\"]+|tg://[^\s<>\"]+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PICTURE = re.compile(r"picture:\w{1,80}|sent:\w+/[^/]+/.+|https?://\S+")
_CLUB = {
    "zh": {"club": "悦享会", "point_word": "积分", "points_word": "积分"},
    "en": {"club": "Joy Club", "point_word": "point", "points_word": "points"},
}
Fault = dict[str, Any]


def faults(key: str, content: Mapping[str, Any]) -> list[Fault]:
    """Everything that is wrong with words for a message, as WordingFault.data has it; nothing is
    rendered before its structure is known to be harmless."""
    found = [*_texts(key, content), *_buttons(content), *_picture(content)]
    return (found or list(_rendered(key, content)))[:MOST_FAULTS]


def _texts(key: str, content: Mapping[str, Any]) -> Iterator[Fault]:
    texts: Mapping[str, str] = content.get("texts") or {}
    dressed = contract.frame_of(key) is None and (content.get("buttons") or content.get("picture"))
    if not dressed and not any(text.strip() for text in texts.values()):
        yield fault("empty")
    for language, text in texts.items():
        if language not in catalogue.LANGUAGES:
            yield fault("language", about=language, known=catalogue.LANGUAGES)
        elif text.strip():
            for one in check(text, contract.values_of(key)):
                yield {**one, "place": language}


# -- buttons and picture ----------------------------------------------------------------


def _buttons(content: Mapping[str, Any]) -> Iterator[Fault]:
    rows = content.get("buttons") or ()
    if len(rows) > MOST_ROWS or any(len(row) > MOST_IN_ROW for row in rows):
        yield fault("many_buttons", place="buttons", about=f"{MOST_ROWS} × {MOST_IN_ROW}")
    for button in (button for row in rows for button in row):
        yield from _button(button)


def _button(button: Mapping[str, Any]) -> Iterator[Fault]:
    intent, url = button.get("intent", ""), button.get("url", "")
    known = tuple(contract.button_labels())
    labels = button.get("label") or {}
    if bool(intent) == bool(url):
        yield fault("target", place="buttons", about=next(iter(labels.values()), ""), known=known)
    elif intent and intent not in known:
        yield fault("intent", place="buttons", about=intent, known=known)
    elif url and (len(url) > LONGEST_LINK or not _LINK.fullmatch(url)):
        yield fault("link", place="buttons", about=url)
    if url and not labels:
        yield fault("label", place="buttons", about=url, nearest=str(LABEL))
    for label in labels.values():
        if not label.strip() or "\n" in label or _units(label) > LABEL:
            yield fault("label", place="buttons", about=label, nearest=str(LABEL))


def _picture(content: Mapping[str, Any]) -> Iterator[Fault]:
    picture = content.get("picture") or ""
    if picture and not _PICTURE.fullmatch(picture):
        yield fault("picture", place="picture", about=picture)


# -- rendering ----------------------------------------------------------------------------


def _rendered(key: str, content: Mapping[str, Any]) -> Iterator[Fault]:
    """The words with every sample, with bare ones and with hostile ones, in each language."""
    renderer = Renderer(lambda _button, _user, _turn: "x", lambda language: _CLUB[language])
    for language, text in content["texts"].items():
        if text.strip():
            only = {**content, "texts": {language: text}}
            yield from _in_language(renderer, key, language, only)


def _in_language(
    renderer: Renderer, key: str, language: str, content: Mapping[str, Any]
) -> Iterator[Fault]:
    samples = contract.samples(key)
    most = CAPTION_UNITS if content.get("picture") else TEXT_UNITS
    for values in samples:
        try:
            text = shown(renderer, key, language, content, values)
        except Broken as broken:
            yield from (_placed(one, language, content) for one in broken.faults)
            return
        if _units(text) > most:
            reason = "caption_long" if most == CAPTION_UNITS else "text_long"
            yield fault(reason, about=str(_units(text)), nearest=str(most), place=language)
            return
    for values in (*map(_bare, samples), *map(_hostile, samples)):
        try:
            shown(renderer, key, language, content, values)
        except Broken as broken:
            # An empty text is the business of the samples alone.
            real = [one for one in broken.faults if one["reason"] not in ("empty", "output")]
            yield from (_placed(one, language, content) for one in real[:1])
            if real:
                return
    # Whoever tries words stops what takes too long: so nothing is asked here but the time.
    long = _long(samples)
    for values in (*long, *map(_wordy, long[:1])):
        with suppress(Broken):
            shown(renderer, key, language, content, values)


def shown(
    renderer: Renderer,
    key: str,
    language: str,
    content: Mapping[str, Any],
    values: Mapping[str, Any],
) -> str:
    """The text of a message as a member gets it; raises Broken where the words do not render."""
    frame = contract.frame_of(key)
    if frame is None:
        return renderer.own_text(Reply(key, values), language, content)
    out = ((Button("broadcast.button_stop", "stop"),),)
    return renderer.render(Reply(frame.key, values, out), language, "", 0, content).text


def _placed(one: Fault, language: str, content: Mapping[str, Any]) -> Fault:
    """The fault with its language, and its line where that can be told."""
    line = one["line"]
    if one["reason"] in ("markup", "link") and not line:
        wanted = re.search(r"<[^>]*>?", one["about"])
        mark = wanted.group() if wanted and one["reason"] == "markup" else one["about"]
        before, found, _ = content["texts"][language].partition(mark)
        line = before.count("\n") + 1 if found else 0
    return {**one, "place": language, "line": line}


def _bare(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of somebody of whom little is known."""
    bare: dict[type, Any] = {list: [], int: 0}
    return {
        name: "" if name == "name" else bare.get(type(value), value)
        for name, value in values.items()
    }


def _hostile(values: Mapping[str, Any]) -> dict[str, Any]:
    name = '<b>&"</a>{{ 7*7 }}\u202e' + "很" * 10_000
    return {key: name if key == "name" else value for key, value in values.items()}


def _long(samples: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The samples that have lists, each list with as many rows as words are ever given."""
    rows: dict[str, list[Any]] = {}
    for name, value in (item for values in samples for item in values.items()):
        if isinstance(value, list):
            rows[name] = rows.get(name, []) + value
    stretched = {
        name: list(islice(cycle(some), MOST_DATA_ROWS)) for name, some in rows.items() if some
    }
    return [
        {name: stretched.get(name, value) for name, value in values.items()}
        for values in samples
        if stretched.keys() & values.keys()
    ]


def _wordy(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values whose texts are as long as they may be; days and moments stay what they are."""
    return {name: _lengthened(value) for name, value in values.items()}


def _lengthened(value: Any) -> Any:
    if isinstance(value, str):
        return value if _DAY.match(value) else value.ljust(LONGEST, "x")
    if isinstance(value, list):
        return [_lengthened(one) for one in value]
    if isinstance(value, Mapping) and "minor" not in value:
        return {name: _lengthened(one) for name, one in value.items()}
    return value


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2
