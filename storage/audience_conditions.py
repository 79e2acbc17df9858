"""Expressions of audiences as conditions over the members table: bound values only.

Every condition is true or false, never unknown, so that `not` means what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Table,
    UnaryExpression,
    and_,
    case,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.sql import operators

from domain.audience_expressions import (
    NEXT_MONTH,
    THIS_MONTH,
    Both,
    Condition,
    Expression,
    Not,
    Op,
    check,
)
from domain.points import Unit
from domain.tickets import RUNNING, TicketKind
from domain.vouchers import OPEN
from services.ports.audiences import When
from storage import audience_doings as doings
from storage.audience_comparing import (
    Bool,
    between_instants,
    compared,
    days_of,
    member,
    members,
)
from storage.audience_sets import Sets
from storage.tables import (
    audiences,
    benefits,
    chat,
    ledger,
    people,
    tickets,
)

_consents: Table = people.Consent.__table__.alias("their_consents")  # type: ignore[attr-defined]
_addresses: Table = chat.Address.__table__.alias("their_addresses")  # type: ignore[attr-defined]
_tags: Table = audiences.MemberTag.__table__.alias("their_tags")  # type: ignore[attr-defined]
_insights: Table = audiences.MemberInsight.__table__.alias("their_insights")  # type: ignore[attr-defined]
_lots: Table = ledger.Lot.__table__.alias("their_lots")  # type: ignore[attr-defined]
_vouchers: Table = benefits.Voucher.__table__.alias("their_vouchers")  # type: ignore[attr-defined]
_benefits: Table = benefits.Benefit.__table__.alias("their_benefits")  # type: ignore[attr-defined]
_tickets: Table = tickets.Ticket.__table__.alias("their_tickets")  # type: ignore[attr-defined]


def where(expression: Expression, when: When, fallback: str, sets: Sets | None = None) -> Bool:
    """Who is meant, as a condition over members. Saved audiences must have been written out
    before. `fallback`: the language of who has chosen none; `sets`: conditions that are looked
    for as a set where everybody is asked. Raises AudienceBroken, -TooLarge."""
    check(expression)
    return _all_of(expression, when, fallback, sets or {})


def _all_of(expression: Expression, when: When, fallback: str, sets: Sets) -> Bool:
    """Only what must hold (or must not) in any case is looked for as a set: a database can join
    that with the members, but what stands beside an `or` it would look through for each."""
    if isinstance(expression, Both):
        return and_(*(_all_of(part, when, fallback, sets) for part in expression.parts))
    if isinstance(expression, Not) and isinstance(expression.part, Condition):
        return _opposite(_all_of(expression.part, when, fallback, sets))
    if isinstance(expression, Condition) and expression.fact in sets:
        return sets[expression.fact](expression, when)
    return _where(expression, when, fallback)


def _where(expression: Expression, when: When, fallback: str) -> Bool:
    if isinstance(expression, Condition):
        if expression.fact == "language":
            return _language(fallback).in_(list(expression.values))
        return _FACTS[expression.fact](expression, when)
    if isinstance(expression, Not):
        return not_(_where(expression.part, when, fallback))
    parts = [_where(part, when, fallback) for part in expression.parts]
    return and_(*parts) if isinstance(expression, Both) else or_(*parts)


def _opposite(one: Bool) -> Bool:
    """Not "not (not …)", which PostgreSQL does not join."""
    if isinstance(one, UnaryExpression) and one.operator is operators.inv:
        inner: Bool = one.element
        return inner
    return not_(one)


# -- the member's own row ----------------------------------------------------------------


def _column(name: str) -> Callable[[Condition, When], Bool]:
    column = members.c[name]

    def asked(condition: Condition, _when: When) -> Bool:
        there = func.coalesce(column, "") != ""
        if condition.op is Op.ANY:
            return there
        return and_(column.is_not(None), column.in_(list(condition.values)))

    return asked


def _level(condition: Condition, _when: When) -> Bool:
    return members.c.level.in_(list(condition.values))


def _language(fallback: str) -> ColumnElement[str]:
    newest = (
        select(_addresses.c.locale)
        .where(_addresses.c.member_id == member, _addresses.c.blocked_at.is_(None))
        .order_by(_addresses.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(func.nullif(members.c.locale, ""), func.nullif(newest, ""), fallback)


def _birthday(condition: Condition, when: When) -> Bool:
    """By the month of the solar calendar, or of the lunar one for who celebrates by it."""
    column = members.c.birth_month
    if condition.op is Op.ANY:
        return column.is_not(None)

    def fits(month: int) -> Bool:
        named = {THIS_MONTH: month, NEXT_MONTH: month % 12 + 1}
        return column.in_(sorted({named.get(int(one), int(one)) for one in condition.values}))

    solar, lunar = date.fromordinal(when.today).month, when.lunar_month
    calendar = case((members.c.birth_lunar, fits(lunar)), else_=fits(solar))
    return and_(column.is_not(None), calendar)


def _age(condition: Condition, when: When) -> Bool:
    today = date.fromordinal(when.today)
    month, day = members.c.birth_month, members.c.birth_day
    to_come = or_(month > today.month, and_(month == today.month, day > today.day))
    years = today.year - members.c.birth_year - case((to_come, 1), else_=0)
    known = and_(members.c.birth_year.is_not(None), month.is_not(None))
    return and_(known, compared(years, condition))


def _joined(condition: Condition, when: When) -> Bool:
    low, high = days_of(condition, when)
    return between_instants(members.c.joined_at, low, high, when)


# -- beside it ---------------------------------------------------------------------------


def _tag(condition: Condition, _when: When) -> Bool:
    found = exists().where(_tags.c.member_id == member)
    if condition.op is Op.ANY:
        return found
    return member.in_(select(_tags.c.member_id).where(_tags.c.tag.in_(list(condition.values))))


def _consent(condition: Condition, _when: When) -> Bool:
    """The newest decision holds. One looked up for each member: see doings.category."""

    def given(purpose: str | int) -> Bool:
        newest = (
            select(_consents.c.given)
            .where(_consents.c.member_id == member, _consents.c.purpose == purpose)
            .order_by(_consents.c.id.desc())
            .limit(literal_column("1"))
            .scalar_subquery()
        )
        return and_(newest.is_not(None), newest)

    return or_(*(given(purpose) for purpose in condition.values))


def _insight(name: str) -> Callable[[Condition, When], Bool]:
    column = _insights.c[name]

    def asked(condition: Condition, _when: When) -> Bool:
        return exists().where(_insights.c.member_id == member, compared(column, condition))

    return asked


def _points(condition: Condition, when: When) -> Bool:
    """What may be spent now; who owes has none."""
    open_lots = (
        select(func.coalesce(func.sum(_lots.c.left), 0))
        .where(
            _lots.c.member_id == member,
            _lots.c.unit == Unit.POINTS.value,
            _lots.c.left > literal_column("0"),  # so that both see the partial index fit
            _lots.c.active_from <= when.now,
            or_(_lots.c.expires_at.is_(None), _lots.c.expires_at > when.now),
        )
        .scalar_subquery()
    )
    return compared(open_lots, condition)


def _voucher(condition: Condition, when: When) -> Bool:
    mine = [
        _vouchers.c.member_id == member,
        _vouchers.c.state.in_([str(state) for state in OPEN]),
        _vouchers.c.expires_at > when.now,
    ]
    if condition.values:
        keys = select(_benefits.c.id).where(_benefits.c.key.in_(list(condition.values)))
        mine.append(_vouchers.c.benefit_id.in_(keys))
    return exists().where(*mine)


def _complaint(_condition: Condition, _when: When) -> Bool:
    return exists().where(
        _tickets.c.member_id == member,
        _tickets.c.kind == TicketKind.COMPLAINT.value,
        _tickets.c.state.in_([state.value for state in RUNNING]),
    )


_FACTS: Final[Mapping[str, Callable[[Condition, When], Bool]]] = {
    "level": _level,
    "tag": _tag,
    "store": doings.store,
    "home_store": doings.home_store,
    "city": _column("city"),
    "source": _column("source"),
    "consent": _consent,
    "birthday_month": _birthday,
    "age": _age,
    "joined": _joined,
    "last_seen": doings.last_seen,
    "last_purchase": doings.last_purchase,
    "purchases": doings.purchase_count,
    "spent": doings.spent,
    "category": doings.category,
    "segment": _insight("segment"),
    "recency": _insight("r"),
    "frequency": _insight("f"),
    "monetary": _insight("m"),
    "stage": _insight("stage"),
    "pyramid": _insight("pyramid"),
    "points": _points,
    "voucher": _voucher,
    "answer": doings.answer,
    "complaint": _complaint,
    "got": doings.got,
    "clicked": doings.clicked,
}
