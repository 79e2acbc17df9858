"""A migrated database is exactly what the tables say, and append-only tables refuse changes."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from storage import migrations
from storage.migrations import triggers
from storage.tables import metadata
from storage.unit_of_work import Units
from storage.work import Work


def _differences(db: Connection) -> list[object]:
    context = MigrationContext.configure(db, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


async def test_the_migrated_schema_is_the_schema_of_the_tables(units: Units) -> None:
    assert await units.read(lambda work: _differences(work.db)) == []


async def test_the_level_is_the_newest(units: Units) -> None:
    assert await units.read(lambda work: migrations.current(work.db)) == migrations.newest()


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    await asyncio.to_thread(migrations.upgrade, database_url)
    assert await asyncio.to_thread(migrations.level, database_url) == migrations.newest()


@pytest.mark.parametrize("table", triggers.APPEND_ONLY)
@pytest.mark.parametrize("verb", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {}"])
async def test_append_only_tables_refuse_changes(units: Units, table: str, verb: str) -> None:
    def change(work: Work) -> None:
        _row(work, table)
        work.db.execute(text(verb.format(table, metadata.tables[table].columns.keys()[0])))

    with pytest.raises(Exception, match="append-only"):
        await units.write(change)


def _row(work: Work, table: str) -> None:
    """A row with whatever the columns without a default take, foreign keys aside."""
    if work.db.dialect.name == "sqlite":
        work.db.execute(text("PRAGMA defer_foreign_keys = ON"))
    else:
        work.db.execute(text("SET LOCAL session_replication_role = replica"))
    columns = metadata.tables[table].columns
    needed = [c for c in columns if not c.nullable and c.server_default is None]
    values = {column.name: _filler(column) for column in needed}
    names = ", ".join(f'"{name}"' for name in values)
    places = ", ".join(f":{name}" for name in values)
    work.db.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)
    if work.db.dialect.name == "postgresql":
        work.db.execute(text("SET LOCAL session_replication_role = origin"))


def _filler(column: object) -> object:
    kind = str(getattr(column, "type", "")).upper()
    if "BOOL" in kind:
        return False
    return 1 if "INT" in kind or "INSTANT" in type(column.type).__name__.upper() else "1"  # type: ignore[attr-defined]
