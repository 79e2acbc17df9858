"""`make fault`: a mailing into a Bot API that refuses, moves, delays, breaks and hangs.

Every recipient must end in the right state, and nobody may be marked as blocked who is not.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from bench import mailing
from bench.mailing import ADDRESSES, ROWS, Call, Place
from bench.peers.journal import moved
from storage.work import Work

PERSONS = {"403": 0.05, "400": 0.02, "migrate": 0.001}
CALLS = {"429": 0.01, "500": 0.01, "hang": 0.005}
GONE = ("403", "400")
UNCLEAR = ("500", "500 out", "hang")
PATIENCE = 180.0


class Row(NamedTuple):
    """What became of one recipient. `chat`: where the message was to go at first."""

    chat: str
    state: str
    reason: str
    surely: bool
    blocked: bool


@dataclass(slots=True)
class Judged:
    """How many ended as they should, by what happened to them; the others, with the reason."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def judge(rows: Iterable[Row], calls: Iterable[Call], of_person: Callable[[str], str]) -> Judged:
    """Says of each row from the journal alone what it must be, and compares."""
    met: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        met[call.chat].append(call)
    judged = Judged()
    for row in rows:
        fate = of_person(row.chat)
        went = [*met[row.chat], *(met[moved(row.chat)] if fate == "migrate" else ())]
        problem = _problem(row, fate, went)
        if problem:
            judged.wrong.append(f"{row}: {problem}; {[call.kind for call in went]}")
        else:
            judged.right[_named(fate, went)] += 1
    return judged


def _named(fate: str, went: list[Call]) -> str:
    kinds = [call.kind.partition(":")[0] for call in went]
    return fate or next((kind for kind in ("hang", "500 out", "500", "429") if kind in kinds), "")


def _problem(row: Row, fate: str, went: list[Call]) -> str:
    if row.blocked != (fate in GONE):
        return "wrongly marked" if row.blocked else "not marked"
    if fate in GONE:
        return "" if (row.state, row.reason) == ("dead", "unreachable") else "not dead"
    out = sum(call.out for call in went)
    unclear = sum(call.kind in UNCLEAR for call in went)
    if unclear and not row.surely:
        return "" if row.state == "unknown" and unclear == 1 and out <= 1 else "not unknown"
    if row.state != "sent":
        return "not sent"
    return "" if out == 1 or (unclear and out) else f"out {out} times"


def rows_of(work: Work) -> list[Row]:
    """All rows with the chat that each was first meant for, and whether its address is marked."""
    columns = (ROWS.c.id, ROWS.c.state, ROWS.c.reason, ROWS.c.surely, ADDRESSES.c.blocked_at)
    joined = select(*columns).join(ADDRESSES, ADDRESSES.c.id == ROWS.c.address_id)
    return [
        Row(mailing.chat_of(number - 1), state, reason, surely, blocked is not None)
        for number, state, reason, surely, blocked in work.db.execute(joined)
    ]


def run(url: str, folder: Path, count: int, told: Console) -> tuple[Judged, float]:
    """One mailing on an empty database; what became of it and how many minutes it took."""
    from bench.peers.journal import Stub

    mailing.fill(url, count)
    api = mailing.stand_in(folder, 0.02)
    place = Place(url, folder, f"http://127.0.0.1:{api.port}", 400.0)
    began = time.monotonic()
    try:
        place.control(persons=PERSONS, calls=CALLS, retry_after=1)
        worker = place.worker()
        try:
            _until_out(url, told)
        finally:
            mailing.end(worker)
    finally:
        api.stop()
    known: Any = Stub(folder / "unused.tsv")
    known.set(persons=PERSONS)
    judged = judge(mailing.using(url, rows_of), mailing.calls(place.journal), known.of_person)
    return judged, (time.monotonic() - began) / 60


def _until_out(url: str, told: Console) -> None:
    before, since, said = -1, time.monotonic(), time.monotonic()
    while left := mailing.count_in(url, *mailing.OPEN):
        if left != before:
            before, since = left, time.monotonic()
        elif time.monotonic() - since > PATIENCE:
            raise RuntimeError(f"{left} messages never leave")
        if time.monotonic() - said > 30:
            said = time.monotonic()
            told.print(f"{left:,} to go")
        time.sleep(0.5)


@click.command()
@click.option("--count", default=20_000, show_default=True, help="Recipients of a run.")
def main(count: int) -> None:
    """Sends into faults of all kinds at once and holds each row beside the journal."""
    from tests.support.postgres import PostgresServer

    console = Console(width=120)
    table = Table(title=f"{count:,} recipients: " + _shares())
    kinds = ("", "403", "400", "migrate", "429", "500", "500 out", "hang")
    for head in ("", "as wished", *kinds[1:], "wrong", "minutes"):
        table.add_column(head, justify="right" if head else "left")
    bad = 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        databases = {"SQLite": f"sqlite:///{folder}/m.db", "PostgreSQL": server.url("postgres")}
        for name, url in databases.items():
            home = folder / name
            home.mkdir()
            judged, minutes = run(url, home, count, console)
            cells = [f"{judged.right[kind]:,}" for kind in kinds]
            table.add_row(name, *cells, str(len(judged.wrong)), f"{minutes:.1f}")
            bad += len(judged.wrong)
            for line in judged.wrong[:10]:
                console.print(line)
    console.print(table)
    sys.exit(1 if bad else 0)


def _shares() -> str:
    return ", ".join(f"{kind} {share:.1%}" for kind, share in {**PERSONS, **CALLS}.items())


if __name__ == "__main__":
    main()
