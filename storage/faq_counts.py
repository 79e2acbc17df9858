"""How often ready answers were shown, helped or led to a person, by day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, select, update

from services.ports.faq import FaqDay
from storage.dialect import Upsert
from storage.tables import tickets

_counts = tickets.FaqCount.__table__  # type: ignore[attr-defined]
_first = Upsert(tickets.FaqCount, ("day", "key"))
_add = (
    update(_counts)
    .where(_counts.c.day == bindparam("of_day"), _counts.c.key == bindparam("of_key"))
    .values(
        shown=_counts.c.shown + bindparam("more_shown"),
        helped=_counts.c.helped + bindparam("more_helped"),
        asked=_counts.c.asked + bindparam("more_asked"),
    )
)
_shown = func.sum(_counts.c.shown)
_between = (
    select(_counts.c.key, _shown, func.sum(_counts.c.helped), func.sum(_counts.c.asked))
    .where(_counts.c.day >= bindparam("first"), _counts.c.day <= bindparam("last"))
    .group_by(_counts.c.key)
    .order_by(_shown.desc(), _counts.c.key)
)


class FaqCounts:
    """services.ports.faq.FaqCounts."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, day: date, key: str, *, shown: int = 0, helped: int = 0, asked: int = 0) -> None:
        _first.run(self._db, {"day": day, "key": key, "shown": 0, "helped": 0, "asked": 0})
        more = {"more_shown": shown, "more_helped": helped, "more_asked": asked}
        self._db.execute(_add, {"of_day": day, "of_key": key, **more})

    def between(self, first: date, last: date) -> list[FaqDay]:
        rows = self._db.execute(_between, {"first": first, "last": last})
        return [FaqDay(key, *(int(count) for count in counts)) for key, *counts in rows]
