"""Killed between tap and receipt: points and stock agree with the vouchers, wherever it was."""

import multiprocessing
import os
import signal
from typing import Any

import pytest

from tests.membership.support import broken
from tests.proof import redeeming
from tests.proof.redeeming import COMMIT, STEPS, Seen, Step
from tests.support.club import Club, programme
from tests.support.databases import Databases, Kind, Template

BUILT = Template("a club about to redeem", redeeming.build)
LEAST, MOST = 2, 150
"""Fewer statements than that would mean that the hook does not see them: the change and COMMIT."""
EVERYWHERE = bool(os.environ.get("MEMBERBOT_EVERY_STATEMENT"))
"""`make fault` kills at every boundary, a test run at every fifteenth and at the last one."""
STEP = 1 if EVERYWHERE else 15

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def processes() -> Any:
    """Processes that begin as copies of one that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.proof.redeeming"])
    return context


@pytest.mark.parametrize("name", STEPS)
async def test_killed_anywhere_points_and_stock_agree_with_the_vouchers(
    name: str, databases: Databases, database_kind: Kind, processes: Any
) -> None:
    step, url = STEPS[name], databases.make(database_kind, BUILT)
    club = await Club(url, programme()).open()
    try:
        if step.first:
            await club.write(step.first)
        statements = _kill(processes, url, name, COMMIT)
        assert LEAST <= statements < MOST
        for stop_at in range(1 if EVERYWHERE else 1 + len(name) % STEP, statements, STEP):
            _kill(processes, url, name, stop_at)
            assert await _seen(club, step) == step.before
            assert not EVERYWHERE or await broken(club) == []
        assert await broken(club) == []
        _kill(processes, url, name, MOST)  # after COMMIT, before anybody is told
        assert await _seen(club, step) == step.after
        assert await broken(club) == []
        again = [await club.write(step.do) for _ in range(2)]
        assert again[0] == again[1]
        assert await _seen(club, step) == step.after
        assert await broken(club) == []
    finally:
        await club.close()


def _kill(processes: Any, url: str, name: str, stop_at: int) -> int:
    """Kills a process that does it, and returns how many statements it had come to."""
    last, passed = processes.Event(), processes.Value("i", 0)
    child = processes.Process(target=redeeming.run, args=(url, name, stop_at, last, passed))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert last.is_set() == (stop_at == MOST)
    return int(passed.value)


async def _seen(club: Club, step: Step) -> Seen:
    found = await club.read(lambda work: redeeming.seen(work, step.key))
    assert isinstance(found, Seen)
    return found
