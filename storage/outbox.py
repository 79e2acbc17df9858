"""Delivery rows on their way: claimed, being sent, settled; floods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import (
    and_,
    bindparam,
    case,
    delete,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)

from services.ports.post import LANES, REPLY, Facts, Going, Orphans, Route, Waiting
from storage import outbox_claims, outbox_facts
from storage.dialect import Upsert
from storage.outbox_campaigns import CampaignRows
from storage.outbox_claims import claimed, claiming, due, here, of_none, on
from storage.outbox_facts import padded
from storage.tables import chat, post

_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_files = post.File.__table__  # type: ignore[attr-defined]
_addresses = chat.Address.__table__  # type: ignore[attr-defined]
_floods = post.Flood.__table__  # type: ignore[attr-defined]

# Written out, so that both databases see that their partial index fits.
_on_its_way = _rows.c.state.in_([literal_column("'claimed'"), literal_column("'sending'")])
# A reply just written is sent by the process that wrote it.
_left_over = or_(
    _rows.c.lane != REPLY,
    _rows.c.tries > 0,
    _rows.c.repeated,
    _rows.c.due_at > _rows.c.made_at,
    _rows.c.made_at <= bindparam("before"),
)


def _one_due(lane: int, paid: Any) -> Any:
    """Of one stretch of the index: what is due later is not walked over."""
    of_lane = and_(of_none, _rows.c.lane == literal_column(str(lane)), _rows.c.paid == paid)
    found = select(_rows.c.id).where(due, of_lane, _left_over)
    return found.limit(1).scalar_subquery()


_is_due = select(
    func.coalesce(*(_one_due(lane, paid) for lane in LANES for paid in (false(), true())))
)
_lane = and_(of_none, _rows.c.lane == bindparam("of_lane"), _rows.c.paid == bindparam("charged"))
_claim_lane = claiming(_lane, _left_over, ordered=True)
_claim_newer = claiming(_lane, _left_over, _rows.c.made_at >= bindparam("since"), ordered=True)
_claim_these = claiming(
    _rows.c.lane == literal_column(str(REPLY)),
    _rows.c.id.in_(bindparam("ids", expanding=True)),
    ordered=False,
)
_mine = and_(_rows.c.id == bindparam("of"), _rows.c.claimed_by == bindparam("by"))
_ours = and_(
    _rows.c.id.in_(bindparam("ids", expanding=True)), _rows.c.claimed_by == bindparam("by")
)
_begin = (
    update(_rows)
    .where(_ours, _rows.c.state == "claimed")
    .values(
        state="sending",
        tries=_rows.c.tries + 1,
        claimed_until=bindparam("until"),
        begun_at=bindparam("now"),
    )
    .returning(_rows.c.id)
)
_begun = _rows.c.state == "sending"
_put_back = (
    update(_rows)
    .where(_ours, _rows.c.state.in_(["claimed", "sending"]))
    .values(
        state="pending",
        due_at=bindparam("due"),
        tries=case((_begun, _rows.c.tries - 1), else_=_rows.c.tries),
        begun_at=case((_begun, None), else_=_rows.c.begun_at),
        claimed_by=None,
        claimed_until=None,
    )
)
_skip = (
    update(_rows)
    .where(_ours, _rows.c.state == "claimed")
    .values(state="skipped", reason=bindparam("why"), claimed_until=None)
)
# `unknown` may still be settled by its own sender, if that comes back from a long sleep.
_settle = (
    update(_rows)
    # Spelled out: of a list in a statement that runs for many rows at once there is none.
    .where(_mine, or_(*(_rows.c.state == state for state in ("claimed", "sending", "unknown"))))
    .values(
        state=bindparam("to"),
        reason=bindparam("why"),
        claimed_until=None,
        sent_at=bindparam("at"),
        message_id=bindparam("sent_as"),
        file_id=bindparam("file"),
    )
)
_again = (
    update(_rows)
    .where(_mine, _rows.c.state.in_(["claimed", "sending"]))
    .values(
        state="pending",
        due_at=bindparam("due"),
        reason=bindparam("why"),
        repeated=or_(_rows.c.repeated, bindparam("seen")),
        begun_at=case((bindparam("seen"), _rows.c.begun_at), else_=None),
        claimed_by=None,
        claimed_until=None,
    )
)
_gone = and_(
    _on_its_way,
    here,
    or_(_rows.c.claimed_by == bindparam("gone"), _rows.c.claimed_until <= bindparam("now")),
)
_free = {"state": "pending", "claimed_by": None, "claimed_until": None}
_recover_claimed = update(_rows).where(_gone, _rows.c.state == "claimed").values(**_free)
# To change or delete a message again does no harm.
_repeatable = or_(_rows.c.surely, _rows.c.act.not_in(["send", "topic"]))
_recover_surely = (
    update(_rows)
    .where(_gone, _rows.c.state == "sending", _repeatable)
    .values(**_free, repeated=True)
)
_recover_once = (
    update(_rows)
    .where(_gone, _rows.c.state == "sending", ~_repeatable)
    .values(state="unknown", reason="sender_gone", claimed_until=None)
)
_messages = select(_rows.c.id, _rows.c.message_id).where(
    _rows.c.id.in_(bindparam("ids", expanding=True)), _rows.c.message_id.is_not(None)
)
_file = select(_files.c.name, _files.c.content, _files.c.maker).where(
    _files.c.id == bindparam("of")
)
# A row that was not ours any more has kept its file.
_still_there = exists().where(_rows.c.id == bindparam("row"), _rows.c.file_id == _files.c.id)
_drop_file = delete(_files).where(_files.c.id == bindparam("of"), ~_still_there)
_flood = Upsert(post.Flood, ("channel", "account", "chat"), highest=("until",))
_at_flood = and_(
    _floods.c.channel == bindparam("channel"), _floods.c.account == bindparam("account")
)
_silent = select(_floods.c.chat, _floods.c.until).where(
    _at_flood, _floods.c.until > bindparam("now")
)
_dry = delete(_floods).where(_at_flood, _floods.c.until <= bindparam("now"))
_redirect = (
    update(_rows)
    .where(here, _rows.c.chat == bindparam("old"), _rows.c.state.in_(["pending", "claimed"]))
    .values(chat=bindparam("new"))
)
_readdress = update(_addresses).where(
    _addresses.c.channel == bindparam("on_channel"),
    _addresses.c.account == bindparam("on_account"),
    _addresses.c.user == bindparam("old"),
)
_at_home = select(_addresses.c.id).where(
    _addresses.c.channel == bindparam("on_channel"),
    _addresses.c.account == bindparam("on_account"),
    _addresses.c.user == bindparam("new"),
)
_resend = (
    update(_rows)
    .where(_rows.c.id == bindparam("of"), _rows.c.state == "unknown")
    .values(
        state="pending",
        reason="resent",
        repeated=True,
        due_at=bindparam("now"),
        claimed_by=None,
        claimed_until=None,
    )
)


class Outbox(CampaignRows):
    """Claims and settles delivery rows (services.ports.post.Outbox)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def is_due(self, route: Route, now: datetime, before: datetime) -> bool:
        asked = {**on(route), "now": now, "before": before}
        if self._db.execute(_is_due, asked).scalar() is not None:
            return True
        return bool(self.going(route, now))

    def going(self, route: Route, now: datetime) -> list[Going]:
        return outbox_claims.going(self._db, route, now)

    def claim(
        self,
        route: Route,
        lane: int,
        most: int,
        *,
        by: str,
        now: datetime,
        before: datetime,
        until: datetime,
        paid: bool = False,
        since: datetime | None = None,
    ) -> list[Waiting]:
        claim = {"of_lane": lane, "most": most, "by": by, "before": before, "until": until}
        claim |= {**on(route), "now": now, "charged": paid}
        if since is None:
            return claimed(self._db, _claim_lane, claim)
        return claimed(self._db, _claim_newer, {**claim, "since": since})

    def claim_of(
        self,
        route: Route,
        campaign_id: int,
        most: int,
        *,
        by: str,
        now: datetime,
        until: datetime,
    ) -> list[Waiting]:
        claim = {"campaign": campaign_id, "most": most, "by": by, "now": now, "until": until}
        return outbox_claims.claim_of(self._db, {**on(route), **claim})

    def claim_these(
        self, route: Route, ids: Sequence[int], *, by: str, now: datetime, until: datetime
    ) -> list[Waiting]:
        claim = {"ids": list(ids), "by": by, "until": until, "now": now}
        return claimed(self._db, _claim_these, {**on(route), **claim})

    def facts(self, rows: Sequence[Waiting], *, people: bool = True) -> Facts:
        return outbox_facts.facts(self._db, rows, people=people)

    def begin(self, ids: Sequence[int], *, by: str, until: datetime, now: datetime) -> set[int]:
        asked = {"ids": padded(ids), "by": by, "until": until, "now": now}
        return set(self._db.execute(_begin, asked).scalars()) if ids else set()

    def messages(self, ids: Sequence[int]) -> dict[int, str]:
        rows = self._db.execute(_messages, {"ids": padded(ids)}) if ids else ()
        return {row_id: message for row_id, message in rows}

    def file(self, file_id: int) -> tuple[str, bytes, str] | None:
        row = self._db.execute(_file, {"of": file_id}).one_or_none()
        return (row[0], row[1], row[2]) if row else None

    def sent(self, rows: Sequence[tuple[Waiting, str]], *, by: str, at: datetime) -> None:
        settled = {"by": by, "to": "sent", "why": "", "at": at, "file": None}
        values = [{**settled, "of": row.id, "sent_as": message} for row, message in rows]
        if values:
            self._db.execute(_settle, values)
        for row, _ in rows:
            self._drop_file(row)

    def put_back(self, ids: Sequence[int], *, by: str, due_at: datetime) -> None:
        if ids:
            self._db.execute(_put_back, {"ids": padded(ids), "by": by, "due": due_at})

    def skip(self, ids: Sequence[int], *, by: str, reason: str) -> None:
        if ids:
            self._db.execute(_skip, {"ids": padded(ids), "by": by, "why": reason})

    def close(self, row: Waiting, *, by: str, state: str, reason: str) -> bool:
        keep = row.file_id if state == "unknown" else None
        values = {"of": row.id, "by": by, "to": state, "why": reason[:500]}
        ours = self._one(_settle, {**values, "sent_as": None, "at": None, "file": keep})
        self._drop_file(row)
        return ours

    def _drop_file(self, row: Waiting) -> None:
        if row.file_id:
            self._db.execute(_drop_file, {"of": row.file_id, "row": row.id})

    def again(
        self, row: Waiting, *, by: str, due_at: datetime, reason: str = "", repeated: bool = False
    ) -> bool:
        values = {"of": row.id, "by": by, "due": due_at, "why": reason, "seen": repeated}
        return self._one(_again, values)

    def recover(self, route: Route, gone: str, now: datetime) -> Orphans:
        who = {**on(route), "gone": gone, "now": now}
        counts = [
            self._db.execute(statement, who).rowcount
            for statement in (_recover_claimed, _recover_surely, _recover_once)
        ]
        return Orphans(*counts)

    def flood(self, route: Route, chat: str, until: datetime, now: datetime) -> None:
        self._db.execute(_dry, {**route._asdict(), "now": now})
        _flood.run(self._db, {**route._asdict(), "chat": chat, "until": until})

    def floods(self, route: Route, now: datetime) -> dict[str, datetime]:
        rows = self._db.execute(_silent, {**route._asdict(), "now": now})
        return {chat: until for chat, until in rows}

    def moved(self, route: Route, old: str, new: str) -> None:
        chats = {**on(route), "old": old, "new": new}
        self._db.execute(_redirect, chats)
        if self._db.execute(_at_home, {**on(route), "new": new}).first() is None:
            self._db.execute(_readdress.values(user=new), {**on(route), "old": old})

    def resend(self, delivery_id: int, now: datetime) -> bool:
        return self._one(_resend, {"of": delivery_id, "now": now})

    def _one(self, statement: Any, values: dict[str, Any]) -> bool:
        return bool(self._db.execute(statement, values).rowcount)
