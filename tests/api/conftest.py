"""A club with the API on a real server, on both databases in turn."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from api.web import LARGEST_BODY, add_routes
from bot.state import StoreUnavailable
from domain.members import Member
from storage.answers import Collision
from tests.api.support import Client, new_key, new_member
from tests.support.club import Club, programme


@pytest.fixture
async def club(database_url: str) -> AsyncIterator[Club]:
    opened = await Club(database_url, programme()).open()
    yield opened
    await opened.close()


@pytest.fixture
async def server(club: Club) -> AsyncIterator[TestServer]:
    app = web.Application(client_max_size=LARGEST_BODY)
    add_routes(app, club.units, club.clock, unavailable=StoreUnavailable, collided=Collision)
    async with TestServer(app) as running:
        yield running


@pytest.fixture
async def api(club: Club, server: TestServer) -> AsyncIterator[Client]:
    """A client whose key opens everything."""
    async with ClientSession() as session:
        yield Client(session, server, await new_key(club))


@pytest.fixture
async def member(club: Club) -> Member:
    return await new_member(
        club, name="Li Wei", phone="+8613800138000", external_id="c-1", charter_version=1
    )
