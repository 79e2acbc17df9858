"""`make fault`: the sender is killed at named points of a mailing; nothing lost, nothing twice.

Resumable: what is done is noted in a state file, the databases stay in the folder.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bench import mailing
from bench.dying import POINTS
from bench.mailing import Place

LATENCY = 0.02
PATIENCE = 120.0
RESTARTS = ("fast", "immediate")


@dataclass
class Run:
    """One mailing: how it is disturbed and how far it has come."""

    name: str
    count: int
    kills: int
    points: dict[str, int] = field(default_factory=dict)
    in_flight: list[int] = field(default_factory=list)
    seconds: float = 0.0
    filled: bool = False
    over: bool = False
    left: dict[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return len(self.in_flight)

    @property
    def good(self) -> bool:
        left = self.left
        bad = left["lost"] + left["twice"] + left["unlisted"]
        return not bad and left["unknown"] <= sum(self.in_flight) and self.done >= self.kills


class State:
    """The runs, kept in a file after every step."""

    def __init__(self, path: Path, runs: list[Run], *, resume: bool) -> None:
        self._path = path
        self.runs = runs
        if resume and path.exists():
            known = {one["name"]: Run(**one) for one in json.loads(path.read_text())}
            self.runs = [known.get(run.name, run) for run in runs]

    def save(self) -> None:
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps([asdict(run) for run in self.runs]))
        draft.replace(self._path)


class Storm:
    """Kills senders of one mailing until it is out. `standby`: so many processes at once;
    `restart`: the database is restarted instead."""

    def __init__(
        self,
        run: Run,
        place: Place,
        chance: random.Random,
        kept: Callable[[], None],
        *,
        standby: int = 1,
        restart: Callable[[str], None] | None = None,
    ) -> None:
        self._run = run
        self._place = place
        self._chance = chance
        self._kept = kept
        self._restart = restart
        self._standby = standby
        self._workers: list[tuple[subprocess.Popen[bytes], str]] = []

    def go(self) -> None:
        """Disturbs the mailing as often as is wanted, then lets it come to its end."""
        began = time.monotonic()
        try:
            while self._run.done < self._run.kills and self._left():
                self._once()
                self._run.seconds += time.monotonic() - began
                began = time.monotonic()
                self._kept()
            self._until_out()
        finally:
            for process, _ in self._workers:
                mailing.end(process)
        self._run.seconds += time.monotonic() - began
        self._run.left = asdict(mailing.join(self._place.url, self._place.journal))
        self._run.over = True
        self._kept()

    def _left(self) -> int:
        return mailing.count_in(self._place.url, *mailing.OPEN)

    def _portion(self) -> int:
        """How many messages may leave before the next blow."""
        left = self._left() / (self._run.kills - self._run.done + 1)
        return max(int(left * self._chance.uniform(0.3, 0.8)), 1)

    def _once(self) -> None:
        if self._restart is None:
            point = self._wait_for_death()
        else:
            point = RESTARTS[self._run.done % len(RESTARTS)]
            self._wait_for_posts(self._portion())
            self._restart(point)
        self._run.in_flight.append(mailing.count_in(self._place.url, "sending"))
        self._run.points[point] = self._run.points.get(point, 0) + 1

    def _wait_for_death(self) -> str:
        wanted = self._standby
        portion = self._portion()
        while len(self._workers) < wanted:
            place = self._run.done + len(self._workers)
            point = POINTS[place % len(POINTS)]
            self._workers.append((self._place.worker(point, portion), point))
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for process, point in self._workers:
                if process.poll() is not None:
                    self._workers.remove((process, point))
                    if process.returncode != -signal.SIGKILL:
                        raise RuntimeError(f"a worker ended with {process.returncode}")
                    return point
            time.sleep(0.01)
        raise RuntimeError(f"nobody died within {PATIENCE:.0f} s: {self._workers}")

    def _wait_for_posts(self, portion: int) -> None:
        if not self._workers:
            self._workers = [(self._place.worker(), "") for _ in range(self._standby)]
        journal = self._place.journal
        wanted = (journal.stat().st_size if journal.exists() else 0) + portion * 45
        until = time.monotonic() + PATIENCE
        while not journal.exists() or journal.stat().st_size < wanted:
            if time.monotonic() > until:
                raise RuntimeError(f"no messages leave within {PATIENCE:.0f} s")
            time.sleep(0.02)

    def _until_out(self) -> None:
        for process, _ in self._workers:
            process.kill()  # their points are of no use any more
            process.wait()
        self._workers = [(self._place.worker(), "")]
        before, since = self._left(), time.monotonic()
        while before:
            time.sleep(0.2)
            now = self._left()
            if now != before:
                before, since = now, time.monotonic()
            elif time.monotonic() - since > PATIENCE:
                raise RuntimeError(f"{now} messages never leave")


def silence(journal: Path) -> float:
    """The longest time without a call, in seconds."""
    times = [call.real_ms for call in mailing.calls(journal)]
    return max((b - a for a, b in pairwise(times)), default=0) / 1000


def table(runs: list[Run], folder: Path) -> Table:
    """What was left of each run."""
    made = Table(title="kill -9 in a mailing, journal beside rows")
    heads = ("", "recipients", "kills", "lost", "once: twice", "surely: again", "unknown")
    for head in (*heads, "arrived", "in flight", "unlisted", "longest silence s", "minutes"):
        made.add_column(head, justify="right" if head else "left")
    for run in runs:
        left = run.left
        counts = (run.count, run.done, left["lost"], left["twice"], left["again"])
        more = (left["unknown"], left["arrived"], sum(run.in_flight), left["unlisted"])
        quiet = f"{silence(folder / slug(run.name) / 'journal.tsv'):.1f}"
        cells = [f"{count:,}" for count in (*counts, *more)]
        made.add_row(run.name, *cells, quiet, f"{run.seconds / 60:.1f}")
    return made


def slug(name: str) -> str:
    return name.casefold().replace(" ", "-").replace(",", "")


def _go(run: Run, folder: Path, rate: float, seed: int, kept: Callable[[], None]) -> None:
    from tests.support.postgres import PostgresServer

    home = folder / slug(run.name)
    home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        url, restart = f"sqlite:///{home / 'club.db'}", None
        if "PostgreSQL" in run.name:
            server = PostgresServer(durable=True, home=home / "postgres")
            stack.callback(server.stop, keep=True)
            url, restart = server.url("postgres"), server.restart
        if not run.filled:
            mailing.fill(url, run.count)
            run.filled = True
            kept()
        api = mailing.stand_in(home, LATENCY)
        stack.callback(api.stop)
        place = Place(url, home, f"http://127.0.0.1:{api.port}", rate)
        restarting = restart if "restarted" in run.name else None
        standby = 2 if "two" in run.name else 1
        chance = random.Random(f"{seed}:{run.name}:{run.done}")
        Storm(run, place, chance, kept, standby=standby, restart=restarting).go()


NAMES = (
    "SQLite",
    "PostgreSQL",
    "PostgreSQL, two senders",
    "PostgreSQL restarted",
)


@click.command()
@click.option("--count", default=100_000, show_default=True, help="Recipients of a run.")
@click.option("--kills", default=100, show_default=True, help="Kills in a run.")
@click.option("--rate", default=600.0, show_default=True, help="Messages a second.")
@click.option("--seed", default=1, show_default=True, help="Chooses the moments.")
@click.option("--only", multiple=True, type=click.Choice(NAMES), help="Some of the runs.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("build/fault-post"))
@click.option("--resume", is_flag=True, help="Go on where an earlier run stopped.")
def main(
    count: int,
    kills: int,
    rate: float,
    seed: int,
    only: tuple[str, ...],
    folder: Path,
    resume: bool,
) -> None:
    """Kills the sender of a mailing at random and at named points, and joins journal and rows."""
    import shutil

    console = Console(width=150)
    folder = folder.absolute()
    if not resume:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    runs = [Run(name, count, kills) for name in only or NAMES]
    state = State(folder / "state.json", runs, resume=resume)
    for run in state.runs:
        if run.over:
            continue
        console.print(f"{run.name}: {run.done} of {run.kills} kills done")

        def kept(run: Run = run) -> None:
            state.save()
            if run.done and (run.done % 10 == 0 or run.over):
                console.print(f"{run.name}: {run.done} kills, {run.seconds / 60:.1f} min")

        _go(run, folder, rate, seed, kept)
    console.print(table(state.runs, folder))
    total = Counter[str]()
    for run in state.runs:
        total.update(run.points)
    console.print("killed at: " + ", ".join(f"{point} {n}" for point, n in total.items()))
    sys.exit(0 if all(run.good for run in state.runs) else 1)


if __name__ == "__main__":
    main()
