"""A temporary SQLite file that puts an import's rows into order without holding them in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Final

from services.ports.staging import Row

_SCHEMA: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -24000;
CREATE TABLE rows (
    row INTEGER PRIMARY KEY, source TEXT, order_id TEXT, line INTEGER, head TEXT,
    minor INTEGER, quantity INTEGER, category TEXT, sku TEXT, name TEXT
);
CREATE TABLE orders (
    number INTEGER PRIMARY KEY, source TEXT, order_id TEXT, who TEXT, at INTEGER
);
"""
_WRITE: Final = "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_IN_ORDER: Final = (
    "SELECT row, source, order_id, line, head, minor, quantity, category, sku, name FROM rows"
    " ORDER BY source, order_id, line, row"
)
_BY_MEMBER: Final = (
    "SELECT r.row, r.source, r.order_id, r.line, r.head, r.minor, r.quantity, r.category, r.sku,"
    " r.name FROM orders o CROSS JOIN rows r ON r.source = o.source AND r.order_id = o.order_id"
    " ORDER BY o.who, o.at, o.number, r.line"
)
_MANY: Final = 5000


class Staging:
    """A file beside the database, gone at the end (services.ports.staging.Staging)."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="import-")
        self._db = sqlite3.connect(
            Path(self._folder.name) / "rows.db",
            isolation_level=None,
            check_same_thread=False,
        )
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")
        self._waiting: list[Row] = []
        self._orders: list[tuple[str, str, str, int]] = []

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()
        self._folder.cleanup()

    def add(self, row: Row) -> None:
        self._waiting.append(row)
        if len(self._waiting) >= _MANY:
            self._flush()

    def by_order(self) -> Iterator[Row]:
        self._flush()
        self._db.execute("CREATE INDEX by_order ON rows (source, order_id, line, row)")
        return map(Row._make, self._db.execute(_IN_ORDER))

    def add_order(self, source: str, order_id: str, who: str, at: int) -> None:
        self._orders.append((source, order_id, who, at))
        if len(self._orders) >= _MANY:
            self._flush_orders()

    def by_member(self) -> Iterator[Row]:
        self._flush_orders()
        return map(Row._make, self._db.execute(_BY_MEMBER))

    def orders(self) -> int:
        self._flush_orders()
        return int(self._db.execute("SELECT count(*) FROM orders").fetchone()[0])

    def _flush(self) -> None:
        self._db.executemany(_WRITE, self._waiting)
        self._waiting.clear()

    def _flush_orders(self) -> None:
        sql = "INSERT INTO orders (source, order_id, who, at) VALUES (?, ?, ?, ?)"
        self._db.executemany(sql, self._orders)
        self._orders.clear()
