"""Killed between tap and receipt: points and stock agree with the vouchers, wherever it was."""

import os
from typing import Any

import pytest

from tests.membership.support import broken
from tests.proof import killing, redeeming
from tests.proof.redeeming import STEPS, Seen, Step
from tests.support.club import Club, programme
from tests.support.databases import Databases, Kind, Template

BUILT = Template("a club about to redeem", redeeming.build)
LEAST, MOST = 2, 150
"""Fewer statements than that would mean that the hook does not see them: the change and COMMIT."""
MODULE = "tests.proof.redeeming"
EVERYWHERE = bool(os.environ.get("MEMBERBOT_EVERY_STATEMENT"))
"""`make fault` kills at every boundary, a test run at every fifteenth and at the last one."""
STEP = 1 if EVERYWHERE else 15

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def processes() -> Any:
    return killing.processes(MODULE)


@pytest.mark.parametrize("name", STEPS)
async def test_killed_anywhere_points_and_stock_agree_with_the_vouchers(
    name: str, databases: Databases, database_kind: Kind, processes: Any
) -> None:
    step, url = STEPS[name], databases.make(database_kind, BUILT)
    club = await Club(url, programme()).open()
    try:
        if step.first:
            await club.write(step.first)
        statements = killing.kill(processes, MODULE, url, name, killing.COMMIT, MOST)
        assert LEAST <= statements < MOST
        for stop_at in range(1 if EVERYWHERE else 1 + len(name) % STEP, statements, STEP):
            killing.kill(processes, MODULE, url, name, stop_at, MOST)
            assert await _seen(club, step) == step.before
            assert not EVERYWHERE or await broken(club) == []
        assert await broken(club) == []
        killing.kill(processes, MODULE, url, name, MOST, MOST)  # committed, nobody told
        assert await _seen(club, step) == step.after
        assert await broken(club) == []
        again = [await club.write(step.do) for _ in range(2)]
        assert again[0] == again[1]
        assert await _seen(club, step) == step.after
        assert await broken(club) == []
    finally:
        await club.close()


async def _seen(club: Club, step: Step) -> Seen:
    found = await club.read(lambda work: redeeming.seen(work, step.key))
    assert isinstance(found, Seen)
    return found
