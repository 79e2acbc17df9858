"""The engine of care: once for eight processes, zones, clocks, quiet hours, frequency, gifts."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.benefits import Stock
from domain.birthdays import Birthday
from domain.care_rules import Care as CareRules
from domain.care_rules import CareRule, Late, Occasion
from domain.consent import QuietHours
from domain.dates import local_day
from domain.timetable import daily
from scheduler.due import crossed, run_due
from scheduler.jobs import table
from services import benefit_files, merging, timetable
from services.care_kinds import KINDS
from services.ports.club import Actor
from storage.unit_of_work import open_units
from tests.care.conftest import BIRTHDAY, Care
from tests.flows.staffed import operator
from tests.support.club import Club, Person, programme
from tests.support.post import rows

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOLIDAY = CareRule("holidays", Occasion.HOLIDAY, holidays=("dragon_boat",), late_hours=24)
DAY = timedelta(days=1)


def at(month: int, day: int, hour: float = 9, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime(2026, month, day, tzinfo=zone) + timedelta(hours=hour)


async def voucher(care: Care, stock: int | None = None) -> str:
    """A benefit to give as a present; its key."""
    text = f"""
benefits:
  - key: cake
    kind: gift
    name: {{zh: 蛋糕, en: A cake}}
    price: 500
    stock: {"null" if stock is None else stock}
"""
    now = care.club.clock.now
    await care.club.write(lambda w: benefit_files.import_benefits(w, text, Actor("cli"), now))
    return "cake"


# -- once ---------------------------------------------------------------------------------


@pytest.mark.postgres
async def test_eight_processes_at_once_write_one_message_and_give_one_gift(
    care: Care, mei: Person
) -> None:
    await care.born(mei, 6, 1)
    before = await care.has(mei)
    everybody = [open_units(care.club.url, care.club.shared) for _ in range(8)]
    upto = at(6, 1)
    care.club.clock.now = upto
    jobs = [job for job in await care.club.read(table) if job.rule]
    await asyncio.gather(*(run_due(units, upto, moved=True, jobs=jobs) for units in everybody))
    for units in everybody:
        await units.close()
    found = await rows(care.club, member_id=await mei.member_id(), rule="birthday")
    assert [row["dedupe"] for row in found] == [f"care:birthday:{await mei.member_id()}:2026"]
    assert await care.has(mei) == before + 100


async def test_merged_memberships_are_greeted_once(care: Care, mei: Person) -> None:
    await care.passes(hours=1)
    card = await care.club.person("Mei's card").joins()
    await care.born(card, 6, 1)
    await care.until(at(6, 1, 9))
    assert await care.got(card) == ["care.birthday"]
    kept, gone, now = await mei.member_id(), await card.member_id(), care.club.clock.now
    await care.club.write(lambda w: merging.merge(w, kept, gone, Actor("cli"), now))
    await care.agrees(mei)
    await care.until(at(6, 2))
    sent = [key for _, key, _ in care.channel.journal if key.startswith("care.birthday")]
    assert sent == ["care.birthday"]


# -- the hour -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "new"),
    [(7, time(8, 30)), (7, time(18)), (10, time(8, 30)), (10, time(18)), (10, time(11))],
    ids=str,
)
async def test_a_changed_hour_greets_everybody_and_nobody_twice(
    care: Care, mei: Person, hour: int, new: time
) -> None:
    await care.born(mei, 6, 1)
    await care.begins(at(5, 31))
    await care.until(at(6, 1, hour))
    await care.publish(replace(BIRTHDAY, at=new))
    await care.until(at(6, 2, 20))
    assert await care.got(mei) == ["care.birthday"]


async def test_an_hour_moved_before_now_loses_nobody(care: Care, mei: Person) -> None:
    late = replace(BIRTHDAY, at=time(18))
    await care.publish(late)
    await care.begins(at(5, 30))
    await care.born(mei, 6, 1)
    await care.until(at(6, 1, 12))
    assert await care.got(mei) == []
    await care.publish(replace(late, at=time(10)))
    await care.until(at(6, 1, 12.1))
    assert await care.got(mei) == ["care.birthday"]


ZONES = {
    "Pacific/Kiritimati": 14,
    "Pacific/Chatham": 12.75,
    "Asia/Kathmandu": 5.75,
    "Europe/Berlin": 2,
    "America/St_Johns": -2.5,
    "Pacific/Pago_Pago": -11,
}


async def test_nine_is_nine_in_every_zone_of_the_world(care: Care) -> None:
    people = {zone: await care.club.person(zone[-6:]).joins() for zone in ZONES}
    for zone, person in people.items():
        await care.born(person, 6, 1, zone=zone)
    await care.begins(at(5, 31, 0, ZoneInfo("UTC")))
    await care.until(at(6, 3, 0, ZoneInfo("UTC")))
    for zone, person in people.items():
        assert await care.got(person) == ["care.birthday"]
        (row,) = await rows(care.club, member_id=await person.member_id(), rule="birthday")
        assert row["due_at"].astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime(
            2026, 6, 1, 9
        )


@pytest.mark.parametrize(
    ("zone", "day", "hour", "utc"),
    [
        ("Europe/Berlin", (3, 28), time(2, 30), (1, 30)),  # skipped: just after the change
        ("Europe/Berlin", (10, 31), time(2, 30), (0, 30)),  # twice: the first
        ("America/New_York", (3, 14), time(2, 15), (7, 15)),
        ("America/New_York", (11, 7), time(1, 15), (5, 15)),
    ],
    ids=str,
)
async def test_where_clocks_change_a_greeting_comes_once(
    care: Care, mei: Person, zone: str, day: tuple[int, int], hour: time, utc: tuple[int, int]
) -> None:
    never_quiet = {"quiet_from": 0, "quiet_to": 0}
    await care.publish(replace(BIRTHDAY, at=hour))
    await care.born(mei, *day, zone=zone, **never_quiet)
    await care.begins(datetime(2027, *day, tzinfo=UTC) - DAY)
    await care.until(datetime(2027, *day, tzinfo=UTC) + DAY)
    found = await rows(care.club, member_id=await mei.member_id(), rule="birthday")
    assert [row["due_at"] for row in found] == [datetime(2027, *day, *utc, tzinfo=UTC)]


@given(
    st.lists(
        st.tuples(st.integers(1, 3000), st.integers(6, 20), st.sampled_from(list(ZONES))),
        min_size=1,
        max_size=12,
    )
)
def test_however_hours_and_zones_change_each_day_is_looked_for(
    steps: list[tuple[int, int, str]],
) -> None:
    """Whoever runs from tick to tick sees each local day at least once at an hour that held."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    clock, zone, seen = time(9), steps[0][2], set()
    first = local_day(now, zone) + DAY
    known = timetable.as_hours(zone, (clock,))
    for minutes, *after in [*steps, (int(DAY.total_seconds() / 60), 9, "UTC")]:
        upto, hours = now + timedelta(minutes=minutes), timetable.as_hours(zone, (clock,))
        since = timetable.since(known, hours, now)
        seen |= {found.day for found in daily(clock, zone, since, upto)}
        now, last, known = upto, local_day(upto, zone), hours
        clock, zone = time(after[0]), after[1]
    assert {first + n * DAY for n in range((last - first).days)} <= seen


