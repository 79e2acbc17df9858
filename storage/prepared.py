"""Hot statements compiled to SQL text once, run without building a result object each time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy.dialects import postgresql, sqlite


class Prepared:
    """A Core statement for the few queries that every reply runs.

    `types` of its parameters and columns are not applied: callers bind and read what the
    database holds (milliseconds, JSON text).
    """

    def __init__(self, statement: Any) -> None:
        self._constants = {
            name: value for name, value in statement.compile().params.items() if value is not None
        }
        self._sqlite, self._sqlite_names = _compile(statement, sqlite.dialect, "qmark")
        self._postgres, self._postgres_names = _compile(
            statement, postgresql.dialect, "numeric_dollar"
        )

    def rows(self, db: Db, values: dict[str, Any]) -> list[Any]:
        """All rows as tuples."""
        values = {**self._constants, **values}
        if db.dialect.name == "sqlite":
            raw: Any = db.connection.dbapi_connection
            given = [values[name] for name in self._sqlite_names]
            found: list[Any] = raw.execute(self._sqlite, given).fetchall()
            return found
        ordered = tuple(values[name] for name in self._postgres_names)
        return list(db.exec_driver_sql(self._postgres, ordered).fetchall())

    def row(self, db: Db, values: dict[str, Any]) -> Any | None:
        """The first row, None if there is none."""
        found = self.rows(db, values)
        return found[0] if found else None


def _compile(statement: Any, dialect: Any, style: str) -> tuple[str, list[str]]:
    compiled: Any = statement.compile(
        dialect=dialect(paramstyle=style), compile_kwargs={"render_postcompile": True}
    )
    return str(compiled), list(compiled.positiontup or ())
