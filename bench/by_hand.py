"""A purchase's five rows by the bare drivers: what a database can do without this program."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from typing import Any

import asyncpg
from sqlalchemy import Boolean, Integer

from storage import engines
from storage.bulk import Bulk
from storage.tables import ledger, purchases

_ACCOUNT = (
    "ON CONFLICT (member_id, unit) DO UPDATE SET wallet = excluded.wallet,"
    " lifetime = excluded.lifetime, seq = excluded.seq, head = excluded.head"
)
_INSERTS = (
    Bulk(ledger.Posting),
    Bulk(ledger.Lot),
    Bulk(ledger.Account, _ACCOUNT),
    Bulk(purchases.Purchase),
    Bulk(purchases.PurchaseLine),
)
_FROM = 1 << 55  # ids that nobody else makes
_SEQ = "SELECT seq FROM accounts WHERE member_id = {} AND unit = 'points' {}"
_HASH = "f" * 64
_EXPLAINED = '[["base",1,"10.00 × 1",10]]'


class _Rows:
    """The rows of one purchase after the other; an account's are counted up."""

    def __init__(self, members: int, start: int) -> None:
        self._members = members
        self._start = start

    def member(self, number: int) -> int:
        return number * 7919 % self._members + 1

    def of(self, number: int, seq: int) -> list[tuple[Any, ...]]:
        one, member, at = self._start + number, self.member(number), int(time.time() * 1000)
        said = (10, at, "purchase", str(one), 1, _EXPLAINED, None, None, None, _HASH)
        legs = (10, 0, 0, -10, 0, 0, 0, 0)
        until = at + 10**10
        values = {"id": one, "order_id": str(one), "member_id": member, "occurred_at": at}
        values |= {"received_at": at, "posting_id": one, "minor": 1000}
        return [
            (one, f"h:{one}", _HASH, "earned", member, "points", seq, *said, *legs),
            (one, member, "points", 10, 10, at, until, at, "purchase", str(one), 1, one, until),
            (member, "points", 10 * seq, 0, 0, 10 * seq, seq, _HASH),
            _filled(purchases.Purchase, values),
            _filled(purchases.PurchaseLine, {"purchase_id": one, "line": 1, "minor": 1000}),
        ]


def _filled(model: Any, values: dict[str, Any]) -> tuple[Any, ...]:
    """A row with something in every column that must not be empty."""
    return tuple(
        values.get(column.name, None if column.nullable else _filler(column))
        for column in model.__table__.columns
    )


def _filler(column: Any) -> Any:
    kind = column.type
    kind = getattr(kind, "impl", kind)
    if isinstance(kind, Boolean):
        return False
    return 0 if isinstance(kind, Integer) else "bench"


class Sqlite:
    """One writing thread of the bare sqlite3; up to `group` purchases share a COMMIT."""

    def __init__(self, url: str, members: int, group: int) -> None:
        self._path = url.removeprefix("sqlite:///")
        self._rows = _Rows(members, _FROM * group)
        self._group = group
        self._queue: queue.SimpleQueue[tuple[int, Any] | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._write_all)
        self._thread.start()

    async def earn(self, number: int) -> None:
        done = self._loop.create_future()
        self._queue.put((number, done))
        await done

    async def close(self) -> None:
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _write_all(self) -> None:
        db = engines.sqlite_module().connect(self._path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-32000"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("PRAGMA busy_timeout=30000")
        while (first := self._queue.get()) is not None:
            db.execute("BEGIN IMMEDIATE")
            waiting = [first]
            self._one(db, first[0])
            while len(waiting) < self._group and not self._queue.empty():
                if (more := self._queue.get()) is None:
                    self._queue.put(None)
                    break
                waiting.append(more)
                self._one(db, more[0])
            db.execute("COMMIT")
            futures = [done for _, done in waiting]
            self._loop.call_soon_threadsafe(lambda f=futures: [one.set_result(None) for one in f])
        db.close()

    def _one(self, db: Any, number: int) -> None:
        found = db.execute(_SEQ.format("?", ""), (self._rows.member(number),)).fetchone()
        rows = self._rows.of(number, found[0] + 1)
        for insert, row in zip(_INSERTS, rows, strict=True):
            db.execute(insert.sql["sqlite"], row)


class Postgres:
    """A pool of bare asyncpg connections, a transaction for each purchase."""

    def __init__(self, pool: asyncpg.Pool, members: int) -> None:
        self._pool = pool
        self._rows = _Rows(members, _FROM)

    @classmethod
    async def connect(cls, url: str, members: int, size: int) -> Postgres:
        return cls(await asyncpg.create_pool(url, min_size=size, max_size=size), members)

    async def earn(self, number: int) -> None:
        async with self._pool.acquire() as db, db.transaction():
            member = self._rows.member(number)
            seq = await db.fetchval(_SEQ.format("$1", "FOR UPDATE"), member)
            rows = self._rows.of(number, seq + 1)
            for insert, row in zip(_INSERTS, rows, strict=True):
                await db.execute(insert.sql["postgresql"], *row)

    async def close(self) -> None:
        await self._pool.close()
