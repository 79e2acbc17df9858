"""Writes the first migrations anew from the tables, one for each file of tables.

Only until the first release: `make migration`. From then on a change gets a migration of its own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection
from sqlmodel import SQLModel

from storage import engines, migrations
from storage.tables import metadata

VERSIONS = Path(migrations.__file__).parent / "versions"


def main() -> None:
    """Compares each group of tables with what the migrations before it have made."""
    for old in VERSIONS.glob("0*.py"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        engine = engines.sqlite_engine(f"sqlite:///{folder}/empty.db")
        with engine.connect() as db:
            for number, (noun, tables) in enumerate(_groups().items(), 1):
                _write(db, f"{number:04d}", noun, tables)
        engine.dispose()
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", VERSIONS], check=True)  # noqa: S603


def _groups() -> dict[str, set[str]]:
    """The files of tables with their tables, those first that others refer to."""
    home = {
        mapper.local_table.name: mapper.class_.__module__.rpartition(".")[2]  # type: ignore[attr-defined]
        for mapper in SQLModel._sa_registry.mappers
    }
    groups: dict[str, set[str]] = {}
    waiting = {noun: {t for t in home if home[t] == noun} for noun in sorted(set(home.values()))}
    while waiting:
        ready = [noun for noun in waiting if _needs(waiting[noun], home) <= groups.keys() | {noun}]
        groups[ready[0]] = waiting.pop(ready[0])
    return groups


def _needs(tables: set[str], home: dict[str, str]) -> set[str]:
    keys = (key for table in tables for key in metadata.tables[table].foreign_keys)
    return {home[key.column.table.name] for key in keys}


def _write(db: Connection, revision: str, noun: str, tables: set[str]) -> None:
    settings = migrations.config(db)
    settings.attributes["tables"] = tables
    command.revision(settings, noun, autogenerate=True, rev_id=revision)
    command.upgrade(migrations.config(db), revision)


if __name__ == "__main__":
    main()
