"""Reads by a list of keys: for one key, as most units have it, they run as prepared text."""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection as Db

from storage.prepared import DIALECTS, fetch


class Listed:
    """A Core statement with one expanding parameter, `name`.

    Rows come back as tuples in the types of the statement's columns, whichever way it is run.
    """

    def __init__(self, statement: Any, name: str = "ids") -> None:
        self._statement = statement
        self._name = name
        self._columns = statement.selected_columns.keys()
        self._single: dict[str, _Single] = {}

    def rows(self, db: Db, keys: Collection[Any], **values: Any) -> list[Any]:
        """The rows for all keys; `values` are the statement's other parameters."""
        if len(keys) != 1:
            given = {**values, self._name: list(keys)}
            return [tuple(row) for row in db.execute(self._statement, given)] if keys else []
        (key,) = keys
        single = self._single.get(db.dialect.name)
        if single is None:
            single = _Single(self._statement, db.dialect.name, self._name, key, values)
            self._single[db.dialect.name] = single
        return single.rows(db, key, values)

    def named(self, db: Db, keys: Collection[Any], **values: Any) -> list[Any]:
        """The rows with their columns as attributes."""
        found = self.rows(db, keys, **values)
        return [SimpleNamespace(**dict(zip(self._columns, row, strict=True))) for row in found]


class _Single:
    """The statement for one key as text of one database; `key` and `values` are examples."""

    def __init__(
        self, statement: Any, dialect_name: str, name: str, key: Any, values: dict[str, Any]
    ) -> None:
        dialect: Any = DIALECTS[dialect_name]
        compiled: Any = statement.compile(dialect=dialect)
        state = compiled.construct_expanded_state({**compiled.params, **values, name: [key]})
        self._sql: str = state.statement
        self._parts = [(place, state.processors.get(place)) for place in state.positiontup]
        self._constants: dict[str, Any] = dict(state.parameters)
        self._key_names: list[str] = state.parameter_expansion[name]
        types = [column.type.dialect_impl(dialect) for column in statement.selected_columns]
        readers = [kind.result_processor(dialect, None) for kind in types]
        self._readers = readers if any(readers) else None

    def rows(self, db: Db, key: Any, values: dict[str, Any]) -> list[Any]:
        keys = key if isinstance(key, tuple) else (key,)
        given = {**self._constants, **values, **dict(zip(self._key_names, keys, strict=True))}
        bound = [bind(given[place]) if bind else given[place] for place, bind in self._parts]
        found = fetch(db, self._sql, bound)
        readers = self._readers
        if readers is None:
            return found
        return [
            tuple([r(value) if r else value for r, value in zip(readers, row, strict=True)])
            for row in found
        ]
