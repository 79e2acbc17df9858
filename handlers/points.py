"""The member card and the points."""

from bot.messages import Button, Reply
from handlers.turns import Turn, member_id
from services import cards

MAIN = (
    (Button("button.points", "points"), Button("button.history", "history")),
    (Button("button.help", "help"),),
)


def show(turn: Turn) -> Reply:
    """How many points there are, and what happens to them next."""
    has = cards.points(turn.work, member_id(turn), turn.now)
    return Reply("points.balance", _values(has), MAIN)


def card(turn: Turn) -> Reply:
    """The member card."""
    return card_of(turn, member_id(turn))


def card_of(turn: Turn, member: int) -> Reply:
    """The card of a member who may only just have joined."""
    shown = cards.card(turn.work, member, turn.now)
    values = {
        "name": shown.member.name or turn.inbound.name,
        "number": shown.member.shown_number,
        "level": shown.programme.level_name(shown.member.level, turn.locale),
        **_values(shown.points),
    }
    return Reply("card.shown", values, MAIN)


def _values(has: cards.Points) -> dict[str, object]:
    return {name: getattr(has, name) for name in cards.Points.__dataclass_fields__}
