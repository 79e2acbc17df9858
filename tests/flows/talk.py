"""What several dialogue tests say to the club or look up in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.messages import Key, Rendered
from domain.members import MemberState
from domain.points import Unit
from domain.programme import Charter, Programme
from domain.purchases import Line, Order
from services import purchases
from services.booking import Incoming
from services.ports.sales import Claim
from storage.work import Work
from tests.support.club import Club, Person

HUGE = "很" * 5000
HOSTILE = '<b>&"</a>{{ 7*7 }}<script>'


async def points(person: Person) -> int:
    """What the person's member can spend."""
    member = await person.member_id()
    now = person.club.clock()
    found = await person.club.read(lambda work: work.ledger.summary(member, Unit.POINTS, now))
    return int(found.available)


async def member(person: Person) -> Any:
    """The person's member."""
    member_id = await person.member_id()
    return await person.club.read(lambda work: work.members.get(member_id))


async def freeze(person: Person) -> None:
    """The club checks something about the person's membership."""
    member_id = await person.member_id()
    await person.club.write(lambda work: work.members.change(member_id, state=MemberState.FROZEN))


async def buys(person: Person, yuan: int, order_id: str = "A-17", **claim: str) -> None:
    """The person buys something; found by member number unless a claim says otherwise."""
    club = person.club
    number = "" if claim else (await member(person)).number
    kind, text = next(iter(claim.items())) if claim else ("number", number)
    at = club.clock() - timedelta(minutes=5)
    order = Order("pos-1", order_id, at, "CNY", yuan * 100, (Line(yuan * 100),), "")
    incoming = Incoming(order, (Claim(kind, text),))

    def book(work: Work) -> None:
        purchases.book(work, incoming, club.clock(), tell=False)

    await club.write(book)


async def new_rules(club: Club, *, version: int = 2, shrink: bool) -> Programme:
    """The club publishes a new version of its rules."""
    text = {"zh": "新的章程。", "en": "The new rules."}
    charter = Charter(version, text, rights_shrink=shrink)
    programme = replace(club.programme, version=version, charter=charter)
    await club.write(lambda work: work.programmes.publish(programme, club.clock(), None))
    return programme


def labels(message: Rendered) -> list[str]:
    """What stands on the buttons of a message."""
    return [key.label for key in keys(message)]


def keys(message: Rendered) -> list[Key]:
    """The buttons of a message."""
    return [key for row in message.rows for key in row]


def intents(person: Person, message: Rendered) -> list[str]:
    """What the buttons of a message want."""
    signer = person.club.signer
    return [signer.unpack(key.payload, person.user).intent for key in keys(message)]
