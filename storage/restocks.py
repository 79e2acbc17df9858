"""What came back into stock, and who had marked it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, exists, insert, select, update

from domain.members import MemberState
from services.ports.rhythms import Restock
from storage.tables import care, catalogue, people

_restocks = care.Restock.__table__  # type: ignore[attr-defined]
_marks = catalogue.Favourite.__table__  # type: ignore[attr-defined]
_waits = catalogue.BenefitWait.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]

_columns = select(_restocks.c.id, _restocks.c.benefit_id, _restocks.c.at, _restocks.c.reached)
_is_open = _restocks.c.done_at.is_(None)
_add = insert(_restocks)
_first = _columns.where(_is_open).order_by(_restocks.c.id).limit(1)
_open_of = select(_restocks.c.id).where(_is_open, _restocks.c.benefit_id == bindparam("benefit"))
_reach = (
    update(_restocks)
    .where(_restocks.c.id == bindparam("of"))
    .values(reached=bindparam("upto"), done_at=bindparam("done"))
)
_waits_for_it = exists().where(
    _waits.c.member_id == _marks.c.member_id,
    _waits.c.benefit_id == _marks.c.benefit_id,
    _waits.c.active == 1,
)
_fans = (
    select(_marks.c.member_id)
    .join(_members, _members.c.id == _marks.c.member_id)
    .where(
        _marks.c.benefit_id == bindparam("benefit"),
        _marks.c.member_id > bindparam("after"),
        _marks.c.at < bindparam("before"),
        _members.c.state == MemberState.ACTIVE.value,
        ~_waits_for_it,
    )
    .order_by(_marks.c.member_id)
    .limit(bindparam("most"))
)


class Restocks:
    """What came back (services.ports.rhythms.Restocks)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, restock: Restock) -> None:
        self._db.execute(_add, asdict(restock))

    def first(self) -> Restock | None:
        row = self._db.execute(_first).one_or_none()
        return Restock(*row) if row else None

    def is_open(self, benefit_id: int) -> bool:
        return self._db.execute(_open_of, {"benefit": benefit_id}).first() is not None

    def fans(self, restock: Restock, most: int) -> list[int]:
        asked = {"benefit": restock.benefit_id, "after": restock.reached, "most": most}
        return list(self._db.execute(_fans, {**asked, "before": restock.at}).scalars())

    def reach(self, restock_id: int, reached: int, done_at: datetime | None) -> None:
        self._db.execute(_reach, {"of": restock_id, "upto": reached, "done": done_at})
