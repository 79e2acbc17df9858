"""A club with a worker, an operator who writes to many, and members of whom some agreed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.looking import Looking
from bot.messages import Address, Kind, Rendered
from bot.turn import TO_TRY, Seen
from scheduler.worker import Worker
from templates import checking
from tests.support.club import Club, Person
from tests.support.post import FakeChannel, RealTime, clocks, rows

TEXT = "周末会员日，全场双倍积分"


@dataclass
class Hall:
    """A club with a worker and members of whom some have agreed to offers."""

    club: Club
    worker: Worker
    channel: FakeChannel
    members: list[Person] = field(default_factory=list)

    async def agree(self, person: Person, given: bool = True) -> None:
        member, now = await person.member_id(), self.club.clock.now
        await self.club.write(
            lambda work: work.members.set_consent(member, "promotions", given, "test", now)
        )

    async def joins(self, name: str, locale: str = "en") -> Person:
        """Somebody who is a member and agrees to offers."""
        person = await self.club.person(name, locale).joins()
        await self.agree(person)
        self.members.append(person)
        return person

    async def drained(self) -> None:
        """Everything due is sent, messages to staff included."""
        for _ in range(3):
            self.club.clock.move(seconds=11)
            await self.worker.drain()

    def got(self) -> list[str]:
        """The chats that have got the message, as often as they did."""
        return sorted(chat for chat, key, _ in self.channel.journal if key == "broadcast.message")

    def texts(self, person: Person) -> list[str]:
        """What somebody has read of messages to many."""
        return [
            text
            for chat, key, text in self.channel.journal
            if (chat, key) == (person.user, "broadcast.message")
        ]

    async def rows(self) -> list[Any]:
        """The rows of recipients."""
        return [row for row in await rows(self.club) if row["campaign_id"]]


async def make_hall(club: Club, members: int = 3) -> Hall:
    """A hall with so many members who agreed, and one who did not."""
    channel, real = FakeChannel(), RealTime()
    worker = Worker(
        club.units, club.renderer, [channel], clocks=clocks(club, real), rate=500, holder="worker"
    )
    club.dispatch.look = trying_here(Looking(club.album).look)
    hall = Hall(club, worker, channel)
    for number in range(members):
        await hall.joins(f"M{number}")
    await club.person("Shy").joins()
    return hall


def trying_here(then: Callable[..., Any]) -> Callable[..., Any]:
    """Words are tried in this process: the one of their own takes a second to start."""

    async def look(address: Address, reference: str) -> Seen:
        if not reference.startswith(TO_TRY):
            found: Seen = await then(address, reference)
            return found
        key, content = json.loads(reference.removeprefix(TO_TRY))
        return Seen(TO_TRY, text=json.dumps(checking.faults(key, content)))

    return look


async def written(staff: Person, text: str = TEXT, to: str = "draft.everybody") -> Rendered:
    """The draft's card after the first two steps."""
    await staff.says("/broadcast")
    await staff.taps("draft.new")
    assert (await staff.says(text)).key == "broadcast.ask_audience"
    return await staff.taps(to)


async def checked(staff: Person) -> Rendered:
    """On to the last card, the same text for all."""
    answer = await staff.taps("draft.review")
    if answer.key == "broadcast.ask_other":
        payload = next(
            key.payload
            for row in answer.rows
            for key in row
            if staff.club.signer.unpack(key.payload, staff.user).intent == "draft.review"
        )
        tapped = await staff.sends(Kind.TAP, payload=payload, message="1", callback="c")
        assert tapped is not None
        answer = tapped
    assert answer.key == "broadcast.review"
    return answer


async def sent(staff: Person, text: str = TEXT) -> Rendered:
    """Written, checked and confirmed."""
    await written(staff, text)
    await checked(staff)
    return await staff.taps("draft.submit")


async def started(hall: Hall, staff: Person) -> Rendered:
    """Sent, and its recipients written."""
    answer = await sent(staff)
    while await hall.worker._advance():
        pass
    return answer


def later(hall: Hall, **by: float) -> None:
    """Club time passes."""
    hall.club.clock.now += timedelta(**by)
