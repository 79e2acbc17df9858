"""A member tells the club something: what kind, what about, in words and files, and it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bot.flow import ANYTHING, Flow, Step
from bot.messages import Button, Reply, Rows
from domain.ticket_errors import TooManyMessages, TooManyTickets
from domain.tickets import Ticket, TicketKind, categories_of
from handlers import menu, offers
from handlers.parts import CANCEL, gone, number, refusal
from handlers.ticket_parts import (
    all_collected,
    awaiting,
    collected,
    due,
    first_part,
    hush,
    joined,
    origin,
    say_rest,
    short,
    words_of,
)
from handlers.turns import Turn, address_id, member_id
from services import ticket_subjects, tickets
from services.ticket_opening import check_flood, check_open
from services.tickets import PURCHASE, VOUCHER, Opening, Words

COMPLAIN = Flow(
    "complain", (Step("kind", ANYTHING), Step("category", ANYTHING), Step("text", ANYTHING))
)
MINE = Button("button.tickets", "tickets")
KINDS: Final = (TicketKind.PRAISE, TicketKind.SUGGESTION, TicketKind.QUESTION)
ABOUT: Final = (TicketKind.COMPLAINT, TicketKind.QUESTION)
"""Kinds that can be about an order or a voucher."""
SPOKEN: Final = ("voice", "video_note")
"""Files that say all there is to say."""
WRITTEN: Final = ("caption", "media", "message", "album", "asked")
CANCEL_ROW: Final = (CANCEL,)
SUBJECTS: Final = {"o": PURCHASE, "v": VOUCHER}


# -- what about -------------------------------------------------------------------------


def complain(turn: Turn) -> Reply:
    """Something is wrong: what is it about?"""
    kind, fresh = TicketKind.COMPLAINT, _fresh(turn)
    return _full(turn, kind, fresh) or _begin(turn, kind, fresh)


def feedback(turn: Turn) -> Reply:
    """Praise, a suggestion, a question, or a complaint after all?"""
    fresh = _fresh(turn)
    if full := _full(turn, TicketKind.SUGGESTION, fresh):
        return full
    turn.start(COMPLAIN, "kind", **fresh)
    return _which(turn, _kinds()) or Reply("complain.kind", {}, _kinds())


def question(turn: Turn) -> Reply:
    """A person is asked for: the question, if there is one yet, goes straight to them."""
    fresh = _fresh(turn)
    kind = TicketKind.QUESTION
    if full := _full(turn, kind, fresh):
        return full
    turn.start(COMPLAIN, "text", **{**fresh, "asked": "person"})
    return _chosen(turn, kind, _last_category(turn, kind))


def kind_typed(turn: Turn) -> Reply | None:
    """Something was written before a kind was tapped: it waits for the tap."""
    return _kept(turn, _kinds())


def pick_kind(turn: Turn) -> Reply:
    """The kind is chosen; then what it is about, or at once the words."""
    if not _telling(turn) or turn.arg() not in set(TicketKind):
        return gone(turn)
    return _begin(turn, TicketKind(turn.arg()), _written(turn))


def category_typed(turn: Turn) -> Reply | None:
    """Something was written before a category was tapped: it waits for the tap."""
    return _kept(turn, _categories(turn, TicketKind(turn.data["kind"])))


def pick(turn: Turn) -> Reply:
    """The category is chosen; now the words, or what was written already is sent."""
    if not _telling(turn) or turn.arg() not in set(TicketKind):
        return gone(turn)
    kind = TicketKind(turn.arg())
    known = categories_of(turn.work.programmes.current().service, kind)
    place = number(turn, 1)
    return _chosen(turn, kind, known[place].key) if place < len(known) else gone(turn)


def again(turn: Turn, words: Words, closed: int) -> Reply | None:
    """What was written to a ticket that is over begins a new one; `closed`: its number. Raises
    BadText."""
    kind, data = TicketKind.COMPLAINT, joined(_fresh(turn), words)
    values = {"number": closed}
    asked = _begin(turn, kind, data)
    if asked.key != "complain.which":
        return asked
    return None if data["silent"] else replace(asked, key="complain.over", values=values)


def reworded(turn: Turn) -> None:
    """A message that waits for its category was changed."""
    message, text = turn.inbound.message, turn.text.strip()
    if _telling(turn) and text and message and turn.data.get("message") == message:
        turn.go(turn.conversation.step, caption=text)


def holds(turn: Turn) -> bool:
    """Whether there is something that could be sent."""
    return _writing(turn) and bool(turn.data.get("caption") or turn.data.get("media"))


def _full(turn: Turn, kind: TicketKind, written: Mapping[str, Any]) -> Reply | None:
    """Where no more tickets may be open, that is said before anything is written; what was written
    already can go to one of them."""
    text, files = str(written.get("caption", "")), tuple(written.get("media", ()))
    try:
        check_open(turn.work, member_id(turn), text)
    except TooManyTickets as refused:
        if not text and not files:
            turn.end()
            return _add_instead(turn, refused)
        said_as = replace(origin(turn), message=str(written.get("message", "")))
        words = Words(text, files, "", said_as)
        return _where_else(turn, Opening(kind, _last_category(turn, kind), words), refused)
    return None


def _add_instead(turn: Turn, refused: TooManyTickets) -> Reply:
    found = turn.work.tickets.open_of(member_id(turn))
    rows = tuple((_into(turn, ticket, "ticket.add"),) for ticket in found)
    return Reply("complain.full", {"numbers": list(refused.numbers)}, (*rows, (menu.CARD,)))


def _begin(turn: Turn, kind: TicketKind, written: Mapping[str, Any]) -> Reply:
    turn.start(COMPLAIN, "category", **{**written, "kind": kind.value})
    if not categories_of(turn.work.programmes.current().service, kind):
        return _chosen(turn, kind, kind.value)
    rows, values = _categories(turn, kind), {"kind": kind.value}
    return _which(turn, rows) or Reply("complain.category", values, rows, edit=True)


def _chosen(turn: Turn, kind: TicketKind, category: str) -> Reply:
    turn.start(COMPLAIN, "text", **_written(turn), kind=kind.value, category=category)
    spoken = any(one["kind"] in SPOKEN for one in turn.data.get("media", ()))
    if spoken or turn.data.get("caption"):
        return _send(turn, all_collected(turn))
    return _ask_words(turn)


def _ask_words(turn: Turn, subject: Mapping[str, Any] | None = None) -> Reply:
    """What happened? Files that came before are there already."""
    data = turn.data
    names = _names(turn, str(data["category"]))
    values = {"kind": data["kind"], "category": data["category"], "names": names}
    values |= {"subject": subject, "files": len(data.get("media", ()))}
    return Reply("complain.text", values, _under_words(turn), edit=True)


def _under_words(turn: Turn) -> Rows:
    """Files go as they are; an order or a voucher can be chosen where there is one."""
    kind, rows = TicketKind(turn.data["kind"]), []
    if turn.data.get("media"):
        rows.append((Button("complain.button_done", "complain.done"),))
    if kind in ABOUT and ticket_subjects.newest(turn.work, member_id(turn), 1):
        rows.append((Button("complain.button_about", "complain.about"),))
    return (*rows, CANCEL_ROW)


# -- what was written before the club knew what it is about -------------------------------


def _fresh(turn: Turn) -> dict[str, Any]:
    """What somebody has written lately: in this conversation, or as an offer took it."""
    if not turn.conversation.active(turn.now):
        return {}
    if not offers.stands(turn):
        return _written(turn)
    words, asked = offers.waiting(turn), turn.data.get("faq", "")
    files = [dict(one) for one in words.media]
    return {"caption": words.text, "media": files, "message": "", "asked": asked}


def _written(turn: Turn) -> dict[str, Any]:
    """What somebody has written in this conversation."""
    kept = turn.data if _telling(turn) else {}
    return {part: kept[part] for part in WRITTEN if part in kept}


def _kept(turn: Turn, rows: Rows) -> Reply | None:
    """Keeps what has just come and asks once more; nothing for further pieces of an album.
    Raises FileTooLarge, BadText."""
    data = joined(turn.data, words_of(turn))
    turn.start(COMPLAIN, turn.conversation.step, **{**turn.data, **data})
    return None if data["silent"] else _which(turn, rows)


def _which(turn: Turn, rows: Rows) -> Reply | None:
    """Asks what the things are about that were written; None if there are none."""
    text, files = str(turn.data.get("caption", "")), len(turn.data.get("media", ()))
    if not text and not files:
        return None
    values = {"kind": str(turn.data.get("kind", "")), "text": short(text), "files": files}
    return Reply("complain.which", values, rows, edit=True)


# -- an order or a voucher --------------------------------------------------------------


def about(turn: Turn) -> Reply:
    """The member's newest orders and vouchers."""
    if not _writing(turn):
        return gone(turn)
    found = ticket_subjects.newest(turn.work, member_id(turn))
    rows: Rows = tuple(
        (
            Button(
                f"complain.button_{one.kind}",
                "complain.one",
                ("o" if one.kind == PURCHASE else "v", str(one.id)),
                values=one.values(),
            ),
        )
        for one in found
    )
    none = Button("complain.button_no_subject", "complain.one", ("", "0"))
    return Reply("complain.about", {}, (*rows, (none,), CANCEL_ROW), edit=True)


