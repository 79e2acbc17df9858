"""Runs plain functions in transactions; the only place that commits.

On SQLite one thread writes: the units waiting at the same moment run one after the other, each in
a savepoint, and share one COMMIT. On PostgreSQL many units run at once.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.util import greenlet_spawn

from bot.state import StoreUnavailable
from storage import engines, prepared
from storage.tables import metadata
from storage.work import Shared, Work

log = logging.getLogger(__name__)
T = TypeVar("T")

GROUP = 128
GROUP_SECONDS = 0.03
TRIES = 20
DRIVER_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError)
"""What a direct read raises."""
AGAIN = frozenset({"40001", "40P01"})
NEW_IDS = 3
"""So often a unit is run whose ids another process had made in the same millisecond."""
OF_IDS = tuple(name for name, table in metadata.tables.items() if "id" in table.primary_key)
ID_TAKEN = tuple(f" {name}.id" for name in OF_IDS) + tuple(f"{name}_pkey" for name in OF_IDS)
"""What SQLite and PostgreSQL name when the id of a row is taken."""
UNAVAILABLE = ("08", "25006", "53", "57", "58")
"""PostgreSQL's SQLSTATEs and classes of them: connection lost, read-only (a standby), resources
exhausted, operator intervention (starting, shutting down), system error."""
STORE_FAILURES = frozenset({5, 6, 7, 8, 10, 11, 13, 14, 26})
"""SQLite's BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB."""


class Units(Protocol):
    """Where use cases run. `use` is an ordinary function of the unit's work.

    Raises StoreUnavailable if the transaction could not be begun or committed; whatever `use`
    raises undoes the unit and is raised here. `commits` and `committed` count COMMITs and the
    units in them: a group shares one.
    """

    shared: Shared
    commits: int
    committed: int

    async def read(self, use: Callable[[Work], T]) -> T:
        """Runs a short reading function; nothing it does is kept."""

    async def read_long(self, use: Callable[[Work], T]) -> T:
        """Runs a reading function that may take long, beside everything else."""

    async def write(self, use: Callable[[Work], T]) -> T:
        """Runs a function in a write transaction and answers after its COMMIT."""

    async def close(self) -> None:
        """Waits for running units and closes all connections."""


def open_units(url: str, shared: Shared, pool: int = 10) -> Units:
    """The units of the database that `url` names."""
    if engines.is_postgres(url):
        return PostgresUnits(url, shared, pool)
    return SqliteUnits(url, shared)


@dataclass(slots=True)
class _Waiting:
    use: Callable[[Work], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None
    written: tuple[int, ...] = ()


class SqliteUnits:
    """Units on one SQLite file: reads on the event loop, writes in one thread."""

    def __init__(self, url: str, shared: Shared) -> None:
        self.shared = shared
        self._engine = engines.sqlite_engine(url)
        self._reader: Connection | None = None
        self._long = ThreadPoolExecutor(2, "reader")
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="writer", daemon=True)
        self._thread.start()
        self._closed = False
        self.commits = self.committed = 0

    async def read(self, use: Callable[[Work], T]) -> T:
        if self._reader is None:
            self._reader = self._connect()
        return self._read(self._reader, use)

    async def read_long(self, use: Callable[[Work], T]) -> T:
        def run() -> T:
            with self._connect() as db:
                return self._read(db, use)

        return await asyncio.get_running_loop().run_in_executor(self._long, run)

    async def write(self, use: Callable[[Work], T]) -> T:
        if self._closed:
            raise StoreUnavailable
        loop = asyncio.get_running_loop()
        waiting = _Waiting(use, loop, loop.create_future())
        self._queue.put(waiting)
        result: T = await waiting.future
        if waiting.written:
            self.shared.after_commit(waiting.written)
        return result

    async def close(self) -> None:
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._long.shutdown()
        if self._reader is not None:
            self._reader.close()
        self._engine.dispose()

    def _connect(self) -> Connection:
        try:
            return self._engine.connect()
        except DBAPIError as error:
            raise StoreUnavailable from error

    def _writer(self) -> Connection:
        db = self._connect()
        if self.shared.before_statement is not None:
            raw: Any = db.connection.dbapi_connection
            raw.set_trace_callback(self.shared.before_statement)
        return db

    def _read(self, db: Connection, use: Callable[[Work], T]) -> T:
        raw: Any = db.connection.dbapi_connection
        try:
            raw.execute("BEGIN")
            try:
                return use(Work(db, self.shared))
            finally:
                if raw.in_transaction:
                    raw.execute("ROLLBACK")
        except Exception as error:
            if _store_failed(error):
                raise StoreUnavailable(str(error)) from error
            raise

    def _write_all(self) -> None:
        db: Connection | None = None
        while (first := self._queue.get()) is not None:
            group = [first]
            try:
                db = db or self._writer()
                self._group(db, group)
            except Exception as error:
                log.exception("the database cannot commit")
                for waiting in group:
                    waiting.error = StoreUnavailable(str(error))
                self._reset(db)
                db = None
            self._settle(group)
        if db is not None:
            db.close()

    def _group(self, db: Connection, group: list[_Waiting]) -> None:
        """Runs the first waiting unit and those that arrive meanwhile, then commits once."""
        raw: Any = db.connection.dbapi_connection
        raw.execute("BEGIN IMMEDIATE")
        until = time.monotonic() + GROUP_SECONDS
        self._unit(db, raw, group[0])
        while len(group) < GROUP and time.monotonic() < until:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                break
            if waiting is None:
                self._queue.put(None)
                break
            group.append(waiting)
            self._unit(db, raw, waiting)
        raw.execute("COMMIT")
        self.commits += 1
        self.committed += len(group)

    def _unit(self, db: Connection, raw: Any, waiting: _Waiting) -> None:
        raw.execute("SAVEPOINT unit")
        for attempt in range(1, NEW_IDS + 1):
            work = Work(db, self.shared)
            try:
                waiting.result = waiting.use(work)
            except Exception as error:
                if _store_failed(error):
                    raise
                raw.execute("ROLLBACK TO unit")
                waiting.error = error
                if attempt < NEW_IDS and _id_taken(error):
                    continue
            else:
                waiting.written, waiting.error = work.written, None
            break
        raw.execute("RELEASE unit")

    def _reset(self, db: Connection | None) -> None:
        if db is None:
            return
        try:
            raw: Any = db.connection.dbapi_connection
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            db.close()
        except Exception:
            log.exception("a broken connection was dropped")
            db.invalidate()

    def _settle(self, group: list[_Waiting]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[_Waiting]] = {}
        for waiting in group:
            by_loop.setdefault(waiting.loop, []).append(waiting)
        for loop, settled in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_answer, settled)


