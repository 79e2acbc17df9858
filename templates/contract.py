"""What each message asks for: its values with samples, and what operators' words may use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import yaml

from bot.messages import plain_values
from templates import catalogue, formats

SAMPLES = catalogue.HERE / "samples"
ALWAYS = ("club", "point_word", "points_word")
CAMPAIGN = "campaign"


class Frame(NamedTuple):
    """A message of ours around an operator's words, and the value that they become."""

    key: str
    into: str


@cache
def _declared() -> dict[str, Any]:
    text = (catalogue.HERE / "contract.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


@cache
def _file(noun: str) -> dict[str, Any]:
    path = SAMPLES / f"{noun}.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {} if path.exists() else {}


def samples(key: str) -> list[dict[str, Any]]:
    """The sample values of a message, plain; [{}] for one that is given none."""
    if key.partition(":")[0] == CAMPAIGN:
        given = _declared()["frames"][CAMPAIGN]["samples"]
    else:
        noun, _, outcome = key.partition(".")
        given = _file(noun).get(outcome)
    found = given if isinstance(given, list) else [given]
    return [plain_values(one or {}) for one in found]


def sampled() -> list[str]:
    """Every key that some file gives samples for."""
    return [
        f"{path.stem}.{outcome}"
        for path in sorted(SAMPLES.glob("*.yaml"))
        for outcome in _file(path.stem)
    ]


def titles() -> Mapping[str, Mapping[str, str]]:
    """The messages that operators may replace, and how they are called."""
    found: Mapping[str, Mapping[str, str]] = _declared()["titles"]
    return found


def title(language: str, key: str) -> str:
    """How a message is called; its key where nobody has named it."""
    return titles().get(key, {}).get(language, key)


def button_labels() -> Mapping[str, str]:
    """Where buttons may lead, with the key of the label that such a button has."""
    found: Mapping[str, str] = _declared()["buttons"]
    return found


@cache
def frame_of(key: str) -> Frame | None:
    """The frame of a message key: that of `campaign:ID`, or of the message it is sent as."""
    for noun, declared in _declared()["frames"].items():
        if key.partition(":")[0] == noun or key == declared["key"]:
            return Frame(declared["key"], declared["into"])
    return None


def foot_of(key: str) -> str:
    """The message that always stands under another one, whoever wrote its words; "" for none."""
    return str(_declared()["feet"].get(key, ""))


@cache
def values_of(key: str) -> Mapping[str, tuple[str, ...] | None]:
    """The values that an operator's words for a message may use: None for a text or number, the
    names of the fields for a list of rows."""
    framed = frame_of(key)
    found: dict[str, tuple[str, ...] | None] = dict.fromkeys(ALWAYS)
    for sample in samples(CAMPAIGN if framed else key):
        for name, value in sample.items():
            fields = _fields(value) if isinstance(value, list) else None
            found[name] = (*(found.get(name) or ()), *fields) if fields else found.get(name)
            if isinstance(value, list) and found[name] is None:
                found[name] = ()
    return {
        name: None if fields is None else tuple(dict.fromkeys(fields))
        for name, fields in found.items()
    }


def places(language: str, key: str) -> list[dict[str, Any]]:
    """What an operator's words for a message may use, for people to read: `name`, a `sample`
    ("" where there is none to show), the `fields` of a list's rows and a sample of the first."""
    given = samples(CAMPAIGN if frame_of(key) else key)
    found = []
    for name, fields in values_of(key).items():
        values = [one[name] for one in given if one.get(name)]
        sample = values[0] if values else ""
        if fields is not None:
            rows = [row for row in sample if isinstance(row, Mapping)] if sample else []
            sample = rows[0].get(fields[0], "") if rows and fields else ""
        found.append(
            {"name": name, "sample": _shown(language, sample), "fields": list(fields or ())}
        )
    return found


def _shown(language: str, value: Any) -> Any:
    """A sample as people read it."""
    if isinstance(value, Mapping) and value.keys() == {"minor", "currency"}:
        return formats.money(language, value)
    if isinstance(value, Mapping):
        return formats.said(language, value)
    return "" if isinstance(value, list) else value


def _fields(rows: list[Any]) -> tuple[str, ...]:
    return tuple(name for row in rows if isinstance(row, Mapping) for name in row)
