"""A long ledger written in bulk: every member earns, spends a part of a lot, earns again.

Chains, lots and sums are right, as the audit that is measured on it proves.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import asyncpg
from sqlalchemy import insert

from bench import seeding
from bench.seeding import SECRET_KEY
from domain.ledger import GENESIS
from services import programme_file
from storage import engines, migrations
from storage.bulk import Bulk
from storage.ids import Ids
from storage.tables import ledger, people
from storage.unit_of_work import open_units
from storage.vault import Vault
from storage.work import Shared

GIVEN, TAKEN, SPENDS = 50, 30, 5  # every fifth posting spends
CHUNK = 20_000
START = datetime(2025, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=600)
_IDS_FROM = datetime(2024, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(slots=True)
class _Books:
    """How many postings each member gets, over how long, and the heads of all chains so far."""

    each: int
    heads: list[str]

    def at(self, number: int) -> datetime:
        return START + SPAN * number / self.each

    def id(self, number: int, member: int) -> int:
        """Ids grow with time, as those of the store do: milliseconds, then a counter."""
        return ((self.at(number) - _IDS_FROM) // _MS + member) << 22 | 2

    def millis(self, number: int) -> int:
        return (self.at(number) - _EPOCH) // _MS


def chunks(members: int, each: int) -> Iterator[Rows]:
    """The ledger's rows in the order of time: round by round, member by member."""
    books = _Books(each, [GENESIS] * members)
    for number in range(each):
        for first in range(0, members, CHUNK):
            some = range(first, min(first + CHUNK, members))
            yield (_spent if _pays(number) else _earned)(books, number, some)
    accounts = [_account(books, member, each) for member in range(members)]
    for first in range(0, members, CHUNK):
        yield {"accounts": accounts[first : first + CHUNK]}


def _pays(number: int) -> bool:
    return number % SPENDS == SPENDS - 1


def _earned(books: _Books, number: int, some: range) -> Rows:
    at = books.millis(number)
    first = books.id(number, 0)
    explained = f'[["base",1,"1",{GIVEN}]]'
    used = number % SPENDS == 0 and number + SPENDS <= books.each
    left = GIVEN - TAKEN if used else GIVEN
    earned = (GIVEN, 0, 0, -GIVEN, 0, 0, 0, 0)
    postings, lots = [], []
    for member in some:
        one = first + (member << 22)
        content = (
            f"{one}\nearn:{one}\nearned\n{member + 1}\npoints\n{number + 1}\n{GIVEN}\n{at}\n"
            f"{GIVEN}\n0\n0\n-{GIVEN}\n0\n0\n0\n0\nbench\n{number}\n1\n{explained}\n\n\n\n"
            f"{one + 1}:{GIVEN}:{at}:\n"
        )
        head = books.heads[member] = _hash(books.heads[member], content)
        who = (member + 1, "points")
        why = ("bench", str(number), 1)
        said = (number + 1, GIVEN, at, *why, explained, None, None, None, head)
        postings.append((one, f"earn:{one}", "", "earned", *who, *said, *earned))
        lots.append((one + 1, *who, GIVEN, left, at, None, at, *why, one, None))
    return {"postings": postings, "lots": lots}


def _spent(books: _Books, number: int, some: range) -> Rows:
    at = books.millis(number)
    first, lots = books.id(number, 0), books.id(number - SPENDS + 1, 0) + 1
    explained = f'[["benefit",1,"",-{TAKEN}]]'
    spent = (-TAKEN, 0, 0, 0, TAKEN, 0, 0, 0)
    postings, moves = [], []
    for member in some:
        one, lot = first + (member << 22), lots + (member << 22)
        content = (
            f"{one}\nspend:{one}\nspent\n{member + 1}\npoints\n{number + 1}\n-{TAKEN}\n{at}\n"
            f"-{TAKEN}\n0\n0\n0\n{TAKEN}\n0\n0\n0\nbench\n{number}\n1\n{explained}\n\n\n\n"
            f"\n{lot}:{TAKEN}"
        )
        head = books.heads[member] = _hash(books.heads[member], content)
        said = (number + 1, -TAKEN, at, "bench", str(number), 1, explained, None, None, None, head)
        postings.append((one, f"spend:{one}", "", "spent", member + 1, "points", *said, *spent))
        moves.append((one, 0, lot, TAKEN))
    return {"postings": postings, "lot_moves": moves}


