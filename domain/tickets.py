"""Tickets: complaints, suggestions, questions and praise, their states, steps and events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.service_rules import Category, Service
from domain.texts import has_phrase

REOPEN_WITHIN: Final = timedelta(days=7)
LONGEST_TEXT: Final = 2000
RATINGS: Final = (1, 2, 3, 4, 5)


class TicketKind(StrEnum):
    """SEMANTICS: Complaints. Praise is what nobody owes an answer to."""

    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    QUESTION = "question"
    PRAISE = "praise"


class Author(StrEnum):
    """Who said something of a ticket: `note` is for staff only, `event` is what happened."""

    MEMBER = "member"
    STAFF = "staff"
    NOTE = "note"
    EVENT = "event"


class TicketState(StrEnum):
    """SEMANTICS: Complaints. `waiting` is for the member."""

    OPEN = "open"
    ASSIGNED = "assigned"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"


RUNNING: Final = (TicketState.OPEN, TicketState.ASSIGNED, TicketState.WAITING)
DONE: Final = (TicketState.RESOLVED, TicketState.CLOSED)


@dataclass(frozen=True, slots=True)
class Ticket:
    """`due_at`: by when the next answer is owed, None while none is; `first_due_at`: what was
    promised for the first one, which came at `answered_at`. `resolve_by`: by when it should be
    settled, None while that clock stands with `resolve_left` business minutes left. `done_at`:
    when it was resolved or closed, `in_time` or not. `rating`: the last one, of `rated_at`.
    `subject_kind` (`purchase`, `voucher`, "") and `subject_id`: what it is about. `alarm`: the
    word that made it urgent."""

    id: int
    number: int
    kind: TicketKind
    category: str
    member_id: int
    address_id: int | None
    staff_id: int | None
    state: TicketState
    opened_at: datetime
    first_due_at: datetime
    due_at: datetime | None
    resolve_by: datetime | None = None
    resolve_left: int | None = None
    answered_at: datetime | None = None
    escalated_at: datetime | None = None
    done_at: datetime | None = None
    in_time: bool | None = None
    reopened: int = 0
    merged_into: int | None = None
    rating: int | None = None
    rated_at: datetime | None = None
    cause_key: str = ""
    priority: int = 0
    alarm: str = ""
    opened_by: int | None = None
    store_id: int | None = None
    subject_kind: str = ""
    subject_id: int | None = None

    def may_reopen(self, now: datetime) -> bool:
        """Whether a reply opens it again: within 7 days after it was done."""
        return self.done_at is None or now < self.done_at + REOPEN_WITHIN

    def rated(self, stars: int) -> bool:
        """Whether what was done last, or runs, was rated so already."""
        before = self.done_at and self.rated_at and self.rated_at < self.done_at
        return self.rating == stars and not before

    def state_at(self, now: datetime) -> TicketState:
        """The state by the clock: what was resolved is closed when nobody came back in time."""
        if self.state is TicketState.RESOLVED and not self.may_reopen(now):
            return TicketState.CLOSED
        return self.state


class Step(StrEnum):
    """What is done with a ticket."""

    MEMBER_SAYS = "member_says"
    STAFF_SAYS = "staff_says"
    TAKE = "take"
    RELEASE = "release"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"
    MERGE = "merge"


class Event(StrEnum):
    """What happened to a ticket, as its history keeps it; `text` of the message is the event,
    after a `|` its value."""

    ALARM = "alarm"  # the word
    ASSIGNED = "assigned"  # to whom
    RELEASED = "released"
    PRIORITY = "priority"  # the new one's name
    CATEGORY = "category"  # the new key
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    MERGED = "merged"  # the number of the ticket it went into
    MERGED_IN = "merged_in"  # the number of the ticket that came in
    RATED = "rated"  # the stars
    ESCALATED = "escalated"  # why
    GOODWILL = "goodwill"  # what was given


FOR_MEMBERS: Final = frozenset(
    {
        Event.ASSIGNED,
        Event.RESOLVED,
        Event.CLOSED,
        Event.REOPENED,
        Event.MERGED,
        Event.MERGED_IN,
        Event.RATED,
        Event.GOODWILL,
    }
)
"""The events that the member sees too."""


def event_text(event: Event, value: object = "") -> str:
    """An event as its message keeps it."""
    return f"{event.value}|{value}" if str(value) else event.value


def read_event(text: str) -> tuple[str, str]:
    """The event and its value of a message that `event_text` wrote."""
    event, _, value = text.partition("|")
    return event, value


def after(state: TicketState, step: Step, *, held: bool) -> TicketState | None:
    """The state after a step; None where the step is not possible. `held`: an operator has the
    ticket (after RELEASE nobody has). What the clock says of reopening is not asked here.

    SEMANTICS: Complaints. What staff say after a ticket is done leaves it done.
    """
    done, running = state in DONE, TicketState.ASSIGNED if held else TicketState.OPEN
    if step in (Step.MEMBER_SAYS, Step.REOPEN):
        return None if step is Step.REOPEN and not done else running
    if step is Step.STAFF_SAYS:
        return state if done else TicketState.WAITING
    if step is Step.CLOSE:
        return None if state is TicketState.CLOSED else TicketState.CLOSED
    if done:
        return None
    return _while_running(state, step)


def _while_running(state: TicketState, step: Step) -> TicketState:
    waits = state is TicketState.WAITING
    return {
        Step.TAKE: state if waits else TicketState.ASSIGNED,
        Step.RELEASE: state if waits else TicketState.OPEN,
        Step.RESOLVE: TicketState.RESOLVED,
        Step.MERGE: TicketState.CLOSED,
    }[step]


def alarm_in(text: str, words: Sequence[str]) -> str:
    """The first of the alarm words that the text holds, "" for none; Latin words and numbers
    only whole."""
    return next((word for word in words if has_phrase(text, word)), "")


def categories_of(service: Service, kind: TicketKind) -> tuple[Category, ...]:
    """What tickets of a kind can be about; none where the kind says it all."""
    return tuple(one for one in service.categories if kind.value in one.kinds)


def new_ticket_number(below: int, start: int = 100_000) -> int:
    """A six-digit number that people can say, from a random number below 900,000."""
    return start + below
