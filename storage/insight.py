"""What nights compute of members, by set statements over slices of them (SEMANTICS: Insight)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection as Db

from domain.dates import start_of_day
from domain.insight_rules import Insight, Introduced, Mature, Pyramid, Quiet
from domain.rfm import FIFTHS
from services.ports.insight import (
    Cuts,
    MemberInsight,
    Night,
    Slice,
    StageChange,
    cuts_of,
    plain_cuts,
)
from storage import insight_statements as sql
from storage.insight_rules import AXES


class Insights:
    """What nights compute (services.ports.insight.Insights)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    # -- a member -----------------------------------------------------------------------

    def of(self, member_id: int) -> MemberInsight | None:
        row = self._db.execute(sql.OF, {"member": member_id}).first()
        return _insight(row) if row else None

    def history(self, member_id: int, most: int) -> list[StageChange]:
        rows = self._db.execute(sql.HISTORY, {"member": member_id, "most": most})
        return [
            StageChange(date.fromordinal(row.day), row.before, row.after, row.reason)
            for row in rows
        ]

    def categories(self, member_id: int, since: date, most: int) -> list[str]:
        asked = {"member": member_id, "since": since.toordinal(), "most": most}
        return list(self._db.execute(sql.LIKED, asked).scalars())

    # -- nights -------------------------------------------------------------------------

    def night(self, day: date) -> Night | None:
        row = self._db.execute(sql.NIGHT, {"day": day.toordinal()}).first()
        return _night_of(row) if row else None

    def newest(self, upto: date | None = None, *, done: bool = True) -> Night | None:
        asked = {"upto": (upto or date.max).toordinal()}
        row = self._db.execute(sql.NEWEST_DONE if done else sql.NEWEST, asked).first()
        return _night_of(row) if row else None

    def keep(self, night: Night) -> None:
        sql.KEEP.run(
            self._db,
            {
                "day": night.day.toordinal(),
                "phase": night.phase,
                "reached": night.reached,
                "rules": asdict(night.rules),
                "cuts": plain_cuts(night.cuts) if night.cuts else None,
                "counts": night.counts,
                "began_at": night.began_at,
                "done_at": night.done_at,
            },
        )

    # -- computing ----------------------------------------------------------------------

    def measure(self) -> None:
        # Without statistics PostgreSQL compares every member with every other.
        if self._db.dialect.name == "postgresql":
            self._db.exec_driver_sql("ANALYZE members, purchases, member_insights")

    def next_slice(self, after: int, most: int) -> Slice | None:
        upto = self._db.execute(sql.LAST_OF_SLICE, {"after": after, "most": most}).scalar_one()
        return None if upto is None else Slice(after, int(upto))

    def gather(self, members: Slice, day: date, window_days: int) -> int:
        last = day.toordinal()
        asked = {"after": members.after, "upto": members.upto}
        facts = {**asked, "day": last, "before_window": last - window_days}
        written = self._db.execute(sql.LEFT, asked).rowcount
        if self._db.execute(sql.ANY_NEW, asked).first():
            written += self._db.execute(sql.ADD, facts).rowcount
        return int(written + self._db.execute(sql.REFRESH, facts).rowcount)

    def cuts(self, rules: Insight) -> Cuts:
        buyers, total = self._db.execute(sql.SUMS).one()
        if not buyers:
            return Cuts(0)
        cuts = {axis: self._fifths(axis, buyers) for axis in AXES}
        asked = {"a": rules.pyramid.a, "b": rules.pyramid.b, "total": int(total)}
        least_a, least_b = self._db.execute(sql.LEAST, asked).one()
        return Cuts(buyers, **cuts, least_a=int(least_a), least_b=int(least_b))

    def _fifths(self, axis: str, buyers: int) -> tuple[int, ...]:
        row = self._db.execute(sql.CUTS[axis], {"buyers": buyers}).one()
        return tuple(int(value) for value in row)

    def classify(self, members: Slice, night: Night, zone: str) -> int:
        asked = {"after": members.after, "upto": members.upto, **_bound(night, zone)}
        noted = self._db.execute(sql.NOTES[self._db.dialect.name], asked).rowcount
        return int(noted + self._db.execute(sql.CLASSIFY, asked).rowcount)

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        found: dict[str, dict[str, int]] = {"segment": {}, "stage": {}, "pyramid": {}}
        for segment, stage, pyramid, count in self._db.execute(sql.COUNTED):
            for axis, key in zip(found, (segment, stage, pyramid), strict=True):
                found[axis][key] = found[axis].get(key, 0) + int(count)
        return found

    def moved(self, since: date, upto: date) -> Sequence[tuple[str, str, int]]:
        asked = {"since": since.toordinal(), "upto": upto.toordinal()}
        return [(row[0], row[1], int(row[2])) for row in self._db.execute(sql.MOVED, asked)]


def _bound(night: Night, zone: str) -> dict[str, Any]:
    """What the statements of classes ask for."""
    rules, cuts = night.rules, night.cuts or Cuts(0)
    moments = {
        "lost": rules.lost.days,
        "declining": rules.declining.days,
        "new": rules.introduced.days,
    }
    points = {
        f"{axis}{k}": value
        for axis in AXES
        for k, value in enumerate(getattr(cuts, axis) or (0,) * (FIFTHS - 1), start=1)
    }
    return {
        **points,
        **{
            f"joined_{name}": start_of_day(night.day - timedelta(days), zone)
            for name, days in moments.items()
        },
        "day": night.day.toordinal(),
        "high": rules.high_from,
        "few": rules.introduced.purchases,
        "often": rules.mature.purchases,
        "lost_days": rules.lost.days,
        "lost_percent": rules.lost.percent,
        "declining_days": rules.declining.days,
        "declining_percent": rules.declining.percent,
        "least_a": cuts.least_a,
        "least_b": cuts.least_b,
    }


def _insight(row: Any) -> MemberInsight:
    return MemberInsight(
        row.member_id,
        date.fromordinal(row.first_day) if row.first_day else None,
        date.fromordinal(row.last_day) if row.last_day else None,
        row.times,
        row.frequency,
        row.monetary,
        row.r,
        row.f,
        row.m,
        row.segment,
        row.stage,
        row.reason,
        date.fromordinal(row.stage_since),
        row.pyramid,
    )


def _night_of(row: Any) -> Night:
    return Night(
        date.fromordinal(row.day),
        row.phase,
        _rules(row.rules),
        row.began_at,
        row.reached,
        cuts_of(row.cuts) if row.cuts else None,
        row.counts,
        row.done_at,
    )


def _rules(plain: Mapping[str, Any]) -> Insight:
    return Insight(
        plain["window_days"],
        plain["high_from"],
        Introduced(**plain["introduced"]),
        Mature(**plain["mature"]),
        Quiet(**plain["declining"]),
        Quiet(**plain["lost"]),
        Pyramid(**plain["pyramid"]),
    )
