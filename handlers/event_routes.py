"""The routes of events."""

from typing import Final

from bot.flow import Flow
from bot.router import Route
from handlers import event_desk, event_making, events

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
    Route("event.new", event_making.start, writes=True, needs=WRITE),
    Route("event_new.name", event_making.take_name, writes=True, needs=WRITE),
    Route("event_new.place", event_making.take_place, writes=True, needs=WRITE),
    Route("event_new.when", event_making.take_when, writes=True, needs=WRITE),
    Route("event_new.seats", event_making.take_seats, writes=True, needs=WRITE),
    Route("event.no_limit", event_making.no_limit, writes=True, needs=WRITE),
    Route("event.move", event_making.ask_when, writes=True, needs=WRITE),
    Route("event.seats", event_making.ask_seats, writes=True, needs=WRITE),
    Route("event_change.when", event_making.take_other_time, writes=True, needs=WRITE),
    Route("event_change.seats", event_making.take_other_seats, writes=True, needs=WRITE),
    Route("event.cancel", event_desk.ask_cancel, needs=WRITE),
    Route("event.cancel_now", event_desk.cancel, writes=True, needs=WRITE),
    Route("event.guests", event_desk.guest_list, writes=True, needs=WRITE),
    Route("event.doors", event_desk.doors, needs=DOOR),
    Route("event.door", event_desk.door, writes=True, needs=DOOR),
    Route("event_door.code", event_desk.take_code, writes=True, needs=DOOR),
    Route("event.in", event_desk.let_in, writes=True, needs=DOOR),
    Route("event.out", event_desk.undo, writes=True, needs=DOOR),
)
FLOWS: Final[tuple[Flow, ...]] = (
    event_desk.DOOR,
    event_making.MAKING,
    event_making.CHANGING,
)
