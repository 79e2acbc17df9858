"""What members and staff say about a ticket, and what that does to its state and clocks."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from domain.refusals import TicketNotFound, TicketOver
from domain.tickets import DONE, Author, Step, Ticket, TicketKind, after, alarm_in
from services import promises, relay
from services.ports import Work
from services.ports.club import Actor
from services.ports.tickets import Said
from services.ticket_finding import get, leading, locked, not_own, own
from services.ticket_moves import begun_again, take
from services.ticket_opening import check_flood, raise_alarm
from services.ticket_words import Words, checked, message, named

MOST_PIECES = 10  # of an album (Bot API: sendMediaGroup)
_LOOKED_AT = 50  # messages


def say(
    work: Work, ticket_id: int, words: Words, by: Actor | None, *, key: str, now: datetime
) -> Said | None:
    """The member (`by` None) or an operator says something, once per key: None if the key was
    used. It reaches the other side. A further piece of an album joins the message of the first.

    The member's words let the clocks run, and within 7 days open again what was done; those of
    staff take the ticket, stop the clocks, and leave what is done as it is. Of a ticket that was
    merged they go to the one it went into. Raises TicketNotFound, OwnTicket, TicketOver,
    TicketTaken, TooManyMessages, BadText.
    """
    ticket = locked(work, ticket_id)
    if work.tickets.said_by(key) is not None:
        return None
    if by is not None:
        not_own(work, ticket, by)
    if not ticket.may_reopen(now):
        raise TicketOver(ticket.number)
    if (before := album_of(work, ticket, words)) is not None:
        return grow(work, ticket, before, words, now)
    if by is None:
        return _from_member(work, ticket, words, key, now)
    return _from_staff(work, ticket, words, by, key, now)


def add(
    work: Work, member_id: int, ticket_id: int, words: Words, *, key: str, now: datetime
) -> Said | None:
    """As `say`, for one of the member's own tickets."""
    own(work, member_id, ticket_id)
    return say(work, ticket_id, words, None, key=key, now=now)


def note(
    work: Work, ticket_id: int, words: Words, staff: Actor, *, key: str, now: datetime
) -> Said | None:
    """A word among staff, once per key; the member never sees it. The pieces of an album whose
    words come last may wait to go to the member: they become the note. Raises TicketNotFound,
    BadText."""
    ticket = locked(work, ticket_id)
    if work.tickets.said_by(key) is not None:
        return None
    before = album_of(work, ticket, words)
    if before is not None and _kept_back(work, ticket, before, now):
        work.audit.add(staff, "ticket.note", ("ticket", ticket.id), now, {})
        return grow(work, ticket, replace(before, author=Author.NOTE), words, now)
    said = message(work, ticket.id, words, Author.NOTE, now, staff)
    if not work.tickets.say(said, key):
        return None
    work.audit.add(staff, "ticket.note", ("ticket", ticket.id), now, {})
    relay.said(work, ticket, said, now)
    return said


def edit(
    work: Work, said_id: int, text: str, now: datetime, *, by: Actor | None = None
) -> Said | None:
    """The text of what the member (`by` None) or an operator wrote was changed: the other side
    sees it too. None if nothing is different. Raises TicketNotFound, BadText."""
    said = work.tickets.said(said_id)
    if said is None:
        raise TicketNotFound
    text = checked(text, said.media)
    if not work.tickets.edit(said.id, text, now):
        return None
    if by is not None:
        work.audit.add(by, "ticket.edit", ("ticket", said.ticket_id), now, {"message": said.id})
    ticket = locked(work, said.ticket_id)
    if said.author == Author.MEMBER:
        ticket = alarmed(work, ticket, text, now, before=said.text)
    said = replace(said, text=text, edited_at=now)
    relay.edited(work, ticket, said, now)
    return said