async def test_a_club_that_moves_east_leaves_no_day_out(care: Care, mei: Person) -> None:
    """The hours of that day are over already for who follows the club's zone."""
    await care.publish(BIRTHDAY, zone="America/New_York")
    await care.born(mei, 6, 2)
    await care.begins(at(6, 2, 18.75))  # a quarter to seven in New York
    await care.publish(BIRTHDAY, zone="Asia/Shanghai")
    await care.until(at(6, 2, 20))
    assert await care.got(mei) == ["care.birthday"]
    await care.until(at(6, 4))
    assert await care.got(mei) == ["care.birthday"]


async def test_a_new_club_cares_for_nothing_that_was_before_it(database_url: str) -> None:
    rules = replace(programme(), care=CareRules((BIRTHDAY,)))
    club = await Club(database_url, rules).open()  # at ten
    nights = await crossed(club.units, club.clock.now)
    assert {job.name for job, _ in nights} >= {"expire", "seal"}
    found = await crossed(club.units, club.clock.now + timedelta(hours=23))
    cared = [due.key for job, due in found if job.rule]
    assert cared == ["2026-05-20T17:00", "2026-05-21T09:00"]
    await club.close()


# -- downtime and quiet hours -------------------------------------------------------------


@pytest.mark.parametrize("late", [Late.SEND, Late.BELATED, Late.SKIP])
@pytest.mark.parametrize(
    ("down", "expected"),
    [
        (timedelta(hours=1), {"send": "", "belated": "", "skip": ""}),
        (timedelta(days=2), {"send": "", "belated": "_belated", "skip": None}),
        (timedelta(days=10), {"send": None, "belated": None, "skip": None}),
    ],
    ids=str,
)
async def test_what_was_slept_through_follows_its_rule(
    care: Care, mei: Person, late: Late, down: timedelta, expected: dict[str, str | None]
) -> None:
    await care.publish(replace(BIRTHDAY, late=late, late_hours=72))
    await care.born(mei, 6, 1)
    await care.begins(at(6, 1, 8))
    care.club.clock.now = at(6, 1, 9) + down
    await care.worker.run_due(care.club.clock.now)
    await care.worker.drain()
    ending = expected[late.value]
    got = await care.got(mei)
    assert got == ([] if ending is None else [f"care.birthday{ending}"])
    assert await care.skipped(mei) == (["too_late"] if ending is None else [])


