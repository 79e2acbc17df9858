"""Definitions of surveys as plain data, for the row of their wave, and back."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from domain.campaigns import Audience, load_audience
from domain.surveys import (
    AnswerQuota,
    Condition,
    Definition,
    Option,
    Question,
    QuestionKind,
    Test,
)

_PLAIN = ("key", "anonymous", "reward", "shuffle", "quota", "start", "start_hours")
_MORE = ("cooldown_days", "recur_days")
_TIMES = ("opens_at", "closes_at", "send_at")
_TEXTS = ("names", "intro", "thanks")
_ASKED = ("key", "required", "shuffle", "least", "most", "when_any", "goto")


def to_json(definition: Definition) -> dict[str, Any]:
    """The definition as JSON can hold it."""
    data = {name: getattr(definition, name) for name in (*_PLAIN, *_MORE)}
    data |= {name: dict(getattr(definition, name)) for name in _TEXTS}
    data |= {name: _iso(getattr(definition, name)) for name in _TIMES}
    data["questions"] = [_question(question) for question in definition.questions]
    data["quotas"] = [[one.question, one.value, one.most] for one in definition.quotas]
    data["audience"] = definition.audience.dump()
    data["remind_days"] = list(definition.remind_days)
    return data


def from_json(data: Mapping[str, Any]) -> Definition:
    """The definition that `to_json` wrote."""
    values = {name: data[name] for name in (*_PLAIN, *_MORE, *_TEXTS)}
    values |= {name: _moment(data[name]) for name in _TIMES}
    return Definition(
        **values,
        questions=tuple(_read_question(one) for one in data["questions"]),
        quotas=tuple(AnswerQuota(*one) for one in data["quotas"]),
        audience=load_audience(data["audience"]) or Audience(),
        remind_days=tuple(data["remind_days"]),
    )


def mark(question: Question) -> str:
    """Four letters that change with whatever the question and its options are or say."""
    data = json.dumps(_question(question), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(data.encode()).digest()[:3]).decode()


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _question(question: Question) -> dict[str, Any]:
    data = {name: getattr(question, name) for name in _ASKED}
    data |= {"kind": str(question.kind), "texts": dict(question.texts)}
    data["hints"] = dict(question.hints)
    data["options"] = [
        [option.key, dict(option.names), option.goto, option.pinned] for option in question.options
    ]
    data["when"] = [[one.question, str(one.test), list(one.values)] for one in question.when]
    return data


def _read_question(data: Mapping[str, Any]) -> Question:
    return Question(
        **{name: data[name] for name in (*_ASKED, "texts", "hints")},
        kind=QuestionKind(data["kind"]),
        options=tuple(Option(*one) for one in data["options"]),
        when=tuple(_conditions(data["when"])),
    )


def _conditions(data: Iterable[Any]) -> Iterable[Condition]:
    for question, test, values in data:
        yield Condition(question, Test(test), tuple(values))
