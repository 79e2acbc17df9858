"""Tickets that staff take down for members who call or stand in the shop."""

from __future__ import annotations

from datetime import datetime

from domain.tickets import Ticket
from services import relay_places
from services.ports import Work
from services.ports.post import Notice
from services.relay_places import Place
from services.ticket_opening import Opening, open_ticket


def take_down(
    work: Work, member_id: int, opening: Opening, *, key: str, now: datetime
) -> tuple[Ticket, bool]:
    """Opens the ticket for the caller, once per key, and tells the member; False if they cannot
    be reached. Raises as ticket_opening.open_ticket."""
    ticket = open_ticket(work, member_id, opening, key=key, now=now)
    place = relay_places.of_member(work, ticket)
    if place is not None:
        _tell(work, ticket, place, opening.words.text, now)
    return ticket, place is not None


def _tell(work: Work, ticket: Ticket, place: Place, text: str, now: datetime) -> None:
    zone = work.programmes.current().zone
    values = {"number": ticket.number, "due_at": ticket.due_at, "zone": zone, "text": text}
    this = (str(ticket.id),)
    buttons = (
        (
            ("button.ticket_add", "ticket.add", this),
            ("button.ticket_close", "ticket.close", this),
        ),
    )
    notice = Notice("desk.told", values, buttons, dedupe=f"called:{ticket.id}")
    relay_places.send(work, ticket, place, notice, now)
