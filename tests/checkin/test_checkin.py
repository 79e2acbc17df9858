"""Once per local day of the programme: streaks over all kinds of days, races, merged members."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.checkins import Day, NoCheckIn
from domain.dates import start_of_day
from domain.errors import MemberFrozen
from domain.members import Member, MemberState
from domain.points import Expiry, ExpiryKind, Unit
from domain.programme import CheckIn, Growth, Programme, Streak
from services import checkins, erasing, merging, mydata, parting
from services.checkins import CheckedIn
from services.ports.club import Actor
from storage.work import Work
from tests.membership.support import broken, points
from tests.membership.support import member as a_member
from tests.support.club import NOW, Club
from tests.support.club import programme as load
from tests.support.databases import MIGRATED

CLI = Actor("cli")
ZONES = [
    "Asia/Shanghai",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Beirut",  # the clocks skip midnight
    "Africa/Cairo",
    "Europe/London",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
]


async def member(club: Club, **values: Any) -> Member:
    """A member who has accepted the club rules."""
    return await a_member(club, charter_version=1, **values)


async def check_in(club: Club, member_id: int, at: datetime | None = None) -> CheckedIn:
    now = at or club.clock()
    found = await club.write(lambda w: checkins.check_in(w, member_id, now))
    assert isinstance(found, CheckedIn)
    return found


async def publish(club: Club, **values: object) -> Programme:
    version = await club.read(lambda w: w.programmes.newest()) + 1
    programme = replace(club.programme, version=version, **values)  # type: ignore[arg-type]
    await club.write(lambda w: w.programmes.publish(programme, club.clock(), None))
    return programme


async def on_days(club: Club, member_id: int, first: date, count: int) -> list[CheckedIn]:
    """Checks in at noon of so many days in a row."""
    zone = ZoneInfo(club.programme.zone)
    days = [first + timedelta(days=place) for place in range(count)]
    return [await check_in(club, member_id, datetime.combine(day, time(12), zone)) for day in days]


# -- days and streaks -------------------------------------------------------------------


async def test_the_first_check_in_gives_the_days_points(club: Club) -> None:
    mei = await member(club)
    done = await check_in(club, mei.id)
    assert (done.new, done.today.points, done.today.streak) == (True, 2, 1)
    assert (await points(club, mei.id)).available == 2
    assert done.week == (False,) * 6 + (True,)
    assert await broken(club) == []


async def test_a_second_time_on_the_same_day_gives_nothing(club: Club) -> None:
    mei = await member(club)
    first = await check_in(club, mei.id)
    again = await check_in(club, mei.id, NOW + timedelta(hours=5))
    assert (again.new, again.today.id) == (False, first.today.id)
    assert again.again_at == datetime(2026, 5, 20, 16, tzinfo=UTC)  # midnight in Shanghai
    assert (await points(club, mei.id)).available == 2


async def test_the_seventh_day_in_a_row_gives_the_streak(club: Club) -> None:
    mei = await member(club)
    done = await on_days(club, mei.id, date(2026, 5, 1), 8)
    assert [one.today.points for one in done] == [2] * 6 + [12, 2]
    assert done[6].week == (True,) * 7
    assert done[5].ahead is not None
    assert (done[5].ahead.days, done[5].ahead.points) == (1, 10)


@pytest.mark.parametrize(
    "first", [date(2028, 2, 27), date(2027, 2, 26), date(2026, 12, 29), date(2026, 4, 28)]
)
async def test_streaks_go_on_over_the_ends_of_months_and_leap_days(
    club: Club, first: date
) -> None:
    mei = await member(club)
    done = await on_days(club, mei.id, first, 5)
    assert [one.today.streak for one in done] == [1, 2, 3, 4, 5]


async def test_a_missed_day_begins_anew(club: Club) -> None:
    mei = await member(club)
    await on_days(club, mei.id, date(2026, 5, 1), 3)
    [after] = await on_days(club, mei.id, date(2026, 5, 5), 1)
    assert after.today.streak == 1
    assert after.week == (False, False, True, True, True, False, True)


@pytest.mark.parametrize("zone", ZONES)
async def test_a_day_is_the_programmes_and_changes_with_its_midnight(
    fresh_database: Callable[..., str], zone: str
) -> None:
    """Through both changes of the clocks of a year, a moment before and after each midnight."""
    programme = replace(load(), zone=zone)
    club = await Club(fresh_database("sqlite", MIGRATED), programme).open()
    mei = await member(club)
    for first in (date(2026, 3, 7), date(2026, 3, 28), date(2026, 9, 5), date(2026, 10, 24)):
        before = None
        for place in range(2 if first.month == 9 else 3):
            day = first + timedelta(days=place)
            done = await _around(club, mei.id, day, zone)
            assert done.today.day == day
            assert done.today.streak == (1 if before is None else before + 1)
            before = done.today.streak
    await club.close()


async def _around(club: Club, member_id: int, day: date, zone: str) -> CheckedIn:
    """Checks in at the first and at the last millisecond of a local day."""
    begin = start_of_day(day, zone)
    end = start_of_day(day + timedelta(days=1), zone)
    done = await check_in(club, member_id, begin)
    last = await check_in(club, member_id, end - timedelta(milliseconds=1))
    assert (done.new, last.new, last.today.day) == (True, False, day)
    assert done.again_at == end
    return done


async def test_a_long_row_is_counted_whole(club: Club) -> None:
    mei = await member(club)
    rows = [
        {"id": place, "member": mei.id, "day": date(2025, 1, 1).toordinal() + place}
        for place in range(1, 501)
    ]
    insert = (
        "INSERT INTO checkins (id, member_id, day, at, streak, points, growth)"
        " VALUES ({id}, {member}, {day}, 0, 1, 0, 0)"
    )

    def fill(work: Work) -> None:
        for row in rows:
            work.db.exec_driver_sql(insert.format(**row))

    await club.write(fill)
    assert await club.read(lambda w: w.checkins.row(mei.id, date(2026, 5, 16))) == 500


# -- what it is worth -------------------------------------------------------------------


async def test_growth_goes_to_its_own_account(club: Club) -> None:
    await publish(club, growth=Growth(checkin=3))
    mei = await member(club)
    await check_in(club, mei.id)
    growth = await club.read(lambda w: w.ledger.account(mei.id, Unit.GROWTH).wallet)
    assert (growth, (await points(club, mei.id)).available) == (3, 2)
    assert await broken(club) == []


async def test_a_check_in_worth_nothing_is_kept_too(club: Club) -> None:
    await publish(club, checkin=CheckIn(0, (Streak(2, 5),)))
    mei = await member(club)
    done = await on_days(club, mei.id, date(2026, 5, 1), 2)
    assert [one.today.points for one in done] == [0, 5]
    assert done[0].today.posting_id is None


async def test_the_points_are_activity_and_lift_to_a_level_at_once(
    fresh_database: Callable[..., str],
) -> None:
    four = await Club(fresh_database("sqlite", MIGRATED), load("four-seasons")).open()
    mei = await member(four, level="member")
    done = await check_in(four, mei.id)
    since = NOW - timedelta(days=1)
    found = await four.read(lambda w: w.standings.activity([mei.id], since)[mei.id])
    assert sum(amount for _, amount in found) == done.today.points == 5
    await four.close()


# -- who may not ------------------------------------------------------------------------


async def test_without_check_in_in_the_programme_there_is_none(club: Club) -> None:
    mei = await member(club)
    await publish(club, checkin=None)
    with pytest.raises(NoCheckIn):
        await check_in(club, mei.id)


async def test_a_frozen_member_does_not_check_in(club: Club) -> None:
    mei = await member(club)
    await club.write(lambda w: w.members.change(mei.id, state=MemberState.FROZEN))
    with pytest.raises(MemberFrozen):
        await check_in(club, mei.id)
    assert await club.read(lambda w: list(w.checkins.since(mei.id, date(2026, 1, 1)))) == []


# -- races ------------------------------------------------------------------------------


async def test_fifty_taps_at_midnight_give_one_day_each_side(club: Club) -> None:
    mei = await member(club)
    midnight = datetime(2026, 5, 20, 16, tzinfo=UTC)
    moments = [midnight + timedelta(milliseconds=place - 25) for place in range(50)]
    done = await asyncio.gather(*(check_in(club, mei.id, at) for at in moments))
    assert sorted({one.today.day for one in done}) == [date(2026, 5, 20), date(2026, 5, 21)]
    assert sum(one.new for one in done) == 2
    club.clock.now = midnight + timedelta(hours=1)
    assert (await points(club, mei.id)).available == 4
    assert await broken(club) == []


async def test_without_its_guards_taps_would_give_twice(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a look at the day, nor the UNIQUE row, nor the posting's key: then it doubles."""
    mei = await member(club)
    monkeypatch.setattr("storage.checkins.CheckIns.since", lambda *_: [])
    monkeypatch.setattr("storage.checkins.CheckIns.add", lambda *_: True)
    monkeypatch.setattr("storage.ledger.Ledger.by_key", lambda *_: None)
    await check_in(club, mei.id)
    with pytest.raises(Exception, match=r"(?i)unique"):
        await check_in(club, mei.id)


