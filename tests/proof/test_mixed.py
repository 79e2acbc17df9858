"""A small `make fault` of mixed troubles: everybody ends in the right state, and the check is one
that can fail."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bench import mailing, mixed
from tests.proof.sending import telegram
from tests.support.club import NOW, Club, programme
from tests.support.post import RealTime, sender

COUNT = 160
PERSONS = {"403": 0.1, "400": 0.05, "migrate": 0.05}
CALLS = {"429": 0.04, "500": 0.06, "hang": 0.03}
KINDS = {"", "403", "400", "migrate", "429", "500", "500 out", "hang"}


@pytest.mark.fault
async def test_every_recipient_ends_in_the_right_state_whatever_the_platform_does(
    database_url: str, tmp_path: Path, real: RealTime
) -> None:
    await asyncio.to_thread(mailing.fill, database_url, COUNT, surely_every=3, at=NOW)
    club = await Club(database_url, programme()).open()
    async with telegram(tmp_path) as (stub, channel):
        stub.set(persons=PERSONS, calls=CALLS, hang=1.0)
        at_work = sender(club, channel, real, rate=500.0)  # type: ignore[arg-type]
        for _ in range(60):
            await at_work.drain()
            club.clock.now += timedelta(minutes=5)
            if all(row.state not in mailing.OPEN for row in await club.read(mixed.rows_of)):
                break
        await at_work.stop()
    rows = await club.read(mixed.rows_of)
    calls = list(mailing.calls(tmp_path / "journal.tsv"))
    judged = mixed.judge(rows, calls, stub.of_person)
    assert judged.wrong == []
    assert set(judged.right) == KINDS
    swapped = [row._replace(blocked=not row.blocked) for row in rows[:1]]
    assert mixed.judge(swapped, calls, stub.of_person).wrong
    assert mixed.judge(rows, calls[: COUNT // 2], stub.of_person).wrong
    await club.close()
