"""A club on both databases in turn, and a second process of it."""

from collections.abc import AsyncIterator

import pytest

from tests.support.club import Club, programme


@pytest.fixture
async def club(database_url: str) -> AsyncIterator[Club]:
    opened = await Club(database_url, programme()).open()
    yield opened
    await opened.close()


@pytest.fixture
async def elsewhere(database_url: str) -> AsyncIterator[Club]:
    """The same club in another process, as far as the database can tell."""
    opened = await Club(database_url, programme()).open()
    yield opened
    await opened.close()
