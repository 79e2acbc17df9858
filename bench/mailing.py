"""A club with a mailing to send, the processes that send it, and the join of journal and rows."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import func, insert, select

from bench import processes, seeding
from bench.processes import ROOT, Server
from bench.updates import FIRST_USER
from bot.messages import Reply, dump_reply
from domain.consent import Purpose
from services import programme_file
from storage import migrations
from storage.ids import Ids
from storage.tables import chat, people, post
from storage.unit_of_work import open_units
from storage.vault import Vault
from storage.work import Shared, Work

T = TypeVar("T")
ROWS = post.Delivery.__table__  # type: ignore[attr-defined]
ADDRESSES = chat.Address.__table__  # type: ignore[attr-defined]
OFFSET = "clock.offset_ms"
CHUNK = 2000
SURELY_EVERY = 10
OPEN = ("pending", "claimed", "sending")


class Call(NamedTuple):
    """One line of the stand-in's journal."""

    club_ms: int
    real_ms: int
    method: str
    chat: str
    kind: str
    out: bool


def calls(journal: Path) -> Iterator[Call]:
    """Every call with a chat that the stand-in has taken, in order."""
    with journal.open() as lines:
        for line in lines:
            if line.endswith("\n"):
                at, real, method, to, kind, out = line.rstrip("\n").split("\t")
                yield Call(int(at), int(real), method, to, kind, out == "1")


def chat_of(number: int) -> str:
    """The chat of the recipient with that number."""
    return str(FIRST_USER + number)


# -- the database -----------------------------------------------------------------------


def using(url: str, use: Callable[[Work], T], *, write: bool = False) -> T:
    """Runs one unit on the database from outside."""

    async def main() -> T:
        vault = Vault(seeding.SECRET_KEY.encode())
        ids = Ids(lambda: int(time.time() * 1000))
        units = open_units(url, Shared(vault, ids, lambda: datetime.now(UTC)))
        try:
            return await (units.write(use) if write else units.read_long(use))
        finally:
            await units.close()

    return asyncio.run(main())


def fill(
    url: str, count: int, *, surely_every: int = SURELY_EVERY, at: datetime | None = None
) -> None:
    """A migrated club with so many members who take everything at any hour, and one message to
    each, due `at` a moment or now; every tenth may be repeated."""
    migrations.upgrade(url)
    programme = programme_file.read(programme_file.example())
    now = at or datetime.now(UTC)

    def publish(work: Work) -> None:
        work.programmes.publish(programme, now, None)

    using(url, publish, write=True)
    level = programme.first_level.key
    for first in range(0, count, CHUNK):
        numbers = range(first, min(first + CHUNK, count))

        def write(work: Work, numbers: range = numbers) -> None:
            for table, make in (
                (people.Member, lambda n: _member(n, level, now)),
                (chat.Address, lambda n: _address(n, now)),
                (people.Consent, lambda n: _consent(n, now)),
                (post.Delivery, lambda n: row(n, now, surely=n % surely_every == 0)),
            ):
                work.db.execute(insert(table), [make(n) for n in numbers])

        using(url, write, write=True)
    if url.startswith("postgres"):
        using(url, lambda work: work.db.exec_driver_sql("ANALYZE"), write=True)


def _member(n: int, level: str, now: datetime) -> dict[str, Any]:
    never_quiet = {"quiet_from": 0, "quiet_to": 0}
    return {**seeding.member(n, level, now), **never_quiet}


def _address(n: int, now: datetime) -> dict[str, Any]:
    who = {"channel": "telegram", "account": seeding.ACCOUNT, "user": chat_of(n)}
    return {**who, "id": n + 1, "member_id": n + 1, "first_seen": now}


def _consent(n: int, now: datetime) -> dict[str, Any]:
    given = {"purpose": Purpose.PROMOTIONS.value, "given": True, "channel": "telegram"}
    return {**given, "id": n + 1, "member_id": n + 1, "changed_at": now}


def row(n: int, now: datetime, *, surely: bool) -> dict[str, Any]:
    """A delivery row: promotions for one member, due now."""
    message = dump_reply(Reply("broadcast.message", {"text": "Fresh coffee all week."}))
    return {
        "id": n + 1,
        "channel": "telegram",
        "account": seeding.ACCOUNT,
        "chat": chat_of(n),
        "user": chat_of(n),
        "address_id": n + 1,
        "member_id": n + 1,
        "purpose": Purpose.PROMOTIONS.value,
        "lane": 2,
        "surely": surely,
        "locale": "en",
        "message": message,
        "state": "pending",
        "made_at": now,
        "due_at": now,
    }


