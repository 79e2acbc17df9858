"""The catalogue as members read it: its unchanging part is kept by the process under a stamp, what
is left of the stock is read anew."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection as Db
from sqlalchemy import String, bindparam, cast, func, select

from services.ports.catalogue import Printed
from storage.benefits import STAMP, Benefits
from storage.listed import Listed
from storage.prepared import Prepared
from storage.tables import benefits, club

_benefits = benefits.Benefit.__table__  # type: ignore[attr-defined]
_settings = club.Setting.__table__  # type: ignore[attr-defined]

_stamp = Prepared(select(_settings.c.value).where(_settings.c.name == bindparam("name")))


def _sold_out(listed: Any) -> Any:
    """In one row: thousands of them take longer to fetch."""
    return select(listed(cast(_benefits.c.id, String), ",")).where(_benefits.c.stock <= 0)


_gone = Prepared(
    {"sqlite": _sold_out(func.group_concat), "postgresql": _sold_out(func.string_agg)}
)
_stocks = Listed(
    select(_benefits.c.id, _benefits.c.stock).where(
        _benefits.c.id.in_(bindparam("ids", expanding=True))
    )
)


@dataclass(slots=True)
class CatalogueCache:
    """What a process has read last, and the stamp that was in force before it read."""

    printed: Printed | None = None


class Catalogue:
    """The catalogue (services.ports.catalogue.Catalogue)."""

    def __init__(self, db: Db, benefits: Benefits, cache: CatalogueCache) -> None:
        self._db = db
        self._benefits = benefits
        self._cache = cache

    def printed(self) -> Printed:
        # The stamp first: what is read after it is at least as new as it says.
        row = _stamp.row(self._db, {"name": STAMP})
        stamp = int(orjson.loads(row[0])) if row else 0
        kept = self._cache.printed
        if kept is not None and kept.stamp == stamp:
            return kept
        made = Printed(stamp, tuple(self._benefits.all()))
        if not self._benefits.changed:  # what this unit has changed may be undone
            self._cache.printed = made
        return made

    def gone(self) -> set[int]:
        row = _gone.row(self._db, {})
        return set(map(int, row[0].split(","))) if row and row[0] else set()

    def stocks(self, benefit_ids: Collection[int]) -> dict[int, int | None]:
        return {row[0]: row[1] for row in _stocks.rows(self._db, benefit_ids)}
