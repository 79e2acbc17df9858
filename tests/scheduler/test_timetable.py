"""When daily things are due: each local day once, in every zone, over every change of clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.timetable import daily, moment

ZONES = [
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",  # changes at midnight
    "Asia/Beirut",
    "Africa/Cairo",
    "Australia/Lord_Howe",  # half an hour
    "Asia/Kathmandu",
    "Pacific/Auckland",
    "Pacific/Apia",  # skipped 30 December 2011
    "America/St_Johns",
    "UTC",
]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("clock", [time(0, 0), time(0, 5), time(2, 30), time(9)], ids=str)
def test_ten_years_have_every_local_day_once_and_in_order(zone: str, clock: time) -> None:
    start, end = datetime(2017, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    found = list(daily(clock, zone, start, end))
    days = [occurrence.day for occurrence in found]
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))
    assert all(earlier.at < later.at for earlier, later in pairwise(found))
    assert len(days) in (3652, 3653)


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=40), st.sampled_from(ZONES))
def test_however_the_time_is_cut_nothing_is_missed_or_doubled(
    minutes: list[int], zone: str
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    cuts = [start]
    for step in minutes:
        cuts.append(cuts[-1] + timedelta(minutes=step))
    parts = [one for a, b in pairwise(cuts) for one in daily(time(9), zone, a, b)]
    assert parts == list(daily(time(9), zone, start, cuts[-1]))


def test_a_skipped_time_falls_just_after_the_change_and_a_double_one_is_the_first() -> None:
    skipped = moment(date(2026, 3, 29), time(2, 30), "Europe/Berlin")
    assert skipped.astimezone(ZoneInfo("Europe/Berlin")).time() == time(3, 30)
    double = moment(date(2026, 10, 25), time(2, 30), "Europe/Berlin")
    assert double == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_end_belongs_to_it_and_the_beginning_does_not() -> None:
    nine = datetime(2026, 5, 20, 1, tzinfo=UTC)
    minute = timedelta(minutes=1)
    assert list(daily(time(9), "Asia/Shanghai", nine - minute, nine)) == [
        (date(2026, 5, 20), nine)
    ]
    assert list(daily(time(9), "Asia/Shanghai", nine, nine + minute)) == []
