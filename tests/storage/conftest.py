"""Units over a migrated database of each kind."""

import time
from collections.abc import AsyncIterator

import pytest

from storage.ids import Ids
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared
from tests.support.club import Clock


def shared_parts() -> Shared:
    return Shared(Vault(b"key"), Ids(lambda: int(time.time() * 1000)), Clock())


@pytest.fixture
async def units(database_url: str) -> AsyncIterator[Units]:
    opened = open_units(database_url, shared_parts())
    yield opened
    await opened.close()


@pytest.fixture
async def other_units(database_url: str) -> AsyncIterator[Units]:
    """A second process's units on the same database, as far as the database can tell."""
    opened = open_units(database_url, shared_parts())
    yield opened
    await opened.close()
