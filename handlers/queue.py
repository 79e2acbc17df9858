"""The staff's queue of tickets, and their answers in their own chat."""

from bot.flow import ANYTHING, Flow, Step
from bot.messages import Button, Reply, Rows
from domain.refusals import TicketTaken
from domain.tickets import RUNNING, TicketState
from handlers import menu
from handlers.parts import CANCEL, number
from handlers.ticket_parts import thread, words_of, zone
from handlers.turns import Turn, actor
from services import tickets
from services.tickets import View

ANSWERING = Flow("answering", (Step("text", ANYTHING),))
QUEUE = Button("button.queue", "queue")


def show(turn: Turn) -> Reply:
    """What waits, the earliest promise first."""
    found = tickets.queue(turn.work, turn.now)
    rows: Rows = tuple((_open(view),) for view in found)
    values = {"tickets": [_line(turn, view) for view in found], "zone": zone(turn)}
    return Reply("queue.list", values, (*rows, (menu.CARD,)), edit=True)


def open_one(turn: Turn) -> Reply:
    """One ticket with what was said and who the member is."""
    view = tickets.for_staff(turn.work, number(turn), turn.now)
    values = {**_line(turn, view), **thread(turn, view)}
    return Reply("queue.shown", values, _buttons(view), edit=True)


def take(turn: Turn) -> Reply:
    """The operator takes it, or takes it over."""
    over = turn.arg(1) == "over"
    try:
        ticket = tickets.take(turn.work, number(turn), actor(turn), turn.now, over=over)
    except TicketTaken as taken:
        return _taken(turn, taken)
    answer = Button("button.ticket_answer", "ticket.reply", (str(ticket.id),))
    return Reply("queue.yours", {"number": ticket.number}, ((answer, QUEUE),))


def ask(turn: Turn) -> Reply:
    """What is the answer?"""
    view = tickets.for_staff(turn.work, number(turn), turn.now)
    if view.ticket.staff_id not in (None, actor(turn).staff_id):
        return _taken(turn, TicketTaken(view.ticket.number, view.staff))
    turn.start(ANSWERING, ticket=view.ticket.id)
    return Reply("queue.answer_ask", {"number": view.ticket.number}, ((CANCEL,),))


def write(turn: Turn) -> Reply:
    """The answer that was asked for."""
    return send(turn, int(turn.data["ticket"]), ending=True)


def send(turn: Turn, ticket_id: int, *, ending: bool = False) -> Reply:
    """An answer goes to the member, by button or as a reply to the card."""
    words = words_of(turn)
    if words is None:
        return Reply("complain.photo_kept", {}, ((CANCEL,),))
    try:
        sent = tickets.answer(
            turn.work, ticket_id, actor(turn), words, key=turn.nonce, now=turn.now
        )
    except TicketTaken as taken:
        return _taken(turn, taken, ticket_id)
    if ending:
        turn.end()
    ticket = tickets.for_staff(turn.work, ticket_id, turn.now).ticket
    resolve = Button("button.ticket_resolve", "ticket.resolve", (str(ticket_id),))
    values = {"number": ticket.number, "reached": sent}
    return Reply("queue.answered", values, ((resolve, QUEUE),))


def resolve(turn: Turn) -> Reply:
    """The matter is settled; the member is told and may come back to it."""
    ticket = tickets.resolve(turn.work, number(turn), actor(turn), turn.now)
    values = {"number": ticket.number, "state": str(ticket.state)}
    return Reply("queue.resolved", values, ((QUEUE, menu.CARD),))


def _taken(turn: Turn, taken: TicketTaken, ticket_id: int = 0) -> Reply:
    mark = str(ticket_id or number(turn))
    over = Button("button.ticket_take_over", "ticket.take", (mark, "over"))
    return Reply("ticket.taken", taken.data(), ((over,), (QUEUE,)))


def _open(view: View) -> Button:
    values = {"number": view.ticket.number, "category": view.ticket.category}
    return Button("button.queue_open", "ticket.open", (str(view.ticket.id),), values=values)


def _buttons(view: View) -> Rows:
    mark = (str(view.ticket.id),)
    answer = Button("button.ticket_answer", "ticket.reply", mark)
    settled = Button("button.ticket_resolve", "ticket.resolve", mark)
    take = Button("button.ticket_take", "ticket.take", mark)
    running = view.state in RUNNING
    free = view.state is TicketState.OPEN
    second = (*((take,) if free else ()), *((settled,) if running else ()))
    return ((answer,), second, (QUEUE,))


def _line(turn: Turn, view: View) -> dict[str, object]:
    assert view.member is not None
    ticket = view.ticket
    return {
        "number": ticket.number,
        "kind": str(ticket.kind),
        "category": ticket.category,
        "state": str(view.state),
        "due_at": ticket.due_at,
        "late": ticket.due_at is not None and turn.now >= ticket.due_at,
        "staff": view.staff,
        "name": view.member.name,
        "member": view.member.number,
        "level": dict(view.member.level),
        "points": view.points,
        "rating": ticket.rating,
    }
