"""Cards of events that members have in their chats: their invitations, which say what holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, exists, func, literal_column, select, update

from services.ports.events import Card
from storage.tables import events, post

_events = events.Event.__table__  # type: ignore[attr-defined]
_places = events.Invitation.__table__  # type: ignore[attr-defined]
_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_cards = (
    select(
        _places.c.id, _places.c.member_id, _rows.c.address_id, _rows.c.message_id, _rows.c.state
    )
    .select_from(_places.join(_rows, _rows.c.id == _places.c.delivery_id))
    .where(_places.c.event_id == bindparam("event"))
)
_own = (
    _cards.where(
        _places.c.face == literal_column("''"),
        _rows.c.state == "sent",
        _rows.c.message_id.is_not(None),
    )
    .order_by(_places.c.id)
    .limit(bindparam("most"))
)
_stale = _cards.where(_places.c.face != bindparam("face"), _places.c.id > bindparam("after"))
_others = (
    _stale.where(_rows.c.state.not_in(["pending", "claimed", "sending"]))
    .order_by(_places.c.id)
    .limit(bindparam("most"))
)
_left = _stale.where(_rows.c.state.in_(["pending", "claimed", "sending", "sent"])).limit(1)
_show = update(_places).where(_places.c.id == bindparam("of")).values(face=bindparam("shows_now"))
_withdraw = (
    update(_rows)
    .where(_rows.c.dedupe == bindparam("card"), _rows.c.state == literal_column("'pending'"))
    .values(state="skipped", reason="answered")
)
_withdraw_news = (
    update(_rows)
    .where(
        _rows.c.dedupe >= bindparam("first"),
        _rows.c.dedupe < bindparam("beyond"),
        _rows.c.state == literal_column("'pending'"),
    )
    .values(state="skipped", reason="answered")
)
_under_way = select(_rows.c.id).where(
    _rows.c.dedupe == bindparam("card"), _rows.c.state.in_(["claimed", "sending"])
)
_touch = (
    update(_events)
    .where(
        _events.c.id == bindparam("of"),
        _events.c.cards_at.is_(None),
        exists().where(_places.c.event_id == _events.c.id, _places.c.delivery_id.is_not(None)),
    )
    .values(cards_at=bindparam("at"))
)
_after = select(func.min(_events.c.cards_at)).where(_events.c.cards_at > bindparam("after"))
_to_renew = select(_events.c.id).where(_events.c.cards_at <= bindparam("now"))
_due = select(_events.c.cards_after).where(
    _events.c.id == bindparam("event"), _events.c.cards_at <= bindparam("now")
)
_plan = (
    update(_events)
    .where(_events.c.id == bindparam("of"))
    .values(cards_at=bindparam("at"), cards_after=bindparam("from_there"))
)


class EventCards:
    """The register of those cards (services.ports.events.EventCards)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def own(self, event_id: int, most: int) -> list[Card]:
        return self._many(_own, {"event": event_id, "most": most})

    def others(self, event_id: int, face: str, after: int, most: int) -> list[Card]:
        return self._many(_others, {"event": event_id, "face": face, "after": after, "most": most})

    def left(self, event_id: int, face: str) -> bool:
        return bool(self._many(_left, {"event": event_id, "face": face, "after": 0}))

    def plan(self, event_id: int, at: datetime | None, after: int) -> None:
        self._db.execute(_plan, {"of": event_id, "at": at, "from_there": after})

    def show(self, invitation_id: int, face: str) -> None:
        self._db.execute(_show, {"of": invitation_id, "shows_now": face})

    def withdraw(self, dedupe: str) -> bool:
        if self._db.execute(_withdraw, {"card": dedupe}).rowcount:
            return True
        return self._db.execute(_under_way, {"card": dedupe}).first() is None

    def withdraw_news(self, event_id: int, member_id: int) -> None:
        of = f"event:{event_id}:{member_id}"
        self._db.execute(_withdraw_news, {"first": f"{of}:", "beyond": f"{of};"})

    def touch(self, event_id: int, at: datetime) -> None:
        self._db.execute(_touch, {"of": event_id, "at": at})

    def events(self, now: datetime) -> list[int]:
        return list(self._db.execute(_to_renew, {"now": now}).scalars())

    def due(self, event_id: int, now: datetime) -> int | None:
        found: int | None = self._db.execute(_due, {"event": event_id, "now": now}).scalar()
        return found

    def next_due(self, after: datetime) -> datetime | None:
        found: datetime | None = self._db.execute(_after, {"after": after}).scalar()
        return found

    def _many(self, statement: Any, key: dict[str, Any]) -> list[Card]:
        return [Card(*row) for row in self._db.execute(statement, key)]
