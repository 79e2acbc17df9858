"""The audit in processes of their own, whose transactions all see one moment."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import Any, Final

from sqlalchemy import Connection as Db
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from services.ports.proofs import Part, Proof
from storage import engines
from storage.audit_queries import Proofs

PROCESSES: Final = 2

Report = Callable[[int, int], None]


def together(url: str, parts: list[Part], report: Report) -> list[Proof]:
    """The proofs of the pieces, in their order: each goes to whichever process is free next."""
    found: dict[int, Proof] = {}
    waiting = iter(enumerate(parts))
    with _workers(url) as workers:
        for worker in workers:
            _hand(worker, waiting)
        while len(found) < len(parts):
            ready: Any
            for ready in wait(workers):
                number, proof = ready.recv()
                found[number] = proof
                report(len(found), len(parts))
                _hand(ready, waiting)
    return [found[number] for number in sorted(found)]


def _hand(worker: Any, waiting: Iterator[tuple[int, Part]]) -> None:
    worker.send(next(waiting, None))


@contextmanager
def _workers(url: str) -> Iterator[list[Connection]]:
    """Pipes to processes whose transactions began at one moment."""
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(PROCESSES)]
    processes = [context.Process(target=_work, args=(url, theirs)) for _, theirs in pipes]
    for process in processes:
        process.start()
    ours: Any = [mine for mine, _ in pipes]
    for _, theirs in pipes:
        theirs.close()
    try:
        for pipe in ours:
            pipe.recv()  # it stands ready
        with _moment(url) as snapshot:
            for pipe in ours:
                pipe.send(snapshot)
            for pipe in ours:
                pipe.recv()  # it has begun
        yield ours
    finally:
        for process in processes:
            process.terminate()
            process.join()


# -- one moment for all -----------------------------------------------------------------


@contextmanager
def _moment(url: str) -> Iterator[str]:
    """While it lasts, no commit lies between transactions that begin: PostgreSQL exports a
    snapshot, SQLite's writer is kept out for these milliseconds."""
    if engines.is_postgres(url):
        with asyncio.Runner() as runner, _connected(runner, url) as run:
            yield run(_exported)
    else:
        with _sqlite(url) as db:
            _raw(db).execute("BEGIN IMMEDIATE")
            yield ""
            _raw(db).execute("ROLLBACK")


def _exported(db: Db) -> str:
    db.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    return str(db.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())


@contextmanager
def _sqlite(url: str) -> Iterator[Db]:
    engine: Engine = engines.sqlite_engine(url)
    with engine.connect() as db:
        yield db
    engine.dispose()


def _raw(db: Db) -> Any:
    return db.connection.dbapi_connection


@contextmanager
def _connected(runner: asyncio.Runner, url: str) -> Iterator[Callable[[Callable[[Db], Any]], Any]]:
    """Runs functions in one transaction on PostgreSQL."""
    engine: AsyncEngine = engines.postgres_engine(url, 1)
    db = runner.run(engine.connect().__aenter__())
    try:
        yield lambda use: runner.run(db.run_sync(use))
    finally:
        runner.run(db.close())
        runner.run(engine.dispose())


# -- a process --------------------------------------------------------------------------


def _work(url: str, pipe: Any) -> None:
    """Proves what comes through the pipe until it is closed or None comes."""
    if engines.is_postgres(url):
        with asyncio.Runner() as runner, _connected(runner, url) as run:
            _serve(pipe, run)
    else:
        with _sqlite(url) as db:
            _serve(pipe, lambda use: use(db))


def _serve(pipe: Any, run: Callable[[Callable[[Db], Any]], Any]) -> None:
    pipe.send(None)
    snapshot = pipe.recv()
    run(lambda db: _begin(db, snapshot))
    pipe.send(None)
    while (task := pipe.recv()) is not None:
        number, part = task
        pipe.send((number, run(partial(_prove, part))))


def _prove(part: Part, db: Db) -> Proof:
    return Proofs(db).prove(part)


def _begin(db: Db, snapshot: str) -> None:
    if snapshot:
        Proofs(db).snapshot()
        db.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
    else:
        _raw(db).execute("BEGIN")
        _raw(db).execute("SELECT count(*) FROM seals").fetchall()
