"""The days on which members checked in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date

from sqlalchemy import Connection as Db
from sqlalchemy import Integer, and_, bindparam, exists, select, type_coerce, update

from domain.checkins import Day
from storage.dialect import Upsert
from storage.tables import checkins

_days = checkins.CheckIn.__table__  # type: ignore[attr-defined]
_before = _days.alias()
_FIELDS = tuple(field.name for field in fields(Day))

_add = Upsert(checkins.CheckIn, ("member_id", "day"))
_booked = (
    update(_days).where(_days.c.id == bindparam("of")).values(posting_id=bindparam("posting"))
)
_since = (
    select(*(_days.c[name] for name in _FIELDS))
    .where(_days.c.member_id == bindparam("member"), _days.c.day >= bindparam("day"))
    .order_by(_days.c.day)
)
_number = type_coerce(_days.c.day, Integer)
_number_before = type_coerce(_before.c.day, Integer)
# The newest day, up to the one asked for, that has no day right before it.
_first = (
    select(_days.c.day)
    .where(
        _days.c.member_id == bindparam("member"),
        _days.c.day <= bindparam("day"),
        ~exists().where(
            and_(
                _before.c.member_id == _days.c.member_id,
                _number_before == _number - 1,
            )
        ),
    )
    .order_by(_days.c.day.desc())
    .limit(1)
)
_on = select(_days.c.id).where(
    _days.c.member_id == bindparam("member"), _days.c.day == bindparam("day")
)


class CheckIns:
    """The register of check-ins (services.ports.checkins.CheckIns)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, day: Day) -> bool:
        return _add.run(self._db, {name: getattr(day, name) for name in _FIELDS}) == 1

    def booked(self, day_id: int, posting_id: int) -> None:
        self._db.execute(_booked, {"of": day_id, "posting": posting_id})

    def since(self, member_id: int, day: date) -> Sequence[Day]:
        rows = self._db.execute(_since, {"member": member_id, "day": day})
        return [Day(**row) for row in rows.mappings()]

    def row(self, member_id: int, day: date) -> int:
        asked = {"member": member_id, "day": day}
        if self._db.execute(_on, asked).first() is None:
            return 0
        first: date = self._db.execute(_first, asked).scalar_one()
        return (day - first).days + 1
