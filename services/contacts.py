"""The contact budget: which messages have no place in their member's week. SEMANTICS: Care."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from domain.birthdays import Feb29
from domain.care_rules import Care, CareRule
from domain.consent import Purpose
from domain.contacts import (
    DAYS_AHEAD,
    LAST,
    WEEK,
    Ahead,
    Calendar,
    Day,
    Forecast,
    Known,
    has_place,
)
from domain.dates import local_day
from domain.programme import Programme
from services import calendars, lunar
from services.ports import Work
from services.ports.contacts import Facts, History
from services.ports.post import OPTIONAL, Waiting


def crowded_out(work: Work, rows: Sequence[Waiting], now: datetime) -> set[int]:
    """The ids of those claimed rows that have no place, for which two statements are enough.

    Give it the rows that would leave now: those of one member count each other, care before
    campaigns. Replies, service messages, corrections and recalls stand outside.
    """
    programme = work.programmes.current()
    counted = [row for row in rows if row.lane == OPTIONAL and row.member_id and row.act == "send"]
    per_week = programme.care.per_week
    if per_week is None or not counted:
        return set()
    members = sorted({row.member_id for row in counted if row.member_id})
    history = work.contacts.history(members, now - WEEK, now)
    facts = work.contacts.facts(members)
    ours = {row.id for row in counted}
    forecasts = Forecasts(programme, now)
    places = {
        member: _Week(
            *_taken(history.get(member, History()), ours, programme.care, now),
            forecasts.places(facts[member]) if member in facts else [],
        )
        for member in members
    }
    return _refused(counted, places, programme.care, per_week, now)


def crowded(work: Work, member_ids: Sequence[int], at: datetime) -> int:
    """How many of these members would have no place for one message of a campaign at a moment."""
    programme = work.programmes.current()
    per_week = programme.care.per_week
    if per_week is None or not member_ids:
        return 0
    history = work.contacts.history(member_ids, at - WEEK, at)
    facts = work.contacts.facts(member_ids)
    forecasts = Forecasts(programme, at)
    full = 0
    for member_id in member_ids:
        past, waiting = _taken(history.get(member_id, History()), set(), programme.care, at)
        known = forecasts.places(facts[member_id]) if member_id in facts else []
        full += not has_place(past, [*waiting, *known], LAST, per_week, at)
    return full


class _Week:
    """A member's week while a batch is decided."""

    def __init__(self, past: list[datetime], waiting: list[Ahead], known: list[Ahead]) -> None:
        self.past = past
        self.ahead = [*waiting, *known]


def _refused(
    rows: Sequence[Waiting], places: Mapping[int, _Week], care: Care, per_week: int, now: datetime
) -> set[int]:
    refused = set()
    ranked = sorted(rows, key=lambda row: (_rank(care, row.rule), row.due_at, row.id))
    for row in ranked:
        assert row.member_id is not None
        week = places[row.member_id]
        if has_place(week.past, week.ahead, _rank(care, row.rule), per_week, now):
            week.past.append(now)
        else:
            refused.add(row.id)
    return refused


def _rank(care: Care, rule: str) -> int:
    """Care of a rule that the programme has no longer goes behind the care that it has."""
    if not rule:
        return LAST
    found = care.rule(rule)
    return found.first if found else LAST - 1


def _taken(
    history: History, ours: set[int], care: Care, now: datetime
) -> tuple[list[datetime], list[Ahead]]:
    past = [at for row, at in history.begun.items() if row not in ours]
    waiting = [
        Ahead(max(one.due_at, now), _rank(care, one.rule))
        for one in history.waiting
        if one.id not in ours
    ]
    return past, waiting


class Forecasts:
    """The care to come of a programme, in whatever zone members live. `days`: how far ahead."""

    def __init__(self, programme: Programme, now: datetime, days: int = DAYS_AHEAD) -> None:
        self._programme = programme
        self._now = now
        self._days = days
        self._rules = [
            rule for rule in programme.care.rules if rule.on and rule.purpose == Purpose.CARE
        ]
        self._zones: dict[str, Forecast] = {}

    def places(self, facts: Facts) -> list[Ahead]:
        """What a member's known care takes; nothing for who has not agreed to it."""
        return [place for _, place in self.coming(facts)] if facts.agreed else []

    def coming(self, facts: Facts) -> list[tuple[CareRule, Ahead]]:
        """What the rules will write for a member with these facts."""
        known = known_of(self._programme, facts)
        if known.zone not in self._zones:
            on = calendar(self._programme)
            made = Forecast(self._rules, known.zone, on, self._now, self._days)
            self._zones[known.zone] = made
        return self._zones[known.zone].of(known)


def known_of(programme: Programme, facts: Facts) -> Known:
    """A member's facts as the forecast takes them."""
    zone = facts.zone or programme.zone
    return Known(zone, local_day(facts.joined_at, zone), facts.birthday)


def calendar(programme: Programme) -> Calendar:
    """Who celebrates on which day, under the programme's policies."""
    return _Calendar(programme.birthday.feb29, programme.care.countries).day


class _Calendar:
    def __init__(self, feb29: Feb29, countries: tuple[str, ...]) -> None:
        self._policy = (feb29, countries)

    def day(self, day: date) -> Day:
        """The day, remembered by the process."""
        return _day(day, *self._policy)


@lru_cache(maxsize=2048)
def _day(day: date, feb29: Feb29, countries: tuple[str, ...]) -> Day:
    births = {(day.month, day.day)}
    if not isleap(day.year) and f"{day:%m-%d}" == feb29.value:
        births.add((2, 29))
    moons = {(month, of) for _, month, of in lunar.lunar_days(day)}
    holidays = {key for key in calendars.keys(countries) if calendars.on(day, [key], countries)}
    return Day(frozenset(births), frozenset(moons), frozenset(holidays))
