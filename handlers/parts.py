"""What several slices of the chat share: numbers of buttons, small buttons."""

from bot.messages import Button, Reply, Rows
from domain.errors import Refused
from domain.point_errors import BadCount
from handlers import menu
from handlers.turns import Turn

CANCEL = Button("button.cancel", "cancel")
LATER = Button("button.later", "card")
LARGEST = 10**9


def gone(turn: Turn) -> Reply:
    """What a button asked for is not there, or not any more."""
    return Reply("general.expired", {}, menu.main(turn))


def refusal(error: Refused, rows: Rows = ()) -> Reply:
    """A refusal as an answer, where what was done on the way to it is kept."""
    return Reply(error.code, error.data(), rows)


def number(turn: Turn, place: int = 0) -> int:
    """The number that a button carries at that place; 0, which nothing has, if there is none."""
    text = turn.arg(place)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0


def whole(text: str) -> int:
    """A typed number of points above zero, full-width digits too; raises BadCount."""
    clean = text.strip().replace(",", "").replace("，", "").removeprefix("+").strip()
    if not clean.isdecimal() or len(clean) > 20 or not 0 < int(clean) <= LARGEST:
        raise BadCount(text[:40])
    return int(clean)
