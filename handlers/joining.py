"""The first words: /start, joining, and what strangers are told."""

from bot.messages import Button, Reply
from handlers import points
from handlers.turns import Turn, address_id
from services import joining

JOIN = Button("button.join", "join", effect=True)
RULES = Button("button.rules", "rules")


def start(turn: Turn) -> Reply:
    """A member sees the card; a stranger is invited to join."""
    if turn.person.member_id is None:
        return stranger(turn)
    return points.card(turn)


def stranger(turn: Turn) -> Reply:
    """What the club offers and the one button that joins it."""
    programme = turn.work.programmes.current()
    return Reply(
        "join.invitation",
        {"name": turn.inbound.name, "welcome": programme.welcome_points},
        ((JOIN,), (RULES,)),
    )


def rules(turn: Turn) -> Reply:
    """The club rules as they are accepted by joining."""
    charter = turn.work.programmes.current().charter
    values = {"text": charter.text.get(turn.locale, ""), "version": charter.version}
    return Reply("join.rules", values, ((JOIN,),) if turn.person.member_id is None else ())


def join(turn: Turn) -> Reply:
    """One tap: the rules are accepted and the member exists."""
    joined = joining.join(turn.work, address_id(turn), locale=turn.locale, now=turn.now)
    if not joined.new:
        return points.card_of(turn, joined.member.id)
    values = {"number": joined.member.shown_number, "points": joined.points}
    return Reply("join.welcome", values, points.MAIN)
