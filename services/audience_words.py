"""An expression as values for a text that says it in words, part after part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from domain.audience_expressions import (
    FACTS,
    Both,
    Condition,
    Expression,
    Kind,
    Not,
    Op,
    plain,
)
from services.audience_names import ClubNames

Said = Mapping[str, Any]
"""`say`: `fact`, or `and`, `or`, `open`, `close`, `none_of` between facts. A fact has `fact`,
`op`, `no` (it is denied), and what its kind needs: `names` (per language), `numbers`, `money`,
`months`, `on` (a day), `days`."""

_COUNTED: Final = ("purchases", "spent", "points")
"""Facts that every member has, so that not at least 3 is at most 2."""


def said(names: ClubNames, currency: str, expression: Expression) -> list[Said]:
    """The parts in their order."""
    return _Words(names, currency).of(plain(expression), outer=True)


class _Words:
    def __init__(self, names: ClubNames, currency: str) -> None:
        self._names = names
        self._currency = currency

    def of(self, expression: Expression, *, outer: bool = False) -> list[Said]:
        if isinstance(expression, Condition):
            return [self._fact(expression, no=False)]
        if isinstance(expression, Not):
            if isinstance(expression.part, Condition):
                return [self._fact(expression.part, no=True)]
            return [{"say": "none_of"}, *self.of(expression.part)]
        join = {"say": "and" if isinstance(expression, Both) else "or", "outer": outer}
        parts = [self.of(part) for part in expression.parts]
        joined = [one for part in parts for one in (join, *part)][1:]
        return joined if outer else [{"say": "open"}, *joined, {"say": "close"}]

    def _fact(self, asked: Condition, *, no: bool) -> Said:
        if no and asked.fact in _COUNTED and asked.op is not Op.IS:
            asked, no = _turned(asked), False
        kind = FACTS[asked.fact].kind
        base = {"say": "fact", "fact": asked.fact, "op": str(asked.op), "no": no}
        if asked.days is not None:
            base["days"] = asked.days
        if asked.op in (Op.WITHIN, Op.BEYOND):
            return {**base, "days": asked.values[0]}
        values: dict[Kind, Callable[[Condition], dict[str, Any]]] = {
            Kind.KEY: self._keys,
            Kind.MONEY: self._money,
            Kind.DAY: _day,
            Kind.MONTH: lambda one: {"months": list(one.values)},
            Kind.NUMBER: lambda one: {"numbers": list(one.values)},
            Kind.ANSWER: self._answer,
            Kind.FLAG: lambda _: {},
        }
        return {**base, **(values[kind](asked) if asked.values else {})}

    def _keys(self, asked: Condition) -> dict[str, Any]:
        return {"names": [dict(self._names.name(asked.fact, str(key))) for key in asked.values]}

    def _money(self, asked: Condition) -> dict[str, Any]:
        return {"money": [{"minor": minor, "currency": self._currency} for minor in asked.values]}

    def _answer(self, asked: Condition) -> dict[str, Any]:
        survey, question, *values = asked.values
        title, text, options = self._names.question(str(survey), str(question))
        found = {"survey": dict(title), "question": dict(text)}
        if asked.op is not Op.IS:
            return {**found, "numbers": values}
        names = [dict(options.get(str(one)) or {"zh": str(one), "en": str(one)}) for one in values]
        return {**found, "names": names}


def _day(asked: Condition) -> dict[str, Any]:
    return {"on": date.fromordinal(int(asked.values[0])).isoformat()}


def _turned(asked: Condition) -> Condition:
    """The opposite of a comparison of whole numbers."""
    value = int(asked.values[0])
    if asked.op is Op.AT_LEAST:
        return replace(asked, op=Op.AT_MOST, values=(value - 1,))
    return replace(asked, op=Op.AT_LEAST, values=(value + 1,))
