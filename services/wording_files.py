"""Operators' words as YAML files: per noun and message its texts, buttons and picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, RootModel

from domain.refusals import ContentInvalid
from domain.wording_errors import NotReplaceable, WordingFault
from domain.wordings import (
    INTENTS,
    LANGUAGES,
    Wording,
    WordingButton,
    buttons_of,
    content,
    rows_of_two,
)
from services import wordings
from services.content_files import Done, Found, Written
from services.ports import Work
from services.ports.club import Actor
from services.programme_yaml import Place


class Button(BaseModel):
    """A button: where it leads, and its label per language ("": as it is called everywhere)."""

    model_config = ConfigDict(extra="forbid", strict=True)
    to: str
    zh: str = ""
    en: str = ""


class Message(BaseModel):
    """One message in an operator's words; a language left out keeps the shipped ones."""

    model_config = ConfigDict(extra="forbid", strict=True)
    zh: str = ""
    en: str = ""
    picture: str = ""
    buttons: list[Button] = []


class File(RootModel[dict[str, dict[str, Message | None]]]):
    """Messages by noun; null takes the shipped words again."""


class Entry(NamedTuple):
    """A message of the file: its key, and its words or None for the shipped ones."""

    key: str
    words: dict[str, Any] | None


class WordingFile:
    """A file that is sound by itself; whether its words can be sent is found out by app/trying."""

    def __init__(self, text: str) -> None:
        """Raises ContentInvalid."""
        self._written = Written(text, "care")
        self._lines = text.split("\n")
        file = self._written.checked(File)
        found = list(self._unknown(file))
        self._written.require(found)
        self.entries = [
            Entry(f"{noun}.{outcome}", None if message is None else _words(message))
            for noun, messages in file.root.items()
            for outcome, message in messages.items()
        ]

    def invalid(self, faults: list[tuple[str, WordingFault, str]]) -> ContentInvalid:
        """What was found, each with its message key and in a sentence, in its place."""
        problems = []
        for key, fault, sentence in faults:
            place = (*key.split("."), *([fault.place] if fault.place else []))
            problem = self._written.problem(place, sentence)
            line = problem.line + self._within(place, fault.line) if problem.line else 0
            problems.append(type(problem)(problem.path, sentence, line, problem.column))
        return ContentInvalid(tuple(sorted(problems, key=lambda one: (one.line, one.column))))

    def take(self, work: Work, actor: Actor, now: datetime) -> list[Done]:
        """Saves every entry and uses it from now on."""
        return [Done(one.key, _take(work, one, actor, now)) for one in self.entries]

    def _unknown(self, file: File) -> Iterator[Found]:
        for noun, messages in file.root.items():
            for outcome in messages:
                try:
                    wordings.check_key(f"{noun}.{outcome}")
                except NotReplaceable as error:
                    meant = f"; did you mean {error.nearest}?" if error.nearest else ""
                    yield (noun, outcome), f"there is no message {error.key} to replace{meant}"

    def _within(self, place: Place, line: int) -> int:
        """How far below its key a line of a text stands: a block begins on the next line."""
        if not line or place[-1] not in LANGUAGES:
            return 0
        at = self._written.problem(place, "").line
        block = self._lines[at - 1].rstrip().endswith(("|", "|-", "|+")) if at else False
        return line if block else line - 1


def _words(message: Message) -> dict[str, Any]:
    texts = {"zh": message.zh.strip(), "en": message.en.strip()}
    rows = rows_of_two([_button(one) for one in message.buttons])
    return content({name: text for name, text in texts.items() if text}, rows, message.picture)


def _button(written: Button) -> WordingButton:
    label = {name: text for name in LANGUAGES if (text := getattr(written, name))}
    if written.to in INTENTS or ":" not in written.to:
        return WordingButton(label, written.to)
    return WordingButton(label, url=written.to)


def _take(work: Work, entry: Entry, actor: Actor, now: datetime) -> str:
    used = wordings.in_use(work, entry.key)
    if entry.words is None:
        wordings.use(work, entry.key, None, actor, now)
        return "same" if used is None else "changed"
    if used is not None and used.content == entry.words:
        return "same"
    rows = buttons_of(entry.words)
    texts, picture = entry.words["texts"], entry.words["picture"]
    wordings.save(work, entry.key, texts, rows, picture, actor=actor, now=now)
    return "changed" if used else "added"


# -- writing ------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, so that people can edit them."""


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _string)


def written(
    noun: str, used: Mapping[str, Wording], shipped: Mapping[str, Mapping[str, str]]
) -> str:
    """The file of a noun: the versions in use by key, and as comments the shipped words of the
    others, to begin with."""
    lines = [f"# Words of the club for messages about {noun}. Import: memberbot template import"]
    lines.append(f"{noun}:" if any(key in used for key in shipped) else f"{noun}: {{}}")
    for key, texts in shipped.items():
        outcome = key.partition(".")[2]
        if key in used:
            lines += _block({outcome: _plain(used[key])})
        else:
            lines += [f"  # {outcome}: shipped words"]
            lines += [f"  #   {line}".rstrip() for line in _dumped(dict(texts))]
    return "\n".join(lines) + "\n"


def _plain(wording: Wording) -> dict[str, Any]:
    found: dict[str, Any] = {name: text + "\n" for name, text in wording.texts.items()}
    if wording.picture:
        found["picture"] = wording.picture
    buttons = [one for row in wording.buttons for one in row]
    if buttons:
        found["buttons"] = [{"to": one.intent or one.url, **one.label} for one in buttons]
    return found


def _block(value: Any) -> list[str]:
    return [f"  {line}".rstrip() for line in _dumped(value)]


def _dumped(value: Any) -> list[str]:
    text = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)
    return text.rstrip("\n").split("\n")
