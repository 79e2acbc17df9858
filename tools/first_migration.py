"""Writes the first migration anew from the tables (until the first release)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from alembic import command

from storage import engines, migrations

VERSIONS = Path(migrations.__file__).parent / "versions"


def main() -> None:
    """Compares the tables with an empty database and writes 0001_first.py."""
    for old in VERSIONS.glob("0001_*.py"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        engine = engines.sqlite_engine(f"sqlite:///{folder}/empty.db")
        with engine.connect() as db:
            settings = migrations.config(db)
            command.revision(settings, "first", autogenerate=True, rev_id="0001")
        engine.dispose()


if __name__ == "__main__":
    main()
