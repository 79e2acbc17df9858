"""How content members were with what became of their tickets, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.refusals import TicketNotFound
from domain.service_rules import AfterBad
from domain.tickets import (
    DONE,
    RATINGS,
    Author,
    Event,
    Ticket,
    TicketKind,
    TicketState,
)
from services import relay, ticket_news
from services.ports import Work
from services.ports.tickets import Said
from services.ticket_finding import get, leading, locked, own
from services.ticket_moves import begun_again
from services.ticket_opening import check_flood
from services.ticket_talk import alarmed, album_of, grow, say
from services.ticket_words import Words, happened, message

LATEST: Final = timedelta(days=3)
"""What was done earlier than so long before a reminder is due is not asked about any more."""


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating and what it led to: AfterBad."""

    ticket: Ticket
    stars: int
    then: AfterBad


def rate(work: Work, member_id: int, ticket_id: int, stars: int, now: datetime) -> Rated:
    """Keeps how content the member is, 1 to 5; the last word counts. A bad one for what is done
    opens the ticket again or puts it before the second group, as the programme says; also again,
    when it was opened and settled anew.

    Raises TicketNotFound.
    """
    own(work, member_id, ticket_id)
    if stars not in RATINGS:
        raise TicketNotFound
    ticket = locked(work, ticket_id)
    if ticket.rated(stars):
        return Rated(ticket, stars, AfterBad.NOTHING)
    work.tickets.change(ticket.id, tuple(TicketState), {"rating": stars, "rated_at": now})
    happened(work, ticket, Event.RATED, now, value=stars)
    then = _then(work, ticket, stars, now)
    ticket = get(work, ticket.id)
    if then is AfterBad.REOPEN:
        ticket = begun_again(work, ticket, now)
        ticket_news.rated_badly(work, ticket, stars, now)
    elif then is AfterBad.ESCALATE:
        relay.escalated(work, ticket, "rating", now)
    relay.moved(work, ticket, Event.RATED, now)
    return Rated(ticket, stars, then)


def comment(
    work: Work, member_id: int, ticket_id: int, words: Words, *, key: str, now: datetime
) -> Said | None:
    """What could have been better, once per key: it reaches the staff and leaves a ticket that is
    done as it is, but for an alarm word. Raises TicketNotFound, TicketOver, TooManyMessages,
    BadText."""
    own(work, member_id, ticket_id)
    ticket = leading(work, ticket_id)
    if ticket.state not in DONE:
        return say(work, ticket.id, words, None, key=key, now=now)
    if (before := album_of(work, ticket, words)) is not None:
        return grow(work, ticket, before, words, now)
    check_flood(work, member_id, now)
    said = message(work, ticket.id, words, Author.MEMBER, now)
    if not work.tickets.say(said, key):
        return None
    relay.said(work, ticket, said, now)
    alarmed(work, ticket, said.text, now)
    return said


def nobody_to_ask(work: Work, at: datetime) -> bool:
    """Whether at that time nobody was to be asked again."""
    return not work.programmes.newest() or not _unrated(work, at, 0, 1)


def ask_again(work: Work, at: datetime, now: datetime, after: int, most: int) -> int | None:
    """Reminds, once for each time it was done, members who have not rated what was done
    `remind_hours` before `at`; the ticket to go on behind, None when all were asked."""
    found = _unrated(work, at, after, most)
    for ticket_id in found:
        ticket_news.ask_rating(work, get(work, ticket_id), now)
    return found[-1] if len(found) == most else None


def _unrated(work: Work, at: datetime, after: int, most: int) -> list[int]:
    hours = work.programmes.current().service.rating.remind_hours
    until = at - timedelta(hours=hours)
    return work.tickets.unrated(until - LATEST, until, after, most) if hours else []


def _then(work: Work, ticket: Ticket, stars: int, now: datetime) -> AfterBad:
    rule = work.programmes.current().service.rating
    counts = ticket.state in DONE and ticket.may_reopen(now)
    if stars > rule.bad or not counts or ticket.kind is TicketKind.PRAISE:
        return AfterBad.NOTHING
    return rule.then
