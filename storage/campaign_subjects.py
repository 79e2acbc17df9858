"""Who fell where in campaigns that try something, and at which hours their members are there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    select,
    type_coerce,
    update,
)
from sqlalchemy import Connection as Db
from sqlalchemy.dialects import postgresql, sqlite

from services.ports.campaign_plans import Fell, Habit, Tried
from services.ports.sales import BOOKED
from storage.campaign_variants import letter_of
from storage.tables import campaigns, people, post, purchases

_subjects = campaigns.CampaignSubject.__table__  # type: ignore[attr-defined]
_variants = campaigns.CampaignVariant.__table__  # type: ignore[attr-defined]
_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_purchases = purchases.Purchase.__table__  # type: ignore[attr-defined]

HELD = "held"
_HOUR = 3_600_000
_COLUMNS = ("campaign_id", "member_id", "letter", "held", "at")
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_placed = case((_subjects.c.held, HELD), else_=_subjects.c.letter)
_counts = (
    select(_placed, func.count())
    .where(_subjects.c.campaign_id == bindparam("of"))
    .group_by(_placed)
)
_mine = _rows.c.campaign_id == bindparam("campaign")
_within = (_rows.c.member_id > bindparam("after"), _rows.c.member_id <= bindparam("upto"))
_theirs_too = and_(
    _rows.c.campaign_id == _subjects.c.campaign_id, _rows.c.member_id == _subjects.c.member_id
)
_fell = (
    select(
        _subjects.c.letter,
        _subjects.c.held,
        func.count(),
        func.sum(case((_rows.c.state == "sent", 1), else_=0)),
    )
    .select_from(_subjects.outerjoin(_rows, _theirs_too))
    .where(_subjects.c.campaign_id == bindparam("of"))
    .group_by(_subjects.c.letter, _subjects.c.held)
    .order_by(_subjects.c.held, _subjects.c.letter)
)
_waits = _rows.c.state == "pending"
_theirs = (
    select(_variants.c.wording_id)
    .join(_subjects, _subjects.c.letter == _variants.c.letter)
    .where(
        _variants.c.campaign_id == bindparam("words"),
        _subjects.c.campaign_id == bindparam("original"),
        _subjects.c.member_id == _rows.c.member_id,
    )
)
_reword = (
    update(_rows)
    .where(_mine, _waits, exists(_theirs.correlate(_rows)))
    .values(wording_id=_theirs.correlate(_rows).scalar_subquery())
)
_bought_at = type_coerce(_purchases.c.occurred_at, BigInteger)
_hour = (_bought_at // literal(_HOUR, BigInteger)) % literal(24, BigInteger)
_habits = (
    select(
        _rows.c.member_id,
        _hour,
        func.count(),
        func.coalesce(_members.c.zone, ""),
        _members.c.quiet_from,
        _members.c.quiet_to,
    )
    .select_from(
        _rows.join(_members, _members.c.id == _rows.c.member_id).join(
            _purchases, _purchases.c.member_id == _rows.c.member_id
        )
    )
    .where(
        _mine,
        *_within,
        _waits,
        _purchases.c.state == BOOKED,
        _purchases.c.occurred_at >= bindparam("since"),
    )
    .group_by(
        _rows.c.member_id, _hour, _members.c.zone, _members.c.quiet_from, _members.c.quiet_to
    )
    .order_by(_rows.c.member_id)
)
_due = (
    update(_rows)
    .where(_mine, _waits, _rows.c.member_id.in_(bindparam("some", expanding=True)))
    .values(due_at=bindparam("at"))
)


def note(
    db: Db,
    campaign_id: int,
    tried: Tried,
    within: tuple[int, int],
    now: datetime,
    held: Any,
    asked: dict[str, Any],
) -> None:
    """Writes where recipients `within` fell: of those who have a row, and of those `held` (a
    selection of their ids, which needs `asked`)."""
    values = {**asked, "campaign": campaign_id, "after": within[0], "upto": within[1]}
    insert = _INSERT[db.dialect.name]
    got = select(_rows.c.member_id).where(_mine, *_within)
    for chosen, out in ((got, False), (held, True)):
        member = chosen.subquery().c[0]
        letter = literal("") if out else letter_of(member, tried)
        columns = (
            literal(campaign_id, _subjects.c.campaign_id.type),
            member,
            letter,
            literal(out, _subjects.c.held.type),
            literal(now, _subjects.c.at.type),
        )
        if out and not tried.split.held:
            continue
        # SQLite takes ON CONFLICT for a join if no WHERE stands before it.
        chosen_rows = select(*columns).where(member > bindparam("after"))
        statement = insert(_subjects).from_select(_COLUMNS, chosen_rows)
        db.execute(statement.on_conflict_do_nothing(), values)


class CampaignSubjects:
    """Who fell where (services.ports.campaign_plans.CampaignSubjects)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def counts(self, campaign_id: int) -> dict[str, int]:
        return {place: n for place, n in self._db.execute(_counts, {"of": campaign_id})}

    def fell(self, campaign_id: int) -> list[Fell]:
        rows = self._db.execute(_fell, {"of": campaign_id})
        return [
            Fell(letter, bool(held), members, int(sent)) for letter, held, members, sent in rows
        ]

    def reword(self, rows_of: int, original_id: int, within: tuple[int, int]) -> None:
        asked = {"campaign": rows_of, "words": rows_of, "original": original_id}
        bounds = {"after": within[0], "upto": within[1]}
        self._db.execute(_reword.where(*_within), {**asked, **bounds})

    def reword_as(self, rows_of: int, words_of: int, original_id: int) -> None:
        asked = {"campaign": rows_of, "words": words_of, "original": original_id}
        self._db.execute(_reword, asked)

    def habits(self, campaign_id: int, within: tuple[int, int], since: datetime) -> list[Habit]:
        asked = {"campaign": campaign_id, "after": within[0], "upto": within[1], "since": since}
        return [Habit(*row) for row in self._db.execute(_habits, asked)]

    def due(self, campaign_id: int, member_ids: Collection[int], at: datetime) -> None:
        asked = {"campaign": campaign_id, "some": list(member_ids), "at": at}
        self._db.execute(_due, asked)
