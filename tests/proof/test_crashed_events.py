"""Killed while an event is answered, settled or invited to: seats and deposits agree, wherever it
was, and nobody is invited twice."""

import os
from typing import Any

import pytest

from tests.membership.support import broken
from tests.proof import attending, killing
from tests.proof.attending import STEPS
from tests.support.club import Club, programme
from tests.support.databases import Databases, Kind, Template

BUILT = Template("a club with an event", attending.build)
MODULE = "tests.proof.attending"
MOST = 300
EVERYWHERE = bool(os.environ.get("MEMBERBOT_EVERY_STATEMENT"))
STEP = 1 if EVERYWHERE else 90

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def processes() -> Any:
    return killing.processes(MODULE)


@pytest.mark.parametrize("name", STEPS)
async def test_killed_anywhere_seats_and_deposits_agree(
    name: str, databases: Databases, database_kind: Kind, processes: Any
) -> None:
    step, url = STEPS[name], databases.make(database_kind, BUILT)
    club = await Club(url, programme()).open()
    try:
        if step.first:
            await club.write(step.first)
        assert await club.read(attending.seen) == step.before
        statements = killing.kill(processes, MODULE, url, name, killing.COMMIT, MOST)
        assert 3 < statements < MOST
        for stop_at in range(1 if EVERYWHERE else 1 + len(name) % STEP, statements, STEP):
            killing.kill(processes, MODULE, url, name, stop_at, MOST)
            assert await club.read(attending.seen) == step.before
        assert await broken(club) == []
        killing.kill(processes, MODULE, url, name, MOST, MOST)  # after COMMIT, nobody told
        assert await club.read(attending.seen) == step.after
        again = [await club.write(step.do) for _ in range(2)]
        assert again[0] == again[1]
        assert await club.read(attending.seen) == step.after
        assert await broken(club) == []
    finally:
        await club.close()
