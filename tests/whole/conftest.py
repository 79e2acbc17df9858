"""The club of the whole-stack tests, on a database of each kind."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.databases import MIGRATED
from tests.whole import cast as casting
from tests.whole.cast import Cast
from tests.whole.stack import Stack, running


@pytest.fixture
async def stack(database_url: str, tmp_path: Path) -> AsyncIterator[Stack]:
    """The stack on each kind of database in turn."""
    async with running(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def cast(stack: Stack) -> Cast:
    """Everybody, on each kind of database in turn."""
    return await casting.make(stack)


@pytest.fixture
async def sqlite_cast(fresh_database: Callable[..., str], tmp_path: Path) -> AsyncIterator[Cast]:
    """Everybody on SQLite, where the kind does not matter."""
    async with running(fresh_database("sqlite", MIGRATED), tmp_path) as opened:
        yield await casting.make(opened)
