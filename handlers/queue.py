"""The staff's queue of tickets, tab by tab, and one ticket with its history."""

from typing import Any

from bot.messages import Button, Reply, Rows, load_media
from domain.tickets import Author, Event, Ticket, read_event
from handlers import desk_report, menu
from handlers.parts import number
from handlers.turns import Turn, actor
from services import ticket_cards, ticket_lists, tickets
from services.ports.tickets import Said
from services.ticket_lists import TABS, Listed

QUEUE = Button("button.queue", "queue")
FIRST_TABS = 3
IN_A_ROW = 2


def show(turn: Turn) -> Reply:
    """A page of a tab: what is mine, new, near its deadline, waiting, done lately; `/queue report`
    is the report."""
    manages = turn.person.may("ticket:manage")
    if turn.arg() == "report":
        return desk_report.show(turn) if manages else Reply("desk_report.closed", {}, ((QUEUE,),))
    found = ticket_lists.listed(
        turn.work, turn.arg(), number(turn, 1), actor(turn).staff_id or 0, turn.now
    )
    lines = [ticket_lists.line(turn.work, one, turn.now) for one in found.tickets]
    values = {"tab": found.tab, "tickets": lines, "page": found.page + 1}
    values["zone"] = turn.work.programmes.current().zone
    report = ((Button("desk_report.button_report", "queue.report"),),) if manages else ()
    return Reply(
        "queue.list",
        values,
        (*_tabs(found), *_open(found, lines), *_pages(found), *report),
        edit=True,
    )


def open_one(turn: Turn) -> Reply:
    """One ticket: who, what about, what was said last, and what can be done."""
    return card(turn, tickets.get(turn.work, number(turn)))


def card(turn: Turn, ticket: Ticket) -> Reply:
    """The card of a ticket in the chat of who asks."""
    page = ticket_lists.history(turn.work, ticket.id, 1)
    values = ticket_cards.values(turn.work, ticket, turn.now)
    values |= {"thread": [_said(turn, one) for one in page.said]}
    rows = tuple(
        tuple(Button(label, intent, args) for label, intent, args in row)
        for row in ticket_cards.buttons(ticket, turn.now, topic=False)
    )
    return Reply("queue.shown", values, (*rows, (QUEUE,)), edit=True)


def history(turn: Turn) -> Reply:
    """What was said and what happened, page by page."""
    page = ticket_lists.history(turn.work, number(turn), number(turn, 1) or 1)
    this = str(page.ticket.id)
    values = {
        **ticket_cards.line(turn.work, page.ticket, turn.now),
        "thread": [_said(turn, one) for one in page.said],
        "page": page.number,
        "pages": page.of,
    }
    turns = []
    if page.number < page.of:
        turns.append(Button("button.older", "desk.history", (this, str(page.number + 1))))
    if page.number > 1:
        turns.append(Button("desk.button_newer", "desk.history", (this, str(page.number - 1))))
    back = Button("button.back", "desk.more", (this,))
    return Reply("desk.history", values, (tuple(turns), (back,)), edit=True)


def files(turn: Turn) -> Reply:
    """The files of a ticket, sent once more."""
    ticket = tickets.get(turn.work, number(turn))
    found = ticket_lists.files(turn.work, ticket.id)
    if not found:
        return Reply("desk.no_files", {"number": ticket.number})
    values = {"number": ticket.number, "count": len(found)}
    return Reply("desk.files", values, media=load_media(found[-10:]))


def _said(turn: Turn, one: Said) -> dict[str, object]:
    event, value = read_event(one.text) if one.author == Author.EVENT else ("", "")
    named = ticket_cards.category_names(turn.work, value) if event == Event.CATEGORY else {}
    return {
        "author": one.author,
        "staff": one.staff_name,
        "text": "" if event else one.text,
        "files": len(one.media),
        "at": one.at,
        "edited": one.edited_at is not None,
        "event": event,
        "value": named or value,
    }


def _tabs(found: Listed) -> Rows:
    counts = {**found.counts._asdict(), "done": 0}
    buttons = tuple(
        Button(
            "queue.button_tab",
            "queue",
            (tab,),
            values={"tab": tab, "count": counts[tab], "chosen": tab == found.tab},
        )
        for tab in TABS
    )
    return (buttons[:FIRST_TABS], buttons[FIRST_TABS:])


def _open(found: Listed, lines: list[dict[str, Any]]) -> Rows:
    buttons = tuple(
        Button(
            "button.queue_open",
            "ticket.open",
            (str(ticket.id),),
            values={name: line[name] for name in ("number", "kind", "name")},
        )
        for ticket, line in zip(found.tickets, lines, strict=True)
    )
    return tuple(buttons[at : at + IN_A_ROW] for at in range(0, len(buttons), IN_A_ROW))


def _pages(found: Listed) -> Rows:
    turns = []
    if found.page:
        turns.append(Button("desk.button_newer", "queue", (found.tab, str(found.page - 1))))
    if found.more:
        turns.append(Button("button.older", "queue", (found.tab, str(found.page + 1))))
    return ((*turns, menu.CARD),)
