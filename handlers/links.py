"""What `/start PAYLOAD` opens: each prefix of a deep link and who answers it.

A slice of the chat adds one line. A payload that nobody knows opens the card.
"""

from collections.abc import Callable

from bot.messages import Reply
from handlers import event_desk, handing, joining, staff, till
from handlers.turns import Turn
from services import missed

Open = Callable[[Turn, str], Reply]

# prefix → handler of the turn and the rest of the payload
LINKS: dict[str, Open] = {
    "src_": joining.came,
    "ref_": joining.came,
    "op_": staff.link,
    "v_": till.opened,
    "e_": event_desk.opened,
    "g_": handing.opened,
    "m_": till.opened,
}


def start(turn: Turn) -> Reply:
    """The first word, with or without a link that led here; also of who blocked us and is back."""
    if turn.person.address_id is not None:
        missed.wake(turn.work, turn.person.address_id, turn.now)
    payload = turn.arg()
    for prefix, opens in LINKS.items():
        if payload.startswith(prefix) and len(payload) > len(prefix):
            return opens(turn, payload)
    return joining.start(turn)
