"""What the audit asks the database: each invariant, of all members or of a range of them."""

from __future__ import annotations

from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection as Db
from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError

from services.ports.proofs import Part, Proof
from storage.benefit_invariants import BENEFITS
from storage.bill_invariants import bills
from storage.chain_checks import HASH, checks
from storage.event_invariants import EVENTS
from storage.goodwill_invariants import GOODWILL
from storage.invariants import CLUB, LEDGER, Invariant
from storage.migrations.triggers import APPEND_ONLY

_EXAMPLES: Final = 5
_LAST: Final = (1 << 63) - 1
_BOUNDS: Final = text(
    "SELECT max(member_id) FROM (SELECT member_id,"
    " (CAST(sum(seq) OVER (ORDER BY member_id, unit) AS BIGINT) - 1) / :size AS slice"
    " FROM accounts) AS sliced"
    " GROUP BY slice ORDER BY 1"
)


class Proofs:
    """Reads the whole ledger and changes nothing (services.ports.proofs.Proofs)."""

    def __init__(self, db: Db) -> None:
        self._db = db
        if db.dialect.name == "sqlite":
            raw: Any = db.connection.dbapi_connection
            raw.create_function(HASH, 1, _hash, deterministic=True)

    @cached_property
    def _invariants(self) -> dict[str, Invariant]:
        kind = self._db.dialect.name
        every = (*LEDGER, *checks(kind), *CLUB, *BENEFITS, *GOODWILL, *EVENTS, *bills(kind))
        return {invariant.name: invariant for invariant in every}

    def snapshot(self) -> None:
        # SQLite's reading transaction is a snapshot anyway.
        if self._db.dialect.name == "postgresql":
            self._db.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            self._db.exec_driver_sql("SET LOCAL max_parallel_workers_per_gather = 0")
            self._db.exec_driver_sql("SET LOCAL work_mem = '64MB'")

    def parts(self, size: int) -> list[Part]:
        bounds = list(self._db.execute(_BOUNDS, {"size": size}).scalars())[:-1]
        ranges = list(zip([-1, *bounds], [*bounds, _LAST], strict=True))
        return [
            Part(name, first, last)
            for name, invariant in self._invariants.items()
            for first, last in (ranges if invariant.by_member else [(-1, _LAST)])
        ]

    def prove(self, part: Part) -> Proof:
        invariant = self._invariants[part.name]
        try:
            with self._db.begin_nested():
                return self._prove(invariant, part)
        except DBAPIError as error:
            return Proof(part.name, 0, 1, (f"it cannot even be read: {error.orig}",))

    def _prove(self, invariant: Invariant, part: Part) -> Proof:
        checked = self._ask(f"SELECT * FROM ({invariant.count}) AS counted", part)[0]
        broken = self._ask(f"SELECT count(*) FROM ({invariant.wrong}) AS broken", part)[0]
        examples: list[Any] = []
        if broken:
            some = f"SELECT * FROM ({invariant.wrong}) AS broken LIMIT {_EXAMPLES}"
            examples = self._ask(some, part)
        return Proof(part.name, checked, broken, tuple(map(str, examples)))

    def _ask(self, query: str, part: Part) -> list[Any]:
        statement = _statement(query)
        values = {"first": part.first, "last": part.last} if ":first" in query else {}
        return list(self._db.execute(statement, values).scalars())

    def missing_triggers(self) -> list[str]:
        if self._db.dialect.name == "postgresql":
            sql = "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            sql += " WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'"
            needed = 1
        else:
            sql = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
            needed = 2
        names = list(self._db.execute(text(sql)).scalars())
        return [table for table in APPEND_ONLY if names.count(table) < needed]


@lru_cache(maxsize=512)
def _statement(query: str) -> TextClause:
    return text(query)


def _hash(content: str | None) -> str | None:
    return None if content is None else sha256(content.encode()).hexdigest()
