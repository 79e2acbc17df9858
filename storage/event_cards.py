"""Cards of events that members have in their chats: their invitations, which say what holds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, exists, func, literal_column, select, update

from services.ports.events import Card
from storage.tables import events, post

_events = events.Event.__table__  # type: ignore[attr-defined]
_places = events.Invitation.__table__  # type: ignore[attr-defined]
_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_delivery = _places.join(_rows, _rows.c.id == _places.c.delivery_id)
_other = (_places.c.event_id == bindparam("event"), _places.c.face != bindparam("face"))
_stale = (
    select(_places.c.id, _places.c.member_id, _rows.c.address_id, _rows.c.message_id)
    .select_from(_delivery)
    .where(*_other, _rows.c.state == "sent", _rows.c.message_id.is_not(None))
    .order_by(_places.c.face, _places.c.id.desc())
    .limit(bindparam("most"))
)
_coming = (
    select(func.count())
    .select_from(_delivery)
    .where(*_other, _rows.c.state.in_(["pending", "claimed", "sending"]))
)
_show = update(_places).where(_places.c.id == bindparam("of")).values(face=bindparam("shows_now"))
_withdraw = (
    update(_rows)
    .where(_rows.c.dedupe == bindparam("card"), _rows.c.state == literal_column("'pending'"))
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
_due = select(_events.c.id).where(
    _events.c.id == bindparam("event"), _events.c.cards_at <= bindparam("now")
)


class EventCards:
    """The register of those cards (services.ports.events.EventCards)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def stale(self, event_id: int, face: str, most: int) -> list[Card]:
        key = {"event": event_id, "face": face, "most": most}
        return [Card(*row) for row in self._db.execute(_stale, key)]

    def coming(self, event_id: int, face: str) -> bool:
        key = {"event": event_id, "face": face}
        return bool(self._db.execute(_coming, key).scalar_one())

    def show(self, invitation_id: int, face: str) -> None:
        self._db.execute(_show, {"of": invitation_id, "shows_now": face})

    def withdraw(self, dedupe: str) -> bool:
        if self._db.execute(_withdraw, {"card": dedupe}).rowcount:
            return True
        return self._db.execute(_under_way, {"card": dedupe}).first() is None

    def touch(self, event_id: int, at: datetime) -> None:
        self._db.execute(_touch, {"of": event_id, "at": at})

    def due(self, event_id: int, now: datetime) -> bool:
        return self._db.execute(_due, {"event": event_id, "now": now}).first() is not None

    def next_due(self, after: datetime) -> datetime | None:
        found: datetime | None = self._db.execute(_after, {"after": after}).scalar()
        return found
