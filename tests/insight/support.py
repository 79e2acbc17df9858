"""Members with purchases written straight into the tables, and nights over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy import insert

from domain.dates import start_of_day
from domain.members import make_number
from services import insight
from storage.tables import audiences, people, purchases
from storage.work import Work
from tests.support.club import Club

ZONE = "Asia/Shanghai"
TODAY = date(2026, 5, 19)
"""The reference day of the club's first night."""

_orders = count(1)


@dataclass(frozen=True)
class Bought:
    """A purchase so many days before the reference day: paid and kept, in minor units."""

    ago: int
    minor: int
    state: str = "booked"


@dataclass(frozen=True)
class Soul:
    """A member who joined so many days before the reference day."""

    joined: int = 400
    bought: tuple[Bought, ...] = ()
    state: str = "active"


def fill(work: Work, souls: Sequence[Soul], first: int = 1) -> list[int]:
    """Writes members with ids from `first` on; their ids."""
    ids = list(range(first, first + len(souls)))
    rows = [_member(number, soul) for number, soul in zip(ids, souls, strict=True)]
    if rows:
        work.db.execute(insert(people.Member.__table__), rows)  # type: ignore[attr-defined]
    for number, soul in zip(ids, souls, strict=True):
        add(work, number, soul.bought)
    return ids


def add(work: Work, member: int, bought: Sequence[Bought]) -> None:
    """Writes purchases of a member."""
    rows = [_purchase(member, one) for one in bought]
    if rows:
        work.db.execute(insert(purchases.Purchase.__table__), rows)  # type: ignore[attr-defined]


def _member(number: int, soul: Soul) -> dict[str, Any]:
    joined = date.fromordinal(TODAY.toordinal() - soul.joined)
    return {
        "id": number,
        "number": make_number(number),
        "state": soul.state,
        "level": "member",
        "joined_at": start_of_day(joined, ZONE),
        "phone_verified": False,
    }


def _purchase(member: int, one: Bought) -> dict[str, Any]:
    day = date.fromordinal(TODAY.toordinal() - one.ago)
    at = start_of_day(day, ZONE)
    number = next(_orders)
    return {
        "id": number,
        "source": "test",
        "order_id": str(number),
        "content_hash": "",
        "state": one.state,
        "member_id": member,
        "occurred_at": at,
        "day": day.toordinal(),
        "currency": "CNY",
        "minor": one.minor,
        "basis_minor": one.minor,
        "channel": "api",
        "received_at": at,
        "level": "member",
        "birthday_month": False,
        "rule_version": 1,
    }


async def night(club: Club, day: date = TODAY, most: int = 3) -> int:
    """Computes a reference day in slices of so many members; how many steps it took."""
    steps, more = 0, True
    while more:
        looked = await club.units.read_long(partial(insight.look, day=day))
        now: datetime = club.clock.now
        more = await club.write(partial(insight.step, day=day, now=now, looked=looked, most=most))
        steps += 1
    return steps


async def table(club: Club) -> dict[int, dict[str, Any]]:
    """All rows that the nights have written, by member."""
    rows = audiences.MemberInsight.__table__  # type: ignore[attr-defined]

    def read(work: Work) -> dict[int, dict[str, Any]]:
        found = work.db.execute(rows.select()).mappings()
        return {row["member_id"]: dict(row) for row in found}

    result: dict[int, dict[str, Any]] = await club.read(read)
    return result
