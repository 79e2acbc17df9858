"""Looks into a SQLite file that no club is opened on, or notes a fact in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from storage import engines
from storage.settings import Settings


def path_of(url: str) -> Path:
    """The file that a SQLite URL names."""
    return Path(url.removeprefix("sqlite:///"))


def setting(url: str, name: str) -> Any:
    """A fact of the installation, None if the file, the table or the fact is not there."""
    if not path_of(url).exists():
        return None
    engine = engines.sqlite_engine(url)
    try:
        with engine.connect() as db:
            return Settings(db).get(name)
    except DBAPIError:
        return None
    finally:
        engine.dispose()


def put(url: str, name: str, value: Any) -> None:
    """Notes a fact of the installation in a file that is no club's yet."""
    engine = engines.sqlite_engine(url)
    try:
        with engine.connect() as db:
            Settings(db).put(name, value)
    finally:
        engine.dispose()
