"""Two `serve` processes on one PostgreSQL behind a balancer: one person's updates keep their
order, different persons' go side by side, and a process that is killed loses nothing."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.telegram.webhook import HEADER, PATH
from sandbox import people
from sandbox.web import create_app
from sandbox.world import World
from tests.app.processes import Server, free_port, serving
from tests.support.databases import MIGRATED
from tests.whole.stack import KEY, SECRET, TOKEN

pytestmark = [pytest.mark.postgres, pytest.mark.fault, pytest.mark.slow]
PERSONS, EACH = 10, 12
LANGUAGES = ("zh", "en")


@dataclass
class Balancer:
    """Gives each delivery to the next process; one that is gone is left out, as in real life."""

    servers: list[Server] = field(default_factory=list)
    given: list[int] = field(default_factory=lambda: [0, 0])
    http: aiohttp.ClientSession | None = None
    turns: Any = field(default_factory=count)

    async def take(self, request: web.Request) -> web.Response:
        assert self.http is not None
        body, place = await request.read(), next(self.turns) % 2
        headers = {HEADER: request.headers[HEADER], "Content-Type": "application/json"}
        for at in (place, 1 - place):
            if self.servers[at].process.returncode is not None:
                continue
            try:
                url = self.servers[at].url + PATH
                async with self.http.post(url, data=body, headers=headers) as answer:
                    self.given[at] += 1
                    said = await answer.read()
                    return web.Response(
                        status=answer.status, body=said, content_type="application/json"
                    )
            except aiohttp.ClientError:
                break  # it died with the request: Telegram has to send it again
        return web.Response(status=502)


@dataclass
class Pair:
    """Both processes, the stand-in and the database behind them."""

    balancer: Balancer
    world: World
    db: asyncpg.Connection

    def says(self, person: int, text: str) -> None:
        bot = self.world.bot_by_name()
        people.write(self.world, bot, self.world.persons[person], text)

    async def settled(self, updates: int) -> None:
        """Waits until that many updates are in the inbox and none is on its way."""
        queue = self.world.queues[self.world.bot_by_name().id]
        async with asyncio.timeout(60):
            while await self._seen() < updates or queue.lanes:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def _seen(self) -> int:
        return int(await self.db.fetchval("SELECT count(*) FROM inbox"))


@asynccontextmanager
async def two(url: str, folder: Path) -> AsyncIterator[Pair]:
    world = World([(TOKEN, "pair_bot", "Pair")], webhook_pace=0.1)
    balancer, app = Balancer(), web.Application()
    app.router.add_post(PATH, balancer.take)
    async with TestServer(create_app(world)) as platform, TestServer(app) as front:
        settings = {
            "DATABASE_URL": url,
            "SECRET_KEY": KEY,
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_SECRET": SECRET,
            "TELEGRAM_MODE": "webhook",
            "TELEGRAM_API_URL": str(platform.make_url("/botapi")),
            "PUBLIC_URL": str(front.make_url("/")),
        }
        given = {f"MEMBERBOT_{name}": value for name, value in settings.items()}
        one, other = free_port(), free_port()
        async with (
            serving(["serve", "--port", str(one)], one, folder, **given) as first,
            serving(["serve", "--port", str(other)], other, folder, **given) as second,
            aiohttp.ClientSession() as balancer.http,
        ):
            balancer.servers = [first, second]
            db = await asyncpg.connect(url)
            try:
                yield Pair(balancer, world, db)
            finally:
                await db.close()


async def test_order_holds_and_a_killed_process_loses_nothing(
    fresh_database: Callable[..., str], tmp_path: Path
) -> None:
    async with two(fresh_database("postgresql", MIGRATED), tmp_path) as pair:
        persons = range(100, 100 + PERSONS)
        for person in persons:
            pair.world.add_person(person, f"P{person}", language_code="en")
            pair.says(person, "/join")
            for number in range(EACH - 1):
                pair.says(person, f"/language {LANGUAGES[(person + number) % 2]}")
        await pair.settled(PERSONS * EACH // 3)
        pair.balancer.servers[0].process.send_signal(signal.SIGKILL)
        await pair.settled(PERSONS * EACH)
        assert min(pair.balancer.given) > 5, "both processes should have had something to do"
        await _nothing_lost(pair, persons)
        assert await _inversions(pair) == 0


async def _nothing_lost(pair: Pair, persons: range) -> None:
    assert await pair.db.fetchval("SELECT count(*) FROM inbox") == PERSONS * EACH
    assert await pair.db.fetchval("SELECT count(*) FROM members") == PERSONS
    assert await pair.db.fetchval("SELECT count(*) FROM postings") == PERSONS
    assert await pair.db.fetchval("SELECT count(*) FROM dead_letters") == 0
    last = {str(person): LANGUAGES[(person + EACH - 2) % 2] for person in persons}
    rows = await pair.db.fetch(
        'SELECT a."user", m.locale FROM addresses a JOIN members m ON m.id = a.member_id'
    )
    assert {row["user"]: row["locale"] for row in rows} == last


async def _inversions(pair: Pair) -> int:
    """Pairs of one person's updates that were handled in another order than they were sent."""
    return int(
        await pair.db.fetchval(
            "SELECT count(*) FROM inbox a JOIN inbox b ON a.address_id = b.address_id"
            " AND a.update_id::bigint < b.update_id::bigint AND a.id > b.id"
        )
    )


async def test_who_waits_keeps_nobody_else_waiting_in_either_process(
    fresh_database: Callable[..., str], tmp_path: Path
) -> None:
    """One person's row is held: their updates wait in both processes, another's are answered."""
    async with two(fresh_database("postgresql", MIGRATED), tmp_path) as pair:
        slow, quick = 200, 201
        for person in (slow, quick):
            pair.world.add_person(person, f"P{person}", language_code="en")
            pair.says(person, "/join")
        await pair.settled(2)
        async with _held(pair.db, slow):
            waiting = [
                asyncio.create_task(_post(pair, place, slow, 9000 + place)) for place in (0, 1)
            ]
            for number in range(6):
                status = await _post(pair, number % 2, quick, 9100 + number)
                assert status == 200
            assert not any(task.done() for task in waiting)
        assert await asyncio.gather(*waiting) == [200, 200]
        assert await pair.db.fetchval("SELECT count(*) FROM dead_letters") == 0
        assert await pair.db.fetchval("SELECT count(*) FROM inbox") == 10


@asynccontextmanager
async def _held(db: asyncpg.Connection, person: int) -> AsyncIterator[None]:
    async with db.transaction():
        await db.fetch('SELECT 1 FROM addresses WHERE "user" = $1 FOR UPDATE', str(person))
        yield


async def _post(pair: Pair, place: int, person: int, update_id: int) -> int:
    assert pair.balancer.http is not None
    who = {"id": person, "is_bot": False, "first_name": "P", "language_code": "en"}
    message = {
        "message_id": update_id,
        "date": 1_779_000_000,
        "chat": {"id": person, "type": "private"},
        "from": who,
        "text": "/language en",
    }
    update = {"update_id": update_id, "message": message}
    url = pair.balancer.servers[place].url + PATH
    async with pair.balancer.http.post(url, json=update, headers={HEADER: SECRET}) as answer:
        await answer.read()
        return answer.status
