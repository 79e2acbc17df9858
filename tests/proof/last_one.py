"""Races of many claimants for what is left of a benefit; everybody is told clearly."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text

from domain.benefits import Benefit, Why
from domain.members import Member, MemberState
from domain.refusals import BenefitUnavailable
from services import benefits, joining, ledger
from storage.tables import chat
from storage.unit_of_work import Units
from storage.work import Work

CLAIMANTS = 64
BENEFITS = 8
MOST = 8
"""Of that many or fewer there is a fight in each race."""
TWICE = 0.2
"""So many of the claimants tap twice."""
FIRST_USER = 700_000_000
YES, NO = "yes", "no"
Claim = Callable[[int, int, str], Awaitable[str]]
"""A claimant by number asks for a benefit under a key: YES, NO, or what was said instead."""

_STOCK = text(
    "UPDATE benefits SET stock = stock + :n, stock_given = stock_given + :n WHERE id = :of"
)
_LEFT = text("SELECT stock FROM benefits WHERE id = :of")
_ISSUED = text("SELECT count(*) FROM vouchers WHERE benefit_id = :of")


@dataclass
class Tally:
    """What came of some races."""

    races: int = 0
    claims: int = 0
    oversold: int = 0
    undersold: int = 0
    unclear: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (self.oversold or self.undersold or self.unclear or self.wrong)


@dataclass
class Field:
    """Who runs, and for what."""

    members: list[int]
    benefits: list[int]


async def prepare(units: Units, account: str, now: datetime) -> Field:
    """Members with points and a chat each, and benefits of which nothing is there yet."""

    def make(work: Work) -> Field:
        for number in range(BENEFITS):
            name = {"zh": f"小礼{number}", "en": f"Treat {number}"}
            made = Benefit(0, f"race{number}", "gift", name, 1, 30, stock=0)
            work.benefits.save(made, str(number), now)
        members = [_member(work, number, account, now) for number in range(CLAIMANTS)]
        ids = [one.id for one in work.benefits.all() if one.key.startswith("race")]
        return Field(members, ids)

    return await units.write(make)


def _member(work: Work, number: int, account: str, now: datetime) -> int:
    values: dict[str, Any] = {"level": work.programmes.current().first_level.key}
    values |= {"joined_at": now, "charter_version": 1, "locale": "en"}
    new = joining.add_member(work, Member(work.random_id(), "", MemberState.ACTIVE, **values))
    who = {"channel": "telegram", "account": account, "user": str(FIRST_USER + number)}
    address = {**who, "id": work.new_id(), "member_id": new.id, "first_seen": now}
    work.db.execute(insert(chat.Address.__table__), address)  # type: ignore[attr-defined]
    ledger.bonus(work, new.id, 10**6, key=f"race:{number}", source=("race", number), now=now)
    return new.id


def clear(said: str) -> str:
    """Whether an answer in the chat says yes or no; else the answer."""
    if "is yours" in said:
        return YES
    return NO if "sold out" in said else said


def in_process(units: Units, members: list[int], clock: Callable[[], datetime]) -> Claim:
    """Claims as the handlers make them."""

    async def claim(number: int, benefit_id: int, key: str) -> str:
        member_id = members[number]

        def redeem(work: Work) -> str:
            benefits.redeem(work, member_id, benefit_id, key=key, now=clock())
            return YES

        try:
            return await units.write(redeem)
        except BenefitUnavailable as refused:
            return NO if refused.why == Why.SOLD_OUT else str(refused.why)

    return claim


async def run(
    units: Units, field: Field, claim: Claim, first: int, races: int, tally: Tally
) -> None:
    """Runs races with these numbers, one after the other."""
    for number in range(first, first + races):
        await _race(units, field, claim, number, tally)
        tally.races += 1


async def _race(units: Units, field: Field, claim: Claim, number: int, tally: Tally) -> None:
    chance = random.Random(number)
    benefit_id, stock = field.benefits[number % len(field.benefits)], chance.randint(1, MOST)
    before = await _look(units, benefit_id)
    more = {"n": stock, "of": benefit_id}
    await units.write(lambda work: work.db.execute(_STOCK, more))
    claims = [(n, f"race{number}-{n}") for n in range(CLAIMANTS)]
    twice = [one for one in claims if chance.random() < TWICE]
    chance.shuffle(claims)
    tapped = [*claims, *twice]
    said = await asyncio.gather(
        *(claim(n, benefit_id, key) for n, key in tapped), return_exceptions=True
    )
    tally.claims += len(tapped)
    _judge(tally, number, stock, tapped, [str(one) for one in said])
    issued, left = await _look(units, benefit_id)
    gone = issued - before[0]
    tally.oversold += max(0, gone - stock) + max(0, -left)
    tally.undersold += max(0, stock - gone)
    if left + gone != stock + before[1]:
        tally.wrong.append(f"race {number}: {left} left and {gone} gone of {stock}")


def _judge(
    tally: Tally, number: int, stock: int, tapped: list[tuple[int, str]], said: list[str]
) -> None:
    """Whether each heard a clear yes or no, both times the same, and as many yes as there was."""
    heard: dict[int, set[str]] = {}
    for (n, _), one in zip(tapped, said, strict=True):
        heard.setdefault(n, set()).add(one)
        if one not in (YES, NO):
            tally.unclear.append(f"race {number}: {one[:200]}")
    if both := [n for n, answers in heard.items() if len(answers) > 1]:
        tally.wrong.append(f"race {number}: {both} heard yes and no")
    winners = sum(answers == {YES} for answers in heard.values())
    if winners != stock:
        tally.wrong.append(f"race {number}: {winners} heard yes, there were {stock}")


async def _look(units: Units, benefit_id: int) -> tuple[int, int]:
    """How many vouchers there are, and how many are left."""

    def read(work: Work) -> tuple[int, int]:
        of = {"of": benefit_id}
        issued = work.db.execute(_ISSUED, of).scalar_one()
        return int(issued), int(work.db.execute(_LEFT, of).scalar_one())

    return await units.read(read)
