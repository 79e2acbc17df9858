"""A served world with a clock and the shopkeeper's bot, and pages of two widths."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from sandbox.web import add_routes
from sandbox.world import World
from tests.sandbox.browser.steps import NARROW, WIDE
from tests.sandbox.shopkeeper import Shopkeeper, stop
from tests.sandbox.support import ClubClock, Session


def _application(world: World, clock: ClubClock) -> web.Application:
    async def read(_: web.Request) -> web.Response:
        return web.json_response({"now": clock.now.isoformat(), "zone": "America/New_York"})

    async def move(request: web.Request) -> web.Response:
        clock.now = datetime.fromisoformat((await request.json())["to"])
        return await read(request)

    app = web.Application()
    app.router.add_get("/demo/clock", read)
    app.router.add_post("/demo/clock", move)
    add_routes(app, world)
    return app


@pytest.fixture
async def session(world: World, clock: ClubClock) -> AsyncIterator[Session]:
    server = TestServer(_application(world, clock))
    await server.start_server()
    async with aiohttp.ClientSession(server.make_url("/")) as http:
        session = Session(http, server, next(iter(world.bots)))
        bot = asyncio.create_task(Shopkeeper(session).run())
        yield session
        await stop(bot)
    await server.close()


@pytest.fixture
async def page(browser: Browser, session: Session) -> AsyncIterator[Page]:
    async for page in _opened(browser, viewport=WIDE, locale="en-GB"):
        yield page


@pytest.fixture
async def narrow(browser: Browser, session: Session) -> AsyncIterator[Page]:
    async for page in _opened(browser, viewport=NARROW, locale="zh-CN", has_touch=True):
        yield page


async def _opened(browser: Browser, **options: Any) -> AsyncIterator[Page]:
    context = await browser.new_context(**options)
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    yield page
    await context.close()
    assert problems == []
