"""Business minutes: over nights, weekends, holidays and changes of the clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.business_time import (
    Day,
    NeverOpen,
    add,
    before,
    between,
    instant,
    open_days,
    openings,
)
from domain.service_rules import DAY, BusinessHours, Span

NINE_TO_FIVE = ((Span(540, 1020),),) * 5 + ((), ())
WITH_LUNCH = ((Span(540, 750), Span(810, 1200)),) * 5 + ((Span(600, 1080),), ())
ALL_DAY = ((Span(0, DAY),),) * 7
NIGHTS = ((Span(60, 240),),) * 7
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")


def usual(day: date) -> Day:
    return Day.USUAL


def hours(week=NINE_TO_FIVE, closed=()):
    return open_days(BusinessHours(week, "", tuple(closed)), usual)


def at(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


CASES = [
    # 2026-11-20 is a Friday.
    ("within a day", NINE_TO_FIVE, "UTC", "2026-11-20 09:00", 60, "2026-11-20 10:00"),
    ("at closing time it stays there", NINE_TO_FIVE, "UTC", "2026-11-20 16:00", 60,
     "2026-11-20 17:00"),
    ("over the weekend", NINE_TO_FIVE, "UTC", "2026-11-20 16:30", 60, "2026-11-23 09:30"),
    ("begun at night", NINE_TO_FIVE, "UTC", "2026-11-19 22:00", 30, "2026-11-20 09:30"),
    ("begun on Sunday", NINE_TO_FIVE, "UTC", "2026-11-22 12:00", 480, "2026-11-23 17:00"),
    ("begun as it closes", NINE_TO_FIVE, "UTC", "2026-11-20 17:00", 1, "2026-11-23 09:01"),
    ("over lunch", WITH_LUNCH, "UTC", "2026-11-20 12:00", 60, "2026-11-20 14:00"),
    ("over Friday night to Saturday", WITH_LUNCH, "UTC", "2026-11-20 19:30", 60,
     "2026-11-21 10:30"),
    ("no minutes stay where they are", NINE_TO_FIVE, "UTC", "2026-11-22 03:00", 0,
     "2026-11-22 03:00"),
    # The clocks go forward on 29 March 2026 at 02:00 (Berlin), on 8 March (New York).
    ("a short day in Berlin", ALL_DAY, "Europe/Berlin", "2026-03-29 00:00", 120,
     "2026-03-29 03:00"),
    ("a short night in Berlin", NIGHTS, "Europe/Berlin", "2026-03-29 01:00", 120,
     "2026-03-29 04:00"),
    ("a span that is swallowed", ((Span(120, 180),),) * 7, "Europe/Berlin", "2026-03-29 00:00",
     30, "2026-03-30 02:30"),
    ("a span that begins in the gap", ((Span(150, 240),),) * 7, "Europe/Berlin",
     "2026-03-29 00:00", 60, "2026-03-29 04:00"),
    ("a short night in New York", NIGHTS, "America/New_York", "2026-03-08 01:00", 120,
     "2026-03-08 04:00"),
    # And back on 25 October 2026 (Berlin), 1 November (New York).
    ("a long night in Berlin", NIGHTS, "Europe/Berlin", "2026-10-25 01:00", 240,
     "2026-10-25 04:00"),
    ("a long night in New York", NIGHTS, "America/New_York", "2026-11-01 00:30", 210,
     "2026-11-01 03:30"),
    ("a long day in New York", ALL_DAY, "America/New_York", "2026-11-01 00:00", 25 * 60,
     "2026-11-02 00:00"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("week", "zone", "start", "minutes", "end"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_deadlines_fall_where_the_desk_has_worked_so_long(week, zone, start, minutes, end):
    begun, due = at(start, zone), add(at(start, zone), minutes, zone, hours(week))
    assert due == at(end, zone)
    assert between(begun, due, zone, hours(week)) == minutes


def test_closed_days_holidays_and_days_worked_for_them():
    holiday, worked = date(2026, 11, 23), date(2026, 11, 28)
    kinds = {holiday: Day.HOLIDAY, worked: Day.MADE_UP}
    rules = BusinessHours(NINE_TO_FIVE, "CN", (date(2026, 11, 24),))
    open_on = open_days(rules, lambda day: kinds.get(day, Day.USUAL))
    friday = at("2026-11-20 16:00", "UTC")
    # Monday is free, Tuesday is closed.
    assert add(friday, 120, "UTC", open_on) == at("2026-11-25 10:00", "UTC")
    # Saturday is worked, with Monday's hours.
    assert add(at("2026-11-27 16:30", "UTC"), 60, "UTC", open_on) == at("2026-11-28 09:30", "UTC")


def test_a_desk_that_is_never_open_promises_nothing():
    with pytest.raises(NeverOpen):
        add(at("2026-11-20 16:00", "UTC"), 1, "UTC", hours(((),) * 7))
    with pytest.raises(NeverOpen):
        before(at("2026-11-20 16:00", "UTC"), 1, "UTC", hours(((),) * 7))


# -- what always holds ------------------------------------------------------------------

instants = st.datetimes(
    min_value=datetime(2024, 1, 1),
    max_value=datetime(2033, 1, 1),
    timezones=st.just(UTC),
)


@st.composite
def weeks(draw):
    def day():
        ends = sorted(draw(st.lists(st.integers(0, DAY), max_size=6, unique=True)))
        return tuple(Span(*pair) for pair in zip(ends[::2], ends[1::2], strict=False))

    week = tuple(day() for _ in range(7))
    return week if any(week) else ALL_DAY


@given(instants, st.integers(0, 6000), st.sampled_from(ZONES), weeks())
def test_adding_minutes_is_measured_as_those_minutes(start, minutes, zone, week):
    open_on = hours(week)
    end = add(start, minutes, zone, open_on)
    assert end >= start
    assert between(start, end, zone, open_on) == minutes
    assert between(end, start, zone, open_on) == -minutes


@given(instants, st.integers(0, 3000), st.integers(0, 3000), st.sampled_from(ZONES), weeks())
def test_more_minutes_and_later_starts_end_no_earlier(start, few, more, zone, week):
    open_on = hours(week)
    end = add(start, few, zone, open_on)
    assert add(start, few + more, zone, open_on) >= end
    assert add(start + timedelta(minutes=more), few, zone, open_on) >= end
    # In two steps it is the same: a pause outside the hours costs nothing.
    assert add(end, more, zone, open_on) == add(start, few + more, zone, open_on)


@given(instants, st.integers(1, 3000), st.sampled_from(ZONES), weeks())
def test_so_long_before_is_the_way_back(end, minutes, zone, week):
    open_on = hours(week)
    start = before(end, minutes, zone, open_on)
    assert between(start, end, zone, open_on) == minutes
    # It is the last such moment, and what is due within that time is known by adding it.
    assert between(start + timedelta(minutes=1), end, zone, open_on) < minutes
    # So it is due within those minutes from then on, and not before: the look-out relies on it.
    assert add(start, minutes, zone, open_on) <= end
    assert add(start - timedelta(days=1), minutes, zone, open_on) <= end


@given(st.dates(date(2024, 1, 1), date(2033, 1, 1)), st.sampled_from(ZONES), weeks())
def test_openings_of_a_day_never_overlap(day, zone, week):
    found = [*openings(day, zone, hours(week))]
    found += openings(day + timedelta(days=1), zone, hours(week))
    ends = [one for pair in found for one in pair]
    assert ends == sorted(ends)
    assert instant(day, DAY, zone) == instant(day + timedelta(days=1), 0, zone)
