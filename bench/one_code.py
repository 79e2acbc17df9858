"""Part of `make fault`: one code at 64 tills of two processes at the same moment, again and again.

Exactly one uses it; the others are told who did, where and when.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bench import seeding
from domain.benefits import Benefit
from domain.till_errors import VoucherTaken
from services import benefits, staffing, stores, vouchers
from services.audit import prove
from services.ports.club import Actor
from storage.unit_of_work import Units
from storage.work import Work
from tests.proof import last_one
from tests.support.postgres import PostgresServer

TILLS, PROCESSES = 64, 2
USED = "used"
BATCH = 50


@dataclass(frozen=True)
class Counter:
    """The tills of one process, and the vouchers that come to all of them."""

    url: str
    tills: list[Actor]
    vouchers: list[int]


@dataclass
class Found:
    """What came of all of them."""

    codes: int = 0
    used_once: int = 0
    told_who: int = 0
    wrong: int = 0
    seconds: float = 0
    audit: str = ""

    @property
    def good(self) -> bool:
        told = self.told_who == self.codes * (TILLS - 1)
        return self.used_once == self.codes and told and not self.wrong and self.audit == "whole"


def _units(url: str) -> Units:
    from bench.earn import _units

    return _units(url)


async def prepare(url: str, codes: int) -> tuple[list[Actor], list[int]]:
    """The tills' operators, and a member's vouchers."""
    await asyncio.to_thread(seeding.prepare, url, 0)
    units, now = _units(url), datetime.now(UTC)
    runners = await last_one.prepare(units, seeding.ACCOUNT, now)

    def hire(work: Work) -> list[Actor]:
        stores.add(work, "s1", "Store One", Actor("bench"), now)
        for number in range(TILLS):
            staffing.add(work, f"Till {number}", "till", "s1", Actor("bench"), now)
        return [Actor(one.name, one.id, one.store_id) for one in work.staff.all()]

    tills = await units.write(hire)
    gift = Benefit(0, "gift", "gift", {"zh": "礼品", "en": "Gift"}, 1, 30, stock=codes)
    await units.write(lambda work: work.benefits.save(gift, "gift", now))
    of = await units.read(lambda work: next(b.id for b in work.benefits.all() if b.key == "gift"))

    def redeem(work: Work, first: int) -> list[int]:
        numbers = range(first, min(first + BATCH, codes))
        owner = runners.members[0]
        done = [benefits.redeem(work, owner, of, key=f"c{n}", now=now) for n in numbers]
        return [one.voucher.id for one in done]

    ids: list[int] = []
    for first in range(0, codes, BATCH):
        ids += await units.write(lambda work, n=first: redeem(work, n))  # type: ignore[misc]
    await units.close()
    return tills, ids


def serve(counter: Counter, barrier: Any, into: Any) -> None:
    """One process: at each barrier all of its tills confirm the same voucher."""
    into.put(asyncio.run(_serve(counter, barrier)))


async def _serve(counter: Counter, barrier: Any) -> list[list[tuple[str, str]]]:
    units = _units(counter.url)
    await units.read(lambda work: work.programmes.current())
    heard = []
    for voucher_id in counter.vouchers:
        await asyncio.to_thread(barrier.wait, 120)
        heard.append(
            await asyncio.gather(*(_use(units, one, voucher_id) for one in counter.tills))
        )
    await units.close()
    return heard


async def _use(units: Units, till: Actor, voucher_id: int) -> tuple[str, str]:
    """The till's name, and USED or who it was told."""
    key, now = f"{till.staff_id}:{voucher_id}", datetime.now(UTC)
    try:
        await units.write(lambda work: vouchers.use(work, voucher_id, till, key=key, now=now))
    except VoucherTaken as taken:
        return till.name, f"{taken.by} in {taken.store}" if taken.at else "nobody"
    except Exception as error:
        return till.name, repr(error)
    return till.name, USED


def race(url: str, codes: int) -> Found:
    """Lets so many codes come to all tills, one after the other."""
    tills, ids = asyncio.run(prepare(url, codes))
    context = multiprocessing.get_context("spawn")
    barrier, heard, began = context.Barrier(PROCESSES), context.Queue(), time.monotonic()
    shares = [Counter(url, tills[n::PROCESSES], ids) for n in range(PROCESSES)]
    children = [context.Process(target=serve, args=(one, barrier, heard)) for one in shares]
    for child in children:
        child.start()
    answers = [heard.get(timeout=3600) for _ in children]
    for child in children:
        child.join()
    found = Found(codes, seconds=time.monotonic() - began)
    for said in zip(*answers, strict=True):
        _judge(found, [one for part in said for one in part])
    found.audit = asyncio.run(_audit(url, codes))
    return found


def _judge(found: Found, said: list[tuple[str, str]]) -> None:
    winners = [till for till, what in said if what == USED]
    found.used_once += len(winners) == 1
    told = [what for _, what in said if what != USED]
    right = sum(len(winners) == 1 and what == f"{winners[0]} in Store One" for what in told)
    found.told_who += right
    for what in told:
        if right < len(told) and not what.startswith("Till"):
            print(what, file=sys.stderr)
    found.wrong += len(told) - right


async def _audit(url: str, codes: int) -> str:
    """Whether each was used once, and the audit holds."""
    units = _units(url)
    asked = "SELECT count(*) FROM till_events WHERE kind = 'use'"
    events = await units.read(lambda work: work.db.exec_driver_sql(asked).scalar_one())
    proofs = await units.write(lambda work: list(prove(work)))
    await units.close()
    broken = [proof.name for proof in proofs if not proof.holds]
    return "whole" if events == codes and not broken else f"{events} uses, broken: {broken}"


@click.command()
@click.option("--codes", default=500, show_default=True, help="On each database.")
def main(codes: int) -> None:
    """Brings one code after the other to 64 tills of two processes, on both databases."""
    table = Table(title=f"one code at {TILLS} tills of {PROCESSES} processes")
    for column in ("", "codes", "used once", "told who, where, when", "wrong", "seconds", "audit"):
        table.add_column(column, justify="right" if column else "left")
    good = True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer()
        stack.callback(server.stop)
        urls = {"SQLite": f"sqlite:///{folder}/o.db", "PostgreSQL": server.url("postgres")}
        for name, url in urls.items():
            found = race(url, codes)
            good &= found.good
            counts = (found.codes, found.used_once, found.told_who, found.wrong)
            cells = (*(f"{n:,}" for n in counts), f"{found.seconds:.0f}", found.audit)
            table.add_row(name, *cells)
    Console(width=110).print(table)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
