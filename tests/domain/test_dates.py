"""Calendar arithmetic where calendars are awkward."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dates import (
    add_months,
    end_of,
    first_of_month,
    local_day,
    month_index,
    start_of_day,
    to_ms,
)

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
ZONES = ["Asia/Shanghai", "America/New_York", "America/Havana", "Asia/Beirut", "Pacific/Apia"]
zones = st.sampled_from(ZONES)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_a_month_later_is_in_the_next_month(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(days, st.integers(-240, 240))
def test_months_are_added_exactly(day: date, months: int) -> None:
    assert month_index(add_months(day, months)) == month_index(day) + months


@given(days)
def test_periods_end_on_their_last_day(day: date) -> None:
    month, quarter, year = (end_of(period, day) for period in ("month", "quarter", "year"))
    assert day <= month <= quarter <= year
    assert (month + timedelta(days=1)).day == 1
    assert (quarter + timedelta(days=1)).month in (1, 4, 7, 10)
    assert year == date(day.year, 12, 31)
    assert first_of_month(month_index(day)) == day.replace(day=1)


@given(days, zones)
def test_a_day_begins_at_its_first_instant(day: date, zone: str) -> None:
    first = start_of_day(day, zone)
    assert local_day(first - timedelta(milliseconds=1), zone) < day
    assert local_day(first, zone) >= day


def test_a_day_whose_midnight_is_skipped_begins_later() -> None:
    first = start_of_day(date(2018, 11, 4), "America/Sao_Paulo")
    assert first.astimezone(ZoneInfo("America/Sao_Paulo")).hour == 1


@given(st.datetimes(datetime(1980, 1, 1), datetime(2090, 1, 1)))
def test_milliseconds_are_exact(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    back = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=to_ms(aware))
    assert timedelta(0) <= aware - back < timedelta(milliseconds=1)
