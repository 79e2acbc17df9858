"""A small `make fault`: kill -9 while updates come in, doubled and out of order; nothing is lost
and nothing done twice, and the check is one that can fail."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import processes
from bench.chain import STEPS, Outcome
from bench.faults import storm
from bench.replies import environment

pytestmark = [pytest.mark.fault, pytest.mark.slow]
PERSONS = 200 // STEPS + 1


async def test_nothing_is_lost_or_done_twice_on_sqlite(tmp_path: Path) -> None:
    await _survives(f"sqlite:///{tmp_path / 'club.db'}", tmp_path, kills=3)


@pytest.mark.postgres
async def test_nothing_is_lost_or_done_twice_on_postgresql(
    fresh_database: Callable[..., str], tmp_path: Path
) -> None:
    await _survives(fresh_database("postgresql"), tmp_path, kills=1)


async def _survives(url: str, folder: Path, kills: int) -> None:
    outcome = await storm(Outcome("small", PERSONS, kills), url, folder, seed=7)
    assert outcome.updates >= 200
    assert outcome.posts > outcome.updates * 1.2, "too few updates came twice"
    assert outcome.good, outcome


async def test_without_the_guards_the_same_run_is_seen_to_do_things_twice(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'club.db'}"
    program = str(Path(__file__).with_name("guardless.py"))

    def begin() -> processes.Server:
        port = processes.free_port()
        settings = environment(url, "http://127.0.0.1:9", tmp_path, port)
        return processes.start([sys.executable, program, "serve"], port, settings)

    outcome = await storm(Outcome("guards off", PERSONS, 0), url, tmp_path, 7, begin)
    assert outcome.twice > 0
    assert not outcome.good
