"""A working process killed again and again: `once` never twice, `surely` never lost."""

import asyncio
import os
import random
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from tests.support import copies
from tests.support.club import Club, programme
from tests.support.copies import Copy
from tests.support.post import ROWS, rows, write_notice
from tests.support.source import ROOT

KILLS = 2
RECIPIENTS = 400
BETWEEN = 60  # so many messages are out between two kills, at least
IN_FLIGHT = 60  # scheduler.delivery: at most so many bulk messages are on their way


async def start(url: str, journal: Path) -> Copy:
    process = await copies.start(
        [url, str(journal)], ROOT, os.environ, together=True, program="tests.scheduler.killed"
    )
    assert await asyncio.wait_for(process.stdout.readline(), 30) == b"ready\n"
    return process


async def crowd(club: Club) -> None:
    """Rows to many chats, every other one `once`, written as copies of one."""
    mei = await club.person().joins()
    made = await write_notice(club, mei.user, bulk=True)
    (row,) = await rows(club, id=made)

    def copy(work: Any) -> None:
        copies = [
            {
                **row,
                "id": work.new_id(),
                "chat": f"{'surely' if number % 2 else 'once'}-{number}",
                "address_id": None,
                "surely": bool(number % 2),
            }
            for number in range(RECIPIENTS)
        ]
        work.db.execute(ROWS.insert(), copies)
        work.db.execute(delete(ROWS).where(ROWS.c.id == made))

    await club.write(copy)


@pytest.mark.fault
async def test_a_killed_sender_loses_nothing_and_repeats_only_what_may_be(
    database_url: str, tmp_path: Path
) -> None:
    club = await Club(database_url, programme()).open()
    await crowd(club)
    journal = tmp_path / "journal"
    journal.touch()
    for _ in range(KILLS):
        process = await start(database_url, journal)
        wanted = len(sent(journal)) + BETWEEN + random.randrange(20)
        for _ in range(6000):
            if len(sent(journal)) >= wanted:
                break
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    process = await start(database_url, journal)
    found = await settled(club)
    process.kill()
    await process.wait()
    await club.close()
    times = Counter(sent(journal))
    states = Counter((row["surely"], row["state"]) for row in found)
    half = RECIPIENTS // 2
    assert states[True, "sent"] == half
    assert states[False, "sent"] + states[False, "unknown"] == half
    assert states[False, "unknown"] <= KILLS * IN_FLIGHT
    assert {times[row["chat"]] for row in found if row["state"] == "sent"} >= {1}
    assert all(times[row["chat"]] >= 1 for row in found if row["state"] == "sent")
    assert all(times[row["chat"]] <= 1 for row in found if not row["surely"])
    repeated = sum(times.values()) - len(times)
    assert repeated <= KILLS * IN_FLIGHT
    # The kills did fall into the sending.
    assert repeated + states[False, "unknown"] > 0


def sent(journal: Path) -> list[str]:
    """The chats that got a message, once for each."""
    return journal.read_text().split()


async def settled(club: Club) -> list[Any]:
    """The rows when none waits any more."""
    while True:
        found = await rows(club)
        if not {row["state"] for row in found} & {"pending", "claimed", "sending"}:
            return found
        await asyncio.sleep(0.2)