# -- merging, the member's data, erasing ------------------------------------------------


async def test_merged_memberships_have_one_row_of_days(club: Club) -> None:
    old = await member(club, days_ago=300)
    new = await member(club, days_ago=1)
    await on_days(club, old.id, date(2026, 5, 15), 3)  # 15, 16, 17
    await on_days(club, new.id, date(2026, 5, 17), 3)  # 17, 18, 19
    merged = await club.write(lambda w: merging.merge(w, new.id, old.id, CLI, NOW))
    done = await check_in(club, merged.kept.id)
    assert done.today.streak == 6
    assert (await points(club, old.id)).available == 7 * 2
    await club.write(lambda w: parting.unmerge(w, merged.merge.id, CLI, NOW))
    days = await club.read(
        lambda w: [d.day.day for d in w.checkins.since(new.id, date(2026, 5, 1))]
    )
    assert days == [17, 18, 19]
    assert await broken(club) == []


async def test_after_a_merge_the_day_counts_once(club: Club) -> None:
    old, new = await member(club, days_ago=300), await member(club)
    await check_in(club, new.id)
    await club.write(lambda w: merging.merge(w, new.id, old.id, CLI, NOW))
    assert not (await check_in(club, old.id)).new


async def test_the_days_are_in_the_members_data_and_go_with_them(club: Club) -> None:
    mei = await member(club)
    await check_in(club, mei.id)
    file = await club.read(lambda w: mydata.export(w, mei.id, NOW))
    [kept] = file["check_ins"]
    assert kept["day"] == "2026-05-20"
    await club.write(lambda w: erasing.erase(w, mei.id, NOW))
    assert await club.read(lambda w: list(w.checkins.since(mei.id, date(2026, 1, 1)))) == []


