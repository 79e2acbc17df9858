"""How a long-running process is started, tuned and stopped."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")
# A full collection walks the whole import graph: p99 fell from 250 to 36 ms in a peer when its
# start-up objects were frozen and the threshold raised.
THRESHOLD = (50_000, 20, 50)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine on uvloop where there is one."""
    gc.enable()
    try:
        import uvloop
    except ImportError:
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def settle_memory() -> None:
    """Takes what the start has left out of the collector's sight."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLD)


def stop_event() -> asyncio.Event:
    """An event that Ctrl-C and SIGTERM set; a second Ctrl-C ends at once."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def asked(number: signal.Signals) -> None:
        if stop.is_set() and number == signal.SIGINT:
            sys.exit(130)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked, number)
    return stop


class Tasks:
    """Background tasks: one that fails ends the process's work, all end together.

    `failure` is what the first one raised.
    """

    def __init__(self, stop: asyncio.Event) -> None:
        self.failure: BaseException | None = None
        self._stop = stop
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, name: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Runs a task beside the others."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("%s has failed (%s); stopping", task.get_name(), type(error).__name__)
            self.failure = self.failure or error
            self._stop.set()

    async def until_stopped(self) -> None:
        """Waits for the stop; raises what a task has failed with."""
        await self._stop.wait()
        if self.failure is not None:
            raise self.failure

    async def ended(self, name: str, patience: float = 10.0) -> None:
        """Waits for a task that has been asked to end."""
        tasks = [task for task in self._tasks if task.get_name() == name]
        if tasks:
            await asyncio.wait(tasks, timeout=patience)

    async def close(self, patience: float = 10.0) -> None:
        """Cancels what still runs and waits for it."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=patience)
