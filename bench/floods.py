"""`make fault`: waits that the Bot API asks for are obeyed, across restarts and processes.

Each wait is injected into a running mailing; club time is moved to its last second and then past
it. Now and then the sender is killed during a wait, also at once after the refusal: then nobody
may be left who knows of the wait, and whoever sends next is refused again and learns of it.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from bench import mailing
from bench.mailing import Call, Place

ON_THE_WIRE_MS = 100
"""What was posted before the refusal could be read."""
KEPT_MS = 400
"""A sender that was killed sooner after a refusal may not have written it down."""
LONGEST = 3 * 3600
KILL_EVERY = 5
PATIENCE = 90.0
SEEN_SECONDS = 0.7
"""By then every process has read that the clock was moved."""
SLACK_MS = 1500
"""Club time is moved to this long before the end of a wait."""


@dataclass
class Outcome:
    """What the journal says of the waits. `inside`: calls within one; `on_the_wire`: calls that
    came within a tenth of a second after the refusal; `unknowing`: calls within a wait whose
    refused sender was killed before it could write it down; `late_ms`: how long after the end of
    each wait the next call came."""

    waits: int = 0
    kills: int = 0
    inside: int = 0
    on_the_wire: int = 0
    unknowing: int = 0
    late_ms: list[int] = field(default_factory=list)


def judge(calls: list[Call], killed_ms: Sequence[int] = ()) -> Outcome:
    """Holds every call beside the waits that were asked for before it (club time); `killed_ms`:
    when senders were killed (real time)."""
    found = Outcome()
    until, refused_at, waiting = 0, 0, False
    for call in calls:
        if call.club_ms < until:
            if call.real_ms - refused_at <= ON_THE_WIRE_MS:
                found.on_the_wire += 1
            elif any(refused_at <= at <= refused_at + KEPT_MS for at in killed_ms):
                found.unknowing += 1
            else:
                found.inside += 1
        elif waiting:
            found.late_ms.append(call.club_ms - until)
            waiting = False
        if call.kind.startswith("429"):
            found.waits += 1
            until = max(until, call.club_ms + int(call.kind.partition(":")[2]) * 1000)
            refused_at, waiting = call.real_ms, True
    return found


class Floods:
    """Injects waits into a mailing that one or two processes send."""

    def __init__(self, place: Place, waits: int, senders: int, seed: int) -> None:
        self._place = place
        self._waits = waits
        self._senders = senders
        self._chance = random.Random(seed)
        self._workers: list[subprocess.Popen[bytes]] = []
        self._killed_ms: list[int] = []

    def go(self, told: Console) -> Outcome:
        """Runs all waits, one after the other."""
        self._workers = [self._place.worker() for _ in range(self._senders)]
        try:
            for number, seconds in enumerate(self._lengths()):
                self._one(number, seconds)
                if number % 20 == 19:
                    told.print(f"{number + 1} waits, {len(self._killed_ms)} kills")
        finally:
            for process in self._workers:
                mailing.end(process)
        found = judge(list(mailing.calls(self._place.journal)), self._killed_ms)
        found.kills = len(self._killed_ms)
        return found

    def _lengths(self) -> Iterator[int]:
        """From a second to three hours, short and long alike."""
        for _ in range(self._waits):
            yield int(LONGEST ** self._chance.random())

    def _one(self, number: int, seconds: int) -> None:
        time.sleep(SEEN_SECONDS)
        before = self._refusals()
        self._place.control(script=[f"429:{seconds}"])
        self._until_refused(before)
        if number % KILL_EVERY == KILL_EVERY - 1:
            time.sleep(self._chance.choice((0.0, 2 * KEPT_MS / 1000)))
            self._kill()
        time.sleep(self._chance.uniform(0.1, 0.6))
        self._move(max(seconds * 1000 - SLACK_MS, 0))
        time.sleep(self._chance.uniform(0.6, 1.0))
        self._move(SLACK_MS)

    def _until_refused(self, before: int) -> None:
        until = time.monotonic() + PATIENCE
        while self._refusals() == before:
            if time.monotonic() > until:
                raise RuntimeError("nothing is sent any more")
            time.sleep(0.02)

    def _refusals(self) -> int:
        return sum(call.kind.startswith("429") for call in mailing.calls(self._place.journal))

    def _kill(self) -> None:
        chosen = self._chance.randrange(len(self._workers))
        self._killed_ms.append(time.time_ns() // 1_000_000)
        self._workers[chosen].kill()
        self._workers[chosen].wait()
        self._workers[chosen] = self._place.worker()

    def _move(self, ms: int) -> None:
        """The stand-in is told first, so that no call counts as earlier than it is."""
        by = timedelta(milliseconds=ms)
        self._place.control(offset_ms=mailing.offset(self._place.url) + ms)
        mailing.move_clock(self._place.url, by)


def run(url: str, folder: Path, waits: int, senders: int, seed: int, told: Console) -> Outcome:
    """One run on an empty database; a row for every message that may leave on the way."""
    mailing.fill(url, waits * 120)
    api = mailing.stand_in(folder, 0.005)
    try:
        place = Place(url, folder, f"http://127.0.0.1:{api.port}", 20.0)
        (folder / "journal.tsv").touch()
        return Floods(place, waits, senders, seed).go(told)
    finally:
        api.stop()


@click.command()
@click.option("--count", default=200, show_default=True, help="Waits in a run.")
@click.option("--seed", default=1, show_default=True, help="Chooses their lengths.")
def main(count: int, seed: int) -> None:
    """Injects waits of a second to three hours; no call may come inside one."""
    from tests.support.postgres import PostgresServer

    console = Console(width=110)
    table = Table(title=f"{count} waits of 1 s to 3 h asked for by the Bot API (seed {seed})")
    for head in (
        "",
        "waits",
        "kills",
        "calls inside",
        "on the wire",
        "not told",
        "back after s (median)",
    ):
        table.add_column(head, justify="right" if head else "left")
    bad = 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        runs = (
            ("SQLite, one process", f"sqlite:///{folder}/f.db", 1),
            ("PostgreSQL, two processes", server.url("postgres"), 2),
        )
        for name, url, senders in runs:
            home = folder / str(senders)
            home.mkdir()
            found = run(url, home, count, senders, seed, console)
            late = sorted(found.late_ms)[len(found.late_ms) // 2] / 1000
            cells = (found.waits, found.kills, found.inside, found.on_the_wire, found.unknowing)
            table.add_row(name, *map(str, cells), f"{late:.1f}")
            bad += found.inside + (found.waits < count)
    console.print(table)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