def choose(turn: Turn) -> Reply:
    """It is about this one, or none; the words are still to come."""
    if not _writing(turn):
        return gone(turn)
    kind, subject_id = SUBJECTS.get(turn.arg(), ""), number(turn, 1)
    one = ticket_subjects.find(turn.work, member_id(turn), kind, subject_id) if kind else None
    turn.go("text", subject_kind=kind, subject_id=subject_id or None)
    return _ask_words(turn, {"kind": one.kind, **one.values()} if one else None)


# -- the words --------------------------------------------------------------------------


def write(turn: Turn) -> Reply | None:
    """The words, with or without files: the ticket is open and the staff have it."""
    words = collected(turn)
    if words is None:
        return awaiting(turn, "complain.done")
    try:
        check_flood(turn.work, member_id(turn), turn.now)
    except TooManyMessages as refused:
        return hush(turn, refused)
    return _send(turn, words)


def done(turn: Turn) -> Reply:
    """No more words are to come: what was collected is sent."""
    if not _writing(turn):
        return gone(turn)
    return _send(turn, all_collected(turn))


def open_offered(turn: Turn, kind: TicketKind, words: Words, category: str = "") -> Reply:
    """What somebody wrote by the way becomes a ticket, as it was written (handlers.listening)."""
    return _opened(turn, Opening(kind, category or _last_category(turn, kind), words))


