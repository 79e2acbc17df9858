"""Settling a ticket: its cause, and what is improved (根因与改进)."""

from bot.flow import ANYTHING, Flow, Step
from bot.messages import Button, Reply, Rows
from domain.ticket_errors import TicketDone
from domain.tickets import DONE
from handlers import menu
from handlers.parts import CANCEL, gone, number
from handlers.queue import QUEUE
from handlers.turns import Turn, actor
from services import tickets

RESOLVING = Flow("resolving", (Step("cause", ANYTHING), Step("words"), Step("improvement")))
LONGEST = 1000


def start(turn: Turn) -> Reply:
    """What caused it?"""
    ticket = tickets.get(turn.work, number(turn))
    if ticket.state in DONE:
        raise TicketDone(ticket.number)
    turn.start(RESOLVING, ticket=ticket.id, cause="", words="")
    if not turn.work.programmes.current().service.causes:
        return _ask_words(turn)
    return Reply("desk.cause_list", {"number": ticket.number}, _causes(turn))


def typed(turn: Turn) -> Reply:
    """Something was written before a cause was tapped: those are its words."""
    if not turn.text.strip():
        return _again(turn)
    turn.go("improvement", cause="other" if _has(turn, "other") else "", words=_words(turn))
    return Reply("desk.improve_ask", {}, _skip("desk.settle"))


def cause(turn: Turn) -> Reply:
    """The cause is tapped; now its words."""
    if not _asked(turn):
        return gone(turn)
    causes = turn.work.programmes.current().service.causes
    turn.go("words", cause=causes[min(number(turn), len(causes) - 1)].key)
    return _ask_words(turn)


def words(turn: Turn) -> Reply:
    """What caused it in words; now what is improved."""
    turn.go("improvement", words=_words(turn))
    return Reply("desk.improve_ask", {}, _skip("desk.settle"))


def no_words(turn: Turn) -> Reply:
    """No words of the cause."""
    if not _asked(turn):
        return gone(turn)
    turn.go("improvement", words="")
    return Reply("desk.improve_ask", {}, _skip("desk.settle"), edit=True)


def improvement(turn: Turn) -> Reply:
    """What is improved: it is settled."""
    return _settle(turn, _words(turn))


def settle(turn: Turn) -> Reply:
    """Settled without words of improvement."""
    if not _asked(turn):
        return gone(turn)
    return _settle(turn, "")


def _asked(turn: Turn) -> bool:
    """Whether somebody is still settling a ticket here."""
    return turn.conversation.flow == RESOLVING.name and turn.conversation.active(turn.now)


def _settle(turn: Turn, improved: str) -> Reply:
    data = turn.data
    ticket = tickets.resolve(
        turn.work,
        int(data["ticket"]),
        actor(turn),
        data["cause"],
        data["words"],
        improved,
        turn.now,
    )
    turn.end()
    rows: Rows = ((QUEUE, menu.CARD),) if turn.inbound.address.private else ()
    return Reply("queue.resolved", {"number": ticket.number, "state": str(ticket.state)}, rows)


def _ask_words(turn: Turn) -> Reply:
    turn.go("words")
    return Reply("desk.cause_ask", {}, _skip("desk.no_words"), edit=True)


def _again(turn: Turn) -> Reply:
    ticket = tickets.get(turn.work, int(turn.data["ticket"]))
    return Reply("desk.cause_list", {"number": ticket.number}, _causes(turn))


def _has(turn: Turn, key: str) -> bool:
    return any(one.key == key for one in turn.work.programmes.current().service.causes)


def _causes(turn: Turn) -> Rows:
    buttons = [
        Button(
            "desk.button_named",
            "desk.cause",
            (str(place),),
            here=True,
            values={"names": dict(one.names)},
        )
        for place, one in enumerate(turn.work.programmes.current().service.causes)
    ]
    pairs = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    return (*pairs, (CANCEL,))


def _skip(intent: str) -> Rows:
    return ((Button("button.skip", intent, here=True), CANCEL),)


def _words(turn: Turn) -> str:
    return " ".join(turn.text.split())[:LONGEST]
