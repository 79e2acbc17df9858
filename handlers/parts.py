"""What several slices of the chat share: numbers of buttons, small buttons."""

from collections.abc import Callable, Sequence
from functools import wraps
from zlib import crc32

from bot.messages import Button, Reply, Rows
from domain.errors import Refused
from domain.point_errors import BadCount
from handlers import menu
from handlers.turns import Turn
from services.ports.post import Tapped

CANCEL = Button("button.cancel", "cancel")
LATER = Button("button.later", "card")
LARGEST = 10**9
Step = Callable[[Turn], Reply]


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


def led_back(rows: Rows, known: str = "") -> Callable[[Step], Step]:
    """For a step that refuses before it writes anything: a refusal is its answer, with the way
    back. `known`: what the conversation has to know for that; else it is refused as usual."""

    def of(take: Step) -> Step:
        @wraps(take)
        def step(turn: Turn) -> Reply:
            try:
                return take(turn)
            except Refused as error:
                if known and not turn.data.get(known):
                    raise
                return refusal(error, rows)

        return step

    return of


def buttons(rows: Sequence[Sequence[Tapped]]) -> Rows:
    """Rows of buttons that a service has put together for what is sent, too."""
    return tuple(tuple(Button(*one) for one in row) for row in rows)


def pairs(buttons: Sequence[Button]) -> Rows:
    """Two buttons in a row."""
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


def turning(page: int, count: int, size: int, at: Button) -> Rows:
    """Buttons to the pages before and after; none where there is one page only. `at`: where they
    lead, which gets the page as its last argument."""
    row = tuple(
        Button(f"button.page_{way}", at.intent, (*at.args, str(to)), here=at.here)
        for way, to in (("back", page - 1), ("on", page + 1))
        if 0 <= to * size < count and to != page
    )
    return (row,) if row else ()


def sign(key: str) -> str:
    """Stands in a button for what is longer than a button may carry."""
    return str(crc32(key.encode()))
