"""What staff say of a ticket: answers, ready answers and internal notes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.flow import ANYTHING, Flow, Step
from bot.messages import Button, Kind, Reply, Rows
from domain.refusals import TicketTaken
from domain.ticket_errors import TicketDone
from domain.tickets import DONE, Author, Ticket
from handlers import staff_words
from handlers.parts import CANCEL, gone, number
from handlers.queue import QUEUE
from handlers.turns import Turn, actor, address_id
from services import ready_answers, relay_places, tickets
from services.ports.tickets import Said
from services.ticket_talk import MOST_PIECES
from services.tickets import Origin, Words

FILES = frozenset({Kind.PHOTO, Kind.FILE})
ANSWERING = Flow(
    "answering", (Step("text", ANYTHING), Step("rest", FILES), Step("over", FILES | {Kind.TAP}))
)
NOTING = Flow("noting", (Step("text", ANYTHING),))
NOTED = Flow("noted", (Step("rest", FILES),), timedelta(minutes=1))


def take(turn: Turn) -> Reply:
    """The operator takes it, or takes it over."""
    over = turn.arg(1) == "over"
    try:
        ticket = tickets.take(turn.work, number(turn), actor(turn), turn.now, over=over)
    except TicketTaken as taken:
        return _taken(turn, taken, number(turn))
    values = {"number": ticket.number, "staff": actor(turn).name, "group": _in_group(turn)}
    return Reply("queue.yours", values, _after(turn, ticket))


def ask(turn: Turn) -> Reply:
    """What is the answer?"""
    ticket = tickets.get(turn.work, number(turn))
    if ticket.staff_id not in (None, actor(turn).staff_id) and ticket.state not in DONE:
        holder = tickets.for_staff(turn.work, ticket.id, turn.now).staff
        return _taken(turn, TicketTaken(ticket.number, holder), ticket.id)
    turn.start(ANSWERING, ticket=ticket.id)
    return Reply("queue.answer_ask", {"number": ticket.number}, ((CANCEL,),))


def write(turn: Turn) -> Reply | None:
    """The answer that was asked for."""
    return send(turn, int(turn.data["ticket"]), ending=True)


def rest(turn: Turn) -> Reply | None:
    """A further piece of the album that was the answer."""
    ticket_id, album = int(turn.data["ticket"]), turn.data["album"]
    if turn.inbound.album == album:
        return send(turn, ticket_id)
    turn.end()
    return Reply("general.unknown", {}, ((QUEUE,),))


def send(turn: Turn, ticket_id: int, *, ending: bool = False) -> Reply | None:
    """What staff wrote goes to the member, or is kept as a note; in a group nothing is said of
    it, as everybody there sees it."""
    ticket = tickets.leading(turn.work, ticket_id)
    words = staff_words.words(turn, ticket)
    if staff_words.is_note(turn):
        tickets.note(turn.work, ticket.id, words, actor(turn), key=turn.nonce, now=turn.now)
        return _noted(turn, ticket, words)
    try:
        said = tickets.say(turn.work, ticket.id, words, actor(turn), key=turn.nonce, now=turn.now)
    except TicketTaken as taken:
        return _ask_over(turn, ticket, words, taken)
    if ending:
        _end(turn, ticket, words)
    return _sent(turn, ticket, said)


def _end(turn: Turn, ticket: Ticket, words: Words) -> None:
    """The answer is given; the other pieces of an album are still to come."""
    if words.album:
        turn.start(ANSWERING, "rest", ticket=ticket.id, album=words.album)
    else:
        turn.end()


def _sent(turn: Turn, ticket: Ticket, said: Said | None) -> Reply | None:
    if said is not None and said.author == Author.NOTE:
        return None  # a further piece of an album that is a note
    reached = relay_places.of_member(turn.work, ticket) is not None
    if _in_group(turn):
        return None if reached else Reply("desk.wait", quote=turn.inbound.message)
    if said is not None and len(said.media) > 1:
        return None  # a further piece of an album
    resolve = Button("button.ticket_resolve", "ticket.resolve", (str(ticket.id),))
    values = {"number": ticket.number, "reached": reached}
    return Reply("queue.answered", values, ((resolve, QUEUE),))


# -- another operator has it ------------------------------------------------------------


def _ask_over(turn: Turn, ticket: Ticket, words: Words, taken: TicketTaken) -> Reply | None:
    """Somebody else has it: nothing is sent before the operator has decided. The further pieces
    of an album are kept with the first."""
    if _asked_over(turn) and words.album and turn.data["album"] == words.album:
        turn.go("over", **_joined(turn.data, words))
        return None
    media = [dict(one) for one in words.media]
    kept = {"ticket": ticket.id, "text": words.text, "media": media, "quotes": words.quotes}
    kept |= {"message": words.origin.message, "album": words.album}
    turn.start(ANSWERING, "over", **kept)
    here = not words.album  # else the next piece would make the buttons old
    buttons = (
        Button("desk.button_over", "desk.over", here=here),
        Button("desk.button_drop", "desk.drop", here=here),
    )
    values = {"number": ticket.number, "staff": taken.staff, "text": words.text or "📎"}
    return Reply("desk.taken_ask", values, (buttons,), quote=turn.inbound.message)


def _asked_over(turn: Turn) -> bool:
    talk = turn.conversation
    return talk.active(turn.now) and (talk.flow, talk.step) == (ANSWERING.name, "over")


def _joined(data: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """What is kept with another piece of its album."""
    media = [*data["media"], *(dict(one) for one in words.media)][:MOST_PIECES]
    if not words.text:
        return {"media": media}
    return {"media": media, "text": words.text, "message": words.origin.message}


def over(turn: Turn) -> Reply | None:
    """The operator takes the ticket over, and what was written is sent."""
    if not _asked_over(turn):
        return gone(turn)
    ticket = tickets.leading(turn.work, int(turn.data["ticket"]))
    data = turn.data
    inbound = turn.inbound
    origin = Origin(address_id(turn), inbound.address.chat, data["message"], inbound.topic)
    words = Words(data["text"], tuple(data["media"]), data["album"], origin, data["quotes"])
    staff = actor(turn)
    if ticket.state not in DONE:
        tickets.take(turn.work, ticket.id, staff, turn.now, over=True)
    tickets.say(turn.work, ticket.id, words, staff, key=turn.nonce, now=turn.now)
    _end(turn, ticket, words)
    return Reply("desk.ready_sent", {"number": ticket.number}, edit=True)


def drop(turn: Turn) -> Reply:
    """What was written is not sent."""
    if not _asked_over(turn):
        return gone(turn)
    turn.end()
    return Reply("desk.dropped", edit=True)


def waiting(turn: Turn) -> Reply | None:
    """Another file came while the question was open, or after a note."""
    data = turn.data
    if (turn.inbound.album and turn.inbound.album == data["album"]) or _in_group(turn):
        return send(turn, int(data["ticket"]))
    return Reply("general.unknown", {}, ((QUEUE,),))


def _taken(turn: Turn, taken: TicketTaken, ticket_id: int) -> Reply:
    over = Button("button.ticket_take_over", "ticket.take", (str(ticket_id), "over"))
    return Reply(
        "ticket.taken", taken.data(), ((over,),) if _in_group(turn) else ((over,), (QUEUE,))
    )


# -- notes ------------------------------------------------------------------------------


def note(turn: Turn) -> Reply:
    """What is the note?"""
    ticket = tickets.get(turn.work, number(turn))
    turn.start(NOTING, ticket=ticket.id)
    return Reply("desk.note_ask", {"number": ticket.number}, ((CANCEL,),))


def note_write(turn: Turn) -> Reply | None:
    """The note is kept, and the staff see it wherever they see the ticket."""
    ticket = tickets.leading(turn.work, int(turn.data["ticket"]))
    words = staff_words.words(turn, ticket)
    tickets.note(turn.work, ticket.id, words, actor(turn), key=turn.nonce, now=turn.now)
    _rest_of_note(turn, ticket, words)
    return Reply("desk.noted", {"number": ticket.number}, _after(turn, ticket)[1:])


def _rest_of_note(turn: Turn, ticket: Ticket, words: Words) -> None:
    if words.album:
        turn.start(NOTED, ticket=ticket.id, album=words.album)
    else:
        turn.end()


def _noted(turn: Turn, ticket: Ticket, words: Words) -> Reply | None:
    if turn.conversation.flow == ANSWERING.name:
        _rest_of_note(turn, ticket, words)
    if _in_group(turn):
        return None
    return Reply("desk.noted", {"number": ticket.number}, ((QUEUE,),))


# -- ready answers ----------------------------------------------------------------------


def ready(turn: Turn) -> Reply:
    """Which ready answer?"""
    ticket = tickets.get(turn.work, number(turn))
    if ticket.state in DONE:
        raise TicketDone(ticket.number)
    found = ready_answers.all_of(turn.work)
    rows: Rows = tuple(
        (
            Button(
                "desk.button_named",
                "desk.ready_show",
                (str(ticket.number), str(place)),
                values={"names": dict(one.names)},
            ),
        )
        for place, one in enumerate(found)
    )
    return Reply("desk.ready_list", {"number": ticket.number, "count": len(found)}, rows)


def ready_show(turn: Turn) -> Reply:
    """What the member would get."""
    ticket, text = _ready(turn)
    this = (str(ticket.number), turn.arg(1))
    buttons = (
        Button("desk.button_send", "desk.ready_send", this, effect=True),
        Button("desk.button_change", "desk.ready_change", this),
    )
    values = {"number": ticket.number, "text": text}
    back = Button("button.back", "desk.ready", (str(ticket.id),))
    return Reply("desk.ready_preview", values, (buttons, (back,)), edit=True)


def ready_send(turn: Turn) -> Reply | None:
    """The ready answer is sent as it is."""
    ticket, text = _ready(turn)
    origin = Origin(address_id(turn), "", "")
    words = Words(text, origin=origin)
    try:
        tickets.say(turn.work, ticket.id, words, actor(turn), key=turn.nonce, now=turn.now)
    except TicketTaken as taken:
        return _ask_over(turn, ticket, words, taken)
    return Reply("desk.ready_sent", {"number": ticket.number}, edit=True)


def ready_change(turn: Turn) -> Reply:
    """The text to be copied and changed; what is written next is the answer."""
    ticket, text = _ready(turn)
    turn.start(ANSWERING, ticket=ticket.id)
    return Reply("desk.ready_change", {"number": ticket.number, "text": text}, ((CANCEL,),))


def _ready(turn: Turn) -> tuple[Ticket, str]:
    ticket = tickets.leading(turn.work, tickets.find(turn.work, number(turn)).id)
    return ticket, ready_answers.filled(turn.work, ticket, number(turn, 1), actor(turn).name)


# -- bits -------------------------------------------------------------------------------


def _in_group(turn: Turn) -> bool:
    return not turn.inbound.address.private


def _after(turn: Turn, ticket: Ticket) -> Rows:
    """What one does next; in a topic one simply writes."""
    if _in_group(turn):
        return ()
    answer = Button("button.ticket_answer", "ticket.reply", (str(ticket.id),))
    return ((answer,), (QUEUE,))
