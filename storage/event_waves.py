"""Waves of invitations to events."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, delete, func, literal_column, select, update

from domain.event_waves import Wave, WaveState
from storage.dialect import Upsert
from storage.tables import events, post

_waves = events.EventWave.__table__  # type: ignore[attr-defined]
_places = events.Invitation.__table__  # type: ignore[attr-defined]
_rows = post.Delivery.__table__  # type: ignore[attr-defined]
WITHDRAWN = "withdrawn"
"""Why an invitation was not sent: the operator stopped inviting."""
_FIELDS = tuple(field.name for field in fields(Wave))
_all = select(*(_waves.c[name] for name in _FIELDS))
_of_event = _all.where(_waves.c.event_id == bindparam("event")).order_by(
    _waves.c.due_at, _waves.c.id
)
_get = _all.where(_waves.c.id == bindparam("id"))
_planned = _waves.c.state == literal_column("'planned'")
_due = (
    _all.where(
        _planned, _waves.c.event_id == bindparam("event"), _waves.c.due_at <= bindparam("now")
    )
    .order_by(_waves.c.due_at, _waves.c.id)
    .limit(1)
)
_next = select(func.min(_waves.c.due_at)).where(_planned, _waves.c.due_at > bindparam("after"))
_add = Upsert(events.EventWave, ("key",))
_change = update(_waves).where(_waves.c.id == bindparam("of"))


_of_wave = select(_places.c.delivery_id).where(
    _places.c.event_id == bindparam("event"),
    _places.c.batch == bindparam("batch"),
    _places.c.answer == "",
    _places.c.place == "",
)
_withdraw = (
    update(_rows)
    .where(_rows.c.id.in_(_of_wave), _rows.c.state == literal_column("'pending'"))
    .values(state="skipped", reason=WITHDRAWN)
)
_forget = delete(_places).where(
    _places.c.event_id == bindparam("event"),
    _places.c.batch == bindparam("batch"),
    _places.c.answer == "",
    _places.c.place == "",
    _places.c.attended_at.is_(None),
    _places.c.delivery_id.in_(select(_rows.c.id).where(_rows.c.reason == WITHDRAWN)),
)


class EventWaves:
    """The register of waves (services.ports.events.EventWaves)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, wave: Wave, staff_id: int | None, now: datetime) -> bool:
        row = {**asdict(wave), "state": wave.state.value, "whom": dict(wave.whom)}
        return _add.run(self._db, [{**row, "made_by": staff_id, "made_at": now}]) == 1

    def get(self, wave_id: int) -> Wave | None:
        return self._one(_get, {"id": wave_id})

    def of(self, event_id: int) -> list[Wave]:
        return [_wave(row) for row in self._db.execute(_of_event, {"event": event_id}).mappings()]

    def due(self, event_id: int, now: datetime) -> Wave | None:
        return self._one(_due, {"event": event_id, "now": now})

    def next_due(self, after: datetime) -> datetime | None:
        found: datetime | None = self._db.execute(_next, {"after": after}).scalar()
        return found

    def change(self, wave_id: int, **values: Any) -> None:
        self._db.execute(_change.values(**values), {"of": wave_id})

    def withdraw(self, event_id: int, batch: str) -> int:
        of = {"event": event_id, "batch": batch}
        withdrawn = self._db.execute(_withdraw, of).rowcount
        if withdrawn:
            self._db.execute(_forget, of)
        return int(withdrawn)

    def _one(self, statement: Any, key: dict[str, Any]) -> Wave | None:
        row = self._db.execute(statement, key).mappings().one_or_none()
        return _wave(row) if row else None


def _wave(row: Any) -> Wave:
    return Wave(**{**row, "state": WaveState(row["state"])})
