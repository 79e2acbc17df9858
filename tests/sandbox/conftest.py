"""A world with one bot and two persons, served on a free port of this machine."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from sandbox.web import create_app
from sandbox.world import World
from tests.sandbox.support import ANN, BOB, TOKEN, ClubClock, Phone, Session


@pytest.fixture
def clock() -> ClubClock:
    return ClubClock(datetime(2018, 1, 2, 14, 0, tzinfo=UTC))


@pytest.fixture
def world(clock: ClubClock) -> World:
    world = World(
        [(TOKEN, "grocer_bot", "Grocer")],
        title={"en": "Grocer’s Club", "zh": "杂货店会员"},
        note="A demo",
        now=lambda: clock.now,
        webhook_pace=0.01,
    )
    world.add_person(ANN, "Ann", "Lee", "ann_lee", "en", "+15550100", "Household 1023")
    world.add_person(BOB, "晓梅", "王", "", "zh", "", "Household 7")
    return world


@pytest.fixture
async def session(world: World) -> AsyncIterator[Session]:
    server = TestServer(create_app(world))
    await server.start_server()
    async with aiohttp.ClientSession(server.make_url("/")) as http:
        yield Session(http, server, TOKEN)
    await server.close()


@pytest.fixture
def ann(session: Session) -> Phone:
    return Phone(session, ANN)


@pytest.fixture
def bob(session: Session) -> Phone:
    return Phone(session, BOB)


@pytest.fixture
async def started(ann: Phone, session: Session) -> Phone:
    """Ann's phone after she has written once; the bot has taken the update."""
    await ann.write("/start")
    await session.drain()
    return ann


def later(clock: ClubClock, **span: float) -> None:
    clock.now += timedelta(**span)
