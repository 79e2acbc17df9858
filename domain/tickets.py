"""Tickets: complaints, suggestions and questions, their states and deadlines."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

REOPEN_WITHIN: Final = timedelta(days=7)
ANSWER_WITHIN: Final = timedelta(hours=24)
LONGEST_TEXT: Final = 2000
RATINGS: Final = (1, 2, 3, 4, 5)


class TicketKind(StrEnum):
    """SEMANTICS: Complaints. Praise is feedback that nobody owes an answer to."""

    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    QUESTION = "question"
    PRAISE = "praise"
    FEEDBACK = "feedback"


CATEGORIES: Final = {
    TicketKind.COMPLAINT: ("product", "service", "delivery", "points", "other"),
    TicketKind.FEEDBACK: ("praise", "suggestion", "question"),
}


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
    when it was resolved or closed, `in_time` or not. `subject_kind` (`purchase`, `voucher`, "")
    and `subject_id`: what it is about. `alarm`: the word that made it urgent."""

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

    def state_at(self, now: datetime) -> TicketState:
        """The state by the clock: what was resolved is closed when nobody came back in time."""
        if self.state is TicketState.RESOLVED and not self.may_reopen(now):
            return TicketState.CLOSED
        return self.state


def after_member(staff_id: int | None) -> TicketState:
    """Where a ticket stands when its member has said something more."""
    return TicketState.OPEN if staff_id is None else TicketState.ASSIGNED


def new_ticket_number(below: int, start: int = 100_000) -> int:
    """A six-digit number that people can say, from a random number below 900,000."""
    return start + below


def answer_due(now: datetime) -> datetime:
    """By when a first answer is promised."""
    return now + ANSWER_WITHIN
