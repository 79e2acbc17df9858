"""The stand-in for the Bot API with one person, and the settings of a club that talks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp.test_utils import TestServer

from sandbox.web import create_app
from sandbox.world import World
from tests.whole.stack import KEY, SECRET, TOKEN

PERSON = 77


@asynccontextmanager
async def platform() -> AsyncIterator[tuple[World, str]]:
    """The world and the root of its URL, with a slash."""
    world = World([(TOKEN, "canary_bot", "Canary")], webhook_pace=0.05)
    world.add_person(PERSON, "Mei", language_code="en")
    async with TestServer(create_app(world)) as server:
        yield world, str(server.make_url("/"))


def settings(database: str, api: str, mode: str, port: int) -> dict[str, str]:
    """What the environment says to a `memberbot` process."""
    given = {
        "DATABASE_URL": database,
        "SECRET_KEY": KEY,
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_SECRET": SECRET,
        "TELEGRAM_MODE": mode,
        "TELEGRAM_API_URL": api,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LOG": "json",
    }
    return {f"MEMBERBOT_{name}": value for name, value in given.items()}
