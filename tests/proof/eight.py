"""Eight at once care for the same members on the same day: what they leave behind."""

import asyncio
import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import func, insert, select

from domain.birthdays import Birthday
from domain.care_rules import CareRule
from domain.members import Member, MemberState
from services import caring, joining
from services.care_kinds import Due
from storage.ids import Ids
from storage.tables import chat, ledger, post
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared, Work
from tests.support.club import NOW, programme

EIGHT = 8
DAY = NOW.date()
OCCURRENCE = str(DAY.year)
_ROWS = post.Delivery.__table__  # type: ignore[attr-defined]
_POSTINGS = ledger.Posting.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Left:
    """What is there afterwards: messages and gifts, and how many members there are."""

    members: int
    messages: int
    gifts: int

    @property
    def good(self) -> bool:
        return self.messages == self.gifts == self.members


def open_one(url: str) -> Units:
    """The units of one process."""
    vault = Vault(b"eight at once, nobody's secret")
    return open_units(url, Shared(vault, Ids(lambda: int(time.time() * 1000)), lambda: NOW))


async def prepare(units: Units, members: int) -> list[int]:
    """A club with members who celebrate on the day and have agreed to care."""

    def found(work: Work) -> list[int]:
        rules = programme()
        if not work.programmes.newest():
            work.programmes.publish(rules, NOW, None)
        return [_celebrates(work, number) for number in range(members)]

    return await units.write(found)


def _celebrates(work: Work, number: int) -> int:
    fields: dict[str, Any] = {"level": "member", "joined_at": NOW}
    new = Member(work.random_id(), "", MemberState.ACTIVE, **fields)
    member_id = joining.add_member(work, new).id
    who = {"channel": "telegram", "account": "42", "user": f"9{number:08d}"}
    address = {**who, "id": work.new_id(), "member_id": member_id, "first_seen": NOW}
    work.db.execute(insert(chat.Address.__table__), address)  # type: ignore[attr-defined]
    entered = datetime(2024, 1, 1, tzinfo=UTC)
    born = Birthday(DAY.month, DAY.day)
    work.members.change(member_id, birthday=born, birthday_set_at=entered)
    work.members.set_consent(member_id, "care", True, "telegram", NOW)
    return member_id


def rule(work: Work) -> CareRule:
    """The rule of birthdays, with a gift."""
    found = work.programmes.current().care.rule("birthday")
    assert found is not None
    return replace(found, points=88)


async def greet_all(units: Units, members: list[int]) -> None:
    """Cares for every member at once, as one of the eight."""

    def greet(member_id: int, work: Work) -> None:
        caring.care_for(work, rule(work), Due(member_id, OCCURRENCE), DAY, NOW)

    await asyncio.gather(*(units.write(partial(greet, one)) for one in members))


async def count(units: Units, members: list[int]) -> Left:
    """What the eight have left."""

    def look(work: Work) -> tuple[int, int]:
        messages = select(func.count()).where(_ROWS.c.rule == "birthday")
        gifts = select(func.count()).where(_POSTINGS.c.source_type == "birthday")
        return (
            int(work.db.execute(messages).scalar_one()),
            int(work.db.execute(gifts).scalar_one()),
        )

    return Left(len(members), *await units.read(look))


@contextmanager
def guardless() -> Iterator[None]:
    """Each thinks that an occasion is its own: what says "once" is gone."""
    kept, number = caring.dedupe, itertools.count()
    caring.dedupe = lambda *given: (  # type: ignore[assignment]
        f"{kept(*given)}:{os.getpid()}:{next(number)}"
    )
    try:
        yield
    finally:
        caring.dedupe = kept
