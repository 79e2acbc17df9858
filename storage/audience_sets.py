"""Conditions of audiences as sets of members, for counting everybody.

audience_conditions looks each member up in turn, which is right for a page of them. Among a
million it is faster to read what was bought or agreed to once, by an index, and to join it with
the members. PostgreSQL moreover gives no such look-ups to several processes, but joins it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, exists, func, literal_column, not_, or_, select

from domain.audience_expressions import Condition, Op
from domain.points import Unit
from services.ports.audiences import When
from services.ports.sales import BOOKED
from storage.audience_comparing import Bool, compared, member
from storage.tables import ledger, people, purchases

Sets = Mapping[str, Callable[[Condition, When], Bool]]

_bought: Table = purchases.Purchase.__table__.alias("all_purchases")  # type: ignore[attr-defined]
_lines: Table = purchases.PurchaseLine.__table__.alias("all_lines")  # type: ignore[attr-defined]
_consents: Table = people.Consent.__table__.alias("all_consents")  # type: ignore[attr-defined]
_later: Table = people.Consent.__table__.alias("later_consents")  # type: ignore[attr-defined]
_lots: Table = ledger.Lot.__table__.alias("all_lots")  # type: ignore[attr-defined]
_ZERO: Final[ColumnElement[int]] = literal_column("0")
_booked = _bought.c.state == BOOKED
# Spelled out, so that both databases see that the partial index fits.
_named = _lines.c.category != literal_column("''")


# -- purchases ---------------------------------------------------------------------------


def _since(day: Any, condition: Condition, when: When) -> list[Bool]:
    return [] if condition.days is None else [day > when.today - condition.days]


def _purchase_count(condition: Condition, when: When) -> Bool:
    kept = [_booked, _bought.c.basis_minor > _ZERO, *_since(_bought.c.day, condition, when)]
    some = exists().where(_bought.c.member_id == member, *kept)
    if condition.op is Op.AT_LEAST and condition.values == (1,):
        return some
    if condition.op is Op.AT_MOST and condition.values == (0,):
        return ~some
    return _total(_bought.c.member_id, func.count(), kept, condition)


def _spent(condition: Condition, when: When) -> Bool:
    kept = [_booked, *_since(_bought.c.day, condition, when)]
    return _total(_bought.c.member_id, func.sum(_bought.c.basis_minor), kept, condition)


def _kinds(condition: Condition, when: When) -> list[Bool]:
    """Lines of these categories whose purchases still count."""
    return [
        *(_named, _lines.c.category.in_(list(condition.values))),
        *_since(_lines.c.day, condition, when),
        *(_booked, _bought.c.basis_minor > _ZERO, _bought.c.member_id.is_not(None)),
    ]


def _category_in_order(condition: Condition, when: When) -> Bool:
    """SQLite has no hash join. The lines of a category come by day and purchase, and the index of
    purchases by day is read in the same order. A plain "the id is" would lead a database without
    statistics to the rows themselves, which lie anywhere."""
    number = _lines.c.purchase_id
    same = (_bought.c.day == _lines.c.day) & _bought.c.id.between(number, number)
    found = select(_bought.c.member_id).select_from(_lines.join(_bought, same))
    return member.in_(found.where(*_kinds(condition, when)))


def _category_by_hash(condition: Condition, when: When) -> Bool:
    """Without the day in the join: PostgreSQL takes day and purchase for independent, and would
    expect next to nobody."""
    same = _bought.c.id == _lines.c.purchase_id
    window = _since(_bought.c.day, condition, when)
    found = select(_bought.c.member_id).select_from(_lines.join(_bought, same))
    one = found.where(*_kinds(condition, when), *window, _bought.c.member_id == member)
    return exists(one.correlate(member.table))


# -- others ------------------------------------------------------------------------------


def _consent(condition: Condition, _when: When) -> Bool:
    """The newest decision holds."""
    newer = exists().where(
        _later.c.member_id == _consents.c.member_id,
        _later.c.purpose == _consents.c.purpose,
        _later.c.id > _consents.c.id,
    )
    purposes = _consents.c.purpose.in_(list(condition.values))
    return exists().where(_consents.c.member_id == member, purposes, _consents.c.given, ~newer)


def _points(condition: Condition, when: When) -> Bool:
    open_lots = [
        _lots.c.unit == Unit.POINTS.value,
        _lots.c.left > _ZERO,
        _lots.c.active_from <= when.now,
        or_(_lots.c.expires_at.is_(None), _lots.c.expires_at > when.now),
    ]
    return _total(_lots.c.member_id, func.sum(_lots.c.left), open_lots, condition)


def _total(
    of: ColumnElement[Any], number: ColumnElement[Any], rows: list[Bool], condition: Condition
) -> Bool:
    """A number of each member against the values. Who has no row has 0: where that fits, all are
    meant but those whose number does not."""
    fits = compared(number, condition)
    zero = _fits_zero(condition)
    groups = select(of.label("of")).where(*rows, of.is_not(None)).group_by(of)
    found = groups.having(not_(fits) if zero else fits).subquery()
    some = exists().where(found.c.of == member)
    return ~some if zero else some


def _fits_zero(condition: Condition) -> bool:
    if condition.op is Op.IS:
        return 0 in condition.values
    limit = int(condition.values[0])
    return limit <= 0 if condition.op is Op.AT_LEAST else limit >= 0


SETS: Final[Mapping[str, Sets]] = {
    "sqlite": {"category": _category_in_order},
    "postgresql": {
        "purchases": _purchase_count,
        "spent": _spent,
        "category": _category_by_hash,
        "consent": _consent,
        "points": _points,
    },
}
"""What is looked for as a set, by database: SQLite finds the rest faster for each member."""
