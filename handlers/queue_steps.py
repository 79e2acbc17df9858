"""What staff change of a ticket: who has it, how urgent and what it is, what it belongs to."""

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.desk_errors import NotYours
from domain.service_rules import Priority
from domain.tickets import DONE, Ticket, categories_of
from handlers.parts import CANCEL, number, pairs
from handlers.turns import Turn, actor
from services import ticket_cards, ticket_lists, tickets

MERGING = Flow("merging", (Step("number"),))
MANAGE = "ticket:manage"


def more(turn: Turn) -> Reply:
    """Everything else that can be done with a ticket."""
    ticket = tickets.get(turn.work, number(turn))
    values = ticket_cards.line(turn.work, ticket, turn.now)
    return Reply("desk.more_title", values, _more(turn, ticket), edit=_sub(turn))


def _more(turn: Turn, ticket: Ticket) -> Rows:
    this, runs = (str(ticket.id),), ticket.state not in DONE
    manages, mine = turn.person.may(MANAGE), _mine(turn, ticket)
    files = len(ticket_lists.files(turn.work, ticket.id))
    offered = (
        (runs and (manages or mine), Button("desk.button_assign", "desk.assign", this)),
        (runs and mine, Button("desk.button_release", "desk.release", this)),
        (runs, Button("desk.button_priority", "desk.priority", this)),
        (manages or mine, Button("desk.button_category", "desk.category", this)),
        (runs and manages, Button("desk.button_merge", "desk.merge", this)),
        (not runs, Button("desk.button_reopen", "desk.reopen", this)),
        (True, Button("desk.button_history", "desk.history", this)),
        (files > 0, Button("desk.button_media", "desk.files", this, values={"count": files})),
    )
    buttons = [button for when, button in offered if when]
    if turn.inbound.address.private:
        buttons.append(Button("button.moods", "mood.show", this))
    if turn.inbound.address.private and turn.person.may("member:view"):
        buttons.append(Button("desk.button_member", "member.show", (str(ticket.member_id),)))
    return pairs(buttons)


# -- who has it -------------------------------------------------------------------------


def assign(turn: Turn) -> Reply:
    """To whom?"""
    ticket = _steered(turn, tickets.get(turn.work, number(turn)))
    buttons = [
        Button(
            "desk.button_staff",
            "desk.to",
            (str(ticket.number), str(one.id)),
            values={"name": one.name, "load": load},
        )
        for one, load in ticket_lists.colleagues(turn.work)
        if one.id != ticket.staff_id
    ]
    return Reply("desk.assign_list", _number(ticket), (*pairs(buttons), _back(ticket)), edit=True)


def to(turn: Turn) -> Reply:
    """The colleague has it now, and is told."""
    ticket = _steered(turn, tickets.find(turn.work, number(turn)))
    tickets.assign(turn.work, ticket.id, number(turn, 1), actor(turn), turn.now)
    name = tickets.for_staff(turn.work, ticket.id, turn.now).staff
    return Reply("desk.assigned", {**_number(ticket), "staff": name}, (_back(ticket),), edit=True)


def release(turn: Turn) -> Reply:
    """Back into the queue."""
    ticket = _steered(turn, tickets.get(turn.work, number(turn)))
    ticket = tickets.release(turn.work, ticket.id, actor(turn), turn.now)
    return Reply("desk.released", _number(ticket), (_back(ticket),), edit=True)


# -- what it is -------------------------------------------------------------------------


def priority(turn: Turn) -> Reply:
    """How urgent?"""
    ticket = tickets.get(turn.work, number(turn))
    buttons = [
        Button(
            "desk.button_urgency",
            "desk.urgency",
            (str(ticket.number), str(int(one))),
            values={"priority": int(one)},
        )
        for one in Priority
        if one != ticket.priority
    ]
    return Reply("desk.priority_list", _number(ticket), (tuple(buttons), _back(ticket)), edit=True)