def count_in(url: str, *states: str) -> int:
    """How many rows stand in these states."""
    wanted = select(func.count()).select_from(ROWS).where(ROWS.c.state.in_(states))
    return using(url, lambda work: int(work.db.execute(wanted).scalar_one()))


def offset(url: str) -> int:
    """From real to club time, in ms."""
    return using(url, lambda work: int(work.settings.get(OFFSET) or 0))


def move_clock(url: str, by: timedelta) -> int:
    """Moves club time forward; the new offset in ms."""

    def move(work: Work) -> int:
        offset = int(work.settings.get(OFFSET) or 0) + by // timedelta(milliseconds=1)
        work.settings.put(OFFSET, offset)
        return offset

    return using(url, move, write=True)


# -- the processes ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where one run lives: its database, its files, the stand-in it talks to."""

    url: str
    folder: Path
    api: str
    rate: float

    @property
    def journal(self) -> Path:
        return self.folder / "journal.tsv"

    def control(self, **given: Any) -> None:
        """Changes what the stand-in does."""
        body = json.dumps(given).encode()
        asked = urllib.request.Request(f"{self.api}/control", data=body, method="POST")
        with urllib.request.urlopen(asked, timeout=10) as answer:
            answer.read()

    def worker(self, point: str = "", after: int = 0) -> subprocess.Popen[bytes]:
        """Starts `memberbot work`, which dies at the point after so many messages."""
        settings = {
            "MEMBERBOT_DATABASE_URL": self.url,
            "MEMBERBOT_DATA": str(self.folder),
            "MEMBERBOT_TELEGRAM_TOKEN": f"{seeding.ACCOUNT}:bench",
            "MEMBERBOT_TELEGRAM_API_URL": self.api,
            "MEMBERBOT_SECRET_KEY": seeding.SECRET_KEY,
            "MEMBERBOT_RATE_PER_SECOND": str(self.rate),
        }
        with (self.folder / "work.log").open("ab") as log:  # the child keeps it open
            return subprocess.Popen(
                [sys.executable, "-m", "bench.dying", point, str(after)],
                cwd=ROOT,
                env={**os.environ, **settings},
                stdout=log,
                stderr=log,
            )


def stand_in(folder: Path, latency: float) -> Server:
    """Starts the stand-in for the Bot API, which journals into the folder."""
    port = processes.free_port()
    command = [sys.executable, "-m", "bench.peers.journal", str(port)]
    return processes.start([*command, str(folder / "journal.tsv"), str(latency)], port, {})


def end(process: subprocess.Popen[bytes]) -> None:
    """Stops a worker in peace, or by force."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# -- the join ---------------------------------------------------------------------------


@dataclass(slots=True)
class Found:
    """What the join of journal and rows says. `lost`: rows said to be sent that nobody got, and
    rows still open; `twice`: `once` messages that somebody got twice; `again`: `surely` messages
    that came again; `arrived`: unknown ones that are in the journal; `unlisted`: unknown ones
    that operators are not shown."""

    states: dict[str, int]
    lost: int = 0
    twice: int = 0
    again: int = 0
    unknown: int = 0
    arrived: int = 0
    unlisted: int = 0


def join(url: str, journal: Path) -> Found:
    """Holds every row beside what the stand-in has let out."""
    out = Counter(call.chat for call in calls(journal) if call.out)
    columns = (ROWS.c.id, ROWS.c.chat, ROWS.c.state, ROWS.c.surely)

    def look(work: Work) -> tuple[list[Any], set[int]]:
        listed = {row_id for row_id, *_ in work.outbox.listed("unknown", 10**6)}
        return list(work.db.execute(select(*columns)).all()), listed

    rows, listed = using(url, look)
    found = Found(dict(Counter(state for _, _, state, _ in rows)))
    for row_id, to, state, surely in rows:
        times = out[to]
        found.lost += state in OPEN or (state == "sent" and times == 0)
        found.twice += not surely and times > 1
        found.again += max(times - 1, 0) if surely else 0
        if state == "unknown":
            found.unknown += 1
            found.arrived += times > 0
            found.unlisted += row_id not in listed
    return found
