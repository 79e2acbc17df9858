"""Killed while a bill is paid: what was taken is what was booked, wherever it was."""

import os
from typing import Any

import pytest

from tests.membership.support import broken
from tests.proof import killing, paying
from tests.proof.paying import STEPS
from tests.support.club import Club, programme
from tests.support.databases import Databases, Kind, Template

BUILT = Template("a club about to be paid", paying.build)
MOST = 200
MODULE = "tests.proof.paying"
EVERYWHERE = bool(os.environ.get("MEMBERBOT_EVERY_STATEMENT"))
STEP = 1 if EVERYWHERE else 25

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def processes() -> Any:
    return killing.processes(MODULE)


@pytest.mark.parametrize("name", STEPS)
async def test_killed_anywhere_a_bill_is_paid_whole_or_not_at_all(
    name: str, databases: Databases, database_kind: Kind, processes: Any
) -> None:
    step, url = STEPS[name], databases.make(database_kind, BUILT)
    club = await Club(url, programme()).open()
    try:
        if step.first:
            await club.write(step.first)
        assert await club.read(paying.seen) == step.before
        statements = killing.kill(processes, MODULE, url, name, killing.COMMIT, MOST)
        assert 3 < statements < MOST
        for stop_at in range(1 if EVERYWHERE else 1 + len(name) % STEP, statements, STEP):
            killing.kill(processes, MODULE, url, name, stop_at, MOST)
            assert await club.read(paying.seen) == step.before
            assert not EVERYWHERE or await broken(club) == []
        assert await broken(club) == []
        killing.kill(processes, MODULE, url, name, MOST, MOST)  # committed, nobody told
        assert await club.read(paying.seen) == step.after
        again = [await club.write(step.do) for _ in range(2)]
        assert again[0] == again[1]
        assert await club.read(paying.seen) == step.after
        assert await broken(club) == []
    finally:
        await club.close()