def _send(turn: Turn, words: Words) -> Reply:
    data = turn.data
    kind, category = TicketKind(data["kind"]), str(data["category"])
    if kind is TicketKind.QUESTION and not data.get("asked"):
        known = offers.known(turn, words, category)
        if known is not None:
            return known
    subject = str(data.get("subject_kind", "")), data.get("subject_id")
    return _opened(turn, Opening(kind, category, words, *subject))


def _opened(turn: Turn, opening: Opening) -> Reply:
    try:
        ticket = _open(turn, opening)
    except TooManyTickets as refused:
        return _where_else(turn, opening, refused)
    turn.end()
    staff = tickets.staff_name(turn.work, ticket.staff_id)
    values = {"number": ticket.number, "kind": str(ticket.kind), "staff": staff}
    values |= {"urgent": bool(ticket.alarm), **due(turn, ticket.due_at)}
    add = Button("button.ticket_add", "ticket.add", (str(ticket.id),))
    rows: Rows = ((menu.CARD,),) if opening.kind is TicketKind.PRAISE else ((add, MINE),)
    return Reply("complain.sent", values, rows)


def _open(turn: Turn, opening: Opening) -> Ticket:
    this = replace(opening, words=first_part(opening.words), address_id=address_id(turn))
    ticket = tickets.open_ticket(turn.work, member_id(turn), this, key=turn.nonce, now=turn.now)
    if not ticket.merged_into:
        say_rest(turn, ticket.id, opening.words)
    return ticket


def _where_else(turn: Turn, opening: Opening, refused: TooManyTickets) -> Reply:
    """No more may be open: what was written waits for one of those that are."""
    words = opening.words
    files = [dict(one) for one in words.media]
    kept = {"caption": words.text, "media": files, "message": words.origin.message}
    about = {"kind": opening.kind.value, "category": opening.category}
    turn.start(COMPLAIN, "text", **kept, **about)
    found = turn.work.tickets.open_of(member_id(turn))
    rows = tuple((_into(turn, ticket),) for ticket in found)
    return refusal(refused, (*rows, CANCEL_ROW))


def _into(turn: Turn, ticket: Ticket, intent: str = "complain.into") -> Button:
    names = _names(turn, ticket.category)
    values = {"number": ticket.number, "kind": str(ticket.kind), "names": names}
    mark = (str(ticket.id),)
    return Button("button.ticket_open", intent, mark, effect=True, values=values)


# -- bits -------------------------------------------------------------------------------


def _telling(turn: Turn) -> bool:
    """Whether the member is about to tell something. Buttons work also when the time for words
    has run out, as long as nothing else was begun: what was written before is not lost."""
    return turn.conversation.flow == COMPLAIN.name


def _writing(turn: Turn) -> bool:
    """Whether the words of a ticket are awaited."""
    return _telling(turn) and turn.conversation.step == "text"


def _kinds() -> Rows:
    buttons = tuple(
        Button(f"complain.button_{kind.value}", "complain.kind_is", (kind.value,))
        for kind in (*KINDS, TicketKind.COMPLAINT)
    )
    return (buttons[:2], buttons[2:], CANCEL_ROW)


def _categories(turn: Turn, kind: TicketKind) -> Rows:
    found = categories_of(turn.work.programmes.current().service, kind)
    buttons = tuple(
        Button(
            "complain.button_category",
            "complain.pick",
            (kind.value, str(place)),  # keys of programmes are too long for a button
            values={"names": dict(one.names)},
        )
        for place, one in enumerate(found)
    )
    pairs = tuple(buttons[at : at + 2] for at in range(0, len(buttons), 2))
    return (*pairs, CANCEL_ROW)


def _names(turn: Turn, category: str) -> dict[str, str]:
    """How a category is called; nothing for a kind that has none."""
    known = turn.work.programmes.current().service.categories
    return next((dict(one.names) for one in known if one.key == category), {})


def _last_category(turn: Turn, kind: TicketKind) -> str:
    """Where nobody has said what it is about: the last of the club's, which is the rest."""
    known = categories_of(turn.work.programmes.current().service, kind)
    if not known:
        return kind.value
    return next((one.key for one in known if one.key == "other"), known[-1].key)
