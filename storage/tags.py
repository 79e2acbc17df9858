"""Which tags members carry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, delete, exists, func, select, update

from domain.members import MemberState
from domain.tags import Tag
from services.ports.club import Actor
from storage.dialect import Upsert
from storage.tables import audiences, people

_tags = audiences.MemberTag.__table__  # type: ignore[attr-defined]
_other = _tags.alias("other")
_members = people.Member.__table__  # type: ignore[attr-defined]

_by_hand = _tags.c.by_rule.is_(False)
_of = (
    select(_tags.c.tag, _tags.c.by_rule, _tags.c.at)
    .where(_tags.c.member_id == bindparam("member"))
    .order_by(_tags.c.tag, _tags.c.by_rule)
)
_put = Upsert(audiences.MemberTag, ("member_id", "tag", "by_rule"))
_take = delete(_tags).where(
    _tags.c.member_id == bindparam("member"), _tags.c.tag == bindparam("name"), _by_hand
)
_carrying = select(_tags.c.member_id).where(
    _tags.c.member_id.in_(bindparam("members", expanding=True)),
    _tags.c.tag == bindparam("name"),
    _by_hand,
)
_laden = (
    select(_tags.c.member_id)
    .where(
        _tags.c.member_id.in_(bindparam("members", expanding=True)),
        _tags.c.tag != bindparam("name"),
        _by_hand,
    )
    .group_by(_tags.c.member_id)
    .having(func.count() >= bindparam("most"))
)
_counts = (
    select(_tags.c.tag, func.count(_tags.c.member_id.distinct()).label("carried"))
    .join(_members, _members.c.id == _tags.c.member_id)
    .where(_members.c.state == MemberState.ACTIVE.value)
    .group_by(_tags.c.tag)
    .order_by(func.count(_tags.c.member_id.distinct()).desc(), _tags.c.tag)
    .limit(bindparam("most"))
)
_drop = delete(_tags).where(_tags.c.tag == bindparam("name"), _by_hand)
_free = ~exists().where(
    _other.c.member_id == _tags.c.member_id,
    _other.c.tag == bindparam("after"),
    _other.c.by_rule.is_(False),
)
_rename = (
    update(_tags)
    .where(_tags.c.tag == bindparam("name"), _by_hand, _free)
    .values(tag=bindparam("after"))
)


class Tags:
    """The register of tags (services.ports.tags.Tags)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def of(self, member_id: int) -> list[Tag]:
        return [Tag(*row) for row in self._db.execute(_of, {"member": member_id})]

    def put(self, member_id: int, tag: str, staff_id: int | None, now: datetime) -> bool:
        row = {"member_id": member_id, "tag": tag, "by_rule": False}
        return _put.run(self._db, [{**row, "staff_id": staff_id, "at": now}]) == 1

    def put_all(self, member_ids: Sequence[int], tag: str, actor: Actor, now: datetime) -> None:
        row = {"tag": tag, "by_rule": False, "staff_id": actor.staff_id, "at": now}
        _put.run(self._db, [{**row, "member_id": one} for one in member_ids])

    def carrying(self, member_ids: Sequence[int], tag: str) -> set[int]:
        key = {"members": list(member_ids), "name": tag}
        return set(self._db.execute(_carrying, key).scalars())

    def laden(self, member_ids: Sequence[int], tag: str, most: int) -> set[int]:
        key = {"members": list(member_ids), "name": tag, "most": most}
        return set(self._db.execute(_laden, key).scalars())

    def take(self, member_id: int, tag: str) -> bool:
        return self._number(_take, {"member": member_id, "name": tag}) == 1

    def counts(self, most: int) -> list[tuple[str, int]]:
        return [(name, number) for name, number in self._db.execute(_counts, {"most": most})]

    def rename(self, before: str, after: str) -> int:
        renamed = self._number(_rename, {"name": before, "after": after})
        return renamed + self.drop(before)  # who carried both carries one now

    def drop(self, tag: str) -> int:
        return self._number(_drop, {"name": tag})

    def _number(self, statement: object, values: dict[str, object]) -> int:
        return int(self._db.execute(statement, values).rowcount)  # type: ignore[call-overload]