def _hash(previous: str, content: str) -> str:
    return sha256(f"{previous}\n{content}".encode()).hexdigest()


def _account(books: _Books, member: int, each: int) -> tuple[Any, ...]:
    payments = each // SPENDS
    given = (each - payments) * GIVEN
    wallet = given - payments * TAKEN
    return (member + 1, "points", wallet, 0, 0, given, each, books.heads[member])


# -- into a database --------------------------------------------------------------------


def fill(url: str, members: int, each: int) -> None:
    """Migrates the empty database and writes `members` × `each` postings into it."""
    migrations.upgrade(url)
    asyncio.run(_people(url, members))
    if engines.is_postgres(url):
        asyncio.run(_into_postgres(url, chunks(members, each)))
    else:
        _into_sqlite(url, chunks(members, each))


async def _people(url: str, members: int) -> None:
    ids = Ids(lambda: int(time.time() * 1000))
    units = open_units(url, Shared(Vault(SECRET_KEY.encode()), ids, lambda: datetime.now(UTC)))
    programme = programme_file.read(programme_file.example())
    await units.write(lambda work: work.programmes.publish(programme, START, None))
    level = programme.first_level.key
    for first in range(0, members, CHUNK):
        rows = [seeding.member(n, level, START) for n in range(first, min(first + CHUNK, members))]
        await units.write(lambda work, rows=rows: work.db.execute(_add_people, rows))
    await units.close()


def _into_sqlite(url: str, rows: Iterator[Rows]) -> None:
    db = engines.sqlite_module().connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-1000000"):
        db.execute(f"PRAGMA {pragma}")
    indexes = db.execute(_SQLITE_INDEXES).fetchall()
    for name, _ in indexes:
        db.execute(f"DROP INDEX {name}")
    inserts = {name: Bulk(_MODELS[name]).sql["sqlite"] for name in _MODELS}
    for chunk in rows:
        db.execute("BEGIN")
        for table, some in chunk.items():
            db.executemany(inserts[table], some)
        db.execute("COMMIT")
    for _, statement in indexes:
        db.execute(statement)
    db.execute("ANALYZE")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


async def _into_postgres(url: str, rows: Iterator[Rows]) -> None:
    db = await asyncpg.connect(url)
    dropped = await db.fetch(_POSTGRES_INDEXES)
    for drop, _ in dropped:
        await db.execute(drop)
    columns = {name: Bulk(_MODELS[name]).columns for name in _MODELS}
    for chunk in rows:
        for table, some in chunk.items():
            await db.copy_records_to_table(table, records=some, columns=columns[table])
    await db.execute("SET maintenance_work_mem = '512MB'")
    for _, create in dropped:
        await db.execute(create)
    await db.execute("VACUUM (ANALYZE)")
    await db.close()


_MODELS: dict[str, Any] = {
    "postings": ledger.Posting,
    "lots": ledger.Lot,
    "lot_moves": ledger.LotMove,
    "accounts": ledger.Account,
}
_add_people = insert(people.Member.__table__)  # type: ignore[attr-defined]
_SQLITE_INDEXES = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    " AND tbl_name IN ('postings', 'lots', 'lot_moves', 'accounts')"
)
_TABLES = "('postings'::regclass, 'lots'::regclass, 'lot_moves'::regclass)"
_POSTGRES_INDEXES = (
    "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),"
    " format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,"
    f" pg_get_constraintdef(oid)) FROM pg_constraint WHERE conrelid IN {_TABLES}"
    " AND contype IN ('u', 'p') UNION ALL"
    " SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)"
    f" FROM pg_index WHERE indrelid IN {_TABLES}"
    " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)"
)
