"""`/code`: a member's own code for the till, as a picture, once and for some minutes."""

from __future__ import annotations

from bot.messages import Button, Reply, Rows
from domain.codes import show_code
from handlers import menu
from handlers.turns import Turn, member_id
from services import member_codes
from services.drawing import member_code_photo

FRESH = Button("button.code_fresh", "code")
TEXT = Button("button.code_text", "code.show")
ROWS: Rows = ((FRESH, TEXT), (menu.CARD,))


def fresh(turn: Turn) -> Reply:
    """A new code; the one before is good no longer. What is answered holds no code: the picture
    is drawn when it is sent."""
    made = member_codes.fresh(turn.work, member_id(turn), turn.now)
    values = {"until": made.expires_at, "minutes": _minutes(turn), "zone": _zone(turn)}
    photo = member_code_photo(made.id, member_id(turn))
    return Reply("code.card", values, ROWS, photo=photo, protect=True)


def show(turn: Turn) -> Reply:
    """The code in letters. A reading route, so it is kept nowhere."""
    found = member_codes.shown(turn.work, member_id(turn), turn.now)
    if found is None:
        return Reply("code.over", {}, ((FRESH, menu.CARD),))
    values = {"code": show_code(found.code), "until": found.expires_at, "zone": _zone(turn)}
    return Reply("code.text", values, ((FRESH, menu.CARD),), protect=True, secret=True)


def _minutes(turn: Turn) -> int:
    return max(turn.work.programmes.current().till.code_seconds // 60, 1)


def _zone(turn: Turn) -> str:
    return turn.person.zone or turn.work.programmes.current().zone
