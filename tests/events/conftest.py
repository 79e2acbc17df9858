"""A club for events, on both databases in turn."""

from collections.abc import AsyncIterator

import pytest

from tests.support.club import Club, programme


@pytest.fixture
async def club(database_url: str) -> AsyncIterator[Club]:
    opened = await Club(database_url, programme()).open()
    yield opened
    await opened.close()
