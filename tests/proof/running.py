"""Runs the machine on a database: a short run in the tests, a long one in `make fault`."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Connection
from sqlalchemy.util import greenlet_spawn

from storage import engines
from tests.proof import machine
from tests.proof.machine import Stage
from tests.proof.point_rules import LedgerMachine

_QUIET = list(HealthCheck)


async def run(
    url: str,
    examples: int,
    steps: int,
    *,
    shrink: bool = True,
    chance: bool = False,
    rules: Any = LedgerMachine,
) -> int:
    """So many examples of so many operations at most; how many operations were done.

    Raises AssertionError with an example that breaks something, the shortest if `shrink`.
    By `chance`, other examples every time; else always the same. `rules`: the machine's.
    """
    if not engines.is_postgres(url):
        engine = engines.sqlite_engine(url)
        with engine.connect() as db:
            return _run(db, examples, steps, shrink, chance, rules)
    asynchronous = engines.postgres_engine(url, 1)
    try:
        async with asynchronous.connect() as found:
            return int(
                await greenlet_spawn(
                    _run, found.sync_connection, examples, steps, shrink, chance, rules
                )
            )
    finally:
        await asynchronous.dispose()


def _run(db: Connection, examples: int, steps: int, shrink: bool, chance: bool, rules: Any) -> int:
    class Machine(rules):  # type: ignore[misc]
        connect = staticmethod(lambda: Stage(db))

    before = machine.counted[0]
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=_QUIET,
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
            database=None,
            derandomize=not chance,
            print_blob=False,
            report_multiple_bugs=False,
        ),
    )
    return machine.counted[0] - before
