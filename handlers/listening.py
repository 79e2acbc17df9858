"""Free words that nothing else understands: a ready answer, or the offer of a person. Nothing is
passed on without having been asked, and nobody has to write anything twice."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

from bot.messages import Button, Kind, Reply, Rows
from bot.router import Route
from bot.turn import MOOD
from domain.tickets import Ticket, TicketKind
from handlers import answering, general, menu, newcomers, tickets
from handlers.complain import open_offered, question
from handlers.offers import (
    answer,
    answered,
    button,
    is_this,
    is_waiting,
    keep,
    kept,
    no,
    stands,
    waiting,
)
from handlers.parts import gone, number
from handlers.ticket_parts import origin
from handlers.turns import Turn
from services import faq, listening
from services.sentiments import Label, Mood
from services.tickets import Words

LATEST: Final = 3
"""Of the member's tickets, so many are offered to add to."""
LEAST: Final = 2
"""Letters that are worth a person's time."""


def mood_of(turn: Turn) -> str:
    """What is to be looked at before: how the words sound (bot.router.Route.looks)."""
    return MOOD + turn.text[: listening.LONGEST] if turn.text.strip() else ""


def is_serious(turn: Turn) -> bool:
    """Whether the words under a picture sound like a complaint or something grave."""
    service = turn.work.programmes.current().service
    found = listening.hear(service, turn.text, None) if turn.text else None
    return found is not None and bool(found.alarm or found.complaint)


def heard(turn: Turn) -> Reply | None:
    """Words or files that are no command and no answer. Raises FileTooLarge."""
    if turn.person.member_id is None:
        return newcomers.heard(turn)
    words = _new(turn)
    if not words.text:
        return _file(turn, words) if words.media else _unknown(turn, words)
    service = turn.work.programmes.current().service
    found = listening.hear(service, words.text, _mood(turn), turn.locale)
    plain = not found.alarm and found.faq is None and not stands(turn)
    if plain and (ticket_id := answering.awaited(turn, words)):
        return answering.continued(turn, ticket_id, words)
    if found.alarm or found.complaint:
        keep(turn, words, joins=True, offered=True)
        return _offer(turn, found)
    if found.faq is not None:
        return answered(turn, found.faq, words)
    return _unknown(turn, words)


def more(turn: Turn) -> Reply | None:
    """A picture or a file comes while an offer stands: it goes along. Raises FileTooLarge."""
    album = turn.inbound.album
    if turn.person.member_id is None:
        return newcomers.more(turn)
    piece = bool(album) and album == turn.data.get("album")
    if turn.data.get("done") and piece:
        return None
    if not stands(turn):
        return photographed(turn)
    receipt = turn.data.get("receipt", "")
    if receipt and not piece and turn.inbound.kind is Kind.PHOTO:
        receipt = turn.inbound.media[0].reference
    faq_key = turn.data.get("faq", "")
    keep(turn, kept(turn), joins=True, offered=True, faq=faq_key, receipt=receipt)
    return None if piece else _added_to(turn)


def photographed(turn: Turn) -> Reply | None:
    """A photo comes alone: with words of a complaint, or where no receipts are taken, it is heard
    as words are. Raises FileTooLarge."""
    photo = turn.inbound.kind is Kind.PHOTO and turn.inbound.media[:1]
    if not photo or not _takes_receipts(turn) or is_serious(turn):
        return heard(turn)
    keep(turn, _new(turn), offered=True, receipt=photo[0].reference)
    return _receipt(turn)


def receipt_of(turn: Turn) -> str:
    """The reference of the photo that may be a receipt, "" for none."""
    return str(turn.data.get("receipt", "")) if is_waiting(turn) else ""


def _takes_receipts(turn: Turn) -> bool:
    return turn.work.programmes.current().receipt_photos is not None


def _receipt(turn: Turn) -> Reply:
    """Is it a receipt, something for a ticket, or for a person? One question for an album."""
    own = _own(turn)
    yes = (button(turn, "receipt", "receipt.take"),)
    person = button(turn, "person", "heard.ask", effect=True)
    return Reply("receipt.offer", {"tickets": len(own)}, (yes, *own, (person, no(turn))))


def dead(turn: Turn) -> Reply:
    """A button of an earlier time, or of somebody else: what waits for an answer is shown."""
    if not stands(turn):
        return gone(turn)
    if turn.person.member_id is None:
        return newcomers.asked_to_join(turn)
    return resumed(turn)


def resumed(turn: Turn) -> Reply:
    """The offer that stands, once more."""
    service = turn.work.programmes.current().service
    known = next((one for one in service.faq if one.key == turn.data.get("faq")), None)
    found = listening.hear(service, waiting(turn).text, None)
    if found.alarm or found.complaint:
        return _offer(turn, found)
    if receipt_of(turn):
        return _receipt(turn)
    return answer(turn, known) if known else _whom(turn)


def _offer(turn: Turn, found: listening.Heard) -> Reply:
    """What sounds like a complaint or something grave: shall it be passed on?"""
    if found.alarm:
        at_once = button(turn, "at_once", "heard.pass", effect=True)
        rows: Rows = ((at_once,), *_own(turn), (no(turn),))
        return Reply("listening.alarm", {"word": found.alarm}, rows)
    rows = (*_own(turn), (button(turn, "pass", "heard.pass", effect=True),), (no(turn),))
    return Reply("listening.complaint", {}, rows)


