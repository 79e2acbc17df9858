"""Thanks after an event: a text, photos, and sending both to who came."""

from __future__ import annotations

from bot.flow import Flow, Step
from bot.messages import Button, Kind, Reply, Rows
from handlers import event_desk
from handlers.parts import CANCEL, gone, number
from handlers.ticket_parts import media_of
from handlers.turns import Turn, actor
from services import event_making, event_thanks, events

THANKING = Flow("event_thanks", (Step("text"), Step("photos", frozenset((Kind.TEXT, Kind.PHOTO)))))


def start(turn: Turn) -> Reply:
    """Asks for the words."""
    event = event_thanks.check(turn.work, number(turn), turn.now)
    turn.start(THANKING, event=str(event.id))
    return Reply("event.ask_thanks", events.values(event), ((CANCEL,),))


def take_text(turn: Turn) -> Reply:
    """The words; then photos."""
    turn.go("photos", texts=event_making.told(turn.text), photos=[])
    return Reply("event.ask_photos", {"most": event_thanks.MOST_PHOTOS}, _rows(turn, 0))


def _rows(turn: Turn, photos: int) -> Rows:
    came = events.standing(turn.work, int(turn.data["event"])).counts.get("came", 0)
    values = {"came": came, "photos": photos}
    send = Button("event.button_send_thanks", "event.thank_now", values=values)
    return ((send,), (CANCEL,))


def take_photo(turn: Turn) -> Reply | None:
    """One more photo; pieces of an album are counted together."""
    photos = list(turn.data["photos"])
    if turn.inbound.kind is not Kind.PHOTO or len(photos) >= event_thanks.MOST_PHOTOS:
        values = {"most": event_thanks.MOST_PHOTOS, "count": len(photos)}
        return Reply("event.no_photo", values, _rows(turn, len(photos)))
    photos += [dict(one) for one in media_of(turn)]
    album = turn.inbound.album
    known = bool(album) and album == turn.data.get("album")
    turn.go("photos", photos=photos, album=album)
    if known:
        return None
    values = {"count": len(photos), "album": bool(album)}
    return Reply("event.photo_kept", values, _rows(turn, 0 if album else len(photos)))


def send(turn: Turn) -> Reply:
    """They go out to who came. The button of the first photo holds for those that follow it."""
    if turn.conversation.flow != THANKING.name or "texts" not in turn.data:
        return gone(turn)
    data = turn.data
    event = event_thanks.thank(
        turn.work, int(data["event"]), data["texts"], data["photos"], actor(turn), turn.now
    )
    turn.end()
    came = events.standing(turn.work, event.id).counts.get("came", 0)
    later = turn.now < event.door_until
    values = {**events.values(event), "came": came, "later": later, "at": event.door_until}
    return Reply("event.thanks_sent", values, ((event_desk.BACK,),), edit=True)