def _store_failed(error: Exception) -> bool:
    """Whether SQLite itself failed (disk, lock, memory), not the statement."""
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
    return code is not None and code & 0xFF in STORE_FAILURES


def _id_taken(error: Exception) -> bool:
    """Whether a row of that primary key was there: by chance, another process had made the id."""
    orig = getattr(error, "orig", error)
    name: str = getattr(getattr(orig, "__cause__", None), "constraint_name", None) or str(orig)
    return name.endswith(ID_TAKEN)


def _unavailable(error: DBAPIError) -> bool:
    """Whether PostgreSQL itself failed, or no transaction could be begun or committed (such an
    error has no statement)."""
    state: str = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or error.statement is None or state.startswith(UNAVAILABLE)


def _answer(group: list[_Waiting]) -> None:
    for waiting in group:
        if waiting.future.done():
            continue
        if waiting.error is not None:
            waiting.future.set_exception(waiting.error)
        else:
            waiting.future.set_result(waiting.result)


class PostgresUnits:
    """Units on PostgreSQL: each on a connection of its own, whole-unit retry on conflicts."""

    def __init__(self, url: str, shared: Shared, pool: int) -> None:
        self.shared = shared
        self._writes = engines.postgres_engine(url, pool)
        self._reads = engines.postgres_engine(url, pool, reads=True)
        self._closed = False
        self.commits = self.committed = 0
        if (before := shared.before_statement) is not None:
            self._writes = self._writes.execution_options(**{prepared.BEFORE: before})
            engine = self._writes.sync_engine
            event.listen(engine, "before_cursor_execute", lambda *given: before(given[2]))
            event.listen(engine, "commit", lambda _: before("COMMIT"))

    async def read(self, use: Callable[[Work], T]) -> T:
        return await self._guard(self._read(use))

    read_long = read

    async def write(self, use: Callable[[Work], T]) -> T:
        if self._closed:
            raise StoreUnavailable
        result, written = await self._guard(self._write(use))
        if written:
            self.shared.after_commit(written)
        return result

    async def close(self) -> None:
        self._closed = True
        await self._reads.dispose()
        await self._writes.dispose()

    async def _read(self, use: Callable[[Work], T]) -> T:
        return await greenlet_spawn(self._read_here, use)

    def _read_here(self, use: Callable[[Work], T]) -> T:
        """Runs a read on a pooled connection; one greenlet serves all of it."""
        with self._reads.sync_engine.connect() as db:
            try:
                return use(Work(db, self.shared))
            except DRIVER_ERRORS as error:
                state: str = getattr(error, "sqlstate", None) or ""
                if isinstance(error, asyncpg.PostgresError) and not state.startswith(UNAVAILABLE):
                    raise
                db.invalidate()
                raise StoreUnavailable(str(error)) from error

    async def _write(self, use: Callable[[Work], T]) -> tuple[T, tuple[int, ...]]:
        for attempt in range(TRIES):
            try:
                async with self._writes.connect() as db:
                    result = await db.run_sync(lambda sync: self._run(sync, use))
                    await db.commit()
                    self.commits += 1
                    self.committed += 1
                    return result
            except DBAPIError as error:
                again = getattr(error.orig, "sqlstate", None) in AGAIN
                if not again and not (attempt + 1 < NEW_IDS and _id_taken(error)):
                    raise
                if attempt == TRIES - 1:
                    raise
                await asyncio.sleep(0.005 * attempt)
        raise AssertionError("unreachable")

    def _run(self, db: Connection, use: Callable[[Work], T]) -> tuple[T, tuple[int, ...]]:
        work = Work(db, self.shared)
        return use(work), work.written

    async def _guard(self, running: Awaitable[T]) -> T:
        try:
            return await running
        except (PoolTimeout, OSError, InterfaceError, OperationalError) as error:
            raise StoreUnavailable(str(error)) from error
        except DBAPIError as error:
            if _unavailable(error):
                raise StoreUnavailable(str(error)) from error
            raise