def alarmed(work: Work, ticket: Ticket, text: str, now: datetime, *, before: str = "") -> Ticket:
    """The ticket after words of its member that open nothing by themselves: an alarm word, if it
    was not among those `before`, opens again what was done."""
    words = work.programmes.current().service.alarm_words
    if ticket.state in DONE and alarm_in(text, words) and not alarm_in(before, words):
        ticket = begun_again(work, ticket, now)
    return ticket if ticket.state in DONE else raise_alarm(work, ticket, text, now)


def album_of(work: Work, ticket: Ticket, words: Words) -> Said | None:
    """The message that a piece of an album belongs to, None for the first one."""
    if not words.album or words.origin.address_id is None:
        return None
    return work.tickets.of_album(ticket.id, words.origin.address_id, words.album)


def _kept_back(work: Work, ticket: Ticket, said: Said, now: datetime) -> bool:
    """Whether a message is a note, or becomes one as nothing of it has left for the member; then
    the ticket waits for an answer as before."""
    if said.author != Author.STAFF:
        return said.author == Author.NOTE
    if not relay.kept_back(work, said):
        return False
    work.tickets.make_note(said.id)
    thread = work.tickets.thread(ticket.id, _LOOKED_AT)
    spoken = [one.author for one in thread if one.author in (Author.MEMBER, Author.STAFF)]
    if ticket.state in DONE or spoken[-1:] == [Author.STAFF]:
        return True
    state = after(ticket.state, Step.MEMBER_SAYS, held=ticket.staff_id is not None)
    clocks = asdict(promises.runs_again(work, ticket, now))
    if ticket.answered_at == said.at:
        clocks |= {"answered_at": None, "due_at": ticket.first_due_at}
    work.tickets.change(ticket.id, (ticket.state,), {"state": state, **clocks})
    return True


def grow(work: Work, ticket: Ticket, said: Said, words: Words, now: datetime) -> Said:
    known = {one["reference"] for one in said.media}
    more = tuple(one for one in words.media if one["reference"] not in known)
    media = named(said.id, (*said.media, *more)[:MOST_PIECES])
    if media == said.media:
        return said
    text = said.text or checked(words.text, media)
    work.tickets.grow(said.id, media, text)
    first_words = text != said.text
    said = replace(said, media=media, text=text)
    relay.grown(work, ticket, said, now)
    if first_words and said.author == Author.MEMBER:
        alarmed(work, ticket, text, now)
    return said


def _from_member(work: Work, ticket: Ticket, words: Words, key: str, now: datetime) -> Said:
    check_flood(work, ticket.member_id, now)
    said = message(work, ticket.id, words, Author.MEMBER, now)
    work.tickets.say(said, key)
    relay.said(work, _heard(work, ticket, now), said, now)
    raise_alarm(work, leading(work, ticket.id), said.text, now)
    return said


def _heard(work: Work, ticket: Ticket, now: datetime) -> Ticket:
    """The ticket after its member has said more."""
    if ticket.state in DONE:
        if ticket.kind is TicketKind.PRAISE:
            return ticket
        return begun_again(work, ticket, now)
    state = after(ticket.state, Step.MEMBER_SAYS, held=ticket.staff_id is not None)
    clocks = promises.runs_again(work, ticket, now)
    work.tickets.change(ticket.id, (ticket.state,), {"state": state, **asdict(clocks)})
    return get(work, ticket.id)


def _from_staff(
    work: Work, ticket: Ticket, words: Words, staff: Actor, key: str, now: datetime
) -> Said:
    said = message(work, ticket.id, words, Author.STAFF, now, staff)
    ticket = take(work, ticket.id, staff, now) if ticket.state not in DONE else ticket
    work.tickets.say(said, key)
    work.tickets.answered(ticket.id, now)
    if ticket.state not in DONE:
        state = after(ticket.state, Step.STAFF_SAYS, held=True)
        clocks = promises.stopped(work, ticket, now)
        work.tickets.change(ticket.id, (ticket.state,), {"state": state, **asdict(clocks)})
    work.audit.add(staff, "ticket.answer", ("ticket", ticket.id), now, {})
    relay.said(work, get(work, ticket.id), said, now)
    return said
