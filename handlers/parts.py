"""What several slices of the chat share: numbers of buttons, small buttons."""

from bot.messages import Button, Reply
from handlers import menu
from handlers.turns import Turn

CANCEL = Button("button.cancel", "cancel")
LATER = Button("button.later", "card")


def gone(turn: Turn) -> Reply:
    """What a button asked for is not there, or not any more."""
    return Reply("general.expired", {}, menu.main(turn))


def number(turn: Turn, place: int = 0) -> int:
    """The number that a button carries at that place; 0, which nothing has, if there is none."""
    text = turn.arg(place)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
