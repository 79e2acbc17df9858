"""A database with many members, written in bulk: addresses, lots, a started profile each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from sqlalchemy import insert

from bench.updates import FIRST_USER
from domain.members import make_number
from services import programme_file
from storage import migrations
from storage.ids import Ids
from storage.tables import chat, ledger, people
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared, Work

SECRET_KEY = "the bench's secret key, nobody's else"
ACCOUNT = "42"
LOTS = 12
CHUNK = 1000
FLOW, STEP = "profile", "name"


def prepare(url: str, members: int, *, rewards: bool = True) -> None:
    """Migrates the empty database and fills it. Without `rewards` an answer to the profile is
    an inbox row, the member's new name and the conversation's next step, and no points."""
    migrations.upgrade(url)
    asyncio.run(_fill(url, members, rewards=rewards))


async def _fill(url: str, members: int, *, rewards: bool) -> None:
    vault = Vault(SECRET_KEY.encode())
    ids = Ids(lambda: int(time.time() * 1000))
    units = open_units(url, Shared(vault, ids, lambda: datetime.now(UTC)))
    programme = programme_file.read(programme_file.example())
    if not rewards:
        programme = replace(programme, profile_rewards={})
    await units.write(lambda work: work.programmes.publish(programme, work.shared.clock(), None))
    for first in range(0, members, CHUNK):
        await _chunk(units, range(first, min(first + CHUNK, members)), programme.first_level.key)
    if url.startswith("postgres"):  # autovacuum does this in the background elsewhere
        await units.write(lambda work: work.db.exec_driver_sql("ANALYZE"))
    await units.close()


async def _chunk(units: Units, numbers: range, level: str) -> None:
    def write(work: Work) -> None:
        now = work.shared.clock()
        for table, rows in (
            (people.Member, [member(n, level, now) for n in numbers]),
            (chat.Address, [_address(n, now) for n in numbers]),
            (chat.Conversation, [_talk(n) for n in numbers]),
            (ledger.Account, [_account(n) for n in numbers]),
            (ledger.Lot, [lot for n in numbers for lot in _lots(n, now)]),
        ):
            work.db.execute(insert(table.__table__), rows)  # type: ignore[attr-defined]

    await units.write(write)


def member(n: int, level: str, now: datetime) -> dict[str, Any]:
    """A row of `members`."""
    return {
        "id": n + 1,
        "number": make_number(n),
        "state": "active",
        "level": level,
        "joined_at": now,
        "charter_version": 1,
        "phone_verified": False,
        "locale": "en",
    }


def _address(n: int, now: datetime) -> dict[str, Any]:
    who = {"channel": "telegram", "account": ACCOUNT, "user": str(FIRST_USER + n)}
    return {**who, "id": n + 1, "member_id": n + 1, "first_seen": now}


def _talk(n: int) -> dict[str, Any]:
    where = {"address_id": n + 1, "chat": str(FIRST_USER + n)}
    return {**where, "flow": FLOW, "step": STEP, "data": {}, "version": 1}


def _account(n: int) -> dict[str, Any]:
    sums = {"wallet": 100 * LOTS, "held": 0, "debt": 0, "lifetime": 100 * LOTS}
    return {**sums, "member_id": n + 1, "unit": "points", "seq": LOTS, "head": "0" * 64}


def _lots(n: int, now: datetime) -> Iterator[dict[str, Any]]:
    for month in range(LOTS):
        yield {
            "id": n * LOTS + month + 1,
            "member_id": n + 1,
            "unit": "points",
            "amount": 100,
            "left": 100,
            "active_from": now - timedelta(days=30),
            "expires_at": now + timedelta(days=30 * (month + 1)),
            "made_at": now - timedelta(days=30),
            "source_type": "bench",
            "source_id": str(month),
            "rule_version": 1,
            "posting_id": n * LOTS + month + 1,
        }


async def vacuumed(url: str) -> None:
    """What autovacuum, which is off in this server, does in the background elsewhere."""
    db = await asyncpg.connect(url)
    await db.execute("VACUUM (ANALYZE)")
    await db.close()
