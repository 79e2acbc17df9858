"""Staff write an event in the chat, or give it another time or other seats."""

from __future__ import annotations

from datetime import datetime

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.events import Event
from handlers import event_desk
from handlers.parts import CANCEL, number, whole
from handlers.turns import Turn, actor
from services import event_making, events

MAKING = Flow("event_new", (Step("name"), Step("place"), Step("when"), Step("seats")))
CHANGING = Flow("event_change", (Step("when"), Step("seats")))
NO_LIMIT = Button("event.button_no_limit", "event.no_limit", here=True)


def start(turn: Turn) -> Reply:
    """Asks for the name."""
    turn.start(MAKING)
    return Reply("event.ask_name", {}, ((CANCEL,),))


def take_name(turn: Turn) -> Reply:
    """The name, in one language or both; then where it is."""
    turn.go("place", names=event_making.names(turn.text))
    return Reply("event.ask_place", {}, ((CANCEL,),))


def take_place(turn: Turn) -> Reply:
    """Where it is; then when."""
    turn.go("when", place=event_making.names(turn.text))
    return Reply("event.ask_when", {"zone": _zone(turn)}, ((CANCEL,),))


def take_when(turn: Turn) -> Reply:
    """When it begins; then how many seats there are."""
    at = event_making.moment(turn.text, _zone(turn), turn.now)
    turn.go("seats", at=at.isoformat())
    return Reply("event.ask_seats", {"taken": 0}, ((NO_LIMIT,), (CANCEL,)))


def take_seats(turn: Turn) -> Reply:
    """How many seats there are: the event is there."""
    return _made(turn, whole(turn.text))


def no_limit(turn: Turn) -> Reply:
    """As many as want to come, of a new event or one that is changed."""
    if turn.conversation.flow == CHANGING.name:
        return _changed(turn, None)
    return _made(turn, None)


def _made(turn: Turn, capacity: int | None) -> Reply:
    data = turn.data
    at = datetime.fromisoformat(data["at"])
    made = event_making.make(
        turn.work, data["names"], data["place"], at, capacity, actor(turn), turn.now
    )
    turn.end()
    return event_desk.staff_card(turn, made.id)


# -- changing -----------------------------------------------------------------------------


def ask_when(turn: Turn) -> Reply:
    """Asks for another time, and says who will be told."""
    return _ask(turn, "when", "event.ask_other_time")


def ask_seats(turn: Turn) -> Reply:
    """Asks for another number of seats."""
    return _ask(turn, "seats", "event.ask_seats", ((NO_LIMIT,),))


def _ask(turn: Turn, step: str, key: str, rows: Rows = ()) -> Reply:
    event = events.find(turn.work, number(turn))
    turn.start(CHANGING, step, event=str(event.id))
    told = event_desk.told(turn, event)
    values = {"taken": event.taken, "told": sum(told.values()), **_when(event)}
    return Reply(key, values, (*rows, (CANCEL,)))


def _when(event: Event) -> dict[str, object]:
    return {"names": dict(event.names), "starts_at": event.starts_at, "zone": event.zone}


def take_other_time(turn: Turn) -> Reply:
    """It begins at another time; who said yes, waits or said maybe is told."""
    event = events.find(turn.work, int(turn.data["event"]))
    at = event_making.moment(turn.text, event.zone, turn.now)
    event_making.move(turn.work, event.id, at, actor(turn), turn.now)
    turn.end()
    return event_desk.staff_card(turn, event.id)


def take_other_seats(turn: Turn) -> Reply:
    """There are other seats; those that come free go to who waits."""
    return _changed(turn, whole(turn.text))


def _changed(turn: Turn, capacity: int | None) -> Reply:
    event_id = int(turn.data["event"])
    events.change(turn.work, event_id, actor(turn), turn.now, capacity=capacity)
    turn.end()
    return event_desk.staff_card(turn, event_id)


def _zone(turn: Turn) -> str:
    return turn.work.programmes.current().zone
