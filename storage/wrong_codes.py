"""Wrong codes at the till: of each person and address, and of everybody in an hour."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select, update

from storage.dialect import Upsert
from storage.tables import benefits, till

_tries = benefits.WrongTry.__table__  # type: ignore[attr-defined]
_hours = till.WrongCode.__table__  # type: ignore[attr-defined]

_spent = select(_tries.c.tries, _tries.c.since).where(_tries.c.who == bindparam("who"))
_first = Upsert(benefits.WrongTry, ("who",))
_again = (
    update(_tries)
    .where(_tries.c.who == bindparam("by"), _tries.c.since <= bindparam("before"))
    .values(tries=0, since=bindparam("now"))
)
_more = (
    update(_tries)
    .where(_tries.c.who == bindparam("by"))
    .values(tries=_tries.c.tries + bindparam("cost"))
)
_hour = select(_hours.c.tries).where(_hours.c.hour == bindparam("of"))
_first_of_hour = Upsert(till.WrongCode, ("hour",))
_more_of_hour = (
    update(_hours).where(_hours.c.hour == bindparam("of")).values(tries=_hours.c.tries + 1)
)
_alarm = (
    update(_hours).where(_hours.c.hour == bindparam("of"), ~_hours.c.alarmed).values(alarmed=True)
)


class WrongCodes:
    """The count of wrong codes (services.ports.till.WrongCodes)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def spent(self, who: str, since: datetime) -> int:
        row = self._db.execute(_spent, {"who": who}).one_or_none()
        return row[0] if row and row[1] > since else 0

    def add(self, who: str, cost: int, now: datetime, since: datetime) -> int:
        _first.run(self._db, {"who": who, "since": now, "tries": 0})
        self._db.execute(_again, {"by": who, "before": since, "now": now})
        self._db.execute(_more, {"by": who, "cost": cost})
        return self.spent(who, since)

    def hour(self, hour: str) -> int:
        return self._db.execute(_hour, {"of": hour}).scalar_one_or_none() or 0

    def add_hour(self, hour: str) -> int:
        _first_of_hour.run(self._db, {"hour": hour, "tries": 0, "alarmed": False})
        self._db.execute(_more_of_hour, {"of": hour})
        return self.hour(hour)

    def alarm(self, hour: str) -> bool:
        return self._db.execute(_alarm, {"of": hour}).rowcount == 1
