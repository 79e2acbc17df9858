"""Events that come again and again, such as members' days: their days stand in the programme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from domain import earning
from domain.dates import local_day, zone_of
from domain.events import Event, EventState
from domain.programme import EarningRule, Programme
from services import event_plans, event_waves
from services.ports import Work
from services.ports.club import Actor

CLOCK: Final = Actor("clock")
LONGEST_SEARCH: Final = 366 * 6
"""So many days a promotion is looked for: the fifth Friday of February has come by then."""


def promotions(programme: Programme) -> dict[str, EarningRule]:
    """The earning rules of a programme by key."""
    return {rule.key: rule for group in programme.earning.groups for rule in group.rules}


def days(rule: EarningRule, first: date, times: int) -> list[date]:
    """The next days on which a rule of the programme holds, the first included."""
    found: list[date] = []
    for ahead in range(LONGEST_SEARCH):
        if len(found) == times:
            break
        day = first + timedelta(days=ahead)
        if earning.falls_on(rule.when, day):
            found.append(day)
    return found


def key_of(series: str, day: date) -> str:
    """The key of the event of a series on a day."""
    return f"{series}-{day:%Y%m%d}"


def missing(work: Work, now: datetime) -> bool:
    """Whether some series lacks an event that it should have planned by now."""
    return any(True for _ in _missing(work, now))


def plan_some(work: Work, now: datetime) -> int:
    """Plans the events that series lack; how many. A day that was called off stays so."""
    found = list(_missing(work, now))
    for model, day in found:
        _plan(work, model, day, now)
    return len(found)


def _missing(work: Work, now: datetime) -> Iterator[tuple[Event, date]]:
    rules = promotions(work.programmes.current())
    for first, model in _models(work).values():
        rule = rules.get(model.rules.promotion)
        if rule is None or not model.rules.ahead:
            continue
        begins = local_day(first.starts_at, first.zone)
        tomorrow = local_day(now, model.zone) + timedelta(days=1)
        for day in days(rule, max(begins, tomorrow), model.rules.ahead):
            if work.events.by_key(key_of(model.series, day)) is None:
                yield model, day


def _models(work: Work) -> dict[str, tuple[Event, Event]]:
    """The first event of each series, and the last that was not moved and not called off."""
    found: dict[str, tuple[Event, Event]] = {}
    for event in work.events.all():
        first, last = found.get(event.series, (event, event))
        stands = event.state != EventState.CANCELLED and not event.round
        found[event.series] = first, event if stands else last
    found.pop("", None)
    return found


def _plan(work: Work, model: Event, day: date, now: datetime) -> None:
    starts_at = _on(model.starts_at, model, day)
    ends_at = model.ends_at and _on(model.ends_at, model, day)
    made = replace(
        model,
        id=work.new_id(),
        key=key_of(model.series, day),
        starts_at=starts_at,
        ends_at=ends_at,
        state=EventState.OPEN.value,
        photos=(),
    )
    event_plans.saved(work, made, "", now)
    about = {"key": made.key}
    work.audit.add(CLOCK, "event.create", ("event", made.id), now, about)
    event_waves.copy(work, model, made, now)


def _on(moment: datetime, model: Event, day: date) -> datetime:
    """The same time on the clock, as many days later as the day is after the model's."""
    local = moment.astimezone(zone_of(model.zone)).replace(tzinfo=None)
    later = day - local_day(model.starts_at, model.zone)
    return (local + later).replace(tzinfo=zone_of(model.zone))


def of(work: Work, series: str, now: datetime) -> list[Event]:
    """What is to come of a series."""
    return [one for one in event_plans.upcoming(work, now) if one.series == series]


def end(work: Work, series: str, actor: Actor, now: datetime) -> list[Event]:
    """Calls off all of a series that has not ended and plans no more of it; those."""
    ended = of(work, series, now)
    for event in work.events.all():
        if event.series == series and event.rules.ahead:
            rules = replace(event.rules, ahead=0)
            work.events.change(event.id, rules=rules.dump())
    for event in ended:
        if not event.over(now):
            event_plans.cancel(work, event.id, actor, now)
    work.audit.add(actor, "event.series_end", ("series", series), now, {"events": len(ended)})
    return ended
