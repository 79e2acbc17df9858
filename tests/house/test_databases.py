"""The databases that tests get: their own, of both kinds, copied from a template."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing

import asyncpg
import pytest

from tests.support.databases import Kind, Template

_builds: list[str] = []


def _execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Run statements on either kind and give the rows of the last one."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
            rows: list[tuple[object, ...]] = []
            for statement in statements:
                rows = connection.execute(statement).fetchall()
            return rows

    async def run() -> list[tuple[object, ...]]:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return [tuple(row) for row in await connection.fetch(statements[-1])]
        finally:
            await connection.close()

    return asyncio.run(run())


def _fill(url: str) -> None:
    _builds.append(url)
    _execute(url, "CREATE TABLE t (n INTEGER)", "INSERT INTO t VALUES (1)")


FILLED = Template("house-filled", _fill)


@pytest.mark.parametrize("_time", range(3))
def test_each_test_gets_its_own_copy(
    database_kind: Kind, fresh_database: Callable[..., str], _time: int
) -> None:
    url = fresh_database(database_kind, FILLED)
    assert _execute(url, "SELECT n FROM t") == [(1,)]
    assert _execute(url, "INSERT INTO t VALUES (2)", "SELECT count(*) FROM t") == [(2,)]
    other = fresh_database(database_kind, FILLED)
    assert _execute(other, "SELECT n FROM t") == [(1,)]
    assert len([built for built in _builds if built.startswith(database_kind)]) == 1


def test_without_a_template_it_is_empty(empty_database_url: str) -> None:
    _execute(empty_database_url, "CREATE TABLE t (n INTEGER)", "INSERT INTO t VALUES (7)")
    assert _execute(empty_database_url, "SELECT n FROM t") == [(7,)]


async def test_a_test_inside_an_event_loop_gets_one_too(
    database_kind: Kind, fresh_database: Callable[..., str]
) -> None:
    assert fresh_database(database_kind, FILLED) != fresh_database(database_kind, FILLED)


@pytest.mark.postgres
async def test_the_server_is_private_and_current(fresh_database: Callable[..., str]) -> None:
    connection = await asyncpg.connect(fresh_database("postgresql"))
    try:
        assert connection.get_server_version() >= (15,)
        assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
    finally:
        await connection.close()
