"""One code, 64 tills, two processes: one uses it, the other 63 see who and when."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable

import pytest

from tests.app.processes import environment
from tests.support import copies
from tests.support.club import Club, programme
from tests.support.copies import Copy
from tests.support.databases import MIGRATED
from tests.support.source import ROOT
from tests.till.support import voucher

pytestmark = [pytest.mark.postgres, pytest.mark.fault]
TILLS = 32


async def _process(url: str, *numbers: int) -> Copy:
    given = [url, *map(str, numbers)]
    return await copies.start(
        given, ROOT, environment(), together=False, program="tests.till.many_tills"
    )


async def test_one_of_64_tills_in_two_processes_uses_it(
    fresh_database: Callable[..., str],
) -> None:
    url = fresh_database("postgresql", MIGRATED)
    club = await Club(url, programme()).open()
    mei = await club.person("Mei").joins()
    found, _ = await voucher(club, mei)
    both = [await _process(url, found, place * TILLS, TILLS) for place in range(2)]
    for one in both:
        assert await asyncio.wait_for(one.stdout.readline(), 60) == b"ready\n"
    said = await asyncio.gather(*(one.communicate(b"go\n") for one in both))
    answers = [answer for out, _ in said for answer in json.loads(out)]
    audits = await club.read(lambda work: work.audit.about(("voucher", found)))
    await club.close()
    assert len(answers) == 2 * TILLS
    assert Counter(answer["code"] for answer in answers) == {"used": 1, "till.taken": 63}
    (winner,) = (answer["till"] for answer in answers if answer["code"] == "used")
    losers = [answer for answer in answers if answer["code"] == "till.taken"]
    assert {answer["by"] for answer in losers} == {winner}
    assert all(answer["at"] for answer in losers)
    assert [row["action"] for row in audits] == ["voucher.use", "voucher.issue"]
