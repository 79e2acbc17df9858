"""Events, for whoever has to do with them: answered, planned, checked in. SEMANTICS: Events.

What each does stands in the modules beside this one.
"""

from __future__ import annotations

from services.event_answers import (
    Mine,
    answer,
    leave_all,
    merge,
    mine,
    show,
    take_offer,
    ticket,
    would_lose,
)
from services.event_check_in import (
    Arrived,
    Guest,
    all_guests,
    by_ticket,
    check_in,
    expected,
    guests,
    recount,
    undo,
)
from services.event_finding import find
from services.event_plans import (
    Standing,
    cancel,
    change,
    concerned,
    past,
    saved,
    standing,
    upcoming,
)
from services.event_telling import values

__all__ = [
    "Arrived",
    "Guest",
    "Mine",
    "Standing",
    "all_guests",
    "answer",
    "by_ticket",
    "cancel",
    "change",
    "check_in",
    "concerned",
    "expected",
    "find",
    "guests",
    "leave_all",
    "merge",
    "mine",
    "past",
    "recount",
    "saved",
    "show",
    "standing",
    "take_offer",
    "ticket",
    "undo",
    "upcoming",
    "values",
    "would_lose",
]
