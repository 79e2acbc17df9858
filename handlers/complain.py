"""A member tells the club something: what kind, what about, in words and files, and it is sent."""

from __future__ import annotations

from typing import Any, Final

from bot.flow import ANYTHING, Flow, Step
from bot.messages import Button, Reply, Rows
from domain.tickets import TicketKind, categories_of
from handlers import menu, offers
from handlers.parts import CANCEL, gone, number
from handlers.ticket_parts import all_collected, awaiting, collected, due
from handlers.turns import Turn, address_id, member_id
from services import ticket_subjects, tickets
from services.tickets import PURCHASE, VOUCHER, Opening, Words

COMPLAIN = Flow(
    "complain", (Step("kind", ANYTHING), Step("category", ANYTHING), Step("text", ANYTHING))
)
MINE = Button("button.tickets", "tickets")
KINDS: Final = (TicketKind.PRAISE, TicketKind.SUGGESTION, TicketKind.QUESTION)
ABOUT: Final = (TicketKind.COMPLAINT, TicketKind.QUESTION)
"""Kinds that can be about an order or a voucher."""
SUBJECTS: Final = {"o": PURCHASE, "v": VOUCHER}


# -- what about -------------------------------------------------------------------------


def complain(turn: Turn) -> Reply:
    """Something is wrong: what is it about?"""
    return _begin(turn, TicketKind.COMPLAINT)


def feedback(turn: Turn) -> Reply:
    """Praise, a suggestion, a question, or a complaint after all?"""
    turn.start(COMPLAIN, "kind")
    return Reply("complain.kind", {}, _kinds())


def kind_typed(turn: Turn) -> Reply:
    """Something was written before a kind was tapped."""
    return Reply("complain.tap_first", {}, _kinds())


def pick_kind(turn: Turn) -> Reply:
    """The kind is chosen; then what it is about, or at once the words."""
    kind = turn.arg()
    return _begin(turn, TicketKind(kind)) if kind in set(TicketKind) else gone(turn)


def category_typed(turn: Turn) -> Reply:
    """Something was written before a category was tapped."""
    return Reply("complain.tap_first", {}, _categories(turn, TicketKind(turn.data["kind"])))


def pick(turn: Turn) -> Reply:
    """The category is chosen; now the words."""
    if turn.arg() not in set(TicketKind):
        return gone(turn)
    kind = TicketKind(turn.arg())
    known = categories_of(turn.work.programmes.current().service, kind)
    place = number(turn, 1)
    return _ask_words(turn, kind, known[place].key) if place < len(known) else gone(turn)


def _begin(turn: Turn, kind: TicketKind) -> Reply:
    if not categories_of(turn.work.programmes.current().service, kind):
        turn.start(COMPLAIN, "text")
        return _ask_words(turn, kind, kind.value)
    turn.start(COMPLAIN, "category", kind=kind.value)
    values = {"kind": kind.value}
    return Reply("complain.category", values, _categories(turn, kind), edit=True)


def _ask_words(turn: Turn, kind: TicketKind, category: str) -> Reply:
    data = {"kind": kind.value, "category": category}
    turn.go("text", **data)
    values = {**data, "names": _names(turn, category), "subject": None}
    return Reply("complain.text", values, _under_words(turn, kind), edit=True)


def _under_words(turn: Turn, kind: TicketKind) -> Rows:
    """An order or a voucher can be chosen where there is one."""
    if kind in ABOUT and ticket_subjects.newest(turn.work, member_id(turn), 1):
        return ((Button("complain.button_about", "complain.about", here=True),), (CANCEL,))
    return ((CANCEL,),)


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
                here=True,
                values=one.values(),
            ),
        )
        for one in found
    )
    none = Button("complain.button_no_subject", "complain.one", ("", "0"), here=True)
    return Reply("complain.about", {}, (*rows, (none,), (CANCEL,)), edit=True)


def choose(turn: Turn) -> Reply:
    """It is about this one, or none; the words are still to come."""
    if not _writing(turn):
        return gone(turn)
    kind, subject_id = SUBJECTS.get(turn.arg(), ""), number(turn, 1)
    one = ticket_subjects.find(turn.work, member_id(turn), kind, subject_id) if kind else None
    turn.go("text", subject_kind=kind, subject_id=subject_id or None)
    category = str(turn.data["category"])
    values: dict[str, Any] = {"kind": turn.data["kind"], "category": category}
    values |= {"names": _names(turn, category)}
    values |= {"subject": {"kind": one.kind, **one.values()} if one else None}
    return Reply(
        "complain.text", values, _under_words(turn, TicketKind(turn.data["kind"])), edit=True
    )


# -- the words --------------------------------------------------------------------------


def write(turn: Turn) -> Reply | None:
    """The words, with or without files: the ticket is open and the staff have it."""
    words = collected(turn)
    if words is None:
        return awaiting(turn, "complain.done")
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
    if kind is TicketKind.QUESTION and (known := offers.known(turn, words, category)):
        return known
    subject = str(data.get("subject_kind", "")), data.get("subject_id")
    return _opened(turn, Opening(kind, category, words, *subject))


def _opened(turn: Turn, opening: Opening) -> Reply:
    ticket = tickets.open_ticket(
        turn.work,
        member_id(turn),
        Opening(
            opening.kind,
            opening.category,
            opening.words,
            opening.subject_kind,
            opening.subject_id,
            address_id(turn),
        ),
        key=turn.nonce,
        now=turn.now,
    )
    turn.end()
    staff = tickets.staff_name(turn.work, ticket.staff_id)
    values = {"number": ticket.number, "kind": str(ticket.kind), "staff": staff}
    values |= {"urgent": bool(ticket.alarm), **due(turn, ticket.due_at)}
    add = Button("button.ticket_add", "ticket.add", (str(ticket.id),))
    rows: Rows = ((menu.CARD,),) if opening.kind is TicketKind.PRAISE else ((add, MINE),)
    return Reply("complain.sent", values, rows)


# -- bits -------------------------------------------------------------------------------


def _writing(turn: Turn) -> bool:
    """Whether the words of a ticket are awaited."""
    talk = turn.conversation
    return talk.active(turn.now) and (talk.flow, talk.step) == (COMPLAIN.name, "text")


def _kinds() -> Rows:
    buttons = tuple(
        Button(f"complain.button_{kind.value}", "complain.kind_is", (kind.value,), here=True)
        for kind in (*KINDS, TicketKind.COMPLAINT)
    )
    return (buttons[:2], buttons[2:], (CANCEL,))


def _categories(turn: Turn, kind: TicketKind) -> Rows:
    found = categories_of(turn.work.programmes.current().service, kind)
    buttons = tuple(
        Button(
            "complain.button_category",
            "complain.pick",
            (kind.value, str(place)),  # keys of programmes are too long for a button
            here=True,
            values={"names": dict(one.names)},
        )
        for place, one in enumerate(found)
    )
    pairs = tuple(buttons[at : at + 2] for at in range(0, len(buttons), 2))
    return (*pairs, (CANCEL,))


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
