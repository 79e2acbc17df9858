"""What the chats about tickets share: words and files as they are collected, and the thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot.messages import Button, Kind, Media, Reply
from domain.dates import local_day
from domain.ticket_errors import FileTooLarge, TooManyMessages
from domain.tickets import LONGEST_TEXT, Author, Event, read_event
from handlers.parts import CANCEL, refusal
from handlers.turns import Turn, member_id
from services import tickets
from services.ports.tickets import Said
from services.ticket_words import checked
from services.tickets import Origin, View, Words

LARGEST: Final = 20  # megabytes that a bot can fetch (Bot API: getFile)
MOST_FILES: Final = 10
SHORT: Final = 280
UNSENT: Final = ("complain", "addition", "heard")
"""Conversations that hold what is to go to the staff."""
_MEGABYTE: Final = 1_000_000
_KEPT: Final = ("reference", "kind", "name", "size", "mime", "seconds")


def words_of(turn: Turn) -> Words:
    """What one message says and brings along; raises FileTooLarge."""
    return Words(turn.text, media_of(turn), turn.inbound.album, origin(turn))


def origin(turn: Turn) -> Origin:
    """Who wrote it as which message."""
    inbound = turn.inbound
    return Origin(turn.person.address_id, inbound.address.chat, inbound.message)


def media_of(turn: Turn) -> tuple[Mapping[str, Any], ...]:
    """The files of a message as tickets keep them; raises FileTooLarge."""
    address = turn.inbound.address
    whose = {"channel": address.channel, "account": address.account}
    return tuple({**_kept(one), **whose} for one in turn.inbound.media)


def _kept(media: Media) -> dict[str, Any]:
    if media.size > LARGEST * _MEGABYTE:
        raise FileTooLarge(LARGEST)
    found = {name: getattr(media, name) for name in _KEPT}
    return {name: value for name, value in found.items() if value}


def collected(turn: Turn) -> Words | None:
    """Words and files of a conversation: files alone and pieces of albums are kept in it until
    words come, and then go along; None while words are awaited. Raises FileTooLarge, BadText."""
    data = joined(turn.data, words_of(turn))
    if turn.inbound.kind is Kind.TEXT or (turn.text.strip() and not turn.inbound.album):
        return Words(data["caption"], tuple(data["media"]), "", origin(turn))
    turn.go(turn.conversation.step, **data)
    return None


def joined(before: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """What a conversation that kept `before` keeps with these words, as its data: text, files, and
    the message that can still be changed if all the text is of one. Raises BadText."""
    text = words.text.strip()
    checked(text, words.media)
    parts = [part for part in (before.get("caption", ""), text) if part]
    one = words.origin.message if len(parts) == 1 else ""
    files = [*before.get("media", ()), *words.media]
    return {
        "caption": "\n".join(parts),
        "message": one if text else before.get("message", ""),
        "media": files[:MOST_FILES],
        "full": len(files),
        "album": words.album,
        "silent": bool(words.album) and words.album == before.get("album"),
    }


def all_collected(turn: Turn) -> Words:
    """What was collected, where no more words are to come."""
    data, wrote = turn.data, origin(turn)
    said_as = Origin(wrote.address_id, wrote.chat, str(data.get("message", "")))
    return Words(str(data.get("caption", "")), tuple(data.get("media", ())), "", said_as)


def unsent(turn: Turn) -> bool:
    """Whether the running conversation holds words or files for the staff."""
    talk = turn.conversation
    if not talk.active(turn.now) or talk.flow not in UNSENT:
        return False
    kept = any(turn.data.get(part) for part in ("caption", "media", "text"))
    return kept and bool(talk.flow != "heard" or turn.data.get("offered"))


def hush(turn: Turn, refused: TooManyMessages) -> Reply | None:
    """Tells somebody who writes too much to wait, once for so long; to their further messages
    nothing is said. Who taps is always answered."""
    since = turn.now - timedelta(minutes=refused.minutes)
    first = turn.work.tickets.tell_to_wait(member_id(turn), since, turn.now)
    return refusal(refused) if first or turn.inbound.kind is Kind.TAP else None


def say_rest(turn: Turn, ticket_id: int, words: Words) -> None:
    """What is longer than one message may be follows in further ones."""
    for at in range(LONGEST_TEXT, len(words.text), LONGEST_TEXT):
        part = replace(words, text=words.text[at : at + LONGEST_TEXT], media=())
        key = f"{turn.nonce}:{at}"
        tickets.say(turn.work, ticket_id, part, None, key=key, now=turn.now)


def first_part(words: Words) -> Words:
    """So much of what was written as one message may hold."""
    return replace(words, text=words.text[:LONGEST_TEXT])


def awaiting(turn: Turn, intent: str) -> Reply | None:
    """Says that a file is kept; nothing for the further pieces of an album. `intent`: of the
    button that sends it as it is."""
    if turn.data.get("silent"):
        return None
    files = len(turn.data["media"])
    full = int(turn.data["full"]) > MOST_FILES
    values = {"files": files, "full": full, "album": bool(turn.data["album"])}
    done = Button("complain.button_done", intent)
    return Reply("complain.kept", values, ((done,), (CANCEL,)))


def quoted(turn: Turn, said_id: int | None) -> Words:
    """The words of a reply, which quote a message of the ticket."""
    words = words_of(turn)
    return Words(words.text, words.media, words.album, words.origin, said_id)


def thread(turn: Turn, view: View) -> dict[str, Any]:
    """What was said and what happened, for a text."""
    lines = [_said(one) for one in view.thread]
    return {"thread": lines, "zone": zone(turn), "staff": view.staff}


def _said(one: Said) -> dict[str, Any]:
    event, value = read_event(one.text) if one.author == Author.EVENT else ("", "")
    assigned = event == Event.ASSIGNED
    return {
        "author": str(one.author),
        "staff": one.staff_name,
        "by": value if assigned else one.staff_name,
        "text": "" if event else short(one.text),
        "event": event,
        "value": value,
        "files": len(one.media),
        "edited": one.edited_at is not None,
        "at": one.at,
    }


def short(text: str) -> str:
    """So much of a text that a page of them is one message."""
    return text if len(text) <= SHORT else f"{text[:SHORT].rstrip()}…"


def due(turn: Turn, at: datetime | None) -> dict[str, Any]:
    """By when something comes, and in how many local days that is, for a text."""
    here = zone(turn)
    days = (local_day(at, here) - local_day(turn.now, here)).days if at is not None else 0
    return {"due_at": at, "days": days, "zone": here}


def zone(turn: Turn) -> str:
    """The zone in which the person reads times."""
    return turn.person.zone or turn.work.programmes.current().zone
