"""Members of a campaign whose membership was merged into another since: what they bought is the
other's now, and who has two rows since then counts once, by that of the membership that stands."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, exists, func, or_

from storage.tables import people

_merges = people.Merge.__table__  # type: ignore[attr-defined]
_merged = _merges.alias("merged")
_again = _merges.alias("merged_again")
_of = bindparam("of", type_=BigInteger)

kept: Final[ColumnElement[Any]] = func.coalesce(_again.c.kept_id, _merged.c.kept_id)
"""The membership that stands for one that was merged, NULL for others."""


def with_merges(rows: Any, member: Any) -> Any:
    """Rows of members, with `kept` known."""
    first = and_(_merged.c.merged_id == member, _merged.c.undone_at.is_(None))
    second = and_(_again.c.merged_id == _merged.c.kept_id, _again.c.undone_at.is_(None))
    return rows.outerjoin(_merged, first).outerjoin(_again, second)


def once(table: Any) -> ColumnElement[bool]:
    """That the membership that stands has no row of the same campaign (`of`)."""
    other = table.alias("of_the_kept")
    twice = exists().where(other.c.campaign_id == _of, other.c.member_id == kept)
    return or_(_merged.c.id.is_(None), ~twice.correlate(_merged, _again))