async def test_a_check_in_lets_points_last_longer_where_expiry_slides(club: Club) -> None:
    sliding = Expiry(ExpiryKind.SLIDING, days=30, extended_by=("checkin",))
    await publish(club, expiry=sliding)
    mei = await member(club)
    await check_in(club, mei.id)
    lasts = [(await points(club, mei.id)).expiring[0].at]
    club.clock.now = NOW + timedelta(days=10)
    await check_in(club, mei.id)
    has = await points(club, mei.id)
    assert [part.amount for part in has.expiring] == [4]
    assert has.expiring[0].at - lasts[0] == timedelta(days=10)
    assert await broken(club) == []


async def test_rows_of_days_are_counted_as_one_would_by_hand(club: Club) -> None:
    chance = random.Random(20260520)
    first = date(2026, 1, 1).toordinal()
    for _ in range(12):
        mei = await member(club)
        days = sorted(chance.sample(range(60), chance.randint(1, 59)))
        made = [Day(0, mei.id, date.fromordinal(first + n), NOW, 0, 0, 0) for n in days]

        def fill(work: Work, made: list[Day] = made) -> None:
            for one in made:
                work.checkins.add(replace(one, id=work.new_id()))

        await club.write(fill)
        for last in range(60):
            there, by_hand = set(days), 0
            while last - by_hand in there:
                by_hand += 1
            day = date.fromordinal(first + last)
            found = await club.read(lambda w, m=mei.id, d=day: w.checkins.row(m, d))
            assert found == by_hand, (days, last)
