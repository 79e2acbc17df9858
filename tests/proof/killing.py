"""Steps in processes that are killed in the middle of them."""

import asyncio
import importlib
import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any

from tests.support.club import Club, programme

COMMIT = 0
"""Before the COMMIT that ends the step, which is the last moment."""


def build(url: str, fill: Callable[[Any], Any]) -> None:
    """A club with what the steps need."""
    from storage import migrations

    migrations.upgrade(url)
    asyncio.run(_fill(url, fill))


async def _fill(url: str, fill: Callable[[Any], Any]) -> None:
    club = await Club(url, programme()).open()
    await club.write(fill)
    await club.close()


def processes(module: str) -> Any:
    """Processes that begin as copies of one that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([module])
    return context


def kill(context: Any, module: str, url: str, name: str, stop_at: int, most: int) -> int:
    """Kills a process that does the step of that name in a module's STEPS before its `stop_at`-th
    statement (`most`: after all of them), and returns how many statements it had come to."""
    last, passed = context.Event(), context.Value("i", 0)
    child = context.Process(target=run, args=(module, url, name, stop_at, last, passed))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert last.is_set() == (stop_at == most)
    return int(passed.value)


def run(module: str, url: str, name: str, stop_at: int, last: Any, passed: Any) -> None:
    """Does a step in this process, which ends itself by SIGKILL before its `stop_at`-th statement
    or before COMMIT; after the last one it says so (`last`, an event) and dies all the same.
    `passed` counts the statements."""
    step = importlib.import_module(module).STEPS[name]
    asyncio.run(_run(url, step.do, stop_at, last, passed))


async def _run(url: str, do: Any, stop_at: int, last: Any, passed: Any) -> None:
    armed = False

    def before(statement: str) -> None:
        passed.value += armed
        if armed and (passed.value == stop_at or (stop_at == COMMIT == statement.find("COMMIT"))):
            os.kill(os.getpid(), signal.SIGKILL)

    club = await Club(url, programme(), before_statement=before).open()
    await club.write(lambda work: work.programmes.current())
    armed = True
    await club.write(do)
    last.set()  # committed, and not yet told to anybody
    os.kill(os.getpid(), signal.SIGKILL)
