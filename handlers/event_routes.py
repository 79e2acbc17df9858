"""The routes of events."""

from typing import Final

from bot.flow import Flow
from bot.router import Route
from handlers import (
    event_desk,
    event_ending,
    event_inviting,
    event_making,
    event_settings,
    event_thanks,
    events,
)

WRITE: Final = "event:write"
DOOR: Final = "voucher:use"


def _whom(intent: str) -> Route:
    """Who is to be invited; how many they are is counted before."""
    return Route(
        intent, event_inviting.take_whom, writes=True, needs=WRITE, counts=event_inviting.count
    )


ROUTES: Final[tuple[Route, ...]] = (
    Route("events", events.show_all, anyone=True),
    Route("event.show", events.show),
    Route("event.answer", events.answer, writes=True),
    Route("event.take", events.take, writes=True),
    Route("event.ticket", events.ticket),
    Route("event.calendar", events.calendar, writes=True),
    Route("event.manage", event_desk.manage_all, needs=WRITE),
    Route("event.staff", event_desk.for_staff, needs=WRITE),
    Route("event.past", event_desk.past, needs=WRITE),
    Route("event.invite", event_inviting.start, writes=True, needs=WRITE),
    _whom("event.wave_all"),
    _whom("event.wave_level"),
    _whom("event.wave_saved"),
    _whom("event_invite.whom"),
    Route("event.wave_now", event_inviting.now, writes=True, needs=WRITE),
    Route("event_invite.when", event_inviting.take_when, writes=True, needs=WRITE),
    Route("event.wave_stop", event_inviting.stop, writes=True, needs=WRITE),
    Route("event.settings", event_settings.show, needs=WRITE),
    Route("event.switch", event_settings.switch, writes=True, needs=WRITE),
    Route("event.level", event_settings.level, writes=True, needs=WRITE),
    Route("event.set", event_settings.ask, writes=True, needs=WRITE),
    Route("event.set_none", event_settings.none, writes=True, needs=WRITE),
    *(
        Route(f"event_set.{what}", event_settings.take, writes=True, needs=WRITE)
        for what in event_settings.TYPED
    ),
    Route("event.thank", event_thanks.start, writes=True, needs=WRITE),
    Route("event_thanks.text", event_thanks.take_text, writes=True, needs=WRITE),
    Route("event_thanks.photos", event_thanks.take_photo, writes=True, needs=WRITE),
    Route("event.thank_now", event_thanks.send, writes=True, needs=WRITE),
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
    Route("event.cancel", event_ending.ask, needs=WRITE),
    Route("event.cancel_now", event_ending.cancel, writes=True, needs=WRITE),
    Route("event.series_end", event_ending.ask_series, needs=WRITE),
    Route("event.series_end_now", event_ending.cancel_series, writes=True, needs=WRITE),
    Route("event.guests", event_desk.guest_list, writes=True, needs=WRITE),
    Route("event.doors", event_desk.doors, needs=DOOR),
    Route("event.door", event_desk.door, writes=True, needs=DOOR),
    Route("event_door.code", event_desk.take_code, writes=True, needs=DOOR),
    Route("event.in", event_desk.let_in, writes=True, needs=DOOR),
    Route("event.heads", event_desk.recount, writes=True, needs=DOOR),
    Route("event.out", event_desk.undo, writes=True, needs=DOOR),
)
FLOWS: Final[tuple[Flow, ...]] = (
    event_desk.DOOR,
    event_making.MAKING,
    event_making.CHANGING,
    event_inviting.INVITING,
    event_settings.SETTING,
    event_thanks.THANKING,
)
