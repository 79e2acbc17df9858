"""Writing an expression as text that reads back to the same."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from domain.audience_expressions import (
    FACTS,
    NEXT_MONTH,
    THIS_MONTH,
    Both,
    Condition,
    Either,
    Expression,
    Kind,
    Not,
    Op,
    plain,
)
from domain.audience_terms import AND, BEFORE_WORDS, FACT_WORDS, HAS, JOIN_WORDS, NOT, name_of

Spelled = Callable[[str, str], str]
"""How a value of a fact is called."""

_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*|[\u4e00-\u9fff]+")
_SIGNS: Final[Mapping[Op, str]] = {Op.IS: "=", Op.AT_LEAST: ">=", Op.AT_MOST: "<="}
_MONTHS: Final = {THIS_MONTH: ("本月", "this month"), NEXT_MONTH: ("下月", "next month")}


def written(
    expression: Expression,
    language: str,
    *,
    digits: int = 2,
    spelled: Spelled = lambda _fact, key: key,
) -> str:
    """The text, in Chinese for `zh`, else in English. `digits` of the minor unit of money;
    `spelled`: names instead of keys, which must be known by these names when it is read."""
    return _Writer(language, digits, spelled).of(plain(expression))


class _Writer:
    def __init__(self, language: str, digits: int, spelled: Spelled) -> None:
        self._language = language
        self._digits = digits
        self._spelled = spelled

    def of(self, expression: Expression) -> str:
        if isinstance(expression, Condition):
            return self._condition(expression)
        if isinstance(expression, Not):
            return self._not(expression.part)
        word = name_of(JOIN_WORDS, AND if isinstance(expression, Both) else "or", self._language)
        return f" {word} ".join(self._part(part, expression) for part in expression.parts)

    def _part(self, part: Expression, whole: Both | Either) -> str:
        text = self.of(part)
        return f"({text})" if isinstance(part, Either) and isinstance(whole, Both) else text

    def _not(self, part: Expression) -> str:
        word, text = name_of(BEFORE_WORDS, NOT, self._language), self.of(part)
        if isinstance(part, Both | Either):
            return f"{word}({text})" if self._language == "zh" else f"{word} ({text})"
        return f"{word} {text}"

    def _condition(self, asked: Condition) -> str:
        fact, kind = name_of(FACT_WORDS, asked.fact, self._language), FACTS[asked.fact].kind
        if kind is Kind.FLAG:
            return fact
        if asked.op is Op.ANY:
            return f"{name_of(BEFORE_WORDS, HAS, self._language)} {fact}"
        if asked.op in (Op.WITHIN, Op.BEYOND):
            return f"{fact} {self._ago(asked)}"
        values = asked.values
        if kind is Kind.ANSWER:
            fact += f"({'.'.join(_quoted(str(value)) for value in values[:2])})"
            values = values[2:]
        if asked.days is not None:
            fact += f"({asked.days}{'天' if self._language == 'zh' else 'd'})"
        listed = ("、" if self._language == "zh" else ", ").join(
            self._value(asked.fact, kind, value) for value in values
        )
        return f"{fact} {_SIGNS[asked.op]} {listed}"

    def _ago(self, asked: Condition) -> str:
        days = asked.values[0]
        if self._language == "zh":
            return f"{days}天内" if asked.op is Op.WITHIN else f"超过{days}天"
        return f"within {days} days" if asked.op is Op.WITHIN else f"over {days} days ago"

    def _value(self, fact: str, kind: Kind, value: str | int) -> str:
        if kind is Kind.KEY:
            return _quoted(self._spelled(fact, str(value)))
        if kind is Kind.DAY:
            return date.fromordinal(int(value)).isoformat()
        if kind is Kind.MONEY:
            return str(Decimal(value).scaleb(-self._digits))
        if kind is Kind.MONTH and value in _MONTHS:
            return _MONTHS[int(value)][0 if self._language == "zh" else 1]
        return _quoted(value) if isinstance(value, str) else str(value)


def _quoted(text: str) -> str:
    if _BARE.fullmatch(text):
        return text
    return '"' + re.sub(r'(["\\“”„「」『』‟])', r"\\\1", text) + '"'