def urgency(turn: Turn) -> Reply:
    """It is as urgent as was tapped."""
    ticket, wanted = tickets.find(turn.work, number(turn)), Priority(min(number(turn, 1), 2))
    tickets.set_priority(turn.work, ticket.id, int(wanted), actor(turn), turn.now)
    values = {**_number(ticket), "priority": int(wanted)}
    return Reply("desk.prioritised", values, (_back(ticket),), edit=True)


def category(turn: Turn) -> Reply:
    """What is it really about?"""
    ticket = _steered(turn, tickets.get(turn.work, number(turn)))
    service = turn.work.programmes.current().service
    buttons = [
        Button(
            "desk.button_named",
            "desk.about",
            (str(ticket.number), str(place)),
            values={"names": dict(one.names)},
        )
        for place, one in enumerate(categories_of(service, ticket.kind))
        if one.key != ticket.category
    ]
    return Reply(
        "desk.category_list", _number(ticket), (*pairs(buttons), _back(ticket)), edit=True
    )


def about(turn: Turn) -> Reply:
    """It is about what was tapped."""
    ticket = _steered(turn, tickets.find(turn.work, number(turn)))
    known = categories_of(turn.work.programmes.current().service, ticket.kind)
    key = known[number(turn, 1)].key if number(turn, 1) < len(known) else ""
    tickets.set_category(turn.work, ticket.id, key, actor(turn), turn.now)
    return Reply("desk.categorised", _number(ticket), (_back(ticket),), edit=True)


# -- what it belongs to -----------------------------------------------------------------


def merge(turn: Turn) -> Reply:
    """Into which one of the same member?"""
    ticket = tickets.get(turn.work, number(turn))
    found = ticket_lists.others(turn.work, ticket)
    buttons = [
        Button(
            "desk.button_merge_into",
            "desk.into",
            (str(ticket.number), str(one.number)),
            values={
                "number": one.number,
                "category": ticket_cards.category_names(turn.work, one.category),
            },
        )
        for one in found[:6]
    ]
    turn.start(MERGING, ticket=ticket.id)
    values = {**_number(ticket), "count": len(found)}
    return Reply("desk.merge_list", values, (*pairs(buttons), (CANCEL,)))


def into(turn: Turn) -> Reply:
    """Merged into the one that was tapped."""
    return _merge(turn, number(turn), number(turn, 1))


def merge_typed(turn: Turn) -> Reply:
    """Merged into the one whose number was typed."""
    text = turn.text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) == 6):
        return Reply("desk.merge_bad", {}, ((CANCEL,),))
    return _merge(turn, int(turn.data["ticket"]), int(text))


def _merge(turn: Turn, one: int, other: int) -> Reply:
    ticket, target = tickets.find(turn.work, one), tickets.find(turn.work, other)
    done = tickets.merge(turn.work, ticket.id, target.id, actor(turn), turn.now)
    turn.end()
    values = {"number": ticket.number, "into": done.number}
    open_ = Button("desk.button_open", "ticket.open", (str(done.id),))
    return Reply("desk.merged", values, ((open_,),) if turn.inbound.address.private else ())


def reopen(turn: Turn) -> Reply:
    """Open again what was done."""
    ticket = tickets.reopen(turn.work, number(turn), turn.now, by=actor(turn))
    return Reply("desk.reopened", _number(ticket))


# -- bits -------------------------------------------------------------------------------


def _mine(turn: Turn, ticket: Ticket) -> bool:
    return ticket.staff_id == actor(turn).staff_id


def _steered(turn: Turn, ticket: Ticket) -> Ticket:
    """The ticket, for who has it or manages the desk: a button may be older than that."""
    if not (turn.person.may(MANAGE) or _mine(turn, ticket)):
        raise NotYours(ticket.number)
    return ticket


def _number(ticket: Ticket) -> dict[str, object]:
    return {"number": ticket.number}


def _back(ticket: Ticket) -> tuple[Button, ...]:
    return (Button("button.back", "desk.more", (str(ticket.id), "back")),)


def _sub(turn: Turn) -> bool:
    """Whether this was tapped on a card of ours below the ticket's, which it may replace; in a
    private chat always."""
    return turn.inbound.address.private or turn.arg(1) == "back"
