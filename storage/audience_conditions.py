"""Expressions of audiences as conditions over the members table: bound values only.

Every condition is true or false, never unknown, so that `not` means what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Table,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    type_coerce,
)

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
from domain.dates import start_of_day
from domain.points import Unit
from domain.surveys import DONE
from domain.tickets import RUNNING, TicketKind
from domain.vouchers import OPEN
from services.ports.audiences import When
from services.ports.sales import BOOKED
from storage.tables import (
    audiences,
    benefits,
    campaigns,
    chat,
    checkins,
    ledger,
    people,
    post,
    purchases,
    surveys,
    tickets,
)
from storage.tables.club import Store

_WAY_OUT: Final = "stop"
"""The button under every promotion; who taps it has not shown interest."""
_LAST_DAY: Final = date.max.toordinal() - 1
HOME_DAYS: Final = 366
"""A member's home store is where they bought most often within so many days."""

_members: Table = people.Member.__table__  # type: ignore[attr-defined]
_consents = people.Consent.__table__.alias("their_consents")  # type: ignore[attr-defined]
_addresses = chat.Address.__table__.alias("their_addresses")  # type: ignore[attr-defined]
_tags: Table = audiences.MemberTag.__table__.alias("their_tags")  # type: ignore[attr-defined]
_insights = audiences.MemberInsight.__table__.alias("their_insights")  # type: ignore[attr-defined]
_purchases = purchases.Purchase.__table__.alias("their_purchases")  # type: ignore[attr-defined]
_lines = purchases.PurchaseLine.__table__.alias("their_lines")  # type: ignore[attr-defined]
_stores = Store.__table__.alias("their_stores")  # type: ignore[attr-defined]
_lots = ledger.Lot.__table__.alias("their_lots")  # type: ignore[attr-defined]
_vouchers = benefits.Voucher.__table__.alias("their_vouchers")  # type: ignore[attr-defined]
_benefits = benefits.Benefit.__table__.alias("their_benefits")  # type: ignore[attr-defined]
_surveys = surveys.Survey.__table__.alias("their_surveys")  # type: ignore[attr-defined]
_responses = surveys.SurveyResponse.__table__.alias("their_responses")  # type: ignore[attr-defined]
_waves = surveys.SurveyWave.__table__.alias("their_waves")  # type: ignore[attr-defined]
_answers = surveys.SurveyAnswer.__table__.alias("their_answers")  # type: ignore[attr-defined]
_tickets = tickets.Ticket.__table__.alias("their_tickets")  # type: ignore[attr-defined]
_rows = post.Delivery.__table__.alias("their_rows")  # type: ignore[attr-defined]
_clicks = campaigns.CampaignClick.__table__.alias("their_clicks")  # type: ignore[attr-defined]
_checkins = checkins.CheckIn.__table__.alias("their_checkins")  # type: ignore[attr-defined]

_newer = surveys.SurveyResponse.__table__.alias("newer_response")  # type: ignore[attr-defined]
_id = _members.c.id
_Bool = ColumnElement[bool]


def where(expression: Expression, when: When, fallback: str) -> _Bool:
    """Who is meant, as a condition over members. Saved audiences must have been written out
    before. `fallback`: the language of who has chosen none. Raises AudienceBroken, -TooLarge."""
    check(expression)
    return _where(expression, when, fallback)


def _where(expression: Expression, when: When, fallback: str) -> _Bool:
    if isinstance(expression, Condition):
        if expression.fact == "language":
            return _language(fallback).in_(list(expression.values))
        return _FACTS[expression.fact](expression, when)
    if isinstance(expression, Not):
        return not_(_where(expression.part, when, fallback))
    parts = [_where(part, when, fallback) for part in expression.parts]
    return and_(*parts) if isinstance(expression, Both) else or_(*parts)


# -- the member's own row ----------------------------------------------------------------


