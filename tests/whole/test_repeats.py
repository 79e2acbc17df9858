"""Updates that come twice and out of order, as the stand-in's faults send them: in either mode the
effects are those of the clean run."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import text

from bot.actions import Action, Signer
from sandbox import people
from sandbox.world import REORDER_SECONDS, World
from storage.unit_of_work import open_units
from storage.vault import Vault
from storage.work import Shared, Work
from tests.app.processes import free_port, serving
from tests.whole.stack import KEY
from tests.whole.standin import PERSON, platform, settings

pytestmark = [pytest.mark.fault, pytest.mark.slow]
LATE_SECONDS = REORDER_SECONDS + 0.2
LIKES = ("new-arrivals", "offers", "food", "home", "beauty", "sports")
FAULTS = (
    {"kind": "duplicate", "probability": 0.5},
    {"kind": "reorder", "probability": 0.6},
    {"kind": "500", "probability": 0.5, "method": "editMessageText", "effect": True},
)


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_repeats_and_disorder_change_nothing(
    mode: str, database_url: str, tmp_path: Path
) -> None:
    port = free_port()
    async with platform() as (world, url), aiohttp.ClientSession() as http:
        given = settings(database_url, url + "botapi", mode, port)
        async with serving(["serve", "--port", str(port)], port, tmp_path, **given) as server:
            people.write(world, world.bot_by_name(), world.persons[PERSON], "/join")
            await _until(database_url, "SELECT count(*) FROM members", 1)
            for fault in FAULTS:
                async with http.post(url + "sandbox/faults", json=fault) as answer:
                    assert answer.status < 300, await answer.text()
            for _ in range(3):
                for like in LIKES:
                    _taps(world, "like.on", like)
            await _until(database_url, "SELECT count(*) FROM inbox", 1 + 3 * len(LIKES))
            code, out = await server.end()
        assert all(fault.hits for fault in world.faults.all()), "a fault never struck"
    assert code == 0, out
    facts = await _facts(database_url)
    assert facts == {"members": 1, "welcomes": 1, "rewards": 1, "likes_all": 1, "letters": 0}


def _taps(world: World, intent: str, *args: str) -> None:
    signer = Signer(Vault(KEY.encode()).action_key)
    bot, person = world.bot_by_name(), world.persons[PERSON]
    chat = world.chat(bot, person)
    shown = max(number for number, message in chat.messages.items() if message.by_bot)
    data = signer.pack(Action(intent, args), str(PERSON))
    people.tap(world, bot, person, shown, data, force=True)


async def _until(url: str, query: str, count: int) -> None:
    """Waits for a number in the database, then a little for what comes late."""
    async with asyncio.timeout(40):
        while await _ask(url, query) < count:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.1)
    await asyncio.sleep(LATE_SECONDS)
    assert await _ask(url, query) == count


async def _facts(url: str) -> dict[str, int]:
    likes = " AND ".join(f"preferences LIKE '%{like}%'" for like in LIKES)
    queries = {
        "members": "SELECT count(*) FROM members",
        "welcomes": "SELECT count(*) FROM postings WHERE source_type = 'welcome'",
        "rewards": "SELECT count(*) FROM postings WHERE source_type = 'profile'",
        "likes_all": f"SELECT count(*) FROM members WHERE {likes}",
        "letters": "SELECT count(*) FROM dead_letters",
    }
    return {name: await _ask(url, query) for name, query in queries.items()}


async def _ask(url: str, query: str) -> int:
    from datetime import UTC, datetime

    from storage.ids import Ids

    shared: Any = Shared(Vault(KEY.encode()), Ids(lambda: 1), lambda: datetime.now(UTC))
    units = open_units(url, shared)

    def count(work: Work) -> int:
        return int(work.db.execute(text(query)).scalar_one())

    try:
        return await units.read(count)
    finally:
        await units.close()
