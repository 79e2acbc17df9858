"""Benefits that members have marked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, delete, select

from storage.dialect import Upsert
from storage.prepared import Prepared
from storage.tables import catalogue

_marks = catalogue.Favourite.__table__  # type: ignore[attr-defined]

_mark = Upsert(catalogue.Favourite, ("member_id", "benefit_id"))
_unmark = delete(_marks).where(
    _marks.c.member_id == bindparam("member"), _marks.c.benefit_id == bindparam("benefit")
)
_of_member = Prepared(select(_marks.c.benefit_id).where(_marks.c.member_id == bindparam("member")))


class Favourites:
    """The register of favourites (services.ports.catalogue.Favourites)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def mark(self, member_id: int, benefit_id: int, now: datetime) -> bool:
        row = {"member_id": member_id, "benefit_id": benefit_id, "at": now}
        return _mark.run(self._db, row) == 1

    def unmark(self, member_id: int, benefit_id: int) -> bool:
        key = {"member": member_id, "benefit": benefit_id}
        return int(self._db.execute(_unmark, key).rowcount) == 1

    def of_member(self, member_id: int) -> set[int]:
        return {row[0] for row in _of_member.rows(self._db, {"member": member_id})}
