"""Who is meant by an expression: counted, sampled and tried; and who can be reached at all."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy import Connection as Db

from domain.audience_expressions import Expression
from domain.consent import Purpose
from domain.members import MemberState
from services.ports.audiences import Some, When
from storage.audience_conditions import where
from storage.audience_sets import SETS
from storage.tables import audiences, chat, people, purchases

LATEST: Final = 20_000
"""Of so many lines of purchases the categories are known."""

_members = people.Member.__table__  # type: ignore[attr-defined]
_consents = people.Consent.__table__  # type: ignore[attr-defined]
_addresses = chat.Address.__table__  # type: ignore[attr-defined]
_tags = audiences.MemberTag.__table__  # type: ignore[attr-defined]
_lines = purchases.PurchaseLine.__table__  # type: ignore[attr-defined]
_saved = audiences.SavedAudience.__table__  # type: ignore[attr-defined]

_later = _consents.alias("later")
_newest = ~exists().where(
    _later.c.member_id == _consents.c.member_id,
    _later.c.purpose == _consents.c.purpose,
    _later.c.id > _consents.c.id,
)
agreed = and_(_consents.c.purpose == Purpose.PROMOTIONS.value, _consents.c.given, _newest)
active = _members.c.state == MemberState.ACTIVE.value
has_address = exists().where(
    _addresses.c.member_id == _members.c.id, _addresses.c.blocked_at.is_(None)
)
said_yes = exists().where(_consents.c.member_id == _members.c.id, agreed)
_everybody = select(func.count()).select_from(_members).where(active)
# At most one row for each member, so that one pass over them counts both.
_written_to = select(_consents.c.member_id).where(
    agreed,
    exists().where(
        _addresses.c.member_id == _consents.c.member_id, _addresses.c.blocked_at.is_(None)
    ),
)
_reached = _written_to.subquery("reached")
_with_reachable = (
    select(func.count(), func.count(_reached.c.member_id))
    .select_from(_members.outerjoin(_reached, _reached.c.member_id == _members.c.id))
    .where(active)
)
# All that were ever bought would have to be looked for in millions of lines.
_lately_bought = (
    select(_lines.c.category).order_by(_lines.c.purchase_id.desc()).limit(LATEST).subquery()
)
_category = _lately_bought.c.category
_categories = (
    select(_category)
    .where(_category != "")
    .group_by(_category)
    .order_by(func.count().desc(), _category)
)
_open = _saved.c.closed_at.is_(None)


class Meant:
    """Who is meant by an expression (services.ports.audiences.Meant)."""

    def __init__(self, db: Db, fallback: str) -> None:
        self._db = db
        self._fallback = fallback

    def number(self, expression: Expression, when: When) -> tuple[int, int]:
        meant = where(expression, when, self._fallback, SETS[self._db.dialect.name])
        members, reachable = self._db.execute(_with_reachable.where(meant)).one()
        return int(members), int(reachable)

    def active(self) -> int:
        return int(self._db.execute(_everybody).scalar_one())

    def some(self, expression: Expression, when: When, after: int, most: int) -> list[Some]:
        columns = (_members.c.id, _members.c.number, func.coalesce(_members.c.name, ""))
        meant = select(*columns, _members.c.level).where(
            active, self._where(expression, when), _members.c.id > after
        )
        return [Some(*row) for row in self._db.execute(meant.order_by(_members.c.id).limit(most))]

    def among(self, expression: Expression, when: When, member_ids: Collection[int]) -> set[int]:
        meant = select(_members.c.id).where(
            active, _members.c.id.in_(list(member_ids)), self._where(expression, when)
        )
        return set(self._db.execute(meant).scalars())

    def spellings(self, fact: str, most: int) -> list[str]:
        if fact == "category":
            return list(self._db.execute(_categories.limit(most)).scalars())
        asked = _tags.c.tag if fact == "tag" else _members.c[fact]
        there = select(asked).where(asked.is_not(None), asked != "").group_by(asked)
        often = there.order_by(func.count().desc(), asked).limit(most)
        return list(self._db.execute(often).scalars())

    def saved(self, name: str) -> Any | None:
        found = select(_saved.c.expression).where(_open, _saved.c.name == name)
        return self._db.execute(found).scalar_one_or_none()

    def saved_names(self, most: int) -> list[str]:
        names = select(_saved.c.name).where(_open).order_by(_saved.c.changed_at.desc())
        return list(self._db.execute(names.limit(most)).scalars())

    def _where(self, expression: Expression, when: When) -> ColumnElement[bool]:
        return where(expression, when, self._fallback)
