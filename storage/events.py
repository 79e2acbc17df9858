"""Events, their seats, and who was invited and answered what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import and_, bindparam, exists, func, insert, or_, select, update

from domain.consent import Purpose
from domain.events import Answer, Event, Invitation
from domain.members import MemberState
from storage.dialect import Upsert, for_update
from storage.ids import Ids
from storage.tables import chat, events, people

_events = events.Event.__table__  # type: ignore[attr-defined]
_places = events.Invitation.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_consents = people.Consent.__table__  # type: ignore[attr-defined]
_addresses = chat.Address.__table__  # type: ignore[attr-defined]
_FIELDS = tuple(field.name for field in fields(Event))

_events_only = select(*(_events.c[name] for name in _FIELDS))
_all = _events_only.order_by(_events.c.starts_at, _events.c.id)
_get = _events_only.where(_events.c.id == bindparam("id"))
_known = select(_events.c.id, _events.c.content_hash).where(_events.c.key == bindparam("key"))
_lock = select(_events.c.id).where(_events.c.id == bindparam("id")).with_for_update()
_add = insert(_events)
_change = update(_events).where(_events.c.id == bindparam("of"))
_place = (
    select(_places.c.id, _places.c.answer, _places.c.invited_at)
    .where(_places.c.event_id == bindparam("event"))
    .where(_places.c.member_id == bindparam("member"))
)
_mine = (
    select(
        *(_events.c[name] for name in _FIELDS),
        _places.c.id.label("place_id"),
        _places.c.answer,
        _places.c.invited_at,
    )
    .select_from(
        _events.outerjoin(
            _places,
            and_(_places.c.event_id == _events.c.id, _places.c.member_id == bindparam("member")),
        )
    )
    .where(
        func.coalesce(_events.c.ends_at, _events.c.starts_at) > bindparam("now"),
        or_(_places.c.id.is_not(None), _events.c.open_to_all),
    )
    .order_by(_events.c.starts_at, _events.c.id)
)
_invite = Upsert(events.Invitation, ("event_id", "member_id"))
_answer = (
    update(_places)
    .where(
        _places.c.event_id == bindparam("event"),
        _places.c.member_id == bindparam("member"),
        _places.c.answer == bindparam("before"),
    )
    .values(answer=bindparam("after"), answered_at=bindparam("now"))
)
_take = (
    update(_events)
    .where(
        _events.c.id == bindparam("of"),
        or_(_events.c.capacity.is_(None), _events.c.taken < _events.c.capacity),
    )
    .values(taken=_events.c.taken + 1)
)
_free = (
    update(_events)
    .where(_events.c.id == bindparam("of"), _events.c.taken > 0)
    .values(taken=_events.c.taken - 1)
)
_newest = _consents.alias("newest")


def _agreed(*purposes: Purpose) -> Any:
    """Whether the newest decision of a member on one of these purposes is a yes."""
    return exists().where(
        _consents.c.member_id == _members.c.id,
        _consents.c.purpose.in_([purpose.value for purpose in purposes]),
        _consents.c.given,
        ~exists().where(
            _newest.c.member_id == _consents.c.member_id,
            _newest.c.purpose == _consents.c.purpose,
            _newest.c.id > _consents.c.id,
        ),
    )


_reachable = exists().where(
    _addresses.c.member_id == _members.c.id, _addresses.c.blocked_at.is_(None)
)
_to_invite = select(_members.c.id, _agreed(Purpose.CARE).label("care")).where(
    _members.c.state == MemberState.ACTIVE.value,
    _agreed(Purpose.CARE, Purpose.PROMOTIONS),
    _reachable,
    ~exists().where(
        _places.c.event_id == bindparam("event"),
        _places.c.member_id == _members.c.id,
    ),
)
_how_many = select(func.count()).select_from(_to_invite.subquery())
_first = _to_invite.order_by(_members.c.id).limit(bindparam("most"))
_of_batch = (
    select(func.count())
    .select_from(_places)
    .where(_places.c.event_id == bindparam("event"), _places.c.batch == bindparam("of_batch"))
)
_counts = (
    select(_places.c.answer, func.count(), func.count(_places.c.invited_at))
    .where(_places.c.event_id == bindparam("event"))
    .group_by(_places.c.answer)
)


class Events:
    """The register of events (services.ports.events.Events)."""

    def __init__(self, db: Db, ids: Ids) -> None:
        self._db = db
        self._ids = ids

    def all(self) -> list[Event]:
        return [Event(**row) for row in self._db.execute(_all).mappings()]

    def get(self, event_id: int) -> Event | None:
        row = self._db.execute(_get, {"id": event_id}).mappings().one_or_none()
        return Event(**row) if row else None

    def save(self, event: Event, content_hash: str, now: datetime) -> str:
        known = self._db.execute(_known, {"key": event.key}).one_or_none()
        if known and known[1] == content_hash:
            return "same"
        row = {name: getattr(event, name) for name in _FIELDS if name not in ("id", "taken")}
        row |= {name: dict(row[name]) for name in ("names", "texts", "place")}
        row |= {"content_hash": content_hash, "changed_at": now}
        if known:
            self._db.execute(_change.values(**row), {"of": known[0]})
            return "changed"
        new = {"id": self._ids.next(), "taken": 0, "levels": [], "deposit": 0}
        self._db.execute(_add, {**row, **new})
        return "added"

    def lock(self, event_id: int) -> None:
        if for_update(self._db):
            self._db.execute(_lock, {"id": event_id})

    def of_member(self, member_id: int, now: datetime) -> list[tuple[Event, Invitation | None]]:
        rows = self._db.execute(_mine, {"member": member_id, "now": now}).mappings()
        return [_with_place(row, member_id) for row in rows]

    def invitation(self, event_id: int, member_id: int) -> Invitation | None:
        key = {"event": event_id, "member": member_id}
        row = self._db.execute(_place, key).one_or_none()
        if row is None:
            return None
        return Invitation(row[0], event_id, member_id, Answer(row[1]), row[2] is not None)

    def invite(
        self,
        event_id: int,
        places: Sequence[tuple[int, int | None]],
        now: datetime,
        *,
        batch: str,
        staff_id: int | None,
    ) -> None:
        row = {"event_id": event_id, "answer": "", "invited_at": now, "batch": batch}
        rows = [
            {**row, "id": self._ids.next(), "member_id": who, "delivery_id": by}
            for who, by in places
        ]
        if rows:
            _invite.run(self._db, [{**one, "invited_by": staff_id} for one in rows])

    def come(self, event_id: int, member_id: int) -> None:
        row = {"event_id": event_id, "member_id": member_id, "answer": ""}
        _invite.run(self._db, [{**row, "id": self._ids.next()}])

    def answer(
        self, event_id: int, member_id: int, before: Answer, after: Answer, now: datetime
    ) -> bool:
        key = {"event": event_id, "member": member_id, "before": before.value}
        done = self._db.execute(_answer, {**key, "after": after.value, "now": now})
        return bool(done.rowcount == 1)

    def take_seat(self, event_id: int) -> bool:
        return bool(self._db.execute(_take, {"of": event_id}).rowcount == 1)

    def free_seat(self, event_id: int) -> None:
        self._db.execute(_free, {"of": event_id})

    def to_invite(self, event_id: int, most: int) -> tuple[int, list[tuple[int, bool]]]:
        count = self._db.execute(_how_many, {"event": event_id}).scalar_one()
        found = self._db.execute(_first, {"event": event_id, "most": most})
        return int(count), [(row[0], bool(row[1])) for row in found]

    def invited_by(self, event_id: int, batch: str) -> int:
        key = {"event": event_id, "of_batch": batch}
        return int(self._db.execute(_of_batch, key).scalar_one())

    def counts(self, event_id: int) -> dict[str, int]:
        rows = self._db.execute(_counts, {"event": event_id}).all()
        found = {answer: int(count) for answer, count, _ in rows if answer}
        return {**found, "invited": sum(int(row[2]) for row in rows)}


def _with_place(row: Any, member_id: int) -> tuple[Event, Invitation | None]:
    event = Event(**{name: row[name] for name in _FIELDS})
    if row["place_id"] is None:
        return event, None
    answer = Answer(row["answer"])
    invited = row["invited_at"] is not None
    return event, Invitation(row["place_id"], event.id, member_id, answer, invited)
