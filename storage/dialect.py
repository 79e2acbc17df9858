"""The few statements that the two databases spell differently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, case
from sqlalchemy.dialects import postgresql, sqlite

from storage.prepared import Prepared


class Upsert:
    """`INSERT … ON CONFLICT DO NOTHING` or `DO UPDATE` for one table, built once per database.

    `update`: the columns that a conflict on `key` overwrites, those of `highest` only with
    something greater; none means do nothing, and an empty `key` then any conflict.
    """

    def __init__(
        self,
        table: Any,
        key: tuple[str, ...],
        update: tuple[str, ...] = (),
        highest: tuple[str, ...] = (),
    ) -> None:
        self._statements: dict[str, Any] = {}
        for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
            statement: Any = insert(_table(table))
            if update or highest:
                new = {column: statement.excluded[column] for column in update}
                for column in highest:
                    old, given = _table(table).c[column], statement.excluded[column]
                    new[column] = case((old > given, old), else_=given)
                statement = statement.on_conflict_do_update(index_elements=key, set_=new)
            else:
                statement = statement.on_conflict_do_nothing(index_elements=key or None)
            self._statements[name] = statement
        self._prepared: dict[tuple[str, ...], Prepared] = {}

    def run(self, db: Connection, values: dict[str, Any] | list[dict[str, Any]]) -> int:
        """Inserts and returns how many rows were written."""
        statement = self._statements[db.dialect.name]
        if isinstance(values, list):
            return int(db.execute(statement, values).rowcount)
        columns = (db.dialect.name, *values)
        if columns not in self._prepared:
            self._prepared[columns] = Prepared(statement, tuple(values), (db.dialect.name,))
        return self._prepared[columns].run(db, values)


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


def for_update(db: Connection) -> bool:
    """Whether rows must be locked one by one (SQLite's writer is alone anyway)."""
    return db.dialect.name == "postgresql"
