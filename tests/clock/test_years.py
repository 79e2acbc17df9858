"""Years in twelve zones: nothing expires early, late or twice. `make fault` lives ten of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from domain.dates import local_day, start_of_day
from domain.points import Expiry, ExpiryKind, day_before, expires_at
from domain.points import last_day as domain_last_day
from tests.clock.years import POLICIES, ZONES, Years, first_moment, last_day
from tests.support.databases import MIGRATED

NAMES = list(POLICIES)


@pytest.mark.parametrize(("number", "zone"), list(enumerate(ZONES)), ids=ZONES)
async def test_a_leap_year_in_each_zone_expires_nothing_early_late_or_twice(
    number: int, zone: str, fresh_database: Callable[..., str]
) -> None:
    policy = POLICIES[NAMES[number % len(NAMES)]]
    years = Years(fresh_database("sqlite", MIGRATED), zone, policy, seed=number)
    start = datetime(2015 if "Sao" in zone else 2023, 9, 1, tzinfo=UTC)
    assert await years.live(start, start + timedelta(days=500)) > 60


def policies() -> st.SearchStrategy[Expiry]:
    """Any expiry that a programme file may ask for."""
    period = st.one_of(
        st.builds(dict, days=st.integers(1, 100)), st.builds(dict, months=st.integers(1, 14))
    )
    rounded = st.sampled_from([None, "month", "quarter", "year"])
    kinds = st.sampled_from(
        [(ExpiryKind.AFTER, ()), (ExpiryKind.SLIDING, ("purchase",)), (ExpiryKind.SLIDING, ("x",))]
    )
    counted = st.builds(
        lambda kind, of, to: Expiry(kind[0], round_up=to, extended_by=kind[1], **of),
        kinds,
        period,
        rounded,
    )
    dated = st.builds(
        Expiry,
        st.just(ExpiryKind.YEARLY),
        month=st.integers(1, 12),
        day=st.integers(1, 31),
        at_least_months=st.integers(0, 13),
    )
    return st.one_of(counted, dated)


@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(policies(), st.sampled_from(ZONES), st.integers(2012, 2025), st.integers(0, 2**32))
async def test_under_any_policy_points_last_to_the_end_of_their_last_day(
    fresh_database: Callable[..., str], policy: Expiry, zone: str, year: int, seed: int
) -> None:
    years = Years(fresh_database("sqlite", MIGRATED), zone, policy, seed)
    start = datetime(year, 1, 15, tzinfo=UTC)
    assert await years.live(start, start + timedelta(days=250))


@given(policies(), st.dates(date(2012, 1, 1), date(2030, 1, 1)), st.sampled_from(ZONES))
def test_the_last_day_of_any_policy_is_the_one_that_is_counted_out(
    policy: Expiry, earned: date, zone: str
) -> None:
    last = last_day(policy, earned)
    assert domain_last_day(policy, earned) == last
    at = start_of_day(earned, zone) + timedelta(hours=7)
    over = expires_at(policy, at, zone)
    assert over == first_moment(last + timedelta(days=1), ZoneInfo(zone))
    assert day_before(over, zone) == last


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_begins_with_the_first_moment_that_a_clock_on_the_wall_shows_it(zone: str) -> None:
    day, wall = date(2014, 1, 1), ZoneInfo(zone)
    moments = []
    while day < date(2026, 1, 1):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=wall)
        before = noon - timedelta(days=1)
        if noon.utcoffset() != before.utcoffset() or day.day == 1:
            for one in (day - timedelta(days=1), day, day + timedelta(days=1)):
                begins = start_of_day(one, zone)
                assert begins == first_moment(one, wall)
                assert local_day(begins, zone) == one
                moments.append(begins)
        day += timedelta(days=1)
    assert all(one <= other for one, other in pairwise(sorted(set(moments))))


@pytest.mark.parametrize(
    ("zone", "day", "hour"),
    [
        ("America/Sao_Paulo", date(2018, 11, 4), 1),
        ("Africa/Cairo", date(2024, 4, 26), 1),
        ("Asia/Beirut", date(2024, 3, 31), 1),
        ("America/Santiago", date(2024, 9, 8), 1),
        ("Europe/Berlin", date(2024, 3, 31), 0),
    ],
)
def test_where_midnight_is_skipped_the_day_begins_at_one(zone: str, day: date, hour: int) -> None:
    begins = start_of_day(day, zone).astimezone(ZoneInfo(zone))
    assert (begins.date(), begins.hour, begins.minute) == (day, hour, 0)
    just_before = (start_of_day(day, zone) - timedelta(milliseconds=1)).astimezone(ZoneInfo(zone))
    assert just_before.date() == day - timedelta(days=1)
