"""Events, their seats, and each member's part in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import (
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from domain.audience_expressions import Expression
from domain.consent import Purpose
from domain.event_rules import load_rules
from domain.events import LASTS, Answer, Event, Invitation, Place
from domain.members import MemberState
from services.ports.audiences import When
from storage.audience_conditions import where
from storage.dialect import Upsert, for_update
from storage.ids import Ids
from storage.tables import chat, events, people
from storage.types import Instant

_events = events.Event.__table__  # type: ignore[attr-defined]
_places = events.Invitation.__table__  # type: ignore[attr-defined]
_waves = events.EventWave.__table__  # type: ignore[attr-defined]
_news = events.EventNews.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_consents = people.Consent.__table__  # type: ignore[attr-defined]
_addresses = chat.Address.__table__  # type: ignore[attr-defined]
_FIELDS = tuple(field.name for field in fields(Event))
_KEPT = ("taken", "cancelled_at", "state", "round", "photos", "settled_at")
"""A file does not change these."""
_tell = Upsert(events.EventNews, ("invitation_id", "what"))

_events_only = select(*(_events.c[name] for name in _FIELDS))
_all = _events_only.order_by(_events.c.starts_at, _events.c.id)
_get = _events_only.where(_events.c.id == bindparam("id"))
_known = select(_events.c.id, _events.c.content_hash).where(_events.c.key == bindparam("key"))
_lock = select(_events.c.id).where(_events.c.id == bindparam("id")).with_for_update()
_add = insert(_events)
_change = update(_events).where(_events.c.id == bindparam("of"))
_PARTS = tuple(field.name for field in fields(Invitation) if field.name != "invited")
_parts = select(*(_places.c[name] for name in _PARTS), _places.c.invited_at)
_part = _parts.where(
    _places.c.event_id == bindparam("event"), _places.c.member_id == bindparam("member")
)
_by_id = _parts.where(_places.c.id == bindparam("id"))
_joined = _events.outerjoin(
    _places,
    and_(_places.c.event_id == _events.c.id, _places.c.member_id == bindparam("member")),
)
_mine = (
    select(*(_events.c[name] for name in _FIELDS), _places.c.id.label("place_id"))
    .select_from(_joined)
    .where(
        func.coalesce(_events.c.ends_at, _events.c.starts_at) > bindparam("since"),
        or_(_places.c.id.is_not(None), _events.c.open_to_all),
    )
    .order_by(_events.c.starts_at, _events.c.id)
)
_unsettled = (
    _parts.join(_events, _events.c.id == _places.c.event_id)
    .where(
        _places.c.member_id == bindparam("member"),
        _places.c.place != "",
        _events.c.settled_at.is_(None),
    )
    .order_by(_places.c.event_id)
)
_invite = Upsert(events.Invitation, ("event_id", "member_id"))
_seats: Any = bindparam("seats")
_take = (
    update(_events)
    .where(
        _events.c.id == bindparam("of"),
        or_(_events.c.capacity.is_(None), _events.c.taken + _seats <= _events.c.capacity),
    )
    .values(taken=_events.c.taken + _seats)
)
_free = (
    update(_events)
    .where(_events.c.id == bindparam("of"), _events.c.taken >= _seats)
    .values(taken=_events.c.taken - _seats)
)
_waiting = (
    _parts.where(
        _places.c.event_id == bindparam("event"),
        _places.c.place == Place.WAITING.value,
        _places.c.guests < bindparam("seats"),
    )
    .order_by(_places.c.rank, _places.c.waiting_since, _places.c.id)
    .limit(1)
)
_before = (
    select(func.count())
    .select_from(_places)
    .where(
        _places.c.event_id == bindparam("event"),
        _places.c.place == Place.WAITING.value,
        tuple_(_places.c.rank, _places.c.waiting_since, _places.c.id)
        < tuple_(bindparam("rank"), bindparam("since", type_=Instant()), bindparam("id")),
    )
)
_lapsed = _parts.where(
    _places.c.event_id == bindparam("event"),
    _places.c.place == literal_column("'offered'"),
    _places.c.offered_until <= bindparam("now"),
).order_by(_places.c.id)
_next_lapse = select(func.min(_places.c.offered_until)).where(
    _places.c.place == literal_column("'offered'"), _places.c.offered_until > bindparam("after")
)
_said = _places.c.answer.in_(bindparam("answers", expanding=True))
_sitting = _places.c.place.in_(bindparam("places", expanding=True))
_untold = (
    _parts.where(
        _places.c.event_id == bindparam("event"),
        or_(_said, _sitting),
        ~exists().where(_news.c.invitation_id == _places.c.id, _news.c.what == bindparam("what")),
    )
    .order_by(_places.c.id)
    .limit(bindparam("most"))
)
_list_of = select(
    *(_places.c[name] for name in _PARTS),
    _places.c.invited_at,
    _members.c.number,
    _members.c.name,
).join(_members, _members.c.id == _places.c.member_id)
_list = (
    _list_of.where(
        _places.c.event_id == bindparam("event"),
        or_(_places.c.answer != "", _places.c.attended_at.is_not(None)),
        _places.c.id > bindparam("after"),
    )
    .order_by(_places.c.id)
    .limit(bindparam("most"))
)
_expected = (
    _list_of.where(
        _places.c.event_id == bindparam("event"),
        _places.c.place == Place.SEATED.value,
        _places.c.attended_at.is_(None),
    )
    .order_by(_members.c.name, _places.c.id)
    .limit(bindparam("most"))
)
_expected_count = (
    select(func.count())
    .select_from(_places)
    .where(
        _places.c.event_id == bindparam("event"),
        _places.c.place == Place.SEATED.value,
        _places.c.attended_at.is_(None),
    )
)
_absent = (
    _parts.where(
        _places.c.event_id == bindparam("event"),
        _places.c.place == Place.SEATED.value,
        _places.c.attended_at.is_(None),
        _places.c.no_show.is_(False),
    )
    .order_by(_places.c.id)
    .limit(bindparam("most"))
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
_numbers = (
    select(
        _places.c.answer,
        func.count(),
        func.count(_places.c.invited_at),
        func.sum(case((_places.c.place == Place.WAITING.value, 1), else_=0)),
        func.sum(case((_places.c.place == Place.OFFERED.value, 1), else_=0)),
        func.sum(case((_places.c.place == Place.SEATED.value, _places.c.guests), else_=0)),
        func.sum(case((_places.c.attended_at.is_not(None), 1), else_=0)),
        func.sum(_places.c.came),
        func.sum(case((_places.c.no_show, 1), else_=0)),
        func.sum(case((_places.c.deposit_state == "forfeited", _places.c.deposit), else_=0)),
    )
    .where(_places.c.event_id == bindparam("event"))
    .group_by(_places.c.answer)
)
_NUMBERS = ("waiting", "offered", "guests", "came", "heads", "no_shows", "kept")
_begun = or_(
    _events.c.starts_at < bindparam("horizon"),
    _events.c.cancelled_at.is_not(None),
    _events.c.round > 0,
    _events.c.id.in_(
        select(_waves.c.event_id).where(_waves.c.state == literal_column("'planned'"))
    ),
    _events.c.id.in_(
        select(_places.c.event_id).where(_places.c.place == literal_column("'offered'"))
    ),
)
_to_step = select(_events.c.id).where(
    or_(and_(_events.c.settled_at.is_(None), _begun), _events.c.cards_at.is_not(None))
)


class Events:
    """The register of events (services.ports.events.Events)."""

    def __init__(self, db: Db, ids: Ids, fallback: str) -> None:
        self._db = db
        self._ids = ids
        self._fallback = fallback

    def all(self) -> list[Event]:
        return [_event(row) for row in self._db.execute(_all).mappings()]

    def get(self, event_id: int) -> Event | None:
        row = self._db.execute(_get, {"id": event_id}).mappings().one_or_none()
        return _event(row) if row else None

    def by_key(self, key: str) -> Event | None:
        row = self._db.execute(_events_only.where(_events.c.key == key)).mappings().one_or_none()
        return _event(row) if row else None

    def hash_of(self, key: str) -> str:
        row = self._db.execute(_known, {"key": key}).one_or_none()
        return str(row[1]) if row else ""

    def save(self, event: Event, content_hash: str, now: datetime) -> str:
        known = self._db.execute(_known, {"key": event.key}).one_or_none()
        if known and known[1] == content_hash:
            return "same"
        row = {name: getattr(event, name) for name in _FIELDS if name not in ("id", *_KEPT)}
        row |= {name: dict(row[name]) for name in ("names", "texts", "place", "audience")}
        row |= {"rules": event.rules.dump(), "levels": list(event.levels)}
        row["stores"] = list(event.stores)
        row |= {"content_hash": content_hash, "changed_at": now}
        if known:
            self._db.execute(_change.values(**row), {"of": known[0]})
            return "changed"
        self._db.execute(_add, {**row, "id": event.id or self._ids.next(), "taken": 0})
        return "added"

    def change(self, event_id: int, **values: Any) -> None:
        self._db.execute(_change.values(**values), {"of": event_id})

    def lock(self, event_id: int) -> None:
        if for_update(self._db):
            self._db.execute(_lock, {"id": event_id})

    def steps(self, horizon: datetime) -> list[int]:
        return list(self._db.execute(_to_step, {"horizon": horizon}).scalars())

    # -- seats ---------------------------------------------------------------------------

    def take_seats(self, event_id: int, seats: int) -> bool:
        return bool(self._db.execute(_take, {"of": event_id, "seats": seats}).rowcount == 1)

    def free_seats(self, event_id: int, seats: int) -> None:
        self._db.execute(_free, {"of": event_id, "seats": seats})

    def next_waiting(self, event_id: int, seats: int) -> Invitation | None:
        return self._one(_waiting, {"event": event_id, "seats": seats})

    def ahead(self, part: Invitation) -> int:
        key = {"event": part.event_id, "rank": part.rank, "id": part.id}
        return int(self._db.execute(_before, {**key, "since": part.waiting_since}).scalar_one())

    def lapsed(self, event_id: int, now: datetime) -> list[Invitation]:
        return self._many(_lapsed, {"event": event_id, "now": now})

    def next_lapse(self, after: datetime) -> datetime | None:
        found: datetime | None = self._db.execute(_next_lapse, {"after": after}).scalar()
        return found

    # -- parts ---------------------------------------------------------------------------

    def of_member(self, member_id: int, now: datetime) -> list[tuple[Event, Invitation | None]]:
        key = {"member": member_id, "since": now - LASTS}
        rows = [(_event(row), row) for row in self._db.execute(_mine, key).mappings().all()]
        return [
            (event, self.invitation(row["id"], member_id) if row["place_id"] else None)
            for event, row in rows
            if not event.over(now)
        ]

    def unsettled(self, member_id: int) -> list[Invitation]:
        return self._many(_unsettled, {"member": member_id})

    def invitation(self, event_id: int, member_id: int) -> Invitation | None:
        return self._one(_part, {"event": event_id, "member": member_id})

    def part(self, invitation_id: int) -> Invitation | None:
        return self._one(_by_id, {"id": invitation_id})

    def put(self, part: Invitation, **values: Any) -> bool:
        """Changes a part if it is still as it was read; what its card says holds no more."""
        same = (_places.c.id == part.id, _places.c.turn == part.turn)
        stale = case((_places.c.delivery_id.is_(None), "-"), else_="")
        changed = update(_places).where(*same).values(turn=part.turn + 1, face=stale, **values)
        return bool(self._db.execute(changed).rowcount == 1)

    def invite(
        self,
        event_id: int,
        places: Sequence[tuple[int, int | None]],
        now: datetime,
        *,
        batch: str,
        face: str,
        staff_id: int | None,
    ) -> None:
        row = {"event_id": event_id, "answer": "", "invited_at": now, "batch": batch, "face": face}
        rows = [
            {**row, "id": self._ids.next(), "member_id": who, "delivery_id": by}
            for who, by in places
        ]
        if rows:
            _invite.run(self._db, [{**one, "invited_by": staff_id} for one in rows])

    def come(self, event_id: int, member_id: int) -> None:
        row = {"event_id": event_id, "member_id": member_id, "answer": ""}
        _invite.run(self._db, [{**row, "id": self._ids.next()}])

    def to_invite(
        self,
        event_id: int,
        most: int,
        meant: tuple[Expression, When] | None = None,
        after: int = 0,
    ) -> list[tuple[int, bool]]:
        who = self._whom(meant).where(_members.c.id > after).order_by(_members.c.id).limit(most)
        found = self._db.execute(who, {"event": event_id})
        return [(row[0], bool(row[1])) for row in found]

    def invitable(self, event_id: int, meant: tuple[Expression, When] | None = None) -> int:
        number = select(func.count()).select_from(self._whom(meant).subquery())
        return int(self._db.execute(number, {"event": event_id}).scalar_one())

    def _whom(self, meant: tuple[Expression, When] | None) -> Any:
        return _to_invite if meant is None else _to_invite.where(where(*meant, self._fallback))

    def counts(self, event_id: int) -> dict[str, int]:
        rows = self._db.execute(_numbers, {"event": event_id}).all()
        found = {row[0]: int(row[1]) for row in rows if row[0]}
        more = {
            name: sum(int(row[at] or 0) for row in rows) for at, name in enumerate(_NUMBERS, 3)
        }
        return {**found, **more, "invited": sum(int(row[2]) for row in rows)}

    def guests(self, event_id: int, after: int, most: int) -> list[tuple[Invitation, str, str]]:
        rows = self._db.execute(_list, {"event": event_id, "after": after, "most": most})
        return [(_invitation(row[:-2]), row[-2], row[-1] or "") for row in rows]

    def expected(self, event_id: int, most: int) -> tuple[int, list[tuple[Invitation, str, str]]]:
        count = self._db.execute(_expected_count, {"event": event_id}).scalar_one()
        rows = self._db.execute(_expected, {"event": event_id, "most": most})
        return int(count), [(_invitation(row[:-2]), row[-2], row[-1] or "") for row in rows]

    def absent(self, event_id: int, most: int) -> list[Invitation]:
        return self._many(_absent, {"event": event_id, "most": most})

    # -- what was told -------------------------------------------------------------------

    def untold(
        self, event_id: int, what: str, answers: Sequence[str], places: Sequence[str], most: int
    ) -> list[Invitation]:
        key = {"event": event_id, "what": what, "most": most}
        return self._many(_untold, {**key, "answers": list(answers), "places": list(places)})

    def tell(self, invitation_id: int, what: str, now: datetime) -> bool:
        row = {"invitation_id": invitation_id, "what": what, "at": now}
        return _tell.run(self._db, [row]) == 1

    def _one(self, statement: Any, key: dict[str, Any]) -> Invitation | None:
        row = self._db.execute(statement, key).one_or_none()
        return None if row is None else _invitation(row)

    def _many(self, statement: Any, key: dict[str, Any]) -> list[Invitation]:
        return [_invitation(row) for row in self._db.execute(statement, key)]


def _event(row: Any) -> Event:
    values = {name: row[name] for name in _FIELDS}
    lists = {name: tuple(row[name] or ()) for name in ("levels", "stores", "photos")}
    return Event(**{**values, **lists, "rules": load_rules(row["rules"] or {})})


def _invitation(row: Any) -> Invitation:
    found = dict(zip(_PARTS, row, strict=False))
    place, answer = Place(found["place"]), Answer(found["answer"])
    return Invitation(
        **{**found, "answer": answer, "place": place, "invited": row[-1] is not None}
    )
