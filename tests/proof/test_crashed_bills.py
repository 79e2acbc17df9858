"""Killed while a bill is paid: what was taken is what was booked, wherever it was."""

import multiprocessing
import os
import signal
from typing import Any

import pytest

from tests.membership.support import broken
from tests.proof import paying
from tests.proof.paying import STEPS
from tests.proof.redeeming import COMMIT
from tests.support.club import Club, programme
from tests.support.databases import Databases, Kind, Template

BUILT = Template("a club about to be paid", paying.build)
MOST = 200
EVERYWHERE = bool(os.environ.get("MEMBERBOT_EVERY_STATEMENT"))
STEP = 1 if EVERYWHERE else 25

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def processes() -> Any:
    """Processes that begin as copies of one that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.proof.paying"])
    return context


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
        statements = _kill(processes, url, name, COMMIT)
        assert 3 < statements < MOST
        for stop_at in range(1 if EVERYWHERE else 1 + len(name) % STEP, statements, STEP):
            _kill(processes, url, name, stop_at)
            assert await club.read(paying.seen) == step.before
            assert not EVERYWHERE or await broken(club) == []
        assert await broken(club) == []
        _kill(processes, url, name, MOST)  # after COMMIT, before anybody is told
        assert await club.read(paying.seen) == step.after
        again = [await club.write(step.do) for _ in range(2)]
        assert again[0] == again[1]
        assert await club.read(paying.seen) == step.after
        assert await broken(club) == []
    finally:
        await club.close()


def _kill(processes: Any, url: str, name: str, stop_at: int) -> int:
    """Kills a process that does it, and returns how many statements it had come to."""
    last, passed = processes.Event(), processes.Value("i", 0)
    child = processes.Process(target=paying.run, args=(url, name, stop_at, last, passed))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert last.is_set() == (stop_at == MOST)
    return int(passed.value)
