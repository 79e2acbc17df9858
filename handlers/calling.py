"""Tickets that staff take down for members who call or stand in the shop."""

from bot.flow import ANYTHING, Flow, Step
from bot.messages import Button, Reply
from domain.tickets import TicketKind, categories_of
from handlers.parts import CANCEL, number, pairs
from handlers.queue import QUEUE
from handlers.ticket_parts import media_of
from handlers.turns import Turn, actor
from services import calls, portraits
from services.finding import standing
from services.masks import masked
from services.tickets import Opening, Words

CALLING = Flow(
    "calling", (Step("kind", ANYTHING), Step("category", ANYTHING), Step("text", ANYTHING))
)
KINDS = (TicketKind.COMPLAINT, TicketKind.QUESTION, TicketKind.SUGGESTION, TicketKind.PRAISE)


def start(turn: Turn) -> Reply:
    """What do they call about?"""
    member = standing(turn.work, number(turn))
    portraits.not_own(turn.person.member_id, member.id)
    turn.start(CALLING, member=member.id)
    return _ask_kind(turn)


def again(turn: Turn) -> Reply:
    """Something was written where a button is to be tapped."""
    return _ask_kind(turn) if turn.conversation.step == "kind" else _ask_category(turn)


def kind(turn: Turn) -> Reply:
    """The kind is tapped; now the category, where the kind has some."""
    chosen = TicketKind(turn.arg())
    if not categories_of(turn.work.programmes.current().service, chosen):
        turn.go("text", kind=chosen.value, category=chosen.value)
        return Reply("desk.call_text", {}, ((CANCEL,),), edit=True)
    turn.go("category", kind=chosen.value)
    return _ask_category(turn)


def category(turn: Turn) -> Reply:
    """The category is tapped; now what was said."""
    service = turn.work.programmes.current().service
    known = categories_of(service, TicketKind(turn.data["kind"]))
    turn.go("text", category=known[number(turn)].key if number(turn) < len(known) else "")
    return Reply("desk.call_text", {}, ((CANCEL,),), edit=True)


def write(turn: Turn) -> Reply:
    """What was said: the ticket is open and the member told."""
    data = turn.data
    words = Words(turn.text, media_of(turn))
    opening = Opening(TicketKind(data["kind"]), data["category"], words, staff=actor(turn))
    ticket, reached = calls.take_down(
        turn.work, int(data["member"]), opening, key=turn.nonce, now=turn.now
    )
    turn.end()
    open_ = Button("desk.button_open", "ticket.open", (str(ticket.id),))
    values = {"number": ticket.number, "reached": reached}
    return Reply("desk.called", values, ((open_, QUEUE),))


def _ask_kind(turn: Turn) -> Reply:
    seen = masked(turn.work, int(turn.data["member"]))
    buttons = [
        Button(
            "desk.button_kind", "desk.kind", (one.value,), here=True, values={"kind": one.value}
        )
        for one in KINDS
    ]
    rows = (*pairs(buttons), (CANCEL,))
    return Reply("desk.call_who", {"name": seen.name, "member": seen.number}, rows)


def _ask_category(turn: Turn) -> Reply:
    service = turn.work.programmes.current().service
    buttons = [
        Button(
            "desk.button_named",
            "desk.about_call",
            (str(place),),
            here=True,
            values={"names": dict(one.names)},
        )
        for place, one in enumerate(categories_of(service, TicketKind(turn.data["kind"])))
    ]
    return Reply("desk.call_category", {}, (*pairs(buttons), (CANCEL,)), edit=True)
