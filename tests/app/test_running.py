"""Background tasks: one that fails stops the others and is told."""

import asyncio
import gc

import pytest

from app import running
from app.running import Tasks


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


def test_the_collector_is_on_while_a_program_runs() -> None:
    async def main() -> bool:
        return gc.isenabled()

    gc.disable()
    try:
        assert running.run(main())
    finally:
        gc.enable()
