"""Keeps the world in one SQLite file, so that it survives a restart and a kill."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS content (file_id TEXT PRIMARY KEY, body BLOB NOT NULL);
"""


class Store:
    """Records by kind and key, and contents of files; without a path everything stays in memory.

    Writes join one open transaction until ``commit``, which the web layer calls before it answers.
    """

    def __init__(self, path: Path | None) -> None:
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None)
        self._durable = path is not None
        if self._durable:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)

    def put(self, kind: str, key: str | int, body: Any) -> None:
        """Writes or replaces one record; nothing to do without a file."""
        if self._durable:
            self._begin()
            row = (kind, str(key), json.dumps(body, ensure_ascii=True))
            self._db.execute("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", row)

    def drop(self, kind: str, key: str | int) -> None:
        """Removes one record if it is there."""
        if self._durable:
            self._begin()
            self._db.execute("DELETE FROM record WHERE kind = ? AND key = ?", (kind, str(key)))

    def all(self, kind: str) -> Iterator[Any]:
        """All records of a kind, in no particular order."""
        rows = self._db.execute("SELECT body FROM record WHERE kind = ?", (kind,))
        return (json.loads(body) for (body,) in rows.fetchall())

    def put_content(self, file_id: str, body: bytes) -> None:
        """Keeps the bytes of a file."""
        self._begin()
        self._db.execute("INSERT OR REPLACE INTO content VALUES (?, ?)", (file_id, body))

    def content(self, file_id: str) -> bytes:
        """The bytes of a file; KeyError if there is none."""
        query = "SELECT body FROM content WHERE file_id = ?"
        row = self._db.execute(query, (file_id,)).fetchone()
        if row is None:
            raise KeyError(file_id)
        return bytes(row[0])

    def commit(self) -> None:
        """Makes what was written since the last commit durable."""
        if self._db.in_transaction:
            self._db.execute("COMMIT")

    def close(self) -> None:
        """Commits and closes the file."""
        self.commit()
        self._db.close()

    def _begin(self) -> None:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
