"""What a member is told of a ticket beside the answers, and staff of what its member did."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.tickets import RATINGS, Ticket
from services import relay, relay_places
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice

Buttons = tuple[tuple[tuple[str, str, tuple[str, ...]], ...], ...]


def resolved(work: Work, ticket: Ticket, staff: Actor, now: datetime) -> None:
    """The matter is settled in the operator's eyes; how content is the member?"""
    this = (str(ticket.id),)
    again = ("ticket.button_reopen", "ticket.reopen", this)
    values = {"number": ticket.number, "staff": staff.name}
    buttons = (stars(ticket), (again, ("ticket.button_show", "ticket.show", this)))
    to_member(work, ticket, Notice("ticket.resolved", values, buttons), now)


def closed(work: Work, ticket: Ticket, now: datetime) -> None:
    """The member has closed what was still running."""
    relay.to_holder(
        work, ticket, Notice("ticket.closed_by_member", {"number": ticket.number}), now
    )


def assigned(work: Work, ticket: Ticket, name: str, by: Actor, now: datetime) -> None:
    """Who has the ticket now gets it in their own chat; their group reads who that is."""
    relay.handed(work, ticket, by.name, now)
    _to_groups(
        work, ticket, Notice("desk.assigned", {"number": ticket.number, "staff": name}), now
    )


def merged(work: Work, ticket: Ticket, target: Ticket, now: datetime) -> None:
    """Two tickets are one: the group reads whose words follow, the member which number stays."""
    values = {"number": ticket.number, "into": target.number}
    _to_groups(work, target, Notice("desk.merged", values), now)
    show = (("ticket.button_show", "ticket.show", (str(target.id),)),)
    to_member(work, target, Notice("ticket.merged", values, (show,)), now)


def _to_groups(work: Work, ticket: Ticket, notice: Notice, now: datetime) -> None:
    for place in relay_places.of_staff(work, ticket, now):
        if place.group is not None:
            relay_places.send(work, ticket, place, notice, now)


def rated_badly(work: Work, ticket: Ticket, stars: int, now: datetime) -> None:
    """The member is not content, so that the ticket is open again."""
    values = {"number": ticket.number, "stars": stars}
    this = (str(ticket.id),)
    open_ = (("ticket.button_open", "ticket.open", this),)
    relay.to_holder(work, ticket, Notice("ticket.rated_badly", values, (open_,)), now)


def ask_rating(work: Work, ticket: Ticket, now: datetime) -> bool:
    """Asks once more how content the member is; False if they were asked or cannot be."""
    notice = Notice(
        "ticket.rate_remind",
        {"number": ticket.number},
        (stars(ticket), (("ticket.button_show", "ticket.show", (str(ticket.id),)),)),
        dedupe=f"rate:{ticket.id}:{ticket.reopened}",
    )
    return to_member(work, ticket, notice, now)


def to_member(work: Work, ticket: Ticket, notice: Notice, now: datetime) -> bool:
    """Sends the member something of the ticket, which can be replied to; False if they cannot be
    reached at the moment or were told before."""
    place = relay_places.of_member(work, ticket)
    if place is None:
        return False
    dedupe = f"{notice.dedupe}:{place.key}" if notice.dedupe else None
    return relay_places.send(work, ticket, place, replace(notice, dedupe=dedupe), now) is not None


def stars(ticket: Ticket) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """One to five, a tap each."""
    return tuple(
        (f"ticket.star_{count}", "ticket.rated", (str(ticket.id), str(count))) for count in RATINGS
    )
