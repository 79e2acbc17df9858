"""Inserts of many rows with as little as possible between the rows and the driver."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

Rows = Sequence[tuple[Any, ...]]


class Bulk:
    """One INSERT for a table's columns; values are given as the database keeps them."""

    def __init__(self, model: Any, tail: str = "") -> None:
        table = model.__table__
        self.columns = tuple(column.name for column in table.columns)
        self._table = table.name
        self._tail = tail
        self.sql = {
            "sqlite": self._spelled("?" for _ in self.columns),
            "postgresql": self.numbered(1),
        }

    def numbered(self, first: int) -> str:
        """The INSERT with PostgreSQL's marks from a number on."""
        return self._spelled(f"${n}" for n in range(first, first + len(self.columns)))

    def _spelled(self, marks: Any) -> str:
        names = ", ".join(f'"{name}"' for name in self.columns)
        values = ", ".join(marks)
        return f"INSERT INTO {self._table} ({names}) VALUES ({values}) {self._tail}".rstrip()

    def run(self, db: Connection, rows: Rows) -> None:
        """Inserts rows whose values stand in the order of the table's columns."""
        if rows and db.dialect.name == "sqlite":
            _run_sqlite(db, self.sql["sqlite"], rows)
        elif rows:
            db.exec_driver_sql(self.sql["postgresql"], list(rows))


def run_all(db: Connection, inserts: Sequence[tuple[Bulk, Rows]]) -> None:
    """Inserts into several tables; a row for each of them is one round trip on PostgreSQL."""
    some = [(bulk, rows) for bulk, rows in inserts if rows]
    if len(some) > 1 and db.dialect.name == "postgresql" and all(len(r) == 1 for _, r in some):
        values = tuple(value for _, rows in some for value in rows[0])
        db.exec_driver_sql(_together(tuple(bulk for bulk, _ in some)), values)
        return
    for bulk, rows in some:
        bulk.run(db, rows)


@lru_cache(maxsize=64)
def _together(bulks: tuple[Bulk, ...]) -> str:
    """One statement of PostgreSQL that inserts a row into each of several tables."""
    parts, first = [], 1
    for bulk in bulks:
        parts.append(bulk.numbered(first))
        first += len(bulk.columns)
    others = ", ".join(f"i{n} AS ({part})" for n, part in enumerate(parts[:-1]))
    return f"WITH {others} {parts[-1]}"


def _run_sqlite(db: Connection, sql: str, rows: Rows) -> None:
    raw: Any = db.connection.dbapi_connection
    try:
        if len(rows) == 1:
            raw.execute(sql, rows[0])
        else:
            raw.executemany(sql, rows)
    except raw.IntegrityError:
        db.exec_driver_sql(sql, list(rows))  # fails again, with the error that others know
