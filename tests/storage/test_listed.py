"""Reads by keys give the same rows for one as for several; bulk inserts raise what others know."""

from collections.abc import Callable
from datetime import UTC, datetime

import asyncpg
import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.bulk import Bulk, run_all
from storage.ids import Ids
from storage.listed import Listed
from storage.prepared import fetch
from storage.tables import seals
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared, Work

NOW = datetime(2026, 5, 20, 2, tzinfo=UTC)
_seals = seals.Seal.__table__  # type: ignore[attr-defined]
_by_number = Listed(select(_seals).where(_seals.c.number.in_(bindparam("ids", expanding=True))))
_seal, _head = Bulk(seals.Seal), Bulk(seals.SealHead)


def _rows(number: int) -> list[tuple[Bulk, list[tuple[object, ...]]]]:
    at = int(NOW.timestamp() * 1000)
    seal = (number, "2026-05-20", 0, number, number, 1, at, "d")
    return [(_seal, [seal]), (_head, [(number, 7, "points", number, "h")])]


@pytest.mark.parametrize("numbers", [[1], [1, 2], [9], []])
async def test_one_key_reads_as_several_do(units: Units, numbers: list[int]) -> None:
    def use(work: Work) -> None:
        for number in (1, 2):
            run_all(work.db, _rows(number))
        found = {row[0]: row for row in _by_number.rows(work.db, numbers)}
        named = {row.number: row for row in _by_number.named(work.db, numbers)}
        assert set(found) == set(named) == {n for n in numbers if n < 3}
        assert all(row.at == NOW == found[n][6] for n, row in named.items())

    await units.write(use)


async def test_rows_of_several_tables_are_written_together_or_not(units: Units) -> None:
    await units.write(lambda work: run_all(work.db, _rows(1)))
    for n, bulk in enumerate((_seal, _head)):
        again = [(bulk, _rows(1)[n][1])]
        with pytest.raises(IntegrityError):
            await units.write(lambda work, a=again: run_all(work.db, a))
    heads = "SELECT count(*) FROM seal_heads"
    assert await units.read(lambda work: work.db.execute(text(heads)).scalar_one()) == 1


@pytest.mark.postgres
async def test_errors_of_direct_reads_keep_their_state(
    fresh_database: Callable[..., str],
) -> None:
    """In a transaction, so that the unit of work can tell a conflict from a lost connection."""
    shared = Shared(Vault(b"k" * 32), Ids(lambda: 1), lambda: NOW)
    units = open_units(fresh_database("postgresql"), shared)
    with pytest.raises(DBAPIError) as failed:
        await units.write(lambda work: fetch(work.db, "SELECT 1 / 0", ()))
    assert isinstance(failed.value.orig, asyncpg.DivisionByZeroError)
    assert not failed.value.connection_invalidated
    assert await units.write(lambda work: fetch(work.db, "SELECT 1", ())) == [(1,)]
    await units.close()
