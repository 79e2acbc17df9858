"""What a member has agreed to receive, and the hours in which nobody is disturbed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from domain.dates import zone_of


class Purpose(StrEnum):
    """SEMANTICS: Members. Service is always on; every other purpose starts off."""

    SERVICE = "service"
    CARE = "care"
    PROMOTIONS = "promotions"
    SURVEYS = "surveys"
    PERSONALISED = "personalised"
    PARTNERS = "partners"


OPTIONAL: Final = tuple(purpose for purpose in Purpose if purpose is not Purpose.SERVICE)
# What `/stop` ends at once; care and surveys go on until they are switched off themselves.
STOPPED: Final = (Purpose.PROMOTIONS, Purpose.PERSONALISED, Purpose.PARTNERS)

Consents = Mapping[str, bool]  # purpose → decision; one never decided is missing


def agreed(consents: Consents, purpose: Purpose) -> bool:
    """Whether messages of a purpose may go to the member."""
    return purpose is Purpose.SERVICE or consents.get(purpose, False)


def undecided(consents: Consents, purpose: Purpose) -> bool:
    """Whether the member was never asked: then it may be asked when it first makes sense."""
    return purpose is not Purpose.SERVICE and purpose not in consents


def changed(consents: Consents, purpose: Purpose, agree: bool) -> dict[str, bool]:
    """The decisions after one change; service messages cannot be switched off (ValueError)."""
    if purpose is Purpose.SERVICE:
        raise ValueError("service messages are always sent")
    return {**consents, purpose: agree}


def stopped(consents: Consents) -> dict[str, bool]:
    """The decisions after `/stop` (退订, TD, T): no promotion of any kind."""
    return {**consents, **dict.fromkeys((str(purpose) for purpose in STOPPED), False)}


def still_coming(consents: Consents) -> tuple[Purpose, ...]:
    """What the member still gets, to say so."""
    return tuple(purpose for purpose in Purpose if agreed(consents, purpose))


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` (inclusive) to `end` (exclusive) local time; equal times mean never quiet."""

    start: time = time(22)
    end: time = time(8)

    def is_quiet(self, local: time) -> bool:
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def quiet_hours(text: str) -> QuietHours:
    """Reads back `22:00-08:00`; raises ValueError for anything else."""
    start, _, end = text.partition("-")
    return QuietHours(time.fromisoformat(start.strip()), time.fromisoformat(end.strip()))


def send_at(due: datetime, zone: str, *quiet: QuietHours) -> datetime:
    """The first moment at or after `due` (UTC) that lies in nobody's quiet hours.

    Programme and member may each have some; if they leave no hour open, `due` stands.
    """
    where = zone_of(zone)
    at = due
    for _ in range(2 * len(quiet) + 1):
        hours = next((q for q in quiet if q.is_quiet(at.astimezone(where).time())), None)
        if hours is None:
            return at
        at = _next(at, where.key, hours.end)
    return due


def _next(at: datetime, zone: str, clock: time) -> datetime:
    """The next instant after `at` at which the local clock shows a time."""
    where = zone_of(zone)
    local = at.astimezone(where)
    day = local.date() if local.time() < clock else local.date() + timedelta(days=1)
    return datetime.combine(day, clock, where).astimezone(UTC)
