"""What starts a survey for a member: a purchase, an event that is over, a ticket that is settled.

Not what came from files, and nothing that is older than a day when its hour has come.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from domain.surveys import Wave
from services import survey_invites
from services.campaign_drafts import store_day
from services.ports import Work
from services.ports.survey_rounds import Occasion, Within

PLACE: Final = "surveys.purchases."
"""Before the id of a survey: the setting that holds the last purchase that was looked at. One for
each, as several are written at the same time."""
SETTLED: Final = timedelta(minutes=5)
"""So old a purchase must be: until then one with a smaller number may still come in."""
YOUNG: Final = timedelta(days=1)
PAGE: Final = 200


def some(work: Work, wave: Wave, now: datetime, most: int = PAGE) -> bool:
    """Starts the wave for some members; True if there may be more at once."""
    return _STARTS[wave.definition.start](work, wave, now, most)


def waits(work: Work, wave: Wave, now: datetime) -> bool:
    """Whether something may start it, by a cheap read."""
    if wave.definition.start not in _STARTS or not wave.is_open(now) or wave.full:
        return False
    if wave.definition.start != "purchase":
        return bool(_FINDS[wave.definition.start](work, wave, now, 1))
    place = _place(work, wave)
    return place is None or bool(_bought(work, wave, place, now, 1)[1] > place)


def _due(wave: Wave, now: datetime) -> datetime:
    """What happened until this moment has come to its hour."""
    return now - timedelta(hours=wave.definition.start_hours)


def _cool(wave: Wave, now: datetime) -> datetime:
    """Who was asked after this moment is left alone."""
    return now - timedelta(days=wave.definition.cooldown_days)


def _start(work: Work, wave: Wave, one: Occasion, now: datetime) -> None:
    occasion = f"{wave.definition.start}:{one.id}"
    survey_invites.invite(work, wave, one.member_id, now, occasion=occasion)


# -- purchases: behind a mark, for there are many ----------------------------------------


def _purchases(work: Work, wave: Wave, now: datetime, most: int) -> bool:
    place = _place(work, wave)
    if place is None:  # a new survey begins with what is bought from now on
        _put_place(work, wave, work.survey_invites.newest_purchase())
        return False
    found, reached = _bought(work, wave, place, now, most)
    oldest = _due(wave, now) - YOUNG
    day, cool = store_day(work, now), _cool(wave, now)
    for one in found:
        if one.at <= oldest or work.survey_invites.lately(wave.survey_id, one.member_id, cool):
            continue
        if work.survey_invites.fits(wave, one.member_id, day):
            _start(work, wave, one, now)
    if reached > place:
        _put_place(work, wave, reached)
    return reached > place


def _bought(
    work: Work, wave: Wave, place: int, now: datetime, most: int
) -> tuple[list[Occasion], int]:
    return work.survey_invites.bought(place, min(_due(wave, now), now - SETTLED), most)


def _place(work: Work, wave: Wave) -> int | None:
    found: Any = work.settings.get(f"{PLACE}{wave.survey_id}")
    return None if found is None else int(found)


def _put_place(work: Work, wave: Wave, purchase_id: int) -> None:
    work.settings.put(f"{PLACE}{wave.survey_id}", str(purchase_id))


# -- events and tickets: who has no response yet ------------------------------------------


def _within(wave: Wave, now: datetime) -> Within:
    until = _due(wave, now)
    return Within(until - YOUNG, until, _cool(wave, now))


def _events(work: Work, wave: Wave, now: datetime, most: int) -> list[Occasion]:
    return work.survey_invites.attended(wave, store_day(work, now), _within(wave, now), most)


def _tickets(work: Work, wave: Wave, now: datetime, most: int) -> list[Occasion]:
    return work.survey_invites.closed(wave, store_day(work, now), _within(wave, now), most)


def _found(work: Work, wave: Wave, now: datetime, most: int) -> bool:
    found = _FINDS[wave.definition.start](work, wave, now, most)
    asked: set[int] = set()
    for one in found:  # two tickets of one member ask once
        if one.member_id not in asked:
            _start(work, wave, one, now)
            asked.add(one.member_id)
    return bool(asked)


_FINDS: Final[dict[str, Callable[[Work, Wave, datetime, int], list[Occasion]]]] = {
    "event": _events,
    "ticket": _tickets,
}
_STARTS: Final[dict[str, Callable[[Work, Wave, datetime, int], bool]]] = {
    "purchase": _purchases,
    "event": _found,
    "ticket": _found,
}
