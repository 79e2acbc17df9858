"""Goodwill from a ticket: so many points or a voucher with one tap, another number in two."""

from __future__ import annotations

from typing import Any

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.approvals import Approval
from domain.tickets import Ticket
from handlers.parts import CANCEL, number, whole
from handlers.turns import Turn, actor
from services import goodwill, ticket_finding
from services.goodwill import Gift
from services.masks import masked

USUAL = (50, 100, 200)
GIVING = Flow("giving", (Step("points"), Step("sure")))


def choose(turn: Turn) -> Reply:
    """What may be given for the ticket, and how much of it without asking anybody."""
    ticket = _ticket(turn)
    left = goodwill.budget(turn.work, actor(turn), turn.now)
    this = str(ticket.number)
    points = tuple(
        Button(
            "goodwill.button_points",
            "goodwill.points",
            (this, str(count)),
            effect=True,
            values={"points": count},
        )
        for count in USUAL
    )
    vouchers = tuple(
        (
            Button(
                "goodwill.button_voucher",
                "goodwill.gift",
                (this, goodwill.token(benefit.key)),
                effect=True,
                values={"name": dict(benefit.names)},
            ),
        )
        for benefit in left.benefits
    )
    other = Button("goodwill.button_other", "goodwill.other", (this,))
    values = _about(turn, ticket) | {
        "points": left.points,
        "vouchers_left": left.vouchers if left.benefits else None,
    }
    return Reply("goodwill.choose", values, (points, *vouchers, (other,), *_back(ticket)))


def points(turn: Turn) -> Reply:
    """Gives the points of a button."""
    return _give(turn, _ticket(turn), Gift(points=number(turn, 1)))


def voucher(turn: Turn) -> Reply:
    """Gives the voucher of a button."""
    key = goodwill.benefit_key(turn.work, turn.arg(1))
    return _give(turn, _ticket(turn), Gift(benefit_key=key))


def other(turn: Turn) -> Reply:
    """Asks how many points."""
    ticket = _ticket(turn)
    turn.start(GIVING, ticket=str(ticket.id))
    return Reply("goodwill.other", _about(turn, ticket), ((CANCEL,),))


def take_points(turn: Turn) -> Reply:
    """A typed number, then a last look."""
    turn.go("sure", points=whole(turn.text))
    return sure(turn)


def sure(turn: Turn) -> Reply:
    """What will be given, and the button that does it or asks a second person."""
    ticket, count = _asked(turn)
    second = count > goodwill.budget(turn.work, actor(turn), turn.now).points
    label = "goodwill.button_ask" if second else "goodwill.button_do"
    do = Button(label, "giving.do", effect=True, here=True, values={"points": count})
    values = {**_about(turn, ticket), "points": count, "second": second}
    return Reply("goodwill.sure", values, ((do,), (CANCEL,)))


def do(turn: Turn) -> Reply:
    """Gives the typed number of points."""
    ticket, count = _asked(turn)
    reply = _give(turn, ticket, Gift(points=count))
    turn.end()
    return reply


def _asked(turn: Turn) -> tuple[Ticket, int]:
    ticket = ticket_finding.leading(turn.work, int(turn.data["ticket"]))
    return ticket, int(turn.data["points"])


def _give(turn: Turn, ticket: Ticket, gift: Gift) -> Reply:
    key = f"goodwill:{turn.nonce}"
    done = goodwill.give(turn.work, ticket.id, gift, key=key, actor=actor(turn), now=turn.now)
    values = {
        **_about(turn, ticket),
        "points": gift.points,
        "voucher": goodwill.names(turn.work, gift),
    }
    said = "goodwill.waiting" if isinstance(done, Approval) else "goodwill.done"
    return Reply(said, values, _back(ticket), edit=True)


def _ticket(turn: Turn) -> Ticket:
    """The ticket of a button, by id or, where buttons carry more, by its number."""
    found = ticket_finding.find(turn.work, number(turn))
    return ticket_finding.leading(turn.work, found.id)


def _about(turn: Turn, ticket: Ticket) -> dict[str, Any]:
    who = masked(turn.work, ticket.member_id)
    return {"ticket": ticket.number, "name": who.name, "number": who.number}


def _back(ticket: Ticket) -> Rows:
    return ((Button("desk.button_open", "ticket.open", (str(ticket.id),)),),)
