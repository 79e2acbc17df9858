"""Engines for both databases, with the settings that make them safe."""

from __future__ import annotations

import sqlite3
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from storage.prepared import DIRECT

SAFE_SQLITE = (3, 51, 3)
"""The WAL-reset bug of SQLite 3.7.0–3.51.2 is fixed from here on."""

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
    "PRAGMA mmap_size=0",
    "PRAGMA cache_size=-32000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA secure_delete=ON",
)


def sqlite_module() -> ModuleType:
    """The newest SQLite there is: that of the pysqlite3 wheel, else Python's own."""
    try:
        from pysqlite3 import dbapi2

        if dbapi2.sqlite_version_info > sqlite3.sqlite_version_info:
            return dbapi2  # type: ignore[no-any-return]
    except ImportError:
        pass
    return sqlite3


def is_postgres(url: str) -> bool:
    """Whether a database URL names PostgreSQL."""
    return url.startswith(("postgresql:", "postgresql+", "postgres:"))


def sqlite_engine(url: str) -> Engine:
    """An engine whose connections are in autocommit: the unit of work emits BEGIN itself."""
    engine = create_engine(
        url,
        module=sqlite_module(),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "cached_statements": 512},
        query_cache_size=2000,
    )
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def postgres_engine(url: str, pool: int, *, reads: bool = False) -> AsyncEngine:
    """An asyncpg engine. One for `reads` is in autocommit and leaves out the ROLLBACK at return,
    which would be a round trip for nothing."""
    address = url.split("://", 1)[1]
    return create_async_engine(
        f"postgresql+asyncpg://{address}",
        pool_size=pool,
        max_overflow=0,
        pool_timeout=30,
        pool_reset_on_return=None if reads else "rollback",
        isolation_level="AUTOCOMMIT" if reads else "READ COMMITTED",
        execution_options={DIRECT: reads},
        query_cache_size=2000,
        connect_args={"server_settings": {"jit": "off", "application_name": "memberbot"}},
    )
