"""Conditions of audiences on what members did: bought, came, answered, got, followed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Table,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)

from domain.audience_expressions import (
    Condition,
    Op,
)
from domain.surveys import DONE
from services.ports.audiences import When
from services.ports.sales import BOOKED
from storage.audience_comparing import (
    Bool,
    compared,
    dated,
    member,
    members,
    start_of,
)
from storage.tables import (
    campaigns,
    chat,
    checkins,
    post,
    purchases,
    surveys,
)
from storage.tables.club import Store

_WAY_OUT: Final = "stop"
"""The button under every promotion; who taps it has not shown interest."""
HOME_DAYS: Final = 366
"""A member's home store is where they bought most often within so many days."""
_addresses: Table = chat.Address.__table__.alias("their_addresses")  # type: ignore[attr-defined]
_purchases: Table = purchases.Purchase.__table__.alias("their_purchases")  # type: ignore[attr-defined]
_lines: Table = purchases.PurchaseLine.__table__.alias("their_lines")  # type: ignore[attr-defined]
_stores: Table = Store.__table__.alias("their_stores")  # type: ignore[attr-defined]
_surveys: Table = surveys.Survey.__table__.alias("their_surveys")  # type: ignore[attr-defined]
_responses: Table = surveys.SurveyResponse.__table__.alias("their_responses")  # type: ignore[attr-defined]
_waves: Table = surveys.SurveyWave.__table__.alias("their_waves")  # type: ignore[attr-defined]
_answers: Table = surveys.SurveyAnswer.__table__.alias("their_answers")  # type: ignore[attr-defined]
_rows: Table = post.Delivery.__table__.alias("their_rows")  # type: ignore[attr-defined]
_clicks: Table = campaigns.CampaignClick.__table__.alias("their_clicks")  # type: ignore[attr-defined]
_checkins: Table = checkins.CheckIn.__table__.alias("their_checkins")  # type: ignore[attr-defined]
_newer: Table = surveys.SurveyResponse.__table__.alias("newer_response")  # type: ignore[attr-defined]


# -- purchases ---------------------------------------------------------------------------


def booked(condition: Condition, when: When) -> list[Bool]:
    """The member's purchases that count, in the window if there is one."""
    mine = [_purchases.c.member_id == member, _purchases.c.state == BOOKED]
    if condition.days is not None:
        mine.append(_purchases.c.day > when.today - condition.days)
    return mine


def purchase_count(condition: Condition, when: When) -> Bool:
    """What was given back as a whole does not count. SEMANTICS: Levels."""
    kept = (*booked(condition, when), _purchases.c.basis_minor > 0)
    return compared(select(func.count()).where(*kept).scalar_subquery(), condition)


def spent(condition: Condition, when: When) -> Bool:
    total = func.coalesce(func.sum(_purchases.c.basis_minor), 0)
    return compared(select(total).where(*booked(condition, when)).scalar_subquery(), condition)


def last_purchase(condition: Condition, when: When) -> Bool:
    kept = (*booked(condition, when), _purchases.c.basis_minor > 0)
    return dated(lambda day: exists().where(*kept, _purchases.c.day >= day), condition, when)


def store(condition: Condition, when: When) -> Bool:
    codes = select(_stores.c.id).where(_stores.c.code.in_(list(condition.values)))
    return exists().where(*booked(condition, when), _purchases.c.store_id.in_(codes))


def home_store(condition: Condition, when: When) -> Bool:
    """Where the member bought most often; of several the one where they were last."""
    mine = booked(Condition("store", Op.IS, (), HOME_DAYS), when)
    most = (
        select(_stores.c.code)
        .join(_purchases, _purchases.c.store_id == _stores.c.id)
        .where(*mine)
        .group_by(_stores.c.code)
        .order_by(func.count().desc(), func.max(_purchases.c.day).desc(), _stores.c.code)
        .limit(1)
        .correlate(members)
        .scalar_subquery()
    )
    return func.coalesce(most, "").in_(list(condition.values))


def category(condition: Condition, when: When) -> Bool:
    """One found for each member that nothing cheaper has left out: a plain EXISTS PostgreSQL would
    turn into a join with every line that was ever bought. In the empty function, the category
    hides from the index by categories, which is right for everybody and wrong for one member."""
    one = (
        select(literal_column("1"))
        .join(_lines, _lines.c.purchase_id == _purchases.c.id)
        .where(
            *booked(condition, when),
            _purchases.c.basis_minor > 0,
            func.coalesce(_lines.c.category, "").in_(list(condition.values)),
        )
        .limit(literal_column("1"))
        .correlate(members)
        .scalar_subquery()
    )
    return one.is_not(None)


def last_seen(condition: Condition, when: When) -> Bool:
    """In the chat, at the till, or checking in."""
    bought = booked(Condition("purchases", Op.IS), when)

    def since(day: int) -> Bool:
        at = start_of(day, when)
        wrote = exists().where(_addresses.c.member_id == member, _addresses.c.seen_at >= at)
        paid = exists().where(*bought, _purchases.c.day >= day)
        came = exists().where(
            _checkins.c.member_id == member, type_coerce(_checkins.c.day, BigInteger) >= day
        )
        return or_(wrote, paid, came)

    return dated(since, condition, when)


# -- answers and campaigns ---------------------------------------------------------------


def answer(condition: Condition, _when: When) -> Bool:
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
        _responses.c.member_id == member,
        _responses.c.survey_id == survey,
        _responses.c.state.in_([str(state) for state in DONE]),
        named,
        ~newer,
        said,
    )


def _said(condition: Condition) -> Bool:
    text = type_coerce(_answers.c.value, Text())
    wanted = condition.values[2:]
    if condition.op is Op.IS:
        # A number stands there bare, a key in quotes, alone or among others.
        keys = [text.contains(f'"{value}"', autoescape=True) for value in wanted]
        return or_(text.in_([str(value) for value in wanted]), *keys)
    digits = func.ltrim(text, "-0123456789")
    number = case((digits == "", cast(text, BigInteger)), else_=None)
    bare = Condition(condition.fact, condition.op, wanted)
    return and_(digits == "", compared(number, bare))


def got(condition: Condition, _when: When) -> Bool:
    ids = [int(value) for value in condition.values]
    return exists().where(
        _rows.c.member_id == member, _rows.c.campaign_id.in_(ids), _rows.c.state == "sent"
    )


def clicked(condition: Condition, _when: When) -> Bool:
    ids = [int(value) for value in condition.values]
    return exists().where(
        _clicks.c.member_id == member,
        _clicks.c.campaign_id.in_(ids),
        _clicks.c.target != _WAY_OUT,
    )
