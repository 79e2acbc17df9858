"""What the member's tickets and the staff's queue share: words with photos, and the thread."""

from typing import Any

from bot.messages import Kind
from domain.refusals import MediaRefused
from handlers.turns import Turn
from services.tickets import View, Words


def words_of(turn: Turn) -> Words | None:
    """What was written, with the photo that came with it or before; None while words are
    missing. Raises MediaRefused for anything but a photo."""
    if turn.inbound.kind is Kind.FILE:
        raise MediaRefused
    address = turn.inbound.address
    media = [
        {
            "reference": part.reference,
            "kind": part.kind,
            "channel": address.channel,
            "account": address.account,
        }
        for part in turn.inbound.media
    ]
    kept = media or list(turn.data.get("media", ()))
    if media and not turn.text.strip() and turn.conversation.flow:
        turn.go(turn.conversation.step, media=kept)
        return None
    return Words(turn.text, tuple(kept))


def thread(turn: Turn, view: View) -> dict[str, Any]:
    """What was said, for a text."""
    said = [
        {
            "author": one.author,
            "staff": one.staff_name,
            "text": one.text,
            "photos": len(one.media),
            "at": one.at,
        }
        for one in view.thread
    ]
    return {"thread": said, "zone": zone(turn), "staff": view.staff}


def zone(turn: Turn) -> str:
    return turn.person.zone or turn.work.programmes.current().zone
