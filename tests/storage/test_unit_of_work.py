"""What a unit of work promises on both databases."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from bot.state import StoreUnavailable
from storage.unit_of_work import SqliteUnits, Units, open_units
from storage.work import Work
from tests.support.databases import MIGRATED


def _put(name: str, value: Any) -> Any:
    return lambda work: work.settings.put(name, value)


def _get(name: str) -> Any:
    return lambda work: work.settings.get(name)


async def test_what_is_written_is_read_by_everybody(units: Units, other_units: Units) -> None:
    await units.write(_put("a", {"n": 1}))
    assert await units.read(_get("a")) == {"n": 1}
    assert await other_units.read_long(_get("a")) == {"n": 1}


async def test_a_refusal_undoes_its_unit_and_no_other(units: Units) -> None:
    def refuse(work: Work) -> None:
        work.settings.put("refused", 1)
        raise LookupError("no")

    results = await asyncio.gather(
        units.write(_put("before", 1)),
        units.write(refuse),
        units.write(_put("after", 1)),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [type(None), LookupError, type(None)]
    assert await units.read(_get("refused")) is None
    assert await units.read(_get("before")) == await units.read(_get("after")) == 1


async def test_nothing_that_a_read_does_is_kept_on_sqlite(sqlite_url: str) -> None:
    from tests.storage.conftest import shared_parts

    units = SqliteUnits(sqlite_url, shared_parts())
    await units.read(_put("a", 1))
    assert await units.read(_get("a")) is None
    await units.close()


async def test_a_broken_constraint_is_raised_and_the_next_unit_works(units: Units) -> None:
    def twice(work: Work) -> None:
        for _ in range(2):
            work.db.execute(text("INSERT INTO settings (name, value) VALUES ('x', '1')"))

    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        await units.write(twice)
    await units.write(_put("x", 2))
    assert await units.read(_get("x")) == 2


async def test_an_id_that_another_process_made_at_the_same_moment_is_made_anew(
    units: Units,
) -> None:
    put = text(
        "INSERT INTO staff (id, name, role, active, added_at) VALUES (:id, :name, 'till', true, 0)"
    )
    ids = iter([1, 1, 2])
    await units.write(lambda work: work.db.execute(put, {"id": next(ids), "name": "theirs"}))
    await units.write(lambda work: work.db.execute(put, {"id": next(ids), "name": "ours"}))
    found = await units.read(
        lambda work: work.db.execute(text("SELECT name FROM staff WHERE id = 2")).scalar()
    )
    assert found == "ours"


async def test_a_wrong_statement_fails_alone(units: Units) -> None:
    results = await asyncio.gather(
        units.write(_put("good", 1)),
        units.write(lambda work: work.db.execute(text("SELECT nothing FROM nowhere"))),
        return_exceptions=True,
    )
    assert results[0] is None
    assert not isinstance(results[1], StoreUnavailable | None)
    assert await units.read(_get("good")) == 1


async def test_counting_from_two_processes_loses_nothing(units: Units, other_units: Units) -> None:
    await units.write(_put("count", 0))
    up = text("UPDATE settings SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)")

    async def count(where: Units) -> None:
        for _ in range(20):
            await where.write(lambda work: work.db.execute(up))

    await asyncio.gather(*(count(where) for where in (units, other_units) for _ in range(4)))
    assert await units.read(_get("count")) == 160


async def test_the_delivery_rows_of_a_unit_are_told_after_its_commit(units: Units) -> None:
    told: list[int] = []
    units.shared.after_commit = told.extend

    def write(work: Work) -> None:
        work.written = (7, 8)
        assert told == []

    await units.write(write)
    assert told == [7, 8]


async def test_a_closed_store_says_that_it_is_not_there(units: Units) -> None:
    await units.close()
    with pytest.raises(StoreUnavailable):
        await asyncio.wait_for(units.write(_put("a", 1)), 5)


async def test_many_waiting_units_share_commits_on_sqlite(sqlite_url: str) -> None:
    from tests.storage.conftest import shared_parts

    units = SqliteUnits(sqlite_url, shared_parts())
    await units.write(_put("warm", 1))
    before = await units.read(lambda work: work.db.execute(text("PRAGMA data_version")).scalar())
    await asyncio.gather(*(units.write(_put(f"n{i}", i)) for i in range(200)))
    after = await units.read(lambda work: work.db.execute(text("PRAGMA data_version")).scalar())
    assert 0 < after - before <= 200
    assert await units.read(_get("n199")) == 199
    await units.close()


def _cannot_open(work: Work) -> None:
    raw: Any = work.db.connection.dbapi_connection
    raw.execute("ATTACH '/no such folder/club.db' AS gone")


async def test_a_failing_disk_is_told_from_a_wrong_statement_on_sqlite(sqlite_url: str) -> None:
    from tests.storage.conftest import shared_parts

    units = SqliteUnits(sqlite_url, shared_parts())
    for run in (units.read, units.read_long, units.write):
        with pytest.raises(StoreUnavailable):
            await run(_cannot_open)
    await units.write(_put("a", 1))
    assert await units.read(_get("a")) == 1
    await units.close()


@pytest.mark.postgres
async def test_a_server_that_cannot_write_or_be_reached_is_unavailable(
    fresh_database: Callable[..., str],
) -> None:
    from tests.storage.conftest import shared_parts

    url = fresh_database("postgresql", MIGRATED)
    name = url.rpartition("/")[2]
    units = open_units(url, shared_parts())
    standby = text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await units.write(lambda work: work.db.execute(standby))
    await units.close()
    for where, reads in ((url, True), (f"{url}_gone", False)):
        units = open_units(where, shared_parts())
        with pytest.raises(StoreUnavailable):
            await units.write(_put("a", 1))
        if reads:
            assert await units.read(_get("a")) is None
        else:
            with pytest.raises(StoreUnavailable):
                await units.read(_get("a"))
        await units.close()
