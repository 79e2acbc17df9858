"""Operations on the ledger, and a process that is killed just before its n-th statement."""

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.ledger import Posting
from domain.members import Member, MemberState
from domain.purchases import Line, Order
from services import expiry, joining, ledger, purchases, refunds
from services.booking import Incoming
from services.ports.sales import Claim
from storage.work import Work
from tests.support.club import NOW, Club, programme

EVERYWHERE = bool(os.environ.get("MEMBERBOT_EVERY_STATEMENT"))
"""`make fault` kills before every statement, a test run before those that change something: what
is left before a read is what is left before the next change."""
MEMBER, NUMBER = 7_000_000_001, "100000017"
LATER = NOW + timedelta(days=400)


@dataclass(frozen=True)
class Operation:
    """What is done, what it answers (comparable), and the wallet before and after it."""

    do: Callable[[Work], Any]
    before: int
    after: int


def build(url: str) -> None:
    """A club with one member who has bought something and has points of two kinds."""
    from storage import migrations

    migrations.upgrade(url)
    asyncio.run(_fill(url))


async def _fill(url: str) -> None:
    club = await Club(url, programme()).open()
    await club.write(_prepare)
    await club.close()


def _prepare(work: Work) -> None:
    fields: dict[str, Any] = {"level": "member", "joined_at": NOW}
    joining.add_member(work, Member(MEMBER, "", MemberState.ACTIVE, **fields))
    purchases.book(work, _order(work, "A-1", 15000), NOW)
    ledger.bonus(work, MEMBER, 50, key="gift", source=("gift", 1), now=NOW)


def _order(work: Work, order_id: str, minor: int) -> Incoming:
    order = Order("pos-1", order_id, NOW, "CNY", minor, (Line(minor),))
    return Incoming(order, (Claim("number", work.members.get(MEMBER).number),))


def _earn(work: Work) -> tuple[Any, ...]:
    done = purchases.book(work, _order(work, "A-2", 4000), NOW).purchase
    return done.id, done.posting_id, done.points, done.level


def _spend(work: Work) -> tuple[Any, ...]:
    return _told(ledger.spend(work, MEMBER, 170, key="pay", source=("benefit", 1), now=NOW))


def _refund(work: Work) -> tuple[Any, ...]:
    asked = refunds.Asked("pos-1", "A-1", "R-1", NOW, minor=5000)
    done = refunds.refund(work, asked, NOW).refund
    return done.id, done.posting_id, done.taken_points, done.minor


def _expire(work: Work) -> tuple[Any, ...]:
    """Which call does it is no matter; the second finds nothing."""
    expiry.expire_due(work, LATER)
    return ()


def _torn(work: Work) -> tuple[Any, ...]:
    """A payment that is committed in the middle: what must never be."""
    append = work.ledger._move

    def halfway(parts: list[tuple[int, int]]) -> None:
        if work.db.dialect.name == "postgresql":
            work.db.commit()
        else:
            for statement in ("COMMIT", "BEGIN IMMEDIATE", "SAVEPOINT unit"):
                work.db.exec_driver_sql(statement)
        append(parts)

    work.ledger._move = halfway  # type: ignore[method-assign]
    return _spend(work)


def _told(posting: Posting) -> tuple[Any, ...]:
    return posting.id, posting.amount, posting.takes, posting.hash


OPERATIONS = {
    "earn": Operation(_earn, 200, 240),
    "spend": Operation(_spend, 200, 30),
    "refund": Operation(_refund, 200, 150),
    "expire": Operation(_expire, 200, 0),
}
TORN = "torn"


def run(url: str, name: str, stop_at: int, last: Any) -> None:
    """Does an operation in this process, which ends itself by SIGKILL before a statement; after
    the last one it says so (`last`, an event) and dies all the same."""
    asyncio.run(_run(url, name, stop_at, last))


async def _run(url: str, name: str, stop_at: int, last: Any) -> None:
    seen = 0
    armed = False

    def before(statement: str) -> None:
        nonlocal seen
        counts = EVERYWHERE or not statement.lstrip().startswith("SELECT")
        seen += armed and counts
        if armed and counts and seen == stop_at:
            os.kill(os.getpid(), signal.SIGKILL)

    club = await Club(url, programme(), before_statement=before).open()
    await club.write(lambda work: work.programmes.current())
    armed = True
    await club.write(_torn if name == TORN else OPERATIONS[name].do)
    last.set()  # committed, and not yet told to anybody
    os.kill(os.getpid(), signal.SIGKILL)
