"""Waits that the platform asks for are obeyed by two senders and by those that follow them."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import floods, mailing
from storage.unit_of_work import open_units
from tests.proof.sending import telegram
from tests.support.club import NOW, Club, programme
from tests.support.post import RealTime, sender

WAITS = 6


def lengths(seed: int) -> Iterator[int]:
    chance = random.Random(seed)
    for _ in range(WAITS):
        yield int(floods.LONGEST ** chance.random()) + 1


@pytest.mark.fault
async def test_no_call_is_made_inside_a_wait_whoever_sends(
    database_url: str, tmp_path: Path, real: RealTime
) -> None:
    await asyncio.to_thread(mailing.fill, database_url, 40 * WAITS, at=NOW)
    club = await Club(database_url, programme()).open()
    other = open_units(database_url, club.shared)
    journal = tmp_path / "journal.tsv"
    async with telegram(tmp_path) as (stub, channel):
        stub.clock = lambda: int(club.clock.now.timestamp() * 1000)
        for number, seconds in enumerate(lengths(5)):
            pair = [
                sender(club, channel, real, f"{number}{name}", units, rate=500.0)  # type: ignore[arg-type]
                for name, units in (("a", club.units), ("b", other))
            ]
            stub.set(script=["200"] * 12 + [f"429:{seconds}"])
            for passed in (0, seconds - 1):  # at once, and in the last second of the wait
                club.clock.move(seconds=passed)
                await asyncio.gather(*(one.drain() for one in pair))
            for one in pair:
                await one.stop()
            club.clock.move(seconds=1)
            real.move(10)
    judged = floods.judge(list(mailing.calls(journal)))
    assert (judged.waits, judged.inside) == (WAITS, 0)
    assert len(judged.late_ms) == WAITS - 1  # after each wait but the last there were more
    refused = next(call for call in mailing.calls(journal) if call.kind.startswith("429"))
    again = refused._replace(real_ms=refused.real_ms + 1000, kind="200")
    assert floods.judge([refused, again]).inside == 1
    await other.close()
    await club.close()
