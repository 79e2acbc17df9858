"""How dialogues about tickets begin, and how what came of them is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.messages import Kind, Media, Rendered
from tests.support.club import Club, Person
from tests.support.threads import deliver, last_message

SOUR = "The milk was sour"
KINDS = ("sqlite", "postgresql")
MEGABYTE = 1_000_000
CATEGORIES = ("product", "service", "delivery", "points", "other")


def in_turn(names: str, cases: Sequence[Any]) -> pytest.MarkDecorator:
    """Several cases of one path, on the two databases in turn: the path is taken on both."""
    split = names.split(", ")
    rows = [
        (KINDS[place % 2], *(case if len(split) > 1 else (case,)))
        for place, case in enumerate(cases)
    ]
    return pytest.mark.parametrize(("database_kind", *split), rows, indirect=["database_kind"])


async def complains(person: Person, text: str = SOUR, category: str = "product") -> Rendered:
    await person.says("/complain")
    await person.taps("complain.pick", "complaint", str(CATEGORIES.index(category)))
    return await person.says(text)


async def newest(club: Club, person: Person) -> Rendered:
    """What was sent to a person last."""
    await deliver(club)
    return (await person.hears())[-1]


async def told(club: Club, person: Person, words: str) -> bool:
    """Whether something that was sent to a person holds these words."""
    await deliver(club)
    return any(words in message.text for message in await person.hears())


async def replies(club: Club, person: Person, text: str, **parts: Any) -> Rendered:
    """The person replies to the message that was sent last."""
    message = await last_message(club, person)
    answer = await person.sends(text=text, reply_to=message, **parts)
    assert answer is not None
    return answer


async def sends(person: Person, *parts: str, text: str = "", album: str = "") -> list[Any]:
    """The person sends photos, one or several together; what each is answered."""
    return [
        await person.sends(
            Kind.PHOTO,
            media=(Media(part, "photo"),),
            text=text if place == 0 else "",
            album=album,
            message=f"{album}{place}",
        )
        for place, part in enumerate(parts)
    ]


async def ticket_of(club: Club, person: Person) -> Any:
    """The member's newest ticket."""
    member = await person.member_id()
    return (await club.read(lambda work: work.tickets.of_member(member, 1)))[0]


async def thread_of(club: Club, person: Person) -> list[Any]:
    """What was said of it, without what happened."""
    ticket = await ticket_of(club, person)
    thread = await club.read(lambda work: work.tickets.thread(ticket.id, 50))
    return [one for one in thread if one.author != "event"]


async def settled(club: Club, person: Person, staff: Person) -> None:
    """The member has complained, and staff have answered and settled it."""
    from services import tickets
    from services.ports.club import Actor

    await complains(person)
    await newest(club, staff)
    await replies(club, staff, "So sorry!")
    ticket = await ticket_of(club, person)
    actor = Actor("Anna", ticket.staff_id)
    await club.write(
        lambda work: tickets.resolve(work, ticket.id, actor, "", "", "", club.clock())
    )
    await newest(club, person)


async def rules(club: Club, **changes: Any) -> None:
    """The club changes rules of its service desk."""
    service = replace(club.programme.service, **changes)
    version = await club.read(lambda work: work.programmes.newest()) + 1
    programme = replace(club.programme, version=version, service=service)
    await club.write(lambda work: work.programmes.publish(programme, club.clock(), None))


async def five(mei: Person) -> tuple[str, str]:
    """What the button of five stars for the member's newest ticket carries."""
    ticket = await ticket_of(mei.club, mei)
    return str(ticket.id), "5"
