"""Who is meant, as conditions joined by and, or, not: what there is to ask, and how it is kept.

Nothing here reads text or a database: domain.audience_language writes and reads it,
storage.audience_conditions turns it into conditions with bound values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

from domain.audience_errors import AudienceBroken, AudienceTooLarge

DEEPEST: Final = 8
MOST_CONDITIONS: Final = 50
MOST_VALUES: Final = 100
LONGEST_VALUE: Final = 120
LARGEST: Final = 10**12
MOST_DAYS: Final = 3660
THIS_MONTH: Final = 0
NEXT_MONTH: Final = 13


class Op(StrEnum):
    """What is asked of a fact. `is`: one of the values; `within`: in the last so many days, today
    included; `beyond`: longer ago than that; `any`: there is something at all."""

    IS = "is"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    WITHIN = "within"
    BEYOND = "beyond"
    ANY = "any"


class Kind(StrEnum):
    """What the values of a fact are: keys of something, whole numbers, minor units of money,
    local days (as date.toordinal counts), months, answers (survey, question, answers …)."""

    KEY = "key"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    MONTH = "month"
    FLAG = "flag"
    ANSWER = "answer"


_NUMERIC: Final = (Op.IS, Op.AT_LEAST, Op.AT_MOST)
_DATED: Final = (Op.AT_LEAST, Op.AT_MOST, Op.WITHIN, Op.BEYOND, Op.ANY)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that can be asked of a member. `windowed`: it may look at the last days only."""

    kind: Kind
    ops: tuple[Op, ...]
    windowed: bool = False


FACTS: Final[Mapping[str, Fact]] = {
    "level": Fact(Kind.KEY, (Op.IS,)),
    "tag": Fact(Kind.KEY, (Op.IS, Op.ANY)),
    "store": Fact(Kind.KEY, (Op.IS,), windowed=True),
    "home_store": Fact(Kind.KEY, (Op.IS,)),
    "city": Fact(Kind.KEY, (Op.IS, Op.ANY)),
    "source": Fact(Kind.KEY, (Op.IS, Op.ANY)),
    "language": Fact(Kind.KEY, (Op.IS,)),
    "consent": Fact(Kind.KEY, (Op.IS,)),
    "birthday_month": Fact(Kind.MONTH, (Op.IS, Op.ANY)),
    "age": Fact(Kind.NUMBER, _NUMERIC),
    "joined": Fact(Kind.DAY, _DATED[:-1]),
    "last_seen": Fact(Kind.DAY, _DATED),
    "last_purchase": Fact(Kind.DAY, _DATED),
    "purchases": Fact(Kind.NUMBER, _NUMERIC, windowed=True),
    "spent": Fact(Kind.MONEY, _NUMERIC, windowed=True),
    "category": Fact(Kind.KEY, (Op.IS,), windowed=True),
    "segment": Fact(Kind.KEY, (Op.IS,)),
    "recency": Fact(Kind.NUMBER, _NUMERIC),
    "frequency": Fact(Kind.NUMBER, _NUMERIC),
    "monetary": Fact(Kind.NUMBER, _NUMERIC),
    "stage": Fact(Kind.KEY, (Op.IS,)),
    "pyramid": Fact(Kind.KEY, (Op.IS,)),
    "points": Fact(Kind.NUMBER, _NUMERIC),
    "voucher": Fact(Kind.KEY, (Op.IS, Op.ANY)),
    "answer": Fact(Kind.ANSWER, _NUMERIC),
    "complaint": Fact(Kind.FLAG, (Op.ANY,)),
    "got": Fact(Kind.KEY, (Op.IS,)),
    "clicked": Fact(Kind.KEY, (Op.IS,)),
    "audience": Fact(Kind.KEY, (Op.IS,)),
}
"""SEMANTICS: Campaigns, Audience. `recency`, `frequency`, `monetary` are quintiles 1 to 5."""

CAMPAIGNS: Final = ("got", "clicked")
"""Facts whose values are ids of campaigns, in digits."""
QUINTILES: Final = ("recency", "frequency", "monetary")


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is asked. `days`: only what happened in the last so many days counts."""

    fact: str
    op: Op
    values: tuple[str | int, ...] = ()
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Both:
    """All of the parts hold."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of the parts holds."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Expression"


Expression: TypeAlias = Condition | Both | Either | Not


def conditions(expression: Expression) -> Iterator[Condition]:
    """Every condition, from left to right."""
    if isinstance(expression, Condition):
        yield expression
    elif isinstance(expression, Not):
        yield from conditions(expression.part)
    else:
        for part in expression.parts:
            yield from conditions(part)


