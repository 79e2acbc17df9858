"""What became of messages as staff ask for it. Reads stay in an index or end after some rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import (
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    union_all,
    update,
)

from domain.campaigns import CampaignKind, CampaignState
from domain.consent import Purpose
from services.ports.post import LANES, OPTIONAL, SERVICE
from services.ports.posted import LEFT, Count, Lane, Line, Missed
from storage.tables import campaigns, post

NEWEST = 2000

_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_floods = post.Flood.__table__  # type: ignore[attr-defined]
_campaigns = campaigns.Campaign.__table__  # type: ignore[attr-defined]

# Written out, so that both databases see that their partial indexes fit.
_pending = _rows.c.state == literal_column("'pending'")
_unclear = _rows.c.state == literal_column("'unknown'")
_open = _rows.c.reason != LEFT
_line = select(
    _rows.c.id,
    _rows.c.message,
    _rows.c.rule,
    _rows.c.campaign_id,
    _rows.c.purpose,
    _rows.c.state,
    _rows.c.reason,
    func.coalesce(_rows.c.sent_at, _rows.c.due_at, type_=_rows.c.due_at.type),
    _rows.c.member_id,
    _rows.c.repeated,
)
_newest_first = _line.order_by(_rows.c.id.desc()).limit(bindparam("most"))
_of_member = _newest_first.where(_rows.c.member_id.in_(bindparam("members", expanding=True)))
_of_rules = (
    select(_rows.c.rule, _rows.c.state, _rows.c.reason, func.count())
    .where(
        _rows.c.rule != literal_column("''"),
        _rows.c.rule == bindparam("named"),
        _rows.c.due_at > bindparam("since"),
    )
    .group_by(_rows.c.rule, _rows.c.state, _rows.c.reason)
)
_next_rule = select(func.min(_rows.c.rule)).where(
    _rows.c.rule != literal_column("''"), _rows.c.rule > bindparam("after")
)
_suppressed = (
    _line.where(
        _rows.c.rule != literal_column("''"),
        _rows.c.rule == bindparam("named"),
        _rows.c.state == "skipped",
    )
    .order_by(_rows.c.due_at.desc(), _rows.c.id.desc())
    .limit(bindparam("most"))
)
# Rows of campaigns have an index of their own; what is paused does not wait for the sender.
_count, _since = func.count().label("count"), func.min(_rows.c.due_at).label("since")
_now_due = and_(_pending, _rows.c.due_at <= bindparam("now"))
_lane = case((_campaigns.c.kind == CampaignKind.BROADCAST.value, OPTIONAL), else_=SERVICE)
_by_lane = union_all(
    select(_rows.c.lane.label("lane"), _count, _since)
    .where(_now_due, _rows.c.campaign_id.is_(None))
    .group_by(_rows.c.lane),
    select(_lane, _count, _since)
    .join(_campaigns, _campaigns.c.id == _rows.c.campaign_id)
    .where(
        _now_due,
        _rows.c.campaign_id.is_not(None),
        _campaigns.c.state != CampaignState.PAUSED.value,
    )
    .group_by(_rows.c.campaign_id, _campaigns.c.kind),
).subquery()
_waiting = (
    select(_by_lane.c.lane, func.sum(_by_lane.c.count), func.min(_by_lane.c.since))
    .group_by(_by_lane.c.lane)
    .order_by(_by_lane.c.lane)
)
_not_yet = and_(_pending, _rows.c.due_at > bindparam("now"))
_later = select(func.count()).select_from(
    union_all(
        select(_rows.c.id).where(_not_yet, _rows.c.campaign_id.is_(None)),
        select(_rows.c.id).where(_not_yet, _rows.c.campaign_id.is_not(None)),
    )
    .limit(bindparam("most"))
    .subquery()
)
_running = select(_campaigns.c.id).where(_campaigns.c.finished_at.is_(None))
_sent_of_campaigns = select(func.count()).where(
    _rows.c.campaign_id.in_(_running),
    _rows.c.state == "sent",
    _rows.c.sent_at > bindparam("since"),
)
_lately = (
    select(_rows.c.campaign_id, _rows.c.sent_at)
    .order_by(_rows.c.id.desc())
    .limit(literal_column(str(NEWEST)))
    .subquery()
)
_sent_of_others = select(func.count()).where(
    _lately.c.campaign_id.is_(None), _lately.c.sent_at > bindparam("since")
)
_silent = (
    select(_floods.c.channel, func.max(_floods.c.until))
    .where(_floods.c.until > bindparam("now"))
    .group_by(_floods.c.channel)
    .order_by(func.max(_floods.c.until).desc())
)
_unknown = _newest_first.where(_unclear, _open)
_unknown_of = _unknown.where(_rows.c.campaign_id == bindparam("campaign"))
_unknown_counts = (
    select(_rows.c.campaign_id, func.count())
    .where(_unclear, _open)
    .group_by(_rows.c.campaign_id)
    .order_by(func.count().desc())
)
_find = _line.where(_rows.c.id == bindparam("of"))
_leave = (
    update(_rows)
    .where(_rows.c.id.in_(bindparam("ids", expanding=True)), _rows.c.state == "unknown", _open)
    .values(reason=LEFT)
)
_dead = (
    select(_rows.c.reason)
    .where(_rows.c.state == literal_column("'dead'"))
    .order_by(_rows.c.id.desc())
    .limit(bindparam("most"))
)
_missed = (
    select(_rows.c.purpose, func.count())
    .where(
        or_(_rows.c.address_id == bindparam("address"), _rows.c.member_id == bindparam("member")),
        _rows.c.state.in_(["skipped", "dead"]),
        _rows.c.reason == "unreachable",
        _rows.c.due_at >= bindparam("since"),
    )
    .group_by(_rows.c.purpose)
)


class Posted:
    """What became of messages (services.ports.posted.Posted)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def of_member(self, member_ids: Sequence[int], most: int) -> list[Line]:
        return self._lines(_of_member, {"members": list(member_ids), "most": most})

    def of_rules(self, since: datetime, now: datetime) -> list[Count]:
        """Steps from rule to rule along the index instead of reading all of its past."""
        found: list[Count] = []
        rule = ""
        while rule := self._db.execute(_next_rule, {"after": rule}).scalar_one() or "":
            rows = self._db.execute(_of_rules, {"named": rule, "since": since})
            found += [Count(*row) for row in rows]
        return found

    def suppressed(self, rule: str, most: int) -> list[Line]:
        return self._lines(_suppressed, {"named": rule, "most": most})

    def waiting(self, now: datetime) -> list[Lane]:
        rows = self._db.execute(_waiting, {"now": now})
        # PostgreSQL adds counts up to a decimal.
        return [Lane(lane, int(count), since) for lane, count, since in rows if lane in LANES]

    def later(self, now: datetime, most: int) -> int:
        return int(self._db.execute(_later, {"now": now, "most": most}).scalar_one())

    def sent_since(self, since: datetime) -> int:
        counts = (
            self._db.execute(statement, {"since": since}).scalar_one()
            for statement in (_sent_of_campaigns, _sent_of_others)
        )
        return sum(int(count) for count in counts)

    def floods(self, now: datetime) -> list[tuple[str, datetime]]:
        return [(channel, until) for channel, until in self._db.execute(_silent, {"now": now})]

    def unknown(self, campaign_id: int | None, most: int) -> list[Line]:
        if campaign_id is None:
            return self._lines(_unknown, {"most": most})
        return self._lines(_unknown_of, {"most": most, "campaign": campaign_id})

    def unknown_counts(self) -> list[tuple[int | None, int]]:
        return [(campaign, count) for campaign, count in self._db.execute(_unknown_counts)]

    def find(self, delivery_id: int) -> Line | None:
        found = self._lines(_find, {"of": delivery_id})
        return found[0] if found else None

    def leave(self, delivery_ids: Collection[int]) -> int:
        if not delivery_ids:
            return 0
        return int(self._db.execute(_leave, {"ids": list(delivery_ids)}).rowcount)

    def dead(self, most: int) -> list[tuple[str, int]]:
        reasons = self._db.execute(_dead, {"most": most}).scalars()
        return Counter(reasons).most_common()

    def missed(self, address_id: int, member_id: int, since: datetime) -> Missed:
        asked = {"address": address_id, "member": member_id, "since": since}
        counts = {str(purpose): int(count) for purpose, count in self._db.execute(_missed, asked)}
        service = counts.pop(Purpose.SERVICE.value, 0)
        return Missed(service, sum(counts.values()))

    def _lines(self, statement: Any, values: dict[str, Any]) -> list[Line]:
        rows = self._db.execute(statement, values)
        return [Line(row[0], str((row[1] or {}).get("key", "")), *row[2:]) for row in rows]