def _added_to(turn: Turn) -> Reply:
    """Something was added to what waits; what is grave stays so."""
    service = turn.work.programmes.current().service
    found = listening.hear(service, waiting(turn).text, None)
    if not found.alarm and receipt_of(turn):
        return _receipt(turn)
    return _offer(turn, found) if found.alarm else _whom(turn)


def add(turn: Turn) -> Reply | None:
    """It belongs to a ticket of theirs: what was written goes there."""
    if not is_this(turn):
        return dead(turn)
    return tickets.put_into(turn, number(turn, 1), waiting(turn))


def _own(turn: Turn) -> Rows:
    """The member's tickets that it may belong to: those that run or were settled lately."""
    if turn.person.member_id is None:
        return ()  # they join with this very message
    found = turn.work.tickets.of_member(turn.person.member_id, LATEST)
    return tuple(
        (_into(turn, one),)
        for one in found
        if one.may_reopen(turn.now) and one.kind is not TicketKind.PRAISE and not one.merged_into
    )


def _into(turn: Turn, ticket: Ticket) -> Button:
    made = button(turn, "add", "heard.add", str(ticket.id), effect=True)
    return replace(made, values={"number": ticket.number})


def _whom(turn: Turn) -> Reply:
    """Who shall look at what waits? An album has not come whole yet: its files are not counted."""
    files = 0 if turn.data.get("album") else len(waiting(turn).media)
    return Reply("listening.kept", {"files": files}, _people(turn))


def _people(turn: Turn) -> Rows:
    as_complaint = button(turn, "pass", "heard.pass", effect=True)
    return (
        *_own(turn),
        (as_complaint, button(turn, "person", "heard.ask", effect=True)),
        (no(turn),),
    )


def other(turn: Turn) -> Reply:
    """It was not meant for the ticket that it was added to: for whom is it?"""
    if not is_this(turn):
        return dead(turn)
    keep(turn, waiting(turn), joins=True, offered=True)
    return Reply("listening.other", {}, _people(turn))


def pass_on(turn: Turn) -> Reply:
    """Yes: what was written becomes a complaint."""
    return _ticket(turn, TicketKind.COMPLAINT)


def ask(turn: Turn) -> Reply:
    """A person shall answer: what was written becomes a question."""
    if is_this(turn) and (key := str(turn.data.get("faq", ""))):
        faq.asked(turn.work, key, turn.now)
    return _ticket(turn, TicketKind.QUESTION)


def person(turn: Turn) -> Reply:
    """ "A person, please": what waits goes to one, else they ask what it is about."""
    words = waiting(turn)
    if turn.data.get("added") or not (words.text or words.media):
        return question(turn)  # nothing waits that nobody has
    if key := str(turn.data.get("faq", "")):
        faq.asked(turn.work, key, turn.now)
    service = turn.work.programmes.current().service
    grave = listening.hear(service, words.text, None).alarm
    kind = TicketKind.COMPLAINT if grave else TicketKind.QUESTION
    return open_offered(turn, kind, words, str(turn.data.get("category", "")))


def helped(turn: Turn) -> Reply:
    """The answer was enough."""
    if not is_this(turn):
        return dead(turn)
    faq.helped(turn.work, str(turn.data["faq"]), turn.now)
    turn.end()
    return Reply("listening.helped", {}, menu.main(turn), edit=False)


def decline(turn: Turn) -> Reply:
    """No: nothing is passed on."""
    if not is_this(turn):
        return dead(turn)
    turn.end()
    return Reply("listening.declined", {}, menu.main(turn))


def _ticket(turn: Turn, kind: TicketKind) -> Reply:
    """What waited becomes a ticket."""
    if not is_this(turn):
        return dead(turn)
    return open_offered(turn, kind, waiting(turn), str(turn.data.get("category", "")))


def _file(turn: Turn, words: Words) -> Reply:
    """A voice, a video or a file without a word: only people understand these."""
    keep(turn, words, offered=True)
    return Reply("listening.file", {"kind": words.media[0]["kind"]}, _people(turn))


def _unknown(turn: Turn, words: Words) -> Reply:
    """Nothing was found: the usual help, and a person if there is something to read."""
    reply = general.unknown(turn)
    if sum(letter.isalnum() for letter in words.text) < LEAST:
        turn.end()
        return reply
    keep(turn, words)
    person = button(turn, "person", "heard.ask", effect=True)
    rows: Rows = (*_own(turn), (person,), *reply.rows)
    return Reply(reply.key, reply.values, rows)


def _new(turn: Turn) -> Words:
    """What has just come, with what waits for an answer. Raises FileTooLarge."""
    return kept(turn) if turn.data.get("offered") or not is_waiting(turn) else _only_new(turn)


def _only_new(turn: Turn) -> Words:
    """What has just come; what came before it was nothing to anybody."""
    words, before = kept(turn), waiting(turn)
    text = turn.text.strip()
    return Words(text, words.media[len(before.media) :], "", origin(turn))


def _mood(turn: Turn) -> Mood | None:
    seen = turn.seen
    if seen is None or seen.problem or turn.inbound.kind is not Kind.TEXT or not seen.text:
        return None
    found = json.loads(seen.text)
    return Mood(Label(found.pop("label")), **found)


ROUTES: Final = (
    Route("heard", heard, writes=True, looks=mood_of, anyone=True),
    Route("heard.offer", more, writes=True, anyone=True),
    Route("heard.pass", pass_on, writes=True),
    Route("heard.ask", ask, writes=True),
    Route("heard.person", person, writes=True),
    Route("heard.helped", helped, writes=True),
    Route("heard.add", add, writes=True),
    Route("heard.other", other, writes=True),
    Route("heard.no", decline, writes=True),
)
