"""Merged memberships: who became whom, and moving what belongs to a membership."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, and_, bindparam, delete, insert, or_, select, update
from sqlalchemy import Connection as Db
from sqlalchemy import PrimaryKeyConstraint as Primary
from sqlalchemy import UniqueConstraint as Unique

from domain.members import MemberState
from services.ports.membership import Merge, Moved
from storage.holdings import HOLDINGS
from storage.survey_merging import make_room
from storage.tables import metadata, people

_merges = people.Merge.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_uses = metadata.tables["benefit_uses"]

_COUNTED = "benefit_uses"
_MOVED = tuple(h.table for h in HOLDINGS if h.moves and h.table != _COUNTED)
_STANDING = (MemberState.ACTIVE.value, MemberState.FROZEN.value)

_add = insert(_merges)
_get = select(_merges).where(_merges.c.id == bindparam("id"))
_newest = (
    select(_merges)
    .where(
        or_(_merges.c.kept_id == bindparam("member"), _merges.c.merged_id == bindparam("member")),
        _merges.c.undone_at.is_(None),
    )
    .order_by(_merges.c.id.desc())
    .limit(1)
)
_undone = (
    update(_merges)
    .where(_merges.c.id == bindparam("of"), _merges.c.undone_at.is_(None))
    .values(undone_at=bindparam("at"))
)
_close_into = (
    update(_members)
    .where(_members.c.id == bindparam("of"), _members.c.state.in_(_STANDING))
    .values(state=MemberState.MERGED.value, merged_into=bindparam("kept"))
)
_open_again = (
    update(_members)
    .where(_members.c.id == bindparam("of"), _members.c.state == MemberState.MERGED.value)
    .values(state=MemberState.ACTIVE.value, merged_into=None)
)


class Merges:
    """Merged memberships (services.ports.membership.Merges)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, merge: Merge) -> None:
        row = {name: getattr(merge, name) for name in Merge.__dataclass_fields__}
        self._db.execute(_add, {**row, "undo": dict(merge.undo)})

    def get(self, merge_id: int) -> Merge | None:
        row = self._db.execute(_get, {"id": merge_id}).mappings().one_or_none()
        return Merge(**row) if row else None

    def newest(self, member_id: int) -> Merge | None:
        row = self._db.execute(_newest, {"member": member_id}).mappings().one_or_none()
        return Merge(**row) if row else None

    def undone(self, merge_id: int, at: datetime) -> bool:
        return int(self._db.execute(_undone, {"of": merge_id, "at": at}).rowcount) == 1

    def close_into(self, member_id: int, kept_id: int) -> bool:
        values = {"of": member_id, "kept": kept_id}
        return int(self._db.execute(_close_into, values).rowcount) == 1

    def open_again(self, member_id: int) -> bool:
        return int(self._db.execute(_open_again, {"of": member_id}).rowcount) == 1

    # -- moving -------------------------------------------------------------------------

    def move(self, from_id: int, to_id: int) -> Moved:
        moved: Moved = {}
        make_room(self._db, from_id, to_id)
        for name in _MOVED:
            table = metadata.tables[name]
            free = select(_mark(table)).where(table.c.member_id == from_id, *_free(table, to_id))
            ids = list(self._db.execute(free).scalars())
            if ids:
                moved[name] = ids
                self._give(table, ids, from_id, to_id)
        self._add_uses(from_id, to_id, 1)
        return moved

    def move_back(self, moved: Moved, from_id: int, to_id: int) -> None:
        for name, ids in moved.items():
            self._give(metadata.tables[name], ids, from_id, to_id)
        self._add_uses(to_id, from_id, -1)

    def _give(self, table: Table, ids: list[int], from_id: int, to_id: int) -> None:
        mark = _mark(table)
        # Where a member has one row at most, its mark is the member.
        these = () if mark.name == "member_id" else (mark.in_(ids),)
        mine = and_(table.c.member_id == from_id, *these)
        self._db.execute(update(table).where(mine).values(member_id=to_id))

    def _add_uses(self, of: int, to_id: int, sign: int) -> None:
        """Counts the merged membership's redemptions to the kept one's limits, or no longer. Its
        own rows stay as they are."""
        rows = self._db.execute(select(_uses).where(_uses.c.member_id == of)).mappings().all()
        for row in rows:
            same = and_(
                _uses.c.benefit_id == row["benefit_id"],
                _uses.c.member_id == to_id,
                _uses.c.period == row["period"],
            )
            more = update(_uses).where(same).values(used=_uses.c.used + sign * row["used"])
            if not self._db.execute(more).rowcount and sign > 0:
                self._db.execute(insert(_uses).values({**row, "member_id": to_id}))
        self._db.execute(delete(_uses).where(_uses.c.member_id == to_id, _uses.c.used <= 0))


def _mark(table: Table) -> Column[Any]:
    """What tells a member's rows of a table apart: the id, else what else is in the key."""
    if "id" in table.c:
        return table.c.id
    others = (column for column in table.primary_key if column.name != "member_id")
    return next(others, table.c.member_id)


def _free(table: Table, to_id: int) -> list[Any]:
    """Conditions that moving a row breaks no UNIQUE of the table."""
    other = table.alias()
    found = []
    for key in table.constraints:
        if isinstance(key, Unique | Primary) and "member_id" in key.columns:
            same = [
                other.c[c.name] == table.c[c.name] for c in key.columns if c.name != "member_id"
            ]
            taken = select(other.c.member_id).where(other.c.member_id == to_id, *same)
            found.append(~taken.exists())
    return found
