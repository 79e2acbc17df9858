"""What campaigns brought: counted in the database, however many got one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Float,
    Integer,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    select,
    type_coerce,
    update,
)
from sqlalchemy import Connection as Db

from domain.campaign_links import WAY_OUT
from domain.campaigns import CampaignKind
from domain.vouchers import VoucherState
from services.ports.campaign_results import Arm, Given, Reached, Span, Target
from services.ports.campaigns import Campaign
from services.ports.sales import BOOKED
from storage.campaign_merged import kept, once, with_merges
from storage.tables import benefits, campaigns, people, post, purchases

_campaigns = campaigns.Campaign.__table__  # type: ignore[attr-defined]
_subjects = campaigns.CampaignSubject.__table__  # type: ignore[attr-defined]
_grants = campaigns.CampaignGrant.__table__  # type: ignore[attr-defined]
_links = campaigns.CampaignLink.__table__  # type: ignore[attr-defined]
_clicks = campaigns.CampaignClick.__table__  # type: ignore[attr-defined]
_figures = campaigns.CampaignFigures.__table__  # type: ignore[attr-defined]
_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_vouchers = benefits.Voucher.__table__  # type: ignore[attr-defined]
_bought = purchases.Purchase.__table__  # type: ignore[attr-defined]

_FIELDS: Final = tuple(Campaign.__dataclass_fields__)
_of = bindparam("of", type_=BigInteger)
HELD: Final = "held"


def _millis(column: Any) -> Any:
    return type_coerce(column, BigInteger)


# Who was assigned, and the moment from which on what they buy counts: when their message was
# sent, else when it was decided what they get.
_row_of_subject = and_(
    _rows.c.campaign_id == _subjects.c.campaign_id, _rows.c.member_id == _subjects.c.member_id
)
_assigned = (
    select(
        _subjects.c.member_id,
        func.coalesce(kept, _subjects.c.member_id).label("buyer"),
        _subjects.c.letter,
        _subjects.c.held,
        func.coalesce(_millis(_rows.c.sent_at), _millis(_subjects.c.at)).label("since"),
        _rows.c.state,
        _rows.c.reason,
        _rows.c.sent_at,
    )
    .select_from(with_merges(_subjects.outerjoin(_rows, _row_of_subject), _subjects.c.member_id))
    .where(_subjects.c.campaign_id == _of, once(_subjects))
)
_written_to = (
    select(
        _rows.c.member_id,
        func.coalesce(kept, _rows.c.member_id).label("buyer"),
        literal("").label("letter"),
        literal(False).label("held"),
        func.coalesce(_millis(_rows.c.sent_at), _millis(_rows.c.made_at)).label("since"),
        _rows.c.state,
        _rows.c.reason,
        _rows.c.sent_at,
    )
    .select_from(with_merges(_rows, _rows.c.member_id))
    .where(_rows.c.campaign_id == _of, _rows.c.member_id.is_not(None), once(_rows))
)

_net = _bought.c.minor - _bought.c.refunded_minor


def _counts(who: Any) -> Any:
    """What of the purchases of somebody counts."""
    return and_(
        _bought.c.member_id == who.c.buyer,
        _bought.c.state == BOOKED,
        _bought.c.day >= bindparam("first_day", type_=Integer),
        _bought.c.day <= bindparam("last_day", type_=Integer),
        _millis(_bought.c.occurred_at) > who.c.since,
        _millis(_bought.c.occurred_at) <= who.c.since + bindparam("window", type_=BigInteger),
        _bought.c.currency == bindparam("currency"),
    )


def _arms(of: Any) -> Any:
    who = of.cte("who")
    each = (
        select(
            who.c.letter,
            who.c.held,
            func.count(_bought.c.id).label("times"),
            cast(func.coalesce(func.sum(_net), 0), BigInteger).label("net"),
        )
        .select_from(who.outerjoin(_bought, _counts(who)))
        .group_by(who.c.member_id, who.c.letter, who.c.held)
        .cte("each")
    )
    net = cast(each.c.net, Float(53))
    return (
        select(
            each.c.letter,
            each.c.held,
            func.count(),
            func.sum(case((each.c.times > 0, 1), else_=0)),
            func.sum(case((each.c.net > 0, 1), else_=0)),
            cast(func.sum(each.c.times), BigInteger),
            cast(func.sum(each.c.net), BigInteger),
            func.sum(net * net),
            func.sum(net * net * net),
        )
        .group_by(each.c.letter, each.c.held)
        .order_by(each.c.held, each.c.letter)
    )


_has_subjects = select(exists().where(_subjects.c.campaign_id == _of))
_arms_of = {True: _arms(_assigned), False: _arms(_written_to)}

_answers = and_(_clicks.c.campaign_id == _of, _clicks.c.target != WAY_OUT)
_of_kept = _subjects.alias("subject_of_the_kept")
_letter = func.coalesce(_of_kept.c.letter, _subjects.c.letter, "")


def _with_letter(table: Any) -> Any:
    """With the text of the member, by which they count."""
    joined = with_merges(table, table.c.member_id)
    for subject, member in ((_subjects, table.c.member_id), (_of_kept, kept)):
        same = and_(subject.c.campaign_id == table.c.campaign_id, subject.c.member_id == member)
        joined = joined.outerjoin(subject, same)
    return joined


_clicked = (
    select(_letter, func.count(func.coalesce(kept, _clicks.c.member_id).distinct()))
    .select_from(_with_letter(_clicks))
    .where(_answers)
    .group_by(_letter)
)
_parted = (
    select(func.count())
    .select_from(_clicks)
    .where(_clicks.c.campaign_id == _of, _clicks.c.target == WAY_OUT)
)
_used = and_(_vouchers.c.id == _grants.c.voucher_id, _vouchers.c.state == VoucherState.USED.value)
_redeemed = (
    select(_letter, func.count())
    .select_from(_with_letter(_grants).join(_vouchers, _used))
    .where(_grants.c.campaign_id == _of)
    .group_by(_letter)
)
_stands = _grants.c.revoked_at.is_(None)


def _if_stands(value: Any) -> Any:
    return cast(func.coalesce(func.sum(case((_stands, value), else_=0)), 0), BigInteger)


_given = select(
    _if_stands(1),
    _if_stands(case((_grants.c.voucher_id.is_not(None), 1), else_=0)),
    _if_stands(_grants.c.points),
    _if_stands(_grants.c.cost_minor),
    func.count() - _if_stands(1),
).where(_grants.c.campaign_id == _of)
_target = (
    select(_clicks.c.target, func.count(), cast(func.sum(_clicks.c.times), BigInteger))
    .where(_answers)
    .group_by(_clicks.c.target)
    .order_by(func.count().desc(), _clicks.c.target)
    .limit(bindparam("most"))
)
_urls = select(_links.c.id, _links.c.url).where(_links.c.id.in_(bindparam("ids", expanding=True)))


def _reached(of: Any) -> Any:
    who = (
        of.where(_column(of) > bindparam("after", type_=BigInteger))
        .order_by(_column(of))
        .limit(bindparam("most"))
        .cte("who")
    )
    clicked = (
        select(func.min(_clicks.c.first_at))
        .where(_answers, _clicks.c.member_id == who.c.member_id)
        .scalar_subquery()
    )
    used = exists().where(
        _grants.c.campaign_id == _of, _grants.c.member_id == who.c.member_id, _used
    )
    return (
        select(
            who.c.member_id,
            _members.c.number,
            func.coalesce(_members.c.name, ""),
            who.c.letter,
            case((who.c.held, HELD), else_=func.coalesce(who.c.state, "")),
            func.coalesce(who.c.reason, ""),
            who.c.sent_at,
            clicked,
            used,
            func.count(_bought.c.id),
            cast(func.coalesce(func.sum(_net), 0), BigInteger),
        )
        .select_from(
            who.join(_members, _members.c.id == who.c.member_id).outerjoin(_bought, _counts(who))
        )
        .group_by(
            who.c.member_id,
            _members.c.number,
            _members.c.name,
            who.c.letter,
            who.c.held,
            who.c.state,
            who.c.reason,
            who.c.sent_at,
        )
        .order_by(who.c.member_id)
    )


def _column(of: Any) -> Any:
    return next(one for one in of.selected_columns if one.key == "member_id")


_reached_of = {True: _reached(_assigned), False: _reached(_written_to)}
_last_sent = select(func.max(_rows.c.sent_at)).where(
    _rows.c.campaign_id == _of, _rows.c.state == "sent"
)
_unsettled = (
    select(*(_campaigns.c[name] for name in _FIELDS))
    .where(
        _campaigns.c.finished_at.is_not(None),
        _campaigns.c.started_at.is_not(None),
        _campaigns.c.result.is_(None),
        _campaigns.c.kind == CampaignKind.BROADCAST.value,
    )
    .order_by(_campaigns.c.finished_at, _campaigns.c.id)
    .limit(bindparam("most"))
)
_forget = delete(_figures).where(_figures.c.campaign_id == _of)


class CampaignResults:
    """What campaigns brought (services.ports.campaign_results.CampaignResults)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def arms(self, campaign_id: int, span: Span) -> list[Arm]:
        statement = _arms_of[self._has_subjects(campaign_id)]
        rows = self._db.execute(statement, {"of": campaign_id, **_bounds(span)})
        return [Arm(row[0], bool(row[1]), *row[2:]) for row in rows]

    def clicked(self, campaign_id: int) -> dict[str, int]:
        return {letter: n for letter, n in self._db.execute(_clicked, {"of": campaign_id})}

    def parted(self, campaign_id: int) -> int:
        return int(self._db.execute(_parted, {"of": campaign_id}).scalar_one())

    def redeemed(self, campaign_id: int) -> dict[str, int]:
        return {letter: n for letter, n in self._db.execute(_redeemed, {"of": campaign_id})}

    def given(self, campaign_id: int) -> Given:
        return Given(*self._db.execute(_given, {"of": campaign_id}).one())

    def targets(self, campaign_id: int, most: int) -> list[Target]:
        rows = self._db.execute(_target, {"of": campaign_id, "most": most}).all()
        ids = [int(target) for target, _, _ in rows if target.isdecimal()]
        rows_of = self._db.execute(_urls, {"ids": ids}) if ids else ()
        urls = {link: url for link, url in rows_of}
        return [
            Target(urls.get(int(target), target), True, members, times)
            if target.isdecimal()
            else Target(target, False, members, times)
            for target, members, times in rows
        ]

    def reached(self, campaign_id: int, span: Span, after: int, most: int) -> list[Reached]:
        statement = _reached_of[self._has_subjects(campaign_id)]
        values = {"of": campaign_id, "after": after, "most": most, **_bounds(span)}
        rows: Any = self._db.execute(statement, values)
        return [Reached(*row) for row in rows]

    def last_sent(self, campaign_id: int) -> datetime | None:
        found: datetime | None = self._db.execute(_last_sent, {"of": campaign_id}).scalar()
        return found

    def unsettled(self, most: int) -> list[Campaign]:
        return [Campaign(*row) for row in self._db.execute(_unsettled, {"most": most})]

    def settle(self, campaign_id: int, result: object | None, now: datetime) -> bool:
        where = [_campaigns.c.id == campaign_id, _campaigns.c.result.is_(None)]
        values: dict[str, Any] = {"counted_at": now}
        if result is None:
            where.append(_campaigns.c.counted_at.is_(None))
        else:
            values["result"] = result
        if not self._db.execute(update(_campaigns).where(*where).values(**values)).rowcount:
            return False
        if result is not None:
            self._db.execute(_forget, {"of": campaign_id})
        return True

    def _has_subjects(self, campaign_id: int) -> bool:
        return bool(self._db.execute(_has_subjects, {"of": campaign_id}).scalar())


def _bounds(span: Span) -> dict[str, Any]:
    return {
        "window": int(span.window.total_seconds() * 1000),
        "currency": span.currency,
        "first_day": span.first.toordinal(),
        "last_day": span.last.toordinal(),
    }
