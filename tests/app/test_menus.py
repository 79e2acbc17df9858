"""Command menus follow the operators, and list only what works."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from app import menus
from app.settings import FixedSettings
from app.wiring import Club, opened
from bot.messages import Address
from bot.telegram.startup import offline
from domain.staff import ROLES, TILL, permissions
from handlers.routes import ROUTES
from sandbox.web import create_app
from sandbox.world import World
from services import staffing
from services.ports.club import Actor
from storage.work import Work

TOKEN = "4242:the_token_of_the_tests"
ACTOR = Actor("test")


@pytest.fixture
async def club(tmp_path: Path) -> AsyncIterator[Club]:
    async with opened(FixedSettings(data=tmp_path)) as made:
        yield made


def test_only_what_works_is_listed_and_only_to_whom_it_works() -> None:
    needs = {route.intent: route.needs for route in reversed(ROUTES)}
    listed = menus.entries()
    for entry in listed:
        need = needs[entry.command]
        may = {role for role in ROLES if need and need in permissions(role)}
        assert set(entry.roles) == may
    everybody = {entry.command for entry in listed if not entry.roles}
    assert {"card", "points", "help"} <= everybody
    cashier = {entry.command for entry in listed if TILL in entry.roles}
    assert {"till", "award", "member"} <= cashier
    assert "broadcast" not in cashier


async def test_an_operators_menu_comes_with_the_link_and_goes_with_the_role(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(menus, "LOOK_SECONDS", 0.01)
    world = World([(TOKEN, "tests_bot", "Tests")])
    world.add_person(77, "Ann", started=True)
    async with TestServer(create_app(world)) as server:
        channel = offline(TOKEN, api_url=str(server.make_url("/botapi")))
        await channel.client.open()
        keeper = menus.Menus(club, channel)
        following = asyncio.create_task(keeper.run())
        before = await _changed(world, set())
        await asyncio.sleep(0.2)
        before = set(world.bot_by_name().commands)
        await club.units.write(lambda work: _link(work, club, "77"))
        (own,) = await _changed(world, before)
        assert "77" in own
        assert not following.done()
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        await channel.client.close_pools()


def _link(work: Work, club: Club, user: str) -> None:
    now = club.clock.now()
    address_id = work.conversations.lock(Address("telegram", "4242", user, user), "en").person
    invited = staffing.add(work, "Ann", "owner", None, ACTOR, now)
    assert address_id.address_id is not None
    staffing.link(work, address_id.address_id, invited.code, now)


async def _changed(world: World, before: set[str]) -> set[str]:
    async with asyncio.timeout(10):
        while set(world.bot_by_name().commands) == before:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
    return set(world.bot_by_name().commands) - before
