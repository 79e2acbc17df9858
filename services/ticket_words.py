"""What goes into a ticket's thread: words of either side, and what happened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.texts import check_text
from domain.tickets import LONGEST_TEXT, Author, Event, Ticket, event_text
from services.ports import Work
from services.ports.club import Actor
from services.ports.tickets import Media, Said


@dataclass(frozen=True, slots=True)
class Origin:
    """Who wrote something, and as which message of which chat, in a group perhaps in a topic; the
    address is the person's own also where they write in a group."""

    address_id: int | None = None
    chat: str = ""
    message: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote or sent. `media` as services.ports.tickets.Said has them; `album` is
    alike for pieces that came one by one; `quotes`: the message of the ticket it answers."""

    text: str
    media: Media = ()
    album: str = ""
    origin: Origin = Origin()
    quotes: int | None = None


def message(
    work: Work,
    ticket_id: int,
    words: Words,
    author: Author,
    now: datetime,
    staff: Actor | None = None,
) -> Said:
    """The words as a message of a ticket; raises BadText (with files they may be empty)."""
    said = Said(
        work.new_id(),
        ticket_id,
        author,
        checked(words.text, words.media),
        now,
        staff_id=staff.staff_id if staff else None,
        staff_name=staff.name if staff else "",
        album=words.album,
        address_id=words.origin.address_id,
        chat=words.origin.chat,
        message=words.origin.message,
        topic=words.origin.topic,
        quotes=words.quotes,
    )
    return replace(said, media=named(said.id, words.media))


def checked(text: str, media: Media) -> str:
    """The text as it is kept; raises BadText."""
    return "" if media and not text.strip() else check_text(text, LONGEST_TEXT)


def named(said_id: int, media: Media) -> Media:
    """The files with the names under which they can be fetched (services.files)."""
    return tuple({**one, "file": f"{said_id}.{place}"} for place, one in enumerate(media))


def happened(
    work: Work,
    ticket: Ticket,
    event: Event,
    now: datetime,
    *,
    by: Actor | None = None,
    value: object = "",
) -> Said:
    """Writes an event into the ticket's history."""
    said = Said(
        work.new_id(),
        ticket.id,
        Author.EVENT,
        event_text(event, value),
        now,
        staff_id=by.staff_id if by else None,
        staff_name=by.name if by else "",
    )
    work.tickets.say(said, f"event:{said.id}")
    return said