async def test_what_waited_too_long_to_be_sent_is_not_sent(care: Care, mei: Person) -> None:
    await care.born(mei, 6, 1)
    care.channel.faults["*"] = "flood"
    await care.until(at(6, 1, 9))
    care.channel.faults.clear()
    care.club.clock.now = at(6, 6, 9)
    await care.worker.drain()
    assert await care.got(mei) == []
    assert await care.skipped(mei) == ["too_late"]


async def test_the_programmes_quiet_hours_over_midnight_hold_a_greeting_back(
    care: Care, mei: Person
) -> None:
    def write(work: Any) -> None:
        current = work.programmes.current()
        rules = replace(current.care, rules=(BIRTHDAY,), quiet=QuietHours(time(20), time(11)))
        changed = replace(current, care=rules, version=current.version + 1)
        work.programmes.publish(changed, care.club.clock.now, None)

    await care.club.write(write)
    await care.born(mei, 6, 1)
    await care.until(at(6, 1, 10.9))
    assert await care.got(mei) == []
    await care.until(at(6, 1, 11))
    assert await care.got(mei) == ["care.birthday"]


# -- frequency ----------------------------------------------------------------------------


async def test_a_cool_down_and_a_number_of_times_are_kept(care: Care, mei: Person) -> None:
    rule = replace(HOLIDAY, holidays=("dragon_boat", "qixi", "mid_autumn"), cooldown_days=70)
    await care.publish(replace(rule, times=2))
    await care.agrees(mei)
    await care.begins(at(6, 18))
    await care.until(at(6, 20))
    await care.begins(at(8, 18))
    await care.until(at(8, 20))
    assert await care.skipped(mei) == ["cooldown"]
    await care.begins(at(9, 24))
    await care.until(at(9, 26))
    assert await care.got(mei) == ["care.holiday"] * 2
    await care.begins(datetime(2027, 6, 8, tzinfo=SHANGHAI))
    await care.until(datetime(2027, 6, 10, tzinfo=SHANGHAI))
    assert await care.skipped(mei) == ["cooldown", "often_enough"]


async def test_a_rule_that_is_off_has_no_job(care: Care) -> None:
    def names(work: Any) -> list[str]:
        return [job.name for job in table(work) if job.rule]

    await care.publish(BIRTHDAY, HOLIDAY)
    assert await care.club.read(names) == ["care.birthday", "care.holidays"]
    await care.publish(BIRTHDAY, replace(HOLIDAY, on=False))
    assert await care.club.read(names) == ["care.birthday"]


# -- gifts --------------------------------------------------------------------------------


async def test_a_voucher_is_given_with_the_greeting_and_named_in_it(
    care: Care, mei: Person
) -> None:
    key = await voucher(care, stock=5)
    await care.publish(replace(BIRTHDAY, voucher=key))
    await care.born(mei, 6, 1)
    await care.until(at(6, 2))
    assert "A cake" in care.channel.journal[-1][2]
    member = await mei.member_id()
    (mine,) = await care.club.read(lambda w: w.vouchers.of_member(member))
    assert (mine.price, dict(mine.names)["en"]) == (0, "A cake")
    (cake,) = await care.club.read(lambda w: [b.id for b in w.benefits.all() if b.key == key])
    left = await care.club.write(lambda w: [w.benefits.take_stock(cake) for _ in range(5)])
    assert left == [*[Stock.TAKEN] * 4, Stock.GONE]


@pytest.mark.parametrize("stock", [None, 0], ids=["unknown", "sold out"])
async def test_a_gift_that_is_not_there_is_told_to_who_made_the_rule(
    care: Care, mei: Person, stock: int | None
) -> None:
    key = "nowhere" if stock is None else await voucher(care, stock=stock)
    owner = await operator(care.club, "owner")
    await care.publish(replace(BIRTHDAY, voucher=key))
    await care.born(mei, 6, 1)
    await care.until(at(6, 2))
    assert await care.got(mei) == ["care.birthday"]
    assert await care.got(owner) == ["care.no_voucher"]


async def test_a_lunar_and_a_solar_birthday_of_one_year_bring_one_gift(
    care: Care, mei: Person
) -> None:
    await care.born(mei, 6, 1)
    await care.until(at(6, 2))
    now = care.club.clock.now
    changed = Birthday(5, 8, lunar=True)  # 22 June
    await care.change(mei, birthday=changed, birthday_changed_at=now)
    await care.until(at(6, 23))
    assert await care.got(mei) == ["care.birthday"]


def test_every_occasion_has_its_kind() -> None:
    assert set(KINDS) == set(Occasion)
    assert all(kind.occasion is occasion for occasion, kind in KINDS.items())