def plain(expression: Expression) -> Expression:
    """The same, written in one way: nothing is denied twice, no and stands right in an and, and
    none around a single part."""
    if isinstance(expression, Condition):
        return expression
    if isinstance(expression, Not):
        part = plain(expression.part)
        return part.part if isinstance(part, Not) else Not(part)
    kind = type(expression)
    parts: list[Expression] = []
    for part in map(plain, expression.parts):
        inner = part.parts if isinstance(part, kind) else (part,)
        parts.extend(one for one in inner if one not in parts)
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def dump(expression: Expression) -> dict[str, Any]:
    """As plain data for JSON."""
    if isinstance(expression, Both):
        return {"all": [dump(part) for part in expression.parts]}
    if isinstance(expression, Either):
        return {"any": [dump(part) for part in expression.parts]}
    if isinstance(expression, Not):
        return {"not": dump(expression.part)}
    found: dict[str, Any] = {"fact": expression.fact, "op": str(expression.op)}
    if expression.values:
        found["values"] = list(expression.values)
    if expression.days is not None:
        found["days"] = expression.days
    return found


def load(data: Any) -> Expression:
    """The expression that `dump` wrote, checked again: raises AudienceBroken for anything that
    is not known here, AudienceTooLarge."""
    expression = _load(data, 1)
    check(expression)
    return expression


def check(expression: Expression) -> None:
    """Raises AudienceTooLarge where it has too many conditions, values or brackets, and
    AudienceBroken for facts, operators or values that do not fit together."""
    if _depth(expression) > DEEPEST:
        raise AudienceTooLarge("depth", DEEPEST)
    found = list(conditions(expression))
    if len(found) > MOST_CONDITIONS:
        raise AudienceTooLarge("conditions", MOST_CONDITIONS)
    for condition in found:
        _check(condition)


def _load(data: Any, depth: int) -> Expression:
    if not isinstance(data, Mapping) or depth > 2 * DEEPEST:
        raise AudienceBroken("shape")
    names = set(data)
    if names == {"not"}:
        return Not(_load(data["not"], depth + 1))
    for name, kind in (("all", Both), ("any", Either)):
        if names == {name}:
            return kind(tuple(_load(part, depth + 1) for part in _list(data[name])))
    if not {"fact", "op"} <= names <= {"fact", "op", "values", "days"}:
        raise AudienceBroken("shape")
    try:
        op = Op(data["op"])
    except ValueError as error:
        raise AudienceBroken("op") from error
    values = tuple(_list(data["values"])) if "values" in data else ()
    return Condition(data["fact"], op, values, data.get("days"))


def _list(data: Any) -> list[Any]:
    if not isinstance(data, list) or not data:
        raise AudienceBroken("shape")
    return data


def _depth(expression: Expression) -> int:
    if isinstance(expression, Condition):
        return 1
    if isinstance(expression, Not):
        return 1 + _depth(expression.part)
    if not expression.parts:
        raise AudienceBroken("shape")
    return 1 + max(map(_depth, expression.parts))


def _check(condition: Condition) -> None:
    fact = FACTS.get(condition.fact) if isinstance(condition.fact, str) else None
    if fact is None:
        raise AudienceBroken("fact")
    if condition.op not in fact.ops:
        raise AudienceBroken("op")
    if condition.days is not None and not (fact.windowed and _is_days(condition.days)):
        raise AudienceBroken("days")
    if len(condition.values) > MOST_VALUES:
        raise AudienceTooLarge("values", MOST_VALUES)
    if not _fit(fact, condition):
        raise AudienceBroken("values")


def _fit(fact: Fact, condition: Condition) -> bool:
    values, op = condition.values, condition.op
    if op is Op.ANY:
        return not values
    if op in (Op.WITHIN, Op.BEYOND):
        return len(values) == 1 and _is_days(values[0])
    if not values:
        return False
    if fact.kind is Kind.KEY:
        ids = condition.fact in CAMPAIGNS
        return all(_is_text(value) and (not ids or _is_id(str(value))) for value in values)
    if fact.kind is Kind.ANSWER:
        return _fits_answer(op, values)
    if op is not Op.IS and len(values) != 1:
        return False
    lowest, highest = _bounds(condition.fact, fact.kind)
    return all(_is_whole(value) and lowest <= int(value) <= highest for value in values)


def _fits_answer(op: Op, values: tuple[str | int, ...]) -> bool:
    about, said = values[:2], values[2:]
    if len(about) < 2 or not said or not all(map(_is_text, about)):
        return False
    if op is Op.IS:
        return all(map(_is_text, said))
    return len(said) == 1 and _is_whole(said[0]) and abs(int(said[0])) <= LARGEST


def _bounds(name: str, kind: Kind) -> tuple[int, int]:
    if name in QUINTILES:
        return 1, 5
    if name == "age":
        return 0, 150
    if kind is Kind.MONTH:
        return THIS_MONTH, NEXT_MONTH
    return (1, 3652059) if kind is Kind.DAY else (0, LARGEST)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_VALUE and value.isprintable()


def _is_id(value: str) -> bool:
    return value.isascii() and value.isdigit() and int(value) < 2**63


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_days(value: object) -> bool:
    return _is_whole(value) and 1 <= int(str(value)) <= MOST_DAYS
