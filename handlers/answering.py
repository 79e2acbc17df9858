"""What a member just writes after staff have answered: it goes to the ticket that waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.messages import Reply
from domain.tickets import RUNNING, Author, Ticket, TicketState
from handlers import tickets
from handlers.offers import button, is_waiting, keep
from handlers.turns import Turn, member_id
from services.tickets import Words

LATELY: Final = timedelta(days=3)
"""So long after an answer a plain message belongs to it."""
LOOKED_AT: Final = 20
LEAST: Final = 2
"""Letters that say anything."""


def awaited(turn: Turn, words: Words) -> int:
    """The one ticket that waits for the member since lately, or that they have just written to;
    0 if there is none, or several."""
    if sum(letter.isalnum() for letter in words.text) < LEAST:
        return 0
    found = [one for one in turn.work.tickets.open_of(member_id(turn)) if one.state in RUNNING]
    before = turn.data.get("added") if is_waiting(turn) else None
    if before and any(one.id == before for one in found):
        return int(before)
    waits = [one for one in found if one.state is TicketState.WAITING]
    return waits[0].id if len(waits) == 1 and _lately(turn, waits[0]) else 0


def continued(turn: Turn, ticket_id: int, words: Words) -> Reply | None:
    """Adds the words and says so; who meant something else says that with a tap. Raises
    TooManyMessages."""
    reply = tickets.put_into(turn, ticket_id, words)
    if reply is None or reply.key != "ticket.added":
        return reply
    # As a message it belongs to that ticket from now on.
    keep(turn, replace(words, origin=replace(words.origin, message="")), added=ticket_id)
    other = button(turn, "other", "heard.other")
    return Reply("ticket.continued", reply.values, ((other,), *reply.rows))


def _lately(turn: Turn, ticket: Ticket) -> bool:
    said = turn.work.tickets.thread(ticket.id, LOOKED_AT)
    return any(one.author == Author.STAFF and turn.now - one.at < LATELY for one in said)