def _column(name: str) -> Callable[[Condition, When], _Bool]:
    column = _members.c[name]

    def asked(condition: Condition, _when: When) -> _Bool:
        there = func.coalesce(column, "") != ""
        if condition.op is Op.ANY:
            return there
        return and_(column.is_not(None), column.in_(list(condition.values)))

    return asked


def _level(condition: Condition, _when: When) -> _Bool:
    return _members.c.level.in_(list(condition.values))


def _language(fallback: str) -> ColumnElement[str]:
    newest = (
        select(_addresses.c.locale)
        .where(_addresses.c.member_id == _id, _addresses.c.blocked_at.is_(None))
        .order_by(_addresses.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(func.nullif(_members.c.locale, ""), func.nullif(newest, ""), fallback)


def _birthday(condition: Condition, when: When) -> _Bool:
    """By the month of the solar calendar, or of the lunar one for who celebrates by it."""
    column = _members.c.birth_month
    if condition.op is Op.ANY:
        return column.is_not(None)

    def fits(month: int) -> _Bool:
        named = {THIS_MONTH: month, NEXT_MONTH: month % 12 + 1}
        return column.in_(sorted({named.get(int(one), int(one)) for one in condition.values}))

    solar, lunar = date.fromordinal(when.today).month, when.lunar_month
    calendar = case((_members.c.birth_lunar, fits(lunar)), else_=fits(solar))
    return and_(column.is_not(None), calendar)


def _age(condition: Condition, when: When) -> _Bool:
    today = date.fromordinal(when.today)
    month, day = _members.c.birth_month, _members.c.birth_day
    to_come = or_(month > today.month, and_(month == today.month, day > today.day))
    years = today.year - _members.c.birth_year - case((to_come, 1), else_=0)
    known = and_(_members.c.birth_year.is_not(None), month.is_not(None))
    return and_(known, _compared(years, condition))


def _joined(condition: Condition, when: When) -> _Bool:
    low, high = _days(condition, when)
    return _between_instants(_members.c.joined_at, low, high, when)


# -- beside it ---------------------------------------------------------------------------


def _tag(condition: Condition, _when: When) -> _Bool:
    found = exists().where(_tags.c.member_id == _id)
    if condition.op is Op.ANY:
        return found
    return _id.in_(select(_tags.c.member_id).where(_tags.c.tag.in_(list(condition.values))))


def _consent(condition: Condition, _when: When) -> _Bool:
    """The newest decision holds. One looked up for each member: see `_category`."""

    def given(purpose: str | int) -> _Bool:
        newest = (
            select(_consents.c.given)
            .where(_consents.c.member_id == _id, _consents.c.purpose == purpose)
            .order_by(_consents.c.id.desc())
            .limit(literal_column("1"))
            .scalar_subquery()
        )
        return and_(newest.is_not(None), newest)

    return or_(*(given(purpose) for purpose in condition.values))


def _insight(name: str) -> Callable[[Condition, When], _Bool]:
    column = _insights.c[name]

    def asked(condition: Condition, _when: When) -> _Bool:
        return exists().where(_insights.c.member_id == _id, _compared(column, condition))

    return asked


def _points(condition: Condition, when: When) -> _Bool:
    """What may be spent now; who owes has none."""
    open_lots = (
        select(func.coalesce(func.sum(_lots.c.left), 0))
        .where(
            _lots.c.member_id == _id,
            _lots.c.unit == Unit.POINTS.value,
            _lots.c.left > literal_column("0"),  # so that both see the partial index fit
            _lots.c.active_from <= when.now,
            or_(_lots.c.expires_at.is_(None), _lots.c.expires_at > when.now),
        )
        .scalar_subquery()
    )
    return _compared(open_lots, condition)


def _voucher(condition: Condition, when: When) -> _Bool:
    mine = [
        _vouchers.c.member_id == _id,
        _vouchers.c.state.in_([str(state) for state in OPEN]),
        _vouchers.c.expires_at > when.now,
    ]
    if condition.values:
        keys = select(_benefits.c.id).where(_benefits.c.key.in_(list(condition.values)))
        mine.append(_vouchers.c.benefit_id.in_(keys))
    return exists().where(*mine)


def _complaint(_condition: Condition, _when: When) -> _Bool:
    return exists().where(
        _tickets.c.member_id == _id,
        _tickets.c.kind == TicketKind.COMPLAINT.value,
        _tickets.c.state.in_([state.value for state in RUNNING]),
    )


# -- purchases ---------------------------------------------------------------------------


def _booked(condition: Condition, when: When) -> list[_Bool]:
    """The member's purchases that count, in the window if there is one."""
    mine = [_purchases.c.member_id == _id, _purchases.c.state == BOOKED]
    if condition.days is not None:
        mine.append(_purchases.c.day > when.today - condition.days)
    return mine


def _purchase_count(condition: Condition, when: When) -> _Bool:
    """What was given back as a whole does not count. SEMANTICS: Levels."""
    kept = (*_booked(condition, when), _purchases.c.basis_minor > 0)
    return _compared(select(func.count()).where(*kept).scalar_subquery(), condition)


def _spent(condition: Condition, when: When) -> _Bool:
    total = func.coalesce(func.sum(_purchases.c.basis_minor), 0)
    return _compared(select(total).where(*_booked(condition, when)).scalar_subquery(), condition)


def _last_purchase(condition: Condition, when: When) -> _Bool:
    kept = (*_booked(condition, when), _purchases.c.basis_minor > 0)
    return _dated(lambda day: exists().where(*kept, _purchases.c.day >= day), condition, when)


def _store(condition: Condition, when: When) -> _Bool:
    codes = select(_stores.c.id).where(_stores.c.code.in_(list(condition.values)))
    return exists().where(*_booked(condition, when), _purchases.c.store_id.in_(codes))


def _home_store(condition: Condition, when: When) -> _Bool:
    """Where the member bought most often; of several the one where they were last."""
    mine = _booked(Condition("store", Op.IS, (), HOME_DAYS), when)
    most = (
        select(_stores.c.code)
        .join(_purchases, _purchases.c.store_id == _stores.c.id)
        .where(*mine)
        .group_by(_stores.c.code)
        .order_by(func.count().desc(), func.max(_purchases.c.day).desc(), _stores.c.code)
        .limit(1)
        .correlate(_members)
        .scalar_subquery()
    )
    return func.coalesce(most, "").in_(list(condition.values))


def _category(condition: Condition, when: When) -> _Bool:
    """One found for each member that nothing cheaper has left out: a plain EXISTS PostgreSQL would
    turn into a join with every line that was ever bought."""
    one = (
        select(literal_column("1"))
        .join(_lines, _lines.c.purchase_id == _purchases.c.id)
        .where(
            *_booked(condition, when),
            _purchases.c.basis_minor > 0,
            _lines.c.category.in_(list(condition.values)),
        )
        .limit(literal_column("1"))
        .correlate(_members)
        .scalar_subquery()
    )
    return one.is_not(None)


def _last_seen(condition: Condition, when: When) -> _Bool:
    """In the chat, at the till, or checking in."""
    bought = _booked(Condition("purchases", Op.IS), when)

    def since(day: int) -> _Bool:
        at = _start(day, when)
        wrote = exists().where(_addresses.c.member_id == _id, _addresses.c.seen_at >= at)
        paid = exists().where(*bought, _purchases.c.day >= day)
        came = exists().where(
            _checkins.c.member_id == _id, type_coerce(_checkins.c.day, BigInteger) >= day
        )
        return or_(wrote, paid, came)

    return _dated(since, condition, when)


# -- answers and campaigns ---------------------------------------------------------------


def _answer(condition: Condition, _when: When) -> _Bool:
    """The newest finished response of the member to that survey, by name only."""
    key, question = condition.values[:2]
    newer = exists().where(
        _newer.c.survey_id == _responses.c.survey_id,
        _newer.c.member_id == _responses.c.member_id,
        _newer.c.state.in_([str(state) for state in DONE]),
        _newer.c.wave > _responses.c.wave,
    )
    named = exists().where(_waves.c.id == _responses.c.wave_id, _waves.c.anonymous.is_(False))
    said = exists().where(
        _answers.c.response_id == _responses.c.id,
        _answers.c.question == question,
        _said(condition),
    )
    survey = select(_surveys.c.id).where(_surveys.c.key == key).scalar_subquery()
    return exists().where(
        _responses.c.member_id == _id,
        _responses.c.survey_id == survey,
        _responses.c.state.in_([str(state) for state in DONE]),
        named,
        ~newer,
        said,
    )


def _said(condition: Condition) -> _Bool:
    text = type_coerce(_answers.c.value, Text())
    wanted = condition.values[2:]
    if condition.op is Op.IS:
        # A number stands there bare, a key in quotes, alone or among others.
        keys = [text.contains(f'"{value}"', autoescape=True) for value in wanted]
        return or_(text.in_([str(value) for value in wanted]), *keys)
    digits = func.ltrim(text, "-0123456789")
    number = case((digits == "", cast(text, BigInteger)), else_=None)
    bare = Condition(condition.fact, condition.op, wanted)
    return and_(digits == "", _compared(number, bare))


def _got(condition: Condition, _when: When) -> _Bool:
    ids = [int(value) for value in condition.values]
    return exists().where(
        _rows.c.member_id == _id, _rows.c.campaign_id.in_(ids), _rows.c.state == "sent"
    )


def _clicked(condition: Condition, _when: When) -> _Bool:
    ids = [int(value) for value in condition.values]
    return exists().where(
        _clicks.c.member_id == _id,
        _clicks.c.campaign_id.in_(ids),
        _clicks.c.target != _WAY_OUT,
    )


# -- comparing ---------------------------------------------------------------------------


def _compared(number: ColumnElement[Any], condition: Condition) -> _Bool:
    """A number or key against the values of a condition."""
    if condition.op is Op.IS:
        return number.in_(list(condition.values))
    limit = condition.values[0]
    return number >= limit if condition.op is Op.AT_LEAST else number <= limit


def _dated(since: Callable[[int], _Bool], condition: Condition, when: When) -> _Bool:
    """Something's last day against a condition. `since`: whether it was on a day or later. What
    never was is neither early nor late."""
    low, high = _days(condition, when)
    if high is None:
        return since(low)
    return and_(since(1), ~since(high + 1))


def _days(condition: Condition, when: When) -> tuple[int, int | None]:
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


def _between_instants(column: Any, low: int, high: int | None, when: When) -> _Bool:
    parts = [column >= _start(low, when)]
    if high is not None:
        parts.append(column < _start(high + 1, when))
    return and_(*parts)


def _start(day: int, when: When) -> datetime:
    return start_of_day(date.fromordinal(min(max(day, 2), _LAST_DAY)), when.zone)


_FACTS: Final[Mapping[str, Callable[[Condition, When], _Bool]]] = {
    "level": _level,
    "tag": _tag,
    "store": _store,
    "home_store": _home_store,
    "city": _column("city"),
    "source": _column("source"),
    "consent": _consent,
    "birthday_month": _birthday,
    "age": _age,
    "joined": _joined,
    "last_seen": _last_seen,
    "last_purchase": _last_purchase,
    "purchases": _purchase_count,
    "spent": _spent,
    "category": _category,
    "segment": _insight("segment"),
    "recency": _insight("r"),
    "frequency": _insight("f"),
    "monetary": _insight("m"),
    "stage": _insight("stage"),
    "pyramid": _insight("pyramid"),
    "points": _points,
    "voucher": _voucher,
    "answer": _answer,
    "complaint": _complaint,
    "got": _got,
    "clicked": _clicked,
}
