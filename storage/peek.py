"""Looks into a SQLite file before the club is opened on it; makes and changes nothing."""

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
