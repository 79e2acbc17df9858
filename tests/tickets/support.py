"""What the tests of tickets put into a club, and how they look at a ticket."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from domain.tickets import Ticket, TicketKind, read_event
from services import tickets
from services.ports.club import Actor, Operator
from services.ports.tickets import Said
from services.tickets import Opening, Origin, Words
from storage.tables import tickets as tables
from storage.work import Work
from tests.support.club import Club, Person

ROWS = tables.Ticket.__table__  # type: ignore[attr-defined]
SOUR = "The milk was sour"
PHOTO = {"reference": "p1", "kind": "photo", "channel": "telegram", "account": "42"}


async def opened(club: Club, person: Person, text: str = SOUR, **changes: Any) -> Ticket:
    """A complaint of a member; `key` and fields of the opening can be given."""
    member = await person.member_id()
    key = changes.pop("key", f"open {club.next_update()}")
    opening = replace(Opening(TicketKind.COMPLAINT, "product", Words(text)), **changes)
    found: Ticket = await club.write(
        lambda work: tickets.open_ticket(work, member, opening, key=key, now=club.clock())
    )
    return found


async def says(
    club: Club, ticket: Ticket, text: str, by: Actor | None = None, **words: Any
) -> Said | None:
    """Either side says something."""
    key = words.pop("key", f"say {club.next_update()}")
    found: Said | None = await club.write(
        lambda work: tickets.say(
            work, ticket.id, Words(text, **words), by, key=key, now=club.clock()
        )
    )
    return found


async def does(club: Club, step: Any, *args: Any, **more: Any) -> Any:
    """A step of services.tickets, now."""
    return await club.write(lambda work: step(work, *args, club.clock(), **more))


async def look(club: Club, ticket: Ticket) -> Ticket:
    """The ticket as it is now."""
    found = await club.read(lambda work: work.tickets.get(ticket.id))
    assert isinstance(found, Ticket)
    return found


async def events(club: Club, ticket: Ticket) -> list[tuple[str, str]]:
    """What happened to the ticket, with the values."""
    thread = await club.read(lambda work: work.tickets.thread(ticket.id, 500))
    return [read_event(one.text) for one in thread if one.author == "event"]


async def words(club: Club, ticket: Ticket) -> list[str]:
    """What was said of the ticket."""
    thread = await club.read(lambda work: work.tickets.thread(ticket.id, 500))
    return [one.text for one in thread if one.author != "event"]


async def staff(club: Club, *names: str, role: str = "service") -> list[Actor]:
    """Operators without a chat."""

    def use(work: Work) -> list[Actor]:
        people = [Operator(work.new_id(), name, role, None, None, True) for name in names]
        assert all(work.staff.add(one, club.clock()) for one in people)
        return [Actor(one.name, one.id) for one in people]

    found: list[Actor] = await club.write(use)
    return found


async def delivered(club: Club, key: str) -> list[dict[str, Any]]:
    """The messages of a key that were written for somebody, oldest first."""
    from storage.tables import post

    rows = post.Delivery.__table__  # type: ignore[attr-defined]
    found = await club.read(
        lambda work: work.db.execute(select(rows.c.message).order_by(rows.c.id)).scalars().all()
    )
    return [message for message in found if message.get("key") == key]


def at(person: Person, message: str, address_id: int | None = 1) -> Origin:
    """Where somebody wrote something."""
    return Origin(address_id, person.user, message)
