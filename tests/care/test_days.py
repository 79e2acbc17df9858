"""The days of care: announced birthdays, lunar birthdays, anniversaries, holidays, first days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.birthdays import Birthday, Feb29
from domain.care_rules import CareRule, Late, Occasion
from domain.programme import BirthdayCare
from services import calendars, lunar, moving
from services.care_kinds import KINDS
from services.caring import nobody_due
from tests.care.conftest import BIRTHDAY, Care
from tests.support.club import Person
from tests.support.post import rows

SHANGHAI = ZoneInfo("Asia/Shanghai")
AHEAD = CareRule("ahead", Occasion.BIRTHDAY_AHEAD, days=(7,), late=Late.SKIP, late_hours=24)
ANNIVERSARY = CareRule(
    "anniversary", Occasion.ANNIVERSARY, points=50, late=Late.BELATED, late_hours=72
)
HOLIDAYS = CareRule(
    "holidays",
    Occasion.HOLIDAY,
    holidays=("dragon_boat", "mid_autumn"),
    late=Late.SKIP,
    late_hours=12,
)
WELCOME = CareRule("welcome", Occasion.WELCOME, days=(0, 3, 7))


def at(month: int, day: int, hour: float = 9, year: int = 2026) -> datetime:
    return datetime(year, month, day, tzinfo=SHANGHAI) + timedelta(hours=hour)


async def joined(care: Care, person: Person, moment: datetime) -> None:
    member = await person.member_id()
    await care.agrees(person)

    def write(work: object) -> None:
        work.db.exec_driver_sql(  # type: ignore[attr-defined]
            f"UPDATE members SET joined_at = {int(moment.timestamp() * 1000)} WHERE id = {member}"
        )

    await care.club.write(write)


# -- lunar birthdays ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "days"),
    [
        ((1, 1), [date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26)]),
        ((8, 15), [date(2026, 9, 25), date(2027, 9, 15), date(2028, 10, 3)]),
        # The twelfth month of 2026 has 29 days, so has the one of 2025.
        ((12, 30), [date(2027, 2, 5), date(2028, 1, 25), date(2029, 2, 12)]),
        # 2028 has a leap fifth month; the ordinary one counts.
        ((5, 8), [date(2026, 6, 22), date(2027, 6, 12), date(2028, 5, 31)]),
    ],
    ids=str,
)
def test_a_lunar_birthday_falls_on_its_day_of_the_lunar_year(
    born: tuple[int, int], days: list[date]
) -> None:
    birthday = Birthday(*born, lunar=True)
    assert [lunar.celebrated(birthday, year) for year in (2026, 2027, 2028)] == days
    assert all((*born,) in [found[1:] for found in lunar.lunar_days(day)] for day in days)


def test_every_lunar_birthday_comes_once_in_every_lunar_year() -> None:
    for year in range(2000, 2060):
        for month in range(1, 13):
            days = {lunar.solar(year, month, day) for day in range(1, 31)}
            assert len(days) in (29, 30)
            assert all(found[0] == year for day in days for found in lunar.lunar_days(day))


def test_nobody_is_born_in_a_leap_month_alone() -> None:
    found = [date(2025, 7, 25) + timedelta(days=n) for n in range(29)]  # the leap sixth month
    assert all(lunar.lunar_days(day) == () for day in found[:29])
    assert lunar.lunar_days(date(2025, 8, 23)) == ((2025, 7, 1),)


async def test_who_celebrates_by_the_moon_is_greeted_on_that_day_and_no_other(
    care: Care, mei: Person
) -> None:
    await care.born(mei, 5, 8)
    await care.change(mei, birthday=Birthday(5, 8, lunar=True))
    before = await care.has(mei)
    await care.begins(at(6, 20))
    await care.until(at(6, 22, 8))
    assert await care.got(mei) == []
    await care.until(at(6, 24))
    assert await care.got(mei) == ["care.birthday"]
    assert await care.has(mei) == before + 100
    await care.begins(at(5, 1, year=2027))
    await care.until(at(5, 9, year=2027))
    assert await care.got(mei) == ["care.birthday"]
    await care.begins(at(6, 11, year=2027))
    await care.until(at(6, 13, year=2027))
    assert await care.got(mei) == ["care.birthday"] * 2


async def test_a_solar_birthday_of_the_same_numbers_is_another_day(
    care: Care, mei: Person
) -> None:
    li = await care.club.person("Li").joins()
    await care.born(mei, 6, 22)
    await care.born(li, 6, 22)
    await care.change(li, birthday=Birthday(6, 22, lunar=True))
    found = {
        day: [
            (due.member_id, due.occurrence)
            for due in await care.club.read(
                lambda w, d=day: KINDS[Occasion.BIRTHDAY].due(w, BIRTHDAY, d, None, 0, 9)
            )
        ]
        for day in (date(2026, 6, 22), date(2026, 8, 4))
    }
    assert found[date(2026, 6, 22)] == [(await mei.member_id(), "2026")]
    assert found[date(2026, 8, 4)] == [(await li.member_id(), "2026")]


# -- announced before ---------------------------------------------------------------------


async def test_a_week_before_the_birthday_its_gift_is_announced(care: Care, mei: Person) -> None:
    await care.publish(BIRTHDAY, AHEAD)
    await care.born(mei, 6, 1)
    await care.until(at(5, 25, 9))
    assert await care.got(mei) == ["care.birthday_ahead"]
    assert "<b>100</b>" in care.channel.journal[-1][2]
    await care.until(at(6, 1, 10))
    assert await care.got(mei) == ["care.birthday_ahead", "care.birthday"]


async def test_no_gift_is_announced_to_who_will_get_none(care: Care, mei: Person) -> None:
    await care.publish(BIRTHDAY, AHEAD)
    await care.born(mei, 6, 1, birthday_changed_at=care.club.clock.now)
    await care.until(at(5, 25, 9))
    assert await care.got(mei) == ["care.birthday_ahead"]
    assert "<b>100</b>" not in care.channel.journal[-1][2]


async def test_a_birthday_that_was_changed_meanwhile_is_not_announced(
    care: Care, mei: Person
) -> None:
    await care.publish(BIRTHDAY, AHEAD)
    await care.born(mei, 6, 1, quiet_from=21, quiet_to=12)
    await care.until(at(5, 25, 10))
    await care.change(mei, birthday=Birthday(9, 9))
    await care.until(at(5, 25, 13))
    assert await care.got(mei) == []
    assert await care.skipped(mei) == ["nothing_left"]


# -- anniversaries ------------------------------------------------------------------------


async def test_each_year_of_membership_is_greeted_with_its_gift(care: Care, mei: Person) -> None:
    await care.publish(ANNIVERSARY)
    await joined(care, mei, at(6, 3, 23, year=2023))
    before = await care.has(mei)
    await care.begins(at(6, 2))
    await care.until(at(6, 3, 8))
    assert await care.got(mei) == []
    await care.until(at(6, 4))
    assert await care.got(mei) == ["care.anniversary"]
    assert await care.has(mei) == before + 50


@pytest.mark.parametrize(
    ("feb29", "day", "found"),
    [
        (Feb29.FEB_28, date(2027, 2, 28), ["3"]),
        (Feb29.FEB_28, date(2027, 3, 1), []),
        (Feb29.MAR_1, date(2027, 2, 28), []),
        (Feb29.MAR_1, date(2027, 3, 1), ["3"]),
        (Feb29.MAR_1, date(2028, 2, 29), ["4"]),
        (Feb29.FEB_28, date(2028, 2, 28), []),
    ],
    ids=str,
)
async def test_who_joined_on_29_february_has_an_anniversary_every_year(
    care: Care, mei: Person, feb29: Feb29, day: date, found: list[str]
) -> None:
    await care.publish(ANNIVERSARY, birthday=BirthdayCare(feb29=feb29))
    await joined(care, mei, at(2, 29, 12, year=2024))
    due = await care.club.read(
        lambda w: KINDS[Occasion.ANNIVERSARY].due(w, ANNIVERSARY, day, None, 0, 9)
    )
    assert [one.occurrence for one in due] == found


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"])
async def test_the_day_of_joining_is_the_one_where_the_member_lives(
    care: Care, mei: Person, zone: str
) -> None:
    moment = datetime(2024, 6, 3, 10, 30, tzinfo=UTC)  # two days at once, from end to end
    await joined(care, mei, moment)
    await care.change(mei, zone=zone)
    day = moment.astimezone(ZoneInfo(zone)).date().replace(year=2026)
    kind = KINDS[Occasion.ANNIVERSARY]
    for shift in (-1, 0, 1):
        on = day + timedelta(days=shift)
        due = await care.club.read(lambda w, d=on: kind.due(w, ANNIVERSARY, d, zone, 0, 9))
        assert len(due) == (shift == 0)
    assert await care.club.read(lambda w: kind.due(w, ANNIVERSARY, day, None, 0, 9)) == []


async def test_only_the_years_that_a_rule_names_are_greeted(care: Care, mei: Person) -> None:
    rule = replace(ANNIVERSARY, days=(1, 5))
    await joined(care, mei, at(6, 3, year=2020))
    kind = KINDS[Occasion.ANNIVERSARY]
    found = [
        await care.club.read(lambda w, y=year: nobody_due(w, rule, date(y, 6, 3), None))
        for year in (2020, 2021, 2022, 2025, 2026)
    ]
    assert found == [True, False, True, False, True]
    assert kind.again


# -- holidays -----------------------------------------------------------------------------


async def test_a_holiday_is_greeted_once_and_others_are_not(care: Care, mei: Person) -> None:
    li = await care.club.person("Li").joins()
    await care.publish(HOLIDAYS)
    await care.agrees(mei)
    await care.begins(at(6, 18))
    await care.until(at(6, 21))
    assert await care.got(mei) == ["care.holiday"]
    assert "Dragon Boat" in care.channel.journal[-1][2]
    assert await care.got(li) == []
    assert await care.skipped(li) == []  # who never wished to be greeted is not due


async def test_a_holiday_that_was_slept_through_is_left_out(care: Care, mei: Person) -> None:
    await care.publish(HOLIDAYS)
    await care.agrees(mei)
    await care.begins(at(6, 18))
    care.club.clock.now = at(6, 20, 1)
    await care.worker.run_due(care.club.clock.now)
    await care.worker.drain()
    assert await care.got(mei) == []
    assert await care.skipped(mei) == ["too_late"]


async def test_a_holiday_with_a_gift_is_for_all(care: Care, mei: Person) -> None:
    li = await care.club.person("Li").joins()
    await care.publish(replace(HOLIDAYS, points=30))
    await care.agrees(mei)
    before = await care.has(mei), await care.has(li)
    await care.begins(at(6, 18))
    await care.until(at(6, 20))
    assert (await care.has(mei), await care.has(li)) == (before[0] + 30, before[1] + 30)
    assert await care.got(li) == ["care.gift"]
    assert await care.skipped(li) == ["no_consent"]


@pytest.mark.parametrize(
    ("day", "key"),
    [
        (date(2026, 2, 17), "spring_festival"),
        (date(2026, 6, 19), "dragon_boat"),
        (date(2026, 9, 25), "mid_autumn"),
        (date(2026, 8, 9), "national_day"),
        (date(2026, 11, 8), "deepavali"),
        (date(2026, 5, 20), ""),
    ],
)
def test_the_calendar_knows_traditional_and_public_holidays(day: date, key: str) -> None:
    assert calendars.on(day, (), ("SG", "CN")) == key


@pytest.mark.parametrize(
    ("day", "country", "works"),
    [
        (date(2026, 10, 1), "CN", False),
        (date(2026, 10, 10), "CN", True),  # a Saturday that makes up for a bridge day
        (date(2026, 10, 3), "CN", False),
        (date(2026, 10, 7), "CN", False),  # the bridge day
        (date(2026, 10, 7), "SG", True),
        (date(2026, 8, 10), "SG", False),
    ],
)
def test_make_up_workdays_are_worked(day: date, country: str, works: bool) -> None:
    assert calendars.is_workday(day, country) is works


def test_what_the_calendar_does_not_know_is_said() -> None:
    assert list(calendars.missing(("CN", "SG"), 2026)) == []
    far = [(one.country, one.what) for one in calendars.missing(("CN", "SG", "XX"), 2099)]
    assert far == [("CN", "makeup"), ("XX", "unknown")]
    with pytest.raises(LookupError):
        calendars.is_workday(date(2026, 1, 1), "XX")


# -- first days ---------------------------------------------------------------------------


async def test_a_newcomer_is_welcomed_three_times(care: Care, mei: Person) -> None:
    await care.publish(WELCOME)
    await joined(care, mei, at(5, 20, 10))
    await care.begins(at(5, 20, 11))
    came = []
    for day in range(20, 31):
        before = len(await care.got(mei))
        await care.until(at(5, day, 12))
        came += [day] * (len(await care.got(mei)) - before)
    assert came == [21, 23, 27]
    assert set(await care.got(mei)) == {"care.welcome"}


@pytest.mark.parametrize(("hour", "day"), [(5.5, 20), (6.5, 21), (22, 21)])
async def test_day_0_comes_hours_after_joining_or_the_next_morning(
    care: Care, mei: Person, hour: float, day: int
) -> None:
    await joined(care, mei, at(5, 20, hour))
    kind = KINDS[Occasion.WELCOME]
    for on in (19, 20, 21, 22):
        due = await care.club.read(
            lambda w, d=on: kind.due(w, WELCOME, date(2026, 5, d), None, 0, 9)
        )
        assert [one.occurrence for one in due] == (["0"] if on == day else [])


async def test_who_was_brought_over_is_no_newcomer(care: Care, mei: Person) -> None:
    await joined(care, mei, at(5, 20, 10))
    await care.change(mei, source="import")
    assert await care.club.read(lambda w: nobody_due(w, WELCOME, date(2026, 5, 21), None))
    await care.change(mei, source="telegram")
    assert not await care.club.read(lambda w: nobody_due(w, WELCOME, date(2026, 5, 21), None))


@pytest.mark.parametrize("hour", [5.5, 10], ids=str)
async def test_the_days_after_the_first_letter_lose_none(
    care: Care, mei: Person, hour: float
) -> None:
    rule = replace(WELCOME, days=(0, 1, 2, 4))
    await joined(care, mei, at(5, 20, hour))
    kind, found = KINDS[Occasion.WELCOME], []
    for on in range(20, 27):
        due = await care.club.read(lambda w, d=on: kind.due(w, rule, date(2026, 5, d), None, 0, 9))
        found += [(on, one.occurrence) for one in due]
    first = 20 if hour < 6 else 21
    steps = [(first, "0"), (first + 1, "1"), (first + 2, "2"), (24, "4")]
    assert found == steps


async def test_a_holiday_and_a_welcome_that_are_flown_over_are_made_up_for(
    care: Care, mei: Person
) -> None:
    await care.publish(replace(HOLIDAYS, late=Late.SEND), replace(WELCOME, days=(3,)))
    await joined(care, mei, at(6, 16, 12))
    await care.change(mei, zone="America/New_York")
    await care.begins(at(6, 19, 20))  # eight in the morning of the 19th in New York
    member, now = await mei.member_id(), care.club.clock.now
    for _ in range(2):
        await care.club.write(lambda w: moving.move(w, member, "Asia/Shanghai", now))
    await care.passes(hours=20)
    assert sorted(await care.got(mei)) == ["care.holiday", "care.welcome"]


async def test_who_joined_after_a_holiday_gets_no_greeting_for_a_zone(
    care: Care, mei: Person
) -> None:
    await care.publish(replace(HOLIDAYS, late=Late.SEND))
    await joined(care, mei, at(6, 19, 12))
    await care.begins(at(6, 19, 13))
    member, now = await mei.member_id(), care.club.clock.now
    await care.club.write(lambda w: moving.move(w, member, "Asia/Shanghai", now))
    assert await rows(care.club, rule="holidays") == []


def test_a_holiday_that_comes_twice_in_a_year_is_greeted_twice() -> None:
    days = calendars.days_of("eid_al_fitr", 2033, ("SG",))
    assert days == (date(2033, 1, 3), date(2033, 12, 23))
    assert {calendars.on(day, ("eid_al_fitr",), ("SG",)) for day in days} == {"eid_al_fitr"}
    assert len(calendars.days_of("eid_al_fitr", 2025, ("AE",))) == 1
