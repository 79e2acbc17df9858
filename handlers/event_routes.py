"""The routes of events."""

from typing import Final

from bot.flow import Flow
from bot.router import Route
from handlers import event_desk, events

WRITE: Final = "event:write"
DOOR: Final = "voucher:use"

ROUTES: Final[tuple[Route, ...]] = (
    Route("events", events.show_all, anyone=True),
    Route("event.show", events.show),
    Route("event.answer", events.answer, writes=True),
    Route("event.take", events.take, writes=True),
    Route("event.ticket", events.ticket),
    Route("event.calendar", events.calendar, writes=True),
    Route("event.manage", event_desk.manage_all, needs=WRITE),
    Route("event.staff", event_desk.for_staff, needs=WRITE),
    Route("event.invite", event_desk.invite, writes=True, needs=WRITE),
    Route("event.cancel", event_desk.ask_cancel, needs=WRITE),
    Route("event.cancel_now", event_desk.cancel, writes=True, needs=WRITE),
    Route("event.guests", event_desk.guest_list, writes=True, needs=WRITE),
    Route("event.doors", event_desk.doors, needs=DOOR),
    Route("event.door", event_desk.door, writes=True, needs=DOOR),
    Route("event_door.code", event_desk.take_code, writes=True, needs=DOOR),
    Route("event.in", event_desk.let_in, writes=True, needs=DOOR),
    Route("event.out", event_desk.undo, writes=True, needs=DOOR),
)
FLOWS: Final[tuple[Flow, ...]] = (event_desk.DOOR,)
