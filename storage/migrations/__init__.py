"""Brings a database to the newest level, and tells at which level it is."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage import engines

HERE = Path(__file__).parent


def upgrade(url: str) -> None:
    """Applies what is missing; must not be called inside a running event loop on PostgreSQL."""
    _with_connection(url, _upgrade)


def level(url: str) -> str | None:
    """The database's level, None for an empty one."""
    found: list[str | None] = []
    _with_connection(url, lambda db: found.append(current(db)))
    return found[0]


def current(db: Connection) -> str | None:
    """The level of the database behind a connection."""
    return MigrationContext.configure(db).get_current_revision()


def newest() -> str | None:
    """The level that this code needs."""
    return ScriptDirectory(str(HERE)).get_current_head()


def config(db: Connection) -> Config:
    """Alembic's configuration for a connection."""
    settings = Config()
    settings.set_main_option("script_location", str(HERE))
    settings.attributes["connection"] = db
    return settings


def _upgrade(db: Connection) -> None:
    command.upgrade(config(db), "head")


def _with_connection(url: str, use: object) -> None:
    assert callable(use)
    if not engines.is_postgres(url):
        engine = engines.sqlite_engine(url)
        with engine.connect() as db:
            use(db)
        engine.dispose()
        return

    async def run() -> None:
        engine = engines.postgres_engine(url, 1)
        async with engine.begin() as db:
            await db.run_sync(use)
        await engine.dispose()

    asyncio.run(run())
