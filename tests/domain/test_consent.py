"""Consent: off until given, stopped at once, and quiet hours that end."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consent import (
    OPTIONAL,
    Purpose,
    QuietHours,
    agreed,
    changed,
    quiet_hours,
    send_at,
    still_coming,
    stopped,
    undecided,
)

NIGHT = QuietHours(time(22), time(8))


def test_service_is_always_on_and_the_rest_starts_off() -> None:
    assert agreed({}, Purpose.SERVICE)
    assert not any(agreed({}, purpose) for purpose in OPTIONAL)
    assert all(undecided({}, purpose) for purpose in OPTIONAL)
    assert not undecided({"care": False}, Purpose.CARE)
    with pytest.raises(ValueError, match="always"):
        changed({}, Purpose.SERVICE, False)


def test_stop_ends_promotions_and_says_what_still_comes() -> None:
    everything = {str(purpose): True for purpose in OPTIONAL}
    after = stopped(everything)
    assert still_coming(after) == (Purpose.SERVICE, Purpose.CARE, Purpose.SURVEYS)
    assert not agreed(after, Purpose.PROMOTIONS)


@pytest.mark.parametrize(
    ("hour", "quiet"), [(21, False), (22, True), (23, True), (0, True), (7, True), (8, False)]
)
def test_quiet_hours_pass_midnight(hour: int, quiet: bool) -> None:
    assert NIGHT.is_quiet(time(hour)) is quiet


def test_equal_times_are_never_quiet() -> None:
    assert not QuietHours(time(8), time(8)).is_quiet(time(8))
    assert quiet_hours("13:00-14:30").is_quiet(time(14))
    assert str(quiet_hours("22:00-08:00")) == str(NIGHT)


def test_a_message_due_at_night_waits_for_the_morning() -> None:
    due = datetime(2026, 5, 20, 15, tzinfo=UTC)
    assert send_at(due, "Asia/Shanghai", NIGHT) == datetime(2026, 5, 21, 0, tzinfo=UTC)
    noon = datetime(2026, 5, 20, 4, tzinfo=UTC)
    assert send_at(noon, "Asia/Shanghai", NIGHT) == noon


clocks = st.times().map(lambda t: t.replace(microsecond=0))


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), clocks, clocks, clocks, clocks)
def test_a_message_goes_out_in_nobodys_quiet_hours_if_there_is_an_hour(
    due: datetime, a: time, b: time, c: time, d: time
) -> None:
    zone, both = "America/New_York", (QuietHours(a, b), QuietHours(c, d))
    at = send_at(due.replace(tzinfo=UTC), zone, *both)
    assert at >= due.replace(tzinfo=UTC)
    local = at.astimezone(ZoneInfo(zone)).time()
    if at != due.replace(tzinfo=UTC):
        assert not any(hours.is_quiet(local) for hours in both) or _dst(at)


def _dst(at: datetime) -> bool:
    """The clock jumped over the end of the quiet hours."""
    return at.month in (3, 11)
