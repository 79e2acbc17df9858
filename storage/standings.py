"""What levels rest on, and whose review is due."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select

from domain.ledger import Kind
from domain.levels import ACTIVITY_SOURCES
from domain.members import MemberState
from domain.points import Unit
from domain.standings import Given, Held, Standing
from services.ports.standings import Kept
from storage.dialect import Upsert, for_update
from storage.listed import Listed
from storage.tables import chat, ledger, people
from storage.tables import standings as tables

_standings = tables.Standing.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_addresses = chat.Address.__table__  # type: ignore[attr-defined]
_postings = ledger.Posting.__table__  # type: ignore[attr-defined]
_accounts = ledger.Account.__table__  # type: ignore[attr-defined]

_ids: Any = bindparam("ids", expanding=True)
_of = Listed(select(_standings).where(_standings.c.member_id.in_(_ids)))
_save = Upsert(
    tables.Standing,
    ("member_id",),
    tuple(column.name for column in _standings.columns if not column.primary_key),
)
_kept = (
    select(
        _members.c.id,
        _members.c.state,
        _members.c.level,
        _members.c.level_since,
        _members.c.joined_at,
        _members.c.zone,
        _members.c.quiet_from,
        _members.c.quiet_to,
    )
    .where(_members.c.id.in_(_ids))
    .order_by(_members.c.id)
)
_kept_locked = _kept.with_for_update()
_reachable = select(_addresses.c.member_id).where(
    _addresses.c.member_id.in_(_ids), _addresses.c.blocked_at.is_(None)
)
_waiting = (
    select(_standings.c.member_id)
    .where(_standings.c.review_on.is_not(None), _standings.c.review_on <= bindparam("day"))
    .order_by(_standings.c.review_on, _standings.c.member_id)
    .limit(bindparam("most"))
)
_after = (
    select(_members.c.id)
    .where(_members.c.id > bindparam("after"), _members.c.state == MemberState.ACTIVE.value)
    .order_by(_members.c.id)
    .limit(bindparam("most"))
)
_merged = select(_members.c.id, _members.c.merged_into).where(_members.c.merged_into.in_(_ids))
_activity = select(_postings.c.member_id, _postings.c.at, _postings.c.amount).where(
    _postings.c.member_id.in_(_ids),
    _postings.c.unit == Unit.POINTS.value,
    _postings.c.kind == Kind.BONUS.value,
    _postings.c.at >= bindparam("since"),
    _postings.c.source_type.in_(ACTIVITY_SOURCES),
)
_growth = select(_accounts.c.member_id, _accounts.c.wallet).where(
    _accounts.c.member_id.in_(_ids), _accounts.c.unit == Unit.GROWTH.value
)


class Standings:
    """The standings of all members (services.ports.standings.Standings)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def of(self, member_ids: Collection[int]) -> dict[int, Standing]:
        found = _of.named(self._db, member_ids)
        return {row.member_id: _standing(row) for row in found}

    def save(self, standings: Iterable[Standing]) -> None:
        rows = [_row(standing) for standing in standings]
        if rows:
            _save.run(self._db, rows)

    def members(self, member_ids: Collection[int]) -> list[Kept]:
        statement = _kept_locked if for_update(self._db) else _kept
        return [Kept(*row) for row in self._db.execute(statement, {"ids": sorted(member_ids)})]

    def reachable(self, member_ids: Collection[int]) -> set[int]:
        return set(self._db.execute(_reachable, {"ids": list(member_ids)}).scalars())

    def waiting(self, day: date, most: int) -> list[int]:
        return list(self._db.execute(_waiting, {"day": day, "most": most}).scalars())

    def after(self, member_id: int, most: int) -> list[int]:
        return list(self._db.execute(_after, {"after": member_id, "most": most}).scalars())

    def activity(
        self, member_ids: Collection[int], since: datetime
    ) -> dict[int, list[tuple[datetime, int]]]:
        owners = self._with_merged(member_ids)
        found: dict[int, list[tuple[datetime, int]]] = {}
        asked = {"ids": list(owners), "since": since}
        for member_id, at, points in self._db.execute(_activity, asked):
            found.setdefault(owners[member_id], []).append((at, points))
        return found

    def _with_merged(self, member_ids: Collection[int]) -> dict[int, int]:
        """Each membership with the one that stands for it today."""
        owners = {member_id: member_id for member_id in member_ids}
        newest = list(owners)
        while newest:
            rows = self._db.execute(_merged, {"ids": newest}).all()
            newest = [member_id for member_id, _ in rows if member_id not in owners]
            owners |= {member_id: owners[into] for member_id, into in rows}
        return owners

    def growth(self, member_ids: Collection[int]) -> dict[int, int]:
        found = self._db.execute(_growth, {"ids": list(member_ids)})
        return {member_id: wallet for member_id, wallet in found}


def _standing(row: Any) -> Standing:
    given = None
    if row.given_level is not None:
        given = Given(row.given_level, row.given_until, row.given_reason or "")
    return Standing(
        row.member_id,
        Held(row.level, row.since, row.until, row.proven_on, row.version),
        tuple(_held(one) for one in row.earlier),
        row.falls_on,
        row.told_for,
        given,
        row.corrected,
        row.review_on,
    )


def _held(packed: list[Any]) -> Held:
    level, since, until, proven_on, version = packed
    return Held(
        level,
        date.fromisoformat(since),
        date.fromisoformat(until) if until else None,
        date.fromisoformat(proven_on),
        version,
    )


def _row(standing: Standing) -> dict[str, Any]:
    held, given = standing.held, standing.given
    return {
        "member_id": standing.member_id,
        "level": held.level,
        "since": held.since,
        "until": held.until,
        "proven_on": held.proven_on,
        "version": held.version,
        "earlier": [
            [one.level, one.since, one.until, one.proven_on, one.version]
            for one in standing.earlier
        ],
        "falls_on": standing.falls_on,
        "told_for": standing.told_for,
        "given_level": given.level if given else None,
        "given_until": given.until if given else None,
        "given_reason": given.reason if given else None,
        "corrected": standing.corrected,
        "review_on": standing.review_on,
    }
