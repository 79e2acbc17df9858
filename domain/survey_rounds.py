"""When the rounds of a survey that recurs open, are sent out and close, by the local calendar."""

from datetime import UTC, datetime, timedelta

from domain.dates import local_day, zone_of
from domain.surveys import Wave


def next_opening(wave: Wave, zone: str) -> datetime | None:
    """When the round after this one is due, None if there is none: so many local days after this
    one opened, at the hour at which the first was to open. What staff send or end earlier moves
    nothing."""
    definition = wave.definition
    opened = wave.opens_at or definition.send_at
    if not definition.recur_days or opened is None:
        return None
    first = definition.opens_at or definition.send_at or opened
    return _moved(first, _days(first, opened, zone) + definition.recur_days, zone)


def times(
    wave: Wave, first_opened: datetime | None, now: datetime, zone: str
) -> dict[str, datetime | None]:
    """The times of a round that opens `now`: it lasts as many local days as the definition says,
    and is sent as many after it opened, both at their local hour. `first_opened`: when the first
    round opened, for a definition that does not say it."""
    definition = wave.definition
    first = definition.opens_at or definition.send_at or first_opened
    if first is None:
        return {"closes_at": None, "send_at": None}
    days = _days(first, now, zone)
    return {
        "closes_at": definition.closes_at and _moved(definition.closes_at, days, zone),
        "send_at": definition.send_at and _moved(definition.send_at, days, zone),
    }


def _days(first: datetime, later: datetime, zone: str) -> int:
    return (local_day(later, zone) - local_day(first, zone)).days


def _moved(at: datetime, days: int, zone: str) -> datetime:
    """The same local hour so many days later."""
    local = at.astimezone(zone_of(zone)).replace(tzinfo=None) + timedelta(days=days)
    return local.replace(tzinfo=zone_of(zone)).astimezone(UTC)
