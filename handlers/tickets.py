"""Complaints and feedback as the member sees them, and replies to messages about them."""

from collections.abc import Mapping

from bot.flow import ANYTHING, Flow, Step
from bot.messages import Button, Kind, Reply, Rows
from bot.router import PASS
from domain.tickets import CATEGORIES, RATINGS, RUNNING, TicketKind, TicketState
from handlers import menu, queue
from handlers.parts import CANCEL, number
from handlers.ticket_parts import thread, words_of, zone
from handlers.turns import Turn, address_id, member_id
from services import tickets
from services.ticket_posts import STAFF
from services.tickets import View

COMPLAIN = Flow("complain", (Step("category", ANYTHING), Step("text", ANYTHING)))
ADDITION = Flow("addition", (Step("text", ANYTHING),))
MINE = Button("button.tickets", "tickets")


def complain(turn: Turn) -> Reply:
    """What is it about?"""
    turn.start(COMPLAIN)
    return Reply("complain.category", {"kind": "complaint"}, _categories(TicketKind.COMPLAINT))


def feedback(turn: Turn) -> Reply:
    """Praise, a suggestion or a question."""
    turn.start(COMPLAIN)
    return Reply("complain.category", {"kind": "feedback"}, _categories(TicketKind.FEEDBACK))


def category_typed(turn: Turn) -> Reply:
    """Something was written before a category was tapped."""
    kind = TicketKind(turn.data.get("kind", TicketKind.COMPLAINT))
    return Reply("complain.tap_first", {}, _categories(kind))


def pick(turn: Turn) -> Reply:
    """The category is chosen; now the words."""
    kind, category = turn.arg(), turn.arg(1)
    turn.go("text", kind=kind, category=category)
    return Reply("complain.text", {"kind": kind, "category": category}, ((CANCEL,),), edit=True)


def write(turn: Turn) -> Reply:
    """The words, with or without a photo: the ticket is open and the staff have it."""
    words = words_of(turn)
    if words is None:
        return Reply("complain.photo_kept", {}, ((CANCEL,),))
    kind, category = TicketKind(turn.data["kind"]), str(turn.data["category"])
    ticket = tickets.open_ticket(
        turn.work,
        member_id(turn),
        address_id(turn),
        kind,
        category,
        words,
        key=turn.nonce,
        now=turn.now,
    )
    turn.end()
    values = {"number": ticket.number, "due_at": ticket.due_at, "zone": zone(turn), "kind": kind}
    return Reply("complain.sent", values, ((MINE, menu.CARD),))


def show_all(turn: Turn) -> Reply:
    """The member's tickets and how they stand."""
    found = tickets.of_member(turn.work, member_id(turn), turn.now)
    rows: Rows = tuple((_open(view),) for view in found)
    new = Button("button.complain", "complain"), Button("button.feedback", "feedback")
    values = {"tickets": [_line(view) for view in found], "zone": zone(turn)}
    return Reply("ticket.list", values, (*rows, new), edit=True)


def show(turn: Turn) -> Reply:
    """One ticket with what was said."""
    view = tickets.own(turn.work, member_id(turn), number(turn), turn.now)
    values = {**_line(view), **thread(turn, view)}
    return Reply("ticket.shown", values, _member_buttons(turn, view), edit=True)


def more(turn: Turn) -> Reply:
    """The member wants to add something."""
    view = tickets.own(turn.work, member_id(turn), number(turn), turn.now)
    turn.start(ADDITION, ticket=view.ticket.id)
    return Reply("ticket.add_ask", {"number": view.ticket.number}, ((CANCEL,),))


def add(turn: Turn) -> Reply:
    """What was added goes to the staff."""
    return _add(turn, int(turn.data["ticket"]), ending=True)


def close(turn: Turn) -> Reply:
    """The member is content."""
    ticket = tickets.close(turn.work, member_id(turn), number(turn), turn.now)
    rows = (*_stars(ticket.id), (MINE, menu.CARD))
    return Reply("ticket.closed", {"number": ticket.number}, rows)


def rate(turn: Turn) -> Reply:
    """How content was the member?"""
    view = tickets.own(turn.work, member_id(turn), number(turn), turn.now)
    return Reply("ticket.rate_ask", {"number": view.ticket.number}, _stars(view.ticket.id))


def rated(turn: Turn) -> Reply:
    """The rating is kept."""
    stars = number(turn, 1)
    ticket = tickets.rate(turn.work, member_id(turn), number(turn), stars)
    values = {"number": ticket.number, "stars": stars}
    return Reply("ticket.rated", values, ((MINE, menu.CARD),), edit=True)


def reply(turn: Turn) -> Reply:
    """A reply to a message that shows a ticket: an answer of staff, or more from the member."""
    if turn.person.address_id is None or turn.inbound.kind is Kind.CONTACT:
        return PASS
    found = tickets.shown_by(turn.work, turn.person.address_id, turn.inbound.reply_to)
    if found is None:
        return PASS
    ticket, side = found
    if side == STAFF:
        return queue.send(turn, ticket.id) if turn.person.may("ticket:answer") else PASS
    return _add(turn, ticket.id) if turn.person.member_id == ticket.member_id else PASS


def _add(turn: Turn, ticket_id: int, *, ending: bool = False) -> Reply:
    words = words_of(turn)
    if words is None:
        return Reply("complain.photo_kept", {}, ((CANCEL,),))
    member = member_id(turn)
    ticket = tickets.add(turn.work, member, ticket_id, words, key=turn.nonce, now=turn.now)
    if ending:
        turn.end()
    values = {"number": ticket.number, "due_at": ticket.due_at, "zone": zone(turn)}
    return Reply("ticket.added", values, ((MINE, menu.CARD),))


def _categories(kind: TicketKind) -> Rows:
    buttons = tuple(
        Button(f"button.category_{category}", "complain.pick", (str(kind), category), here=True)
        for category in CATEGORIES[kind]
    )
    pairs = tuple(buttons[at : at + 2] for at in range(0, len(buttons), 2))
    return (*pairs, (CANCEL,))


def _stars(ticket_id: int) -> Rows:
    return (tuple(_star(ticket_id, stars) for stars in RATINGS),)


def _star(ticket_id: int, stars: int) -> Button:
    mark = (str(ticket_id), str(stars))
    return Button("button.stars", "ticket.rated", mark, values={"stars": stars})


def _member_buttons(turn: Turn, view: View) -> Rows:
    mark = (str(view.ticket.id),)
    first: list[Button] = []
    if view.ticket.may_reopen(turn.now):
        first.append(Button("button.ticket_add", "ticket.add", mark))
    if view.state in (*RUNNING, TicketState.RESOLVED):
        first.append(Button("button.ticket_close", "ticket.close", mark))
    return (tuple(first), (Button("button.ticket_rate", "ticket.rate", mark), MINE))


def _open(view: View) -> Button:
    values: Mapping[str, object] = {"number": view.ticket.number, "state": str(view.state)}
    return Button("button.ticket_open", "ticket.show", (str(view.ticket.id),), values=values)


def _line(view: View) -> dict[str, object]:
    ticket = view.ticket
    return {
        "number": ticket.number,
        "kind": str(ticket.kind),
        "category": ticket.category,
        "state": str(view.state),
        "opened_at": ticket.opened_at,
        "due_at": ticket.due_at,
        "rating": ticket.rating,
    }
