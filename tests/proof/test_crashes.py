"""Killed before every change of earning, spending, refunding, expiring: each is whole."""

import multiprocessing
import signal
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from domain.points import Unit
from tests.membership.support import broken
from tests.proof import crashing
from tests.proof.crashing import MEMBER, OPERATIONS
from tests.support.club import Club, programme
from tests.support.databases import Databases, Kind, Template

BUILT = Template("one member with points", crashing.build)
LEAST, MOST = 3, 90
"""Fewer boundaries than that would mean that the hook does not see them."""

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def processes() -> Any:
    """Processes that begin as copies of one that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.proof.crashing"])
    return context


@pytest.fixture
def fresh(databases: Databases, database_kind: Kind) -> Callable[[], str]:
    return lambda: databases.make(database_kind, BUILT)


@pytest.mark.parametrize("name", OPERATIONS)
async def test_killed_anywhere_nothing_is_lost_and_nothing_done_twice(
    name: str, fresh: Callable[[], str], processes: Any, databases: Databases
) -> None:
    done = [await _look(url, name) async for url in _killed(name, fresh, processes, databases)]
    assert LEAST < len(done) < MOST
    # Only after COMMIT is anything left: the whole operation is one transaction.
    assert done[-1]
    assert not any(done[:-1])


async def test_a_payment_committed_halfway_would_be_noticed(
    fresh: Callable[[], str], processes: Any, databases: Databases
) -> None:
    found = [await _broken(url) async for url in _killed("torn", fresh, processes, databases)]
    assert any(found)


async def _killed(
    name: str, fresh: Callable[[], str], processes: Any, databases: Databases
) -> AsyncIterator[str]:
    """A database for each boundary of an operation, as its killed process has left it."""
    for stop_at in range(1, MOST):
        url, last = fresh(), processes.Event()
        child = processes.Process(target=crashing.run, args=(url, name, stop_at, last))
        child.start()
        child.join(60)
        assert child.exitcode == -signal.SIGKILL
        yield url
        databases.remove(url)
        if last.is_set():
            return


async def _look(url: str, name: str) -> bool:
    """Whether the killed process had its effect; it is whole, and a retry gives one answer."""
    operation = OPERATIONS[name]
    club = await Club(url, programme()).open()
    try:
        assert await broken(club) == []
        left = await _wallet(club)
        assert left in (operation.before, operation.after)
        first = await club.write(operation.do)
        again = await club.write(operation.do)
        assert first == again
        assert await _wallet(club) == operation.after
        assert await broken(club) == []
        return left == operation.after
    finally:
        await club.close()


async def _broken(url: str) -> list[str]:
    club = await Club(url, programme()).open()
    try:
        return await broken(club)
    finally:
        await club.close()


async def _wallet(club: Club) -> int:
    return await club.read(lambda work: work.ledger.account(MEMBER, Unit.POINTS).wallet)  # type: ignore[no-any-return]
