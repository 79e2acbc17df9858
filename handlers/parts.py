"""What several slices of the chat share: numbers of buttons, small buttons."""

from bot.messages import Button
from handlers.turns import Turn

CANCEL = Button("button.cancel", "cancel")
LATER = Button("button.later", "card")


def number(turn: Turn, place: int = 0) -> int:
    """The number that a button carries at that place; 0, which nothing has, if there is none."""
    text = turn.arg(place)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
