"""The shifts at the counter."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select, update

from services.ports.shifts import Used
from storage.dialect import Upsert
from storage.tables import shifts

_shifts = shifts.Shift.__table__  # type: ignore[attr-defined]
_this = (_shifts.c.staff_id == bindparam("of"), _shifts.c.day == bindparam("on"))
_begin = Upsert(shifts.Shift, ("staff_id", "day"))
_use = (
    update(_shifts)
    .where(
        *_this,
        _shifts.c.receipts < bindparam("receipts_most"),
        _shifts.c.minor + bindparam("more") <= bindparam("most"),
    )
    .values(receipts=_shifts.c.receipts + 1, minor=_shifts.c.minor + bindparam("more"))
)
_give_back = (
    update(_shifts)
    .where(*_this)
    .values(receipts=_shifts.c.receipts - 1, minor=_shifts.c.minor - bindparam("less"))
)
_used = select(_shifts.c.receipts, _shifts.c.minor).where(*_this)

# More than any shift can have, so that a limit that is not set never binds.
_NO_LIMIT = 2**31 - 1
_NO_MONEY_LIMIT = 2**62


class Shifts:
    """The register of shifts (services.ports.shifts.Shifts)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def use(
        self, staff_id: int, day: date, minor: int, receipts_most: int | None, most: int | None
    ) -> bool:
        _begin.run(self._db, {"staff_id": staff_id, "day": day, "receipts": 0, "minor": 0})
        limits = {
            "receipts_most": _NO_LIMIT if receipts_most is None else receipts_most,
            "most": _NO_MONEY_LIMIT if most is None else most,
        }
        values = {"of": staff_id, "on": day, "more": minor, **limits}
        return self._db.execute(_use, values).rowcount == 1

    def give_back(self, staff_id: int, day: date, minor: int) -> None:
        self._db.execute(_give_back, {"of": staff_id, "on": day, "less": minor})

    def used(self, staff_id: int, day: date) -> Used:
        row = self._db.execute(_used, {"of": staff_id, "on": day}).one_or_none()
        return Used(*row) if row else Used()
