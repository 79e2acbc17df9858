"""A redemption's rows by the bare drivers: what a database can do without this program.

Read are the member (locked), the account and the first open lot; written the inbox row and its
answer, the stock, the use, the lot, posting, movement, account and voucher. On SQLite as many
redemptions as wait at the moment share a COMMIT, as the unit of work does it.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Sequence
from typing import Any

import asyncpg

from bench.by_hand import _filled
from storage import engines
from storage.bulk import Bulk
from storage.tables import benefits, chat, ledger

WRITERS = 50
GROUP = 128
PRICE = 10
_FROM = 1 << 56  # ids that nobody else makes
_HASH = "f" * 64
_CODE, _ANSWER = "c" * 60, '"' + "a" * 700 + '"'

_INBOX, _POSTING = Bulk(chat.Inbox), Bulk(ledger.Posting)
_MOVE, _VOUCHER = Bulk(ledger.LotMove), Bulk(benefits.Voucher)

_MEMBER = "SELECT id FROM members WHERE id = ?"
_SEQ = "SELECT seq FROM accounts WHERE member_id = ? AND unit = 'points'"
_LOT = (
    "SELECT id FROM lots WHERE member_id = ? AND unit = 'points' AND \"left\" > 0"
    " ORDER BY expires_at LIMIT 1"
)
_STOCK = "UPDATE benefits SET stock = stock - 1 WHERE id = ? AND stock > 0"
_USE = (
    "INSERT INTO benefit_uses (benefit_id, member_id, period, used) VALUES (?, ?, '', 1)"
    " ON CONFLICT (benefit_id, member_id, period) DO UPDATE SET used = benefit_uses.used + 1"
)
_TAKE = f'UPDATE lots SET "left" = "left" - {PRICE} WHERE id = ?'
_ACCOUNT = (
    f"UPDATE accounts SET wallet = wallet - {PRICE}, seq = ?, head = ?"
    " WHERE member_id = ? AND unit = 'points'"
)
_ANSWERED = "UPDATE inbox SET answer = ? WHERE id = ?"


class _Rows:
    """The rows of one redemption after the other."""

    def __init__(self, members: int, ids: Sequence[int]) -> None:
        self._members, self._ids = members, ids

    def member(self, number: int) -> int:
        return number * 7919 % self._members + 1

    def benefit(self, number: int) -> int:
        return self._ids[number % len(self._ids)]

    def inbox(self, number: int) -> tuple[Any, ...]:
        values = {"id": _FROM + number, "update_id": f"h{number}", "received_at": _now()}
        return _filled(chat.Inbox, values)

    def paid(self, number: int, seq: int, lot: int) -> list[tuple[Bulk, tuple[Any, ...]]]:
        one, member, at = _FROM + number, self.member(number), _now()
        posting = {"id": one, "key": f"h:{one}", "member_id": member, "unit": "points"}
        posting |= {"seq": seq, "amount": -PRICE, "wallet": -PRICE, "spent": PRICE, "at": at}
        move = {"posting_id": one, "lot_id": lot, "amount": PRICE}
        voucher = {"id": one, "key": f"h:{one}", "benefit_id": self.benefit(number)}
        voucher |= {"member_id": member, "code_index": f"h:{one}", "code": _CODE}
        voucher |= {"promise": "{}", "price": PRICE, "posting_id": one, "issued_at": at}
        voucher |= {"expires_at": at + 10**10, "state": "issued"}
        return [
            (_POSTING, _filled(ledger.Posting, posting | {"hash": _HASH, "content_hash": _HASH})),
            (_MOVE, _filled(ledger.LotMove, move)),
            (_VOUCHER, _filled(benefits.Voucher, voucher)),
        ]


def _now() -> int:
    return int(time.time() * 1000)


def run(
    url: str, members: int, ids: Sequence[int], seconds: float, start: int
) -> tuple[float, int]:
    """Redemptions per second of 50 writers, each waiting for its answer; and the last number."""
    return asyncio.run(_run(url, members, ids, seconds, start))


async def _run(
    url: str, members: int, ids: Sequence[int], seconds: float, start: int
) -> tuple[float, int]:
    rows = _Rows(members, ids)
    hand: Sqlite | Postgres
    hand = Sqlite(url, rows) if url.startswith("sqlite") else await Postgres.connect(url, rows)
    number, done, until = start, 0, time.perf_counter() + seconds

    async def write() -> None:
        nonlocal number, done
        while time.perf_counter() < until:
            number += 1
            await hand.redeem(number)
            done += 1

    started = time.perf_counter()
    await asyncio.gather(*(write() for _ in range(WRITERS)))
    rate = done / (time.perf_counter() - started)
    await hand.close()
    return rate, number


class Sqlite:
    """One writing thread of the bare sqlite3."""

    def __init__(self, url: str, rows: _Rows) -> None:
        self._path, self._rows = url.removeprefix("sqlite:///"), rows
        self._queue: queue.SimpleQueue[tuple[int, Any] | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._write_all)
        self._thread.start()

    async def redeem(self, number: int) -> None:
        done = self._loop.create_future()
        self._queue.put((number, done))
        await done

    async def close(self) -> None:
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _write_all(self) -> None:
        db = engines.sqlite_module().connect(self._path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-32000"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("PRAGMA busy_timeout=30000")
        while (first := self._queue.get()) is not None:
            db.execute("BEGIN IMMEDIATE")
            waiting = [first]
            self._one(db, first[0])
            while len(waiting) < GROUP and not self._queue.empty():
                if (more := self._queue.get()) is None:
                    self._queue.put(None)
                    break
                waiting.append(more)
                self._one(db, more[0])
            db.execute("COMMIT")
            futures = [done for _, done in waiting]
            self._loop.call_soon_threadsafe(lambda f=futures: [one.set_result(None) for one in f])
        db.close()

    def _one(self, db: Any, number: int) -> None:
        rows, member = self._rows, self._rows.member(number)
        benefit = rows.benefit(number)
        db.execute(_INBOX.sql["sqlite"], rows.inbox(number))
        db.execute(_MEMBER, (member,)).fetchone()
        db.execute(_USE, (benefit, member))
        db.execute(_STOCK, (benefit,))
        seq = db.execute(_SEQ, (member,)).fetchone()[0] + 1
        lot = db.execute(_LOT, (member,)).fetchone()[0]
        db.execute(_TAKE, (lot,))
        for insert, row in rows.paid(number, seq, lot):
            db.execute(insert.sql["sqlite"], row)
        db.execute(_ACCOUNT, (seq, _HASH, member))
        db.execute(_ANSWERED, (_ANSWER, _FROM + number))


def _dollars(sql: str) -> str:
    parts = sql.split("?")
    return "".join(f"{part}${n}" for n, part in enumerate(parts[:-1], 1)) + parts[-1]


class Postgres:
    """A pool of bare asyncpg connections, a transaction for each redemption."""

    def __init__(self, pool: asyncpg.Pool, rows: _Rows) -> None:
        self._pool, self._rows = pool, rows

    @classmethod
    async def connect(cls, url: str, rows: _Rows) -> Postgres:
        return cls(await asyncpg.create_pool(url, min_size=WRITERS, max_size=WRITERS), rows)

    async def redeem(self, number: int) -> None:
        rows, member = self._rows, self._rows.member(number)
        benefit = rows.benefit(number)
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(_INBOX.sql["postgresql"], *rows.inbox(number))
            await db.fetchval(f"{_dollars(_MEMBER)} FOR UPDATE", member)
            await db.execute(_dollars(_USE), benefit, member)
            await db.execute(_dollars(_STOCK), benefit)
            seq = await db.fetchval(_dollars(_SEQ), member) + 1
            lot = await db.fetchval(_dollars(_LOT), member)
            await db.execute(_dollars(_TAKE), lot)
            for insert, row in rows.paid(number, seq, lot):
                await db.execute(insert.sql["postgresql"], *row)
            await db.execute(_dollars(_ACCOUNT), seq, _HASH, member)
            await db.execute(_dollars(_ANSWERED), _ANSWER, _FROM + number)

    async def close(self) -> None:
        await self._pool.close()
