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
from services.event_check_in import Arrived, Guest, by_ticket, check_in, guests, undo
from services.event_plans import (
    Standing,
    cancel,
    change,
    concerned,
    find,
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
    "answer",
    "by_ticket",
    "cancel",
    "change",
    "check_in",
    "concerned",
    "find",
    "guests",
    "leave_all",
    "merge",
    "mine",
    "past",
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
