"""Staff write to all members who agreed to promotions: write, look, try, count, send, stop."""

from __future__ import annotations

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.campaigns import check_text
from handlers.parts import number
from handlers.turns import Turn, actor, address_id
from services import broadcasts

BROADCAST = Flow("broadcast", (Step("text"),))

_SELF = Button("broadcast.button_self", "broadcast.self", effect=True, here=True)
_COUNT = Button("broadcast.button_count", "broadcast.count", here=True)
_SEND = Button("broadcast.button_send", "broadcast.send", effect=True, here=True)
_CANCEL = Button("broadcast.button_cancel", "cancel")


def begin(turn: Turn) -> Reply:
    """Asks for the text."""
    turn.start(BROADCAST)
    return Reply("broadcast.ask", {}, ((_CANCEL,),))


def take_text(turn: Turn) -> Reply:
    """Shows the text as members see it; another text replaces it."""
    text = check_text(turn.text)
    turn.go("text", text=text)
    return Reply("broadcast.preview", {"text": text}, ((_SELF, _COUNT), (_CANCEL,)))


def to_self(turn: Turn) -> Reply:
    """Sends the message to its author exactly as members will get it."""
    broadcasts.to_self(turn.work, turn.data["text"], address_id(turn), turn.now)
    return Reply("broadcast.sent_to_self", {}, ((_COUNT,), (_CANCEL,)))


def count(turn: Turn) -> Reply:
    """How many will get it; only the next tap sends."""
    values = {"count": broadcasts.audience(turn.work), "text": turn.data["text"]}
    return Reply("broadcast.confirm", values, ((_SEND,), (_SELF, _CANCEL)))


def send(turn: Turn) -> Reply:
    """Starts sending."""
    campaign = broadcasts.start(
        turn.work,
        turn.data["text"],
        author=actor(turn),
        address_id=address_id(turn),
        key=turn.nonce,
        now=turn.now,
    )
    turn.end()
    return _progress(turn, campaign.id, edit=True)


def progress(turn: Turn) -> Reply:
    """How far it is."""
    return _progress(turn, number(turn), edit=True)


def stop(turn: Turn) -> Reply:
    """Stops it: what has not left stays here."""
    campaign_id = number(turn)
    broadcasts.stop(turn.work, campaign_id, author=actor(turn), now=turn.now)
    return _progress(turn, campaign_id, edit=True)


def _progress(turn: Turn, campaign_id: int, *, edit: bool) -> Reply:
    now = broadcasts.progress(turn.work, campaign_id)
    values = {
        "state": now.state,
        "planned": now.planned,
        "filling": now.filling,
        "sent": now.sent,
        "waiting": now.waiting,
        "failed": now.failed,
        "unknown": now.unknown,
        "skipped": now.skipped,
        "reasons": [{"reason": reason, "count": number} for reason, number in now.reasons],
    }
    return Reply("broadcast.progress", values, _buttons(now), edit=edit)


def _buttons(now: broadcasts.Progress) -> Rows:
    args = (str(now.campaign_id),)
    refresh = Button("broadcast.button_refresh", "broadcast.progress", args)
    if not now.stoppable:
        return ((refresh,),) if now.waiting else ()
    halt = Button("broadcast.button_halt", "broadcast.stop", args, effect=True)
    return ((refresh, halt),)
