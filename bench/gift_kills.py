"""`make fault`: workers are killed before any of their statements while a campaign gives vouchers.

Nobody may have two and nobody none: rows, grants, vouchers, stock and budget are held beside each
other, and what was sent beside the stand-in's journal, in which some sends were refused for a
while (429).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import delete, func, select

from app import serving
from app.running import run
from app.settings import load
from bench import mailing, seeding
from bench.dying import Dying, die
from bench.mailing import ROWS, Place
from bench.processes import ROOT
from domain.benefits import Benefit
from domain.campaign_plans import Gift, Plan
from domain.campaigns import Audience
from services import wordings
from services.ports.campaigns import Campaign
from services.ports.club import Actor
from storage.tables import benefits, campaigns
from storage.work import Work

CAMPAIGN = 1
EACH = 300
TEA = "tea"
PATIENCE = 120.0
PER_MEMBER = 16
"""Statements that a gift takes, about: by it the moments of dying are spread."""
FLOOD_EVERY = 5
_vouchers = benefits.Voucher.__table__  # type: ignore[attr-defined]
_grants = campaigns.CampaignGrant.__table__  # type: ignore[attr-defined]
_subjects = campaigns.CampaignSubject.__table__  # type: ignore[attr-defined]


@dataclass
class Found:
    """What is there at the end, beside what should be: all of them are to be `count`."""

    count: int
    written: int
    granted: int
    vouchers: int
    members_with_one: int
    placed: int
    gone_from_stock: int
    spent: int
    lost: int
    twice: int
    unknown: int

    @property
    def good(self) -> bool:
        each = (self.written, self.granted, self.vouchers, self.members_with_one, self.placed)
        sums = (self.gone_from_stock, self.spent)
        return set((*each, *sums)) == {self.count} and not (self.lost or self.twice)


@dataclass
class Run:
    """A campaign on one database, and how often it was killed."""

    name: str
    kills: int = 0
    restarts: int = 0
    in_the_middle: int = 0
    seconds: float = 0.0
    found: Found | None = None
    filled: list[int] = field(default_factory=list)


class Giving(Dying):
    """A worker that dies before its so-manieth statement in a writing unit; at 0 it never does."""

    def __init__(self, statements: int) -> None:
        super().__init__("", 0)
        self._left = statements

    def _statement(self, sql: str) -> None:
        super()._statement(sql)
        self._left -= 1
        if self._left == 0:
            die()


# -- the campaign -------------------------------------------------------------------------


def prepare(url: str, count: int) -> None:
    """A club with so many members who agreed, as many vouchers, and a campaign that has begun."""
    mailing.fill(url, count)
    now = datetime.now(UTC)

    def write(work: Work) -> None:
        work.db.execute(delete(ROWS))
        names = {"zh": "茶券", "en": "Tea"}
        benefit = Benefit(work.new_id(), TEA, "voucher", names, 100, 30, stock=count)
        work.benefits.save(benefit, TEA, now)
        key, texts = f"campaign:{CAMPAIGN}", {"en": "Tea for you", "zh": "请您喝茶"}
        words = wordings.save(work, key, texts, actor=Actor("bench"), now=now, use=False)
        plan = Plan(gift=Gift(benefit_key=TEA, each_minor=EACH), budget_minor=EACH * count)
        work.campaigns.add(
            Campaign(
                id=CAMPAIGN,
                kind="broadcast",
                state="running",
                purpose="promotions",
                content={},
                author_id=0,
                address_id=0,
                made_at=now,
                started_at=now,
                audience=Audience().dump(),
                wording_id=words.id,
                plan=plan.dump(),
                budget_minor=plan.budget_minor,
                salt=work.random_id(),
            )
        )

    mailing.using(url, write, write=True)


def judge(url: str, journal: Path, count: int) -> Found:
    """Holds everything that was written beside each other."""

    def number(work: Work, what: Any, *where: Any) -> int:
        return int(work.db.execute(select(what).where(*where)).scalar_one())

    def look(work: Work) -> Found:
        mine = _vouchers.c.key.startswith(f"campaign:{CAMPAIGN}:")
        whose = func.count(func.distinct(_vouchers.c.member_id))
        tea = next(one for one in work.benefits.all() if one.key == TEA)
        return Found(
            count,
            number(work, func.count(ROWS.c.id), ROWS.c.campaign_id == CAMPAIGN),
            number(work, func.count(_grants.c.member_id), _grants.c.campaign_id == CAMPAIGN),
            number(work, func.count(_vouchers.c.id), mine),
            number(work, whose, mine),
            number(work, func.count(_subjects.c.member_id), _subjects.c.campaign_id == CAMPAIGN),
            count - (tea.stock or 0),
            work.campaigns.get(CAMPAIGN).spent_minor // EACH,
            sent.lost,
            sent.twice,
            sent.unknown,
        )

    sent = mailing.join(url, journal)
    return mailing.using(url, look)


def written(url: str) -> int:
    """How many recipients have their row."""
    wanted = select(func.count()).select_from(ROWS).where(ROWS.c.campaign_id == CAMPAIGN)
    return mailing.using(url, lambda work: int(work.db.execute(wanted).scalar_one()))


# -- killing ---------------------------------------------------------------------------------


def worker(place: Place, statements: int) -> subprocess.Popen[bytes]:
    """Starts `memberbot work`, which dies before that statement."""
    settings = {
        "MEMBERBOT_DATABASE_URL": place.url,
        "MEMBERBOT_DATA": str(place.folder),
        "MEMBERBOT_TELEGRAM_TOKEN": f"{seeding.ACCOUNT}:bench",
        "MEMBERBOT_TELEGRAM_API_URL": place.api,
        "MEMBERBOT_SECRET_KEY": seeding.SECRET_KEY,
        "MEMBERBOT_RATE_PER_SECOND": str(place.rate),
    }
    with (place.folder / "work.log").open("ab") as log:  # the child keeps it open
        return subprocess.Popen(
            [sys.executable, "-m", "bench.gift_kills", "--work", str(statements)],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=log,
            stderr=log,
        )


def disturb(
    run: Run, place: Place, count: int, kills: int, chance: random.Random, both: int
) -> None:
    """Kills workers (`both`: so many at once) until the recipients are written or it was often
    enough."""
    most = max(2 * count * PER_MEMBER // kills, 60)
    alive: list[subprocess.Popen[bytes]] = []
    try:
        while run.kills < kills and (before := written(place.url)) < count:
            while len(alive) < both:
                alive.append(worker(place, chance.randint(30, most)))
            if run.kills % FLOOD_EVERY == 0:
                place.control(script=["200"] * 20 + ["429:1"])
            if not _death(alive, lambda: written(place.url) >= count):
                break
            run.kills += 1
            after = written(place.url)
            run.filled.append(after)
            run.in_the_middle += before < after < count
    finally:
        for process in alive:
            process.kill()
            process.wait()


def _death(alive: list[subprocess.Popen[bytes]], over: Callable[[], bool]) -> bool:
    """Waits until one of them has died; False if there is nothing left to give before that."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for process in alive:
            if process.poll() is not None:
                alive.remove(process)
                if process.returncode != -signal.SIGKILL:
                    raise RuntimeError(f"a worker ended with {process.returncode}")
                return True
        if over():
            return False
        time.sleep(0.1)
    raise RuntimeError("nobody died")


