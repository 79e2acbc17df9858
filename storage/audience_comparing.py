"""What conditions of audiences share: the members table, numbers and days against values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Table, and_

from domain.audience_expressions import Condition, Op
from domain.dates import start_of_day
from services.ports.audiences import When
from storage.tables import people

members: Table = people.Member.__table__  # type: ignore[attr-defined]
member = members.c.id
Bool: TypeAlias = ColumnElement[bool]
_LAST_DAY: Final = date.max.toordinal() - 1


def compared(number: ColumnElement[Any], condition: Condition) -> Bool:
    """A number or key against the values of a condition."""
    if condition.op is Op.IS:
        return number.in_(list(condition.values))
    limit = condition.values[0]
    return number >= limit if condition.op is Op.AT_LEAST else number <= limit


def dated(since: Callable[[int], Bool], condition: Condition, when: When) -> Bool:
    """Something's last day against a condition. `since`: whether it was on a day or later. What
    never was is neither early nor late."""
    low, high = days_of(condition, when)
    if high is None:
        return since(low)
    return and_(since(1), ~since(high + 1))


def days_of(condition: Condition, when: When) -> tuple[int, int | None]:
    """The first and the last day that a condition allows."""
    if condition.op is Op.ANY:
        return 1, None
    value = int(condition.values[0])
    if condition.op is Op.AT_LEAST:
        return value, None
    if condition.op is Op.AT_MOST:
        return 1, value
    first = when.today - value + 1
    return (first, None) if condition.op is Op.WITHIN else (1, first - 1)


def between_instants(column: Any, low: int, high: int | None, when: When) -> Bool:
    parts = [column >= start_of(low, when)]
    if high is not None:
        parts.append(column < start_of(high + 1, when))
    return and_(*parts)


def start_of(day: int, when: When) -> datetime:
    return start_of_day(date.fromordinal(min(max(day, 2), _LAST_DAY)), when.zone)
