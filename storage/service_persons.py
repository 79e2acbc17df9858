"""Members and the operators who look after them by name."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, delete, func, select, update

from storage.dialect import Upsert
from storage.tables import tickets
from storage.types import Instant

_persons = tickets.ServicePerson.__table__  # type: ignore[attr-defined]
_of = select(_persons.c.staff_id).where(_persons.c.member_id == bindparam("member"))
_give = Upsert(tickets.ServicePerson, ("member_id",), update=("staff_id", "since"))
_begin = Upsert(tickets.ServicePerson, ("member_id",))
_take_back = delete(_persons).where(_persons.c.member_id == bindparam("member"))
_theirs = _persons.c.staff_id == bindparam("staff")
_members = select(_persons.c.member_id).where(_theirs).order_by(_persons.c.member_id)
_move = (
    update(_persons)
    .where(_theirs)
    .values(staff_id=bindparam("heir"), since=bindparam("at", type_=Instant()))
)
_free = delete(_persons).where(_theirs)
_loads = (
    select(_persons.c.staff_id, func.count())
    .where(_persons.c.staff_id.in_(bindparam("staff", expanding=True)))
    .group_by(_persons.c.staff_id)
)


class ServicePersons:
    """The register of service persons (services.ports.service_persons.ServicePersons)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def of(self, member_id: int) -> int | None:
        found: int | None = self._db.execute(_of, {"member": member_id}).scalar_one_or_none()
        return found

    def give(self, member_id: int, staff_id: int, now: datetime) -> None:
        _give.run(self._db, {"member_id": member_id, "staff_id": staff_id, "since": now})

    def begin(self, member_id: int, staff_id: int, now: datetime) -> bool:
        row = {"member_id": member_id, "staff_id": staff_id, "since": now}
        return _begin.run(self._db, row) == 1

    def take_back(self, member_id: int) -> bool:
        return self._db.execute(_take_back, {"member": member_id}).rowcount == 1

    def loads(self, staff_ids: Collection[int]) -> dict[int, int]:
        known = dict.fromkeys(staff_ids, 0)
        rows = self._db.execute(_loads, {"staff": list(staff_ids)})
        return {**known, **{staff_id: int(count) for staff_id, count in rows}}

    def members(self, staff_id: int) -> list[int]:
        return list(self._db.execute(_members, {"staff": staff_id}).scalars())

    def move(self, staff_id: int, to: int | None, now: datetime) -> int:
        if to is None:
            return self._db.execute(_free, {"staff": staff_id}).rowcount
        return self._db.execute(_move, {"staff": staff_id, "heir": to, "at": now}).rowcount
