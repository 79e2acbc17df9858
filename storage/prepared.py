"""Hot statements compiled to SQL text once, run with as little as possible around the driver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
from sqlalchemy import Connection as Db
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import await_only

DIRECT = "memberbot_direct"
"""Option of connections outside any transaction: their reads skip SQLAlchemy's cursor."""

BEFORE = "memberbot_before"
"""Option of connections of crash tests: is told the text of each statement before it runs."""

_LOST = ("08", "57P")
"""SQLSTATEs after which a connection is of no use."""

DIALECTS: dict[str, Any] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": postgresql.dialect(paramstyle="numeric_dollar"),  # type: ignore[no-untyped-call]
}


def fetch(db: Db, sql: str, values: Sequence[Any]) -> list[Any]:
    """All rows of a reading statement, past SQLAlchemy's cursor.

    In a transaction on PostgreSQL errors are raised as SQLAlchemy would raise them, so that the
    unit of work can tell a conflict from a lost connection.
    """
    raw: Any = db.connection.dbapi_connection
    if db.dialect.name == "sqlite":
        found: list[Any] = raw.execute(sql, values).fetchall()
        return found
    options = db.get_execution_options()
    if options.get(DIRECT):
        fetched: list[Any] = await_only(raw.driver_connection.fetch(sql, *values))
        return fetched
    if (before := options.get(BEFORE)) is not None:
        before(sql)
    if not db.in_transaction():
        db.begin()  # or SQLAlchemy would not commit what a statement with RETURNING wrote
    try:
        fetched = await_only(_in_transaction(raw, sql, values))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, raw.dbapi.Error) as error:
        state: str = getattr(error, "sqlstate", None) or ""
        lost = not state or state.startswith(_LOST)
        if lost:
            db.invalidate()
        raise DBAPIError(sql, None, error, connection_invalidated=lost) from error
    return fetched


async def _in_transaction(adapter: Any, sql: str, values: Sequence[Any]) -> list[Any]:
    """SQLAlchemy's adapter begins a transaction with its first statement; so does this."""
    if adapter._transaction is None:
        await adapter._start_transaction()
    found: list[Any] = await adapter.driver_connection.fetch(sql, *values)
    return found


class Prepared:
    """A Core statement for what every reply runs.

    Values are bound by their column types; rows come back as the database holds them
    (milliseconds, JSON text). `columns`: those an INSERT names; `dialects`: where it is used.
    A dict gives a statement for each database that spells it differently.
    """

    def __init__(
        self,
        statement: Any,
        columns: Sequence[str] | None = None,
        dialects: Sequence[str] = tuple(DIALECTS),
    ) -> None:
        spelled = statement if isinstance(statement, dict) else dict.fromkeys(dialects, statement)
        self._texts = {name: _Text(each, name, columns) for name, each in spelled.items()}

    def rows(self, db: Db, values: dict[str, Any]) -> list[Any]:
        """All rows as tuples."""
        text = self._texts[db.dialect.name]
        return fetch(db, text.sql, text.bound(values))

    def row(self, db: Db, values: dict[str, Any]) -> Any | None:
        """The first row, None if there is none."""
        found = self.rows(db, values)
        return found[0] if found else None

    def run(self, db: Db, values: dict[str, Any]) -> int:
        """Runs a statement that changes rows and returns how many."""
        text = self._texts[db.dialect.name]
        if db.dialect.name == "sqlite":
            raw: Any = db.connection.dbapi_connection
            return int(raw.execute(text.sql, text.bound(values)).rowcount)
        return int(db.exec_driver_sql(text.sql, tuple(text.bound(values))).rowcount)


class Mapped:
    """A hot SELECT whose rows come back by the names of their columns, as their types say."""

    def __init__(self, statement: Any) -> None:
        self._prepared = Prepared(statement)
        self._columns = {
            name: [
                (column.name, column.type.dialect_impl(dialect).result_processor(dialect, None))
                for column in statement.selected_columns
            ]
            for name, dialect in DIALECTS.items()
        }

    def row(self, db: Db, values: dict[str, Any]) -> dict[str, Any] | None:
        """The first row, None if there is none."""
        found = self._prepared.row(db, values)
        return None if found is None else self._named(db, found)

    def rows(self, db: Db, values: dict[str, Any]) -> list[dict[str, Any]]:
        """All rows."""
        return [self._named(db, found) for found in self._prepared.rows(db, values)]

    def _named(self, db: Db, found: Any) -> dict[str, Any]:
        return {
            name: made(value) if made else value
            for (name, made), value in zip(self._columns[db.dialect.name], found, strict=True)
        }


class _Text:
    """A statement as text of one database, and how its values are bound in order."""

    def __init__(self, statement: Any, name: str, columns: Sequence[str] | None) -> None:
        dialect: Any = DIALECTS[name]
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
        self.sql = str(compiled)
        self._constants = dict(compiled.params)
        self._parts = [
            (place, compiled.binds[place].type.dialect_impl(dialect).bind_processor(dialect))
            for place in compiled.positiontup or ()
        ]

    def bound(self, values: dict[str, Any]) -> list[Any]:
        given = {**self._constants, **values}
        return [bind(given[name]) if bind else given[name] for name, bind in self._parts]
