"""The register of saved audiences, and who is in those that are followed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import and_, bindparam, case, delete, exists, func, literal, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects import postgresql, sqlite

from domain.audience_expressions import Expression
from domain.members import MemberState
from domain.saved_audiences import DayMoves, SavedAudience
from services.ports.audiences import When
from services.ports.tags import Moved
from storage.audience_conditions import where
from storage.dialect import Upsert
from storage.tables import audiences, campaigns, people
from storage.types import Instant

_saved = audiences.SavedAudience.__table__  # type: ignore[attr-defined]
_in = audiences.AudienceMember.__table__  # type: ignore[attr-defined]
_moves = audiences.AudienceMove.__table__  # type: ignore[attr-defined]
_tags = audiences.MemberTag.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_campaigns = campaigns.Campaign.__table__  # type: ignore[attr-defined]
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

_FIELDS = tuple(SavedAudience.__dataclass_fields__)
_open = _saved.c.closed_at.is_(None)
_all = select(*(_saved.c[name] for name in _FIELDS)).where(_open).order_by(_saved.c.name)
_add = Upsert(audiences.SavedAudience, ())
_this = _saved.c.id == bindparam("of")
_active = _members.c.state == MemberState.ACTIVE.value
_waiting = select(_campaigns.c.id, _campaigns.c.name, _campaigns.c.audience).where(
    _campaigns.c.finished_at.is_(None)
)
_here = and_(_in.c.audience_id == bindparam("of"), _in.c.member_id == _members.c.id)
_by_day = (
    select(
        _moves.c.day,
        func.sum(case((_moves.c.entered, 1), else_=0)),
        func.sum(case((_moves.c.entered, 0), else_=1)),
    )
    .where(_moves.c.audience_id == bindparam("of"), _moves.c.day >= bindparam("since"))
    .group_by(_moves.c.day)
    .order_by(_moves.c.day.desc())
)


class SavedAudiences:
    """Saved audiences (services.ports.tags.SavedAudiences)."""

    def __init__(self, db: Db, fallback: str) -> None:
        self._db = db
        self._fallback = fallback

    # -- the register --------------------------------------------------------------------

    def all(self) -> list[SavedAudience]:
        return [SavedAudience(*row) for row in self._db.execute(_all)]

    def get(self, audience_id: int) -> SavedAudience | None:
        return self._one(_all.where(_saved.c.id == audience_id))

    def by_name(self, name: str) -> SavedAudience | None:
        return self._one(_all.where(_saved.c.name == name))

    def add(self, saved: SavedAudience) -> bool:
        row = {name: getattr(saved, name) for name in _FIELDS}
        return _add.run(self._db, [row]) == 1

    def change(self, audience_id: int, **values: Any) -> None:
        self._db.execute(update(_saved).where(_this).values(**values), {"of": audience_id})

    def close(self, audience_id: int, now: datetime) -> bool:
        closed = (
            update(_saved)
            .where(_this, _open)
            .values(closed_at=now, name=_saved.c.name.op("||")(f"\t{audience_id}"))
        )
        self.forget(audience_id)
        return bool(self._db.execute(closed, {"of": audience_id}).rowcount)

    def in_campaigns(self) -> Iterator[tuple[str, Any]]:
        for number, name, audience in self._db.execute(_waiting):
            yield name or str(number), audience

    # -- who is in it --------------------------------------------------------------------

    def reach(self, after: int, most: int) -> tuple[int, int]:
        ids = select(_members.c.id).where(_members.c.id > after).order_by(_members.c.id)
        some = ids.limit(most).subquery()
        upto, number = self._db.execute(select(func.max(some.c.id), func.count())).one()
        return int(upto or after), int(number)

    def follow(
        self,
        saved: SavedAudience,
        expression: Expression,
        when: When,
        within: tuple[int, int],
    ) -> tuple[int, int]:
        meant = and_(_active, where(expression, when, self._fallback))
        scope = and_(_members.c.id > within[0], _members.c.id <= within[1])
        of = {"of": saved.id}
        leaving = select(_members.c.id).where(scope, exists().where(_here), ~meant)
        entering = select(_members.c.id).where(scope, meant, ~exists().where(_here))
        left = self._note(saved.id, leaving, when, entered=False)
        entered = self._note(saved.id, entering, when, entered=True)
        if left:
            self._db.execute(
                delete(_in).where(_in.c.audience_id == saved.id, _in.c.member_id.in_(leaving)),
                of,
            )
        if entered:
            rows = entering.with_only_columns(
                literal(saved.id), _members.c.id, literal(when.now, Instant)
            )
            columns = ["audience_id", "member_id", "entered_at"]
            self._db.execute(plain_insert(_in).from_select(columns, rows), of)
        self._tag(saved, when.now, within)
        return entered, left

    def _note(self, audience_id: int, members: Any, when: When, *, entered: bool) -> int:
        """Who came and went on one day is where they were last."""
        rows = members.with_only_columns(
            literal(audience_id), literal(when.today), _members.c.id, literal(entered)
        )
        columns = ["audience_id", "day", "member_id", "entered"]
        insert = _INSERTS[self._db.dialect.name](_moves).from_select(columns, rows)
        noted = insert.on_conflict_do_update(
            index_elements=columns[:3], set_={"entered": insert.excluded.entered}
        )
        return int(self._db.execute(noted, {"of": audience_id}).rowcount)

    def _tag(self, saved: SavedAudience, now: datetime, within: tuple[int, int]) -> None:
        there = exists().where(_in.c.audience_id == saved.id, _in.c.member_id == _tags.c.member_id)
        scope = and_(_tags.c.member_id > within[0], _tags.c.member_id <= within[1])
        mine = and_(_tags.c.by_rule, _tags.c.audience_id == saved.id, scope)
        self._db.execute(delete(_tags).where(mine, ~(there & (_tags.c.tag == saved.tag))))
        if not saved.tag:
            return
        rows = select(
            _in.c.member_id,
            literal(saved.tag),
            literal(True),
            literal(saved.id),
            literal(now, Instant),
        ).where(
            _in.c.audience_id == saved.id,
            _in.c.member_id > within[0],
            _in.c.member_id <= within[1],
        )
        columns = ["member_id", "tag", "by_rule", "audience_id", "at"]
        insert = _INSERTS[self._db.dialect.name](_tags).from_select(columns, rows)
        self._db.execute(insert.on_conflict_do_nothing())

    def forget(self, audience_id: int) -> None:
        self._db.execute(delete(_in).where(_in.c.audience_id == audience_id))
        mine = and_(_tags.c.by_rule, _tags.c.audience_id == audience_id)
        self._db.execute(delete(_tags).where(mine))

    def number(self, audience_id: int) -> int:
        there = select(func.count()).select_from(_in).where(_in.c.audience_id == audience_id)
        return int(self._db.execute(there).scalar_one())

    def moves(self, audience_id: int, since: int) -> list[DayMoves]:
        asked = {"of": audience_id, "since": since}
        return [DayMoves(*map(int, row)) for row in self._db.execute(_by_day, asked)]

    def moved(
        self, audience_id: int, since: int, after: tuple[int, int], most: int
    ) -> Sequence[tuple[tuple[int, int], Moved]]:
        later = (_moves.c.day > after[0]) | (
            (_moves.c.day == after[0]) & (_moves.c.member_id > after[1])
        )
        name = func.coalesce(_members.c.name, "")
        rows = (
            select(_moves.c.day, _moves.c.member_id, _members.c.number, name, _moves.c.entered)
            .join(_members, _members.c.id == _moves.c.member_id)
            .where(_moves.c.audience_id == audience_id, _moves.c.day >= since, later)
            .order_by(_moves.c.day, _moves.c.member_id)
            .limit(most)
        )
        found = self._db.execute(rows)
        return [
            ((day, who), Moved(day, number, told, into)) for day, who, number, told, into in found
        ]

    def _one(self, statement: Any) -> SavedAudience | None:
        row = self._db.execute(statement).one_or_none()
        return None if row is None else SavedAudience(*row)
