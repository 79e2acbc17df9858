"""Inserts of many rows with as little as possible between the rows and the driver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection


class Bulk:
    """One INSERT for a table's columns; values are given as the database keeps them."""

    def __init__(self, model: Any, tail: str = "") -> None:
        table = model.__table__
        names = [column.name for column in table.columns]
        quoted = ", ".join(f'"{name}"' for name in names)
        marks = {
            "sqlite": ", ".join("?" for _ in names),
            "postgresql": ", ".join(f"${n}" for n in range(1, len(names) + 1)),
        }
        self.sql = {
            dialect: f"INSERT INTO {table.name} ({quoted}) VALUES ({values}) {tail}".rstrip()
            for dialect, values in marks.items()
        }
        self.columns = tuple(names)

    def run(self, db: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Inserts rows whose values stand in the order of the table's columns."""
        if rows:
            db.exec_driver_sql(self.sql[db.dialect.name], list(rows))