def restart(run: Run, place: Place, count: int, often: int, again: Callable[[str], None]) -> None:
    """Restarts the database under a worker, which goes on."""
    process = worker(place, 0)
    try:
        for how in ("fast", "immediate") * (often // 2):
            wanted = written(place.url) + count // (often + 1)
            until = time.monotonic() + PATIENCE
            while written(place.url) < min(wanted, count) and time.monotonic() < until:
                time.sleep(0.05)
            again(how)
            run.restarts += 1
    finally:
        mailing.end(process)


def until_out(place: Place, count: int) -> None:
    """Lets a worker come to its end."""
    process = worker(place, 0)
    until = time.monotonic() + PATIENCE
    try:
        while written(place.url) < count or mailing.count_in(place.url, *mailing.OPEN):
            if time.monotonic() > until:
                raise RuntimeError("it does not come to its end")
            time.sleep(0.2)
    finally:
        mailing.end(process)


def go(name: str, folder: Path, count: int, kills: int, seed: int) -> Run:
    """One campaign: killed, its database restarted, brought to its end, and judged."""
    from tests.support.postgres import PostgresServer

    done, began = Run(name), time.monotonic()
    home = folder / name.casefold().replace(" ", "-").replace(",", "")
    home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        url, again = f"sqlite:///{home / 'club.db'}", None
        if "PostgreSQL" in name:
            server = PostgresServer(durable=True)
            stack.callback(server.stop)
            url, again = server.url("postgres"), server.restart
        prepare(url, count)
        api = mailing.stand_in(home, 0.005)
        stack.callback(api.stop)
        place = Place(url, home, f"http://127.0.0.1:{api.port}", 600.0)
        chance = random.Random(f"{seed}:{name}")
        if again is not None and "restarted" in name:
            restart(done, place, count, 4, again)
        else:
            disturb(done, place, count, kills, chance, 2 if "two" in name else 1)
        until_out(place, count)
        done.found = judge(url, place.journal, count)
    done.seconds = time.monotonic() - began
    return done


NAMES = ("SQLite", "PostgreSQL", "PostgreSQL, two workers", "PostgreSQL restarted")


def table(runs: list[Run]) -> Table:
    """What was left of each campaign."""
    made = Table(title="Killed while a campaign gives vouchers")
    heads = ("", "recipients", "kills", "restarts", "in the middle", "rows", "grants", "vouchers")
    for head in (*heads, "members", "from stock", "spent", "lost", "twice", "unknown", "s"):
        made.add_column(head, justify="right" if head else "left")
    for run_ in runs:
        assert run_.found is not None
        one = run_.found
        cells = (one.count, run_.kills, run_.restarts, run_.in_the_middle, one.written)
        gifts = (one.granted, one.vouchers, one.members_with_one, one.gone_from_stock, one.spent)
        posts = (one.lost, one.twice, one.unknown)
        shown = [f"{value:,}" for value in (*cells, *gifts, *posts)]
        made.add_row(run_.name, *shown, f"{run_.seconds:.0f}")
    return made


@click.command()
@click.option("--count", default=1000, show_default=True, help="Recipients of a run.")
@click.option("--kills", default=25, show_default=True, help="Kills in a run.")
@click.option("--seed", default=1, show_default=True, help="Chooses the moments.")
@click.option("--only", multiple=True, type=click.Choice(NAMES), help="Some of the runs.")
@click.option("--work", type=int, default=None, hidden=True)
def main(count: int, kills: int, seed: int, only: tuple[str, ...], work: int | None) -> None:
    """Kills workers while a campaign gives vouchers, on both databases."""
    if work is not None:
        Giving(work).install()
        run(serving.work(load(), told=lambda line: print(line, flush=True)))
        return
    with tempfile.TemporaryDirectory() as folder:
        runs = [go(name, Path(folder), count, kills, seed) for name in only or NAMES]
    Console(width=160).print(table(runs))
    sys.exit(0 if all(one.found is not None and one.found.good for one in runs) else 1)


if __name__ == "__main__":
    main()
