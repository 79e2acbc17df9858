"""Birthday greetings: once a year, at the local hour, with a gift that cannot be had twice."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.birthdays import Birthday
from domain.members import MemberState
from services import merging
from services.ports.club import Actor
from tests.care.conftest import Care
from tests.support.club import Person
from tests.support.post import rows

GIFT = 100  # the retail programme's
SHANGHAI = ZoneInfo("Asia/Shanghai")


async def test_a_birthday_brings_one_greeting_and_one_gift_at_nine(
    care: Care, mei: Person
) -> None:
    await care.born(mei, 6, 1)
    before = await care.has(mei)
    await care.until(datetime(2026, 6, 1, 8, 59, tzinfo=SHANGHAI))
    assert await care.got(mei) == []
    await care.until(datetime(2026, 6, 1, 9, 0, tzinfo=SHANGHAI))
    assert await care.got(mei) == ["care.birthday"]
    assert str(GIFT) in care.channel.journal[-1][2]
    await care.passes(days=3)
    assert await care.got(mei) == ["care.birthday"]
    assert await care.has(mei) == before + GIFT


async def test_every_year_again(care: Care, mei: Person) -> None:
    await care.born(mei, 6, 1)
    await care.passes(days=30)
    await care.begins(datetime(2027, 5, 25, tzinfo=SHANGHAI))
    await care.passes(days=14)
    assert (await care.got(mei)).count("care.birthday") == 2


async def test_nine_is_nine_where_the_member_lives(care: Care, mei: Person) -> None:
    await care.born(mei, 6, 1, zone="America/New_York")
    await care.until(datetime(2026, 6, 1, 12, 59, tzinfo=UTC))
    assert await care.got(mei) == []
    await care.until(datetime(2026, 6, 1, 13, 0, tzinfo=UTC))
    assert await care.got(mei) == ["care.birthday"]


@pytest.mark.parametrize(
    ("year", "day"), [(2027, (2, 28)), (2028, (2, 29))], ids=["common year", "leap year"]
)
async def test_who_was_born_on_29_february_is_greeted_every_year(
    care: Care, mei: Person, year: int, day: tuple[int, int]
) -> None:
    await care.born(mei, 2, 29)
    await care.begins(datetime(year, 2, 20, 12, tzinfo=SHANGHAI))
    await care.until(datetime(year, *day, 8, tzinfo=SHANGHAI))
    assert await care.got(mei) == []
    await care.until(datetime(year, *day, 10, tzinfo=SHANGHAI))
    assert await care.got(mei) == ["care.birthday"]
    await care.until(datetime(year, 3, 5, tzinfo=SHANGHAI))
    assert await care.got(mei) == ["care.birthday"]


async def test_the_28th_is_not_the_29ths_in_a_leap_year(care: Care, mei: Person) -> None:
    li = await care.club.person("Li").joins()
    await care.born(mei, 2, 29)
    await care.born(li, 2, 28)
    await care.begins(datetime(2028, 2, 27, tzinfo=SHANGHAI))
    await care.until(datetime(2028, 2, 28, 10, tzinfo=SHANGHAI))
    assert await care.got(li) == ["care.birthday"]
    assert await care.got(mei) == []


# -- edits ------------------------------------------------------------------------------


async def test_a_gift_to_a_membership_is_not_given_again_to_the_one_it_is_merged_into(
    care: Care, mei: Person
) -> None:
    await care.passes(hours=1)
    card = await care.club.person("Mei's card").joins()
    await care.born(card, 6, 1)
    await care.until(datetime(2026, 6, 1, 10, tzinfo=SHANGHAI))
    before = await care.has(mei) + await care.has(card)
    kept, gone, now = await mei.member_id(), await card.member_id(), care.club.clock.now
    clerk = Actor("cli")
    await care.club.write(lambda w: merging.merge(w, kept, gone, clerk, now))
    assert await care.has(mei) == before
    await care.until(datetime(2026, 6, 3, tzinfo=SHANGHAI))
    assert await care.has(mei) == before


async def test_a_birthday_moved_after_its_greeting_brings_no_second(
    care: Care, mei: Person
) -> None:
    await care.born(mei, 6, 1)
    await care.until(datetime(2026, 6, 1, 10, tzinfo=SHANGHAI))
    now = care.club.clock.now
    await care.change(mei, birthday=Birthday(6, 20), birthday_changed_at=now)
    await care.until(datetime(2026, 7, 1, tzinfo=SHANGHAI))
    assert await care.got(mei) == ["care.birthday"]


async def test_a_zone_changed_on_the_day_brings_neither_two_nor_none(
    care: Care, mei: Person
) -> None:
    li = await care.club.person("Li").joins()
    await care.born(mei, 6, 1)
    await care.born(li, 6, 1)
    await care.until(datetime(2026, 6, 1, 8, 30, tzinfo=SHANGHAI))
    await care.change(mei, zone="Asia/Tokyo")  # where it is half past nine
    await care.until(datetime(2026, 6, 1, 9, 30, tzinfo=SHANGHAI))
    await care.change(li, zone="Europe/Berlin")  # where it is still night
    await care.passes(days=2)
    assert await care.got(mei) == ["care.birthday"]
    assert await care.got(li) == ["care.birthday"]


async def test_from_december_to_january_neither_greeting_nor_gift_comes_twice(
    care: Care, mei: Person
) -> None:
    await care.born(mei, 12, 20)
    await care.begins(datetime(2026, 12, 13, tzinfo=SHANGHAI))
    await care.until(datetime(2026, 12, 20, 10, tzinfo=SHANGHAI))
    before = await care.has(mei)
    now = care.club.clock.now
    await care.change(mei, birthday=Birthday(2, 10), birthday_changed_at=now)
    await care.begins(datetime(2027, 2, 5, tzinfo=SHANGHAI))
    await care.until(datetime(2027, 2, 11, tzinfo=SHANGHAI))
    assert await care.got(mei) == ["care.birthday"]
    assert await care.has(mei) == before
    assert await care.skipped(mei) == ["already_given"]


async def test_a_change_locks_the_gift_but_not_the_greeting(care: Care, mei: Person) -> None:
    await care.born(mei, 6, 1, birthday_changed_at=care.club.clock.now - timedelta(days=5))
    before = await care.has(mei)
    await care.until(datetime(2026, 6, 1, 10, tzinfo=SHANGHAI))
    assert await care.got(mei) == ["care.birthday"]
    assert await care.has(mei) == before


async def test_a_birthday_told_too_late_counts_from_next_year(care: Care, mei: Person) -> None:
    await care.born(mei, 5, 22, birthday_set_at=care.club.clock.now)
    before = await care.has(mei)
    await care.passes(days=5)
    assert await care.got(mei) == ["care.birthday"]
    assert await care.has(mei) == before
    await care.begins(datetime(2027, 5, 15, tzinfo=SHANGHAI))
    await care.until(datetime(2027, 5, 22, 10, tzinfo=SHANGHAI))
    assert await care.has(mei) == before + GIFT


# -- who is not greeted -----------------------------------------------------------------


async def test_without_consent_the_gift_comes_with_a_receipt_only(care: Care, mei: Person) -> None:
    await care.born(mei, 6, 1)
    await care.agrees(mei, False)
    before = await care.has(mei)
    await care.until(datetime(2026, 6, 1, 10, tzinfo=SHANGHAI))
    assert await care.got(mei) == ["care.birthday_gift"]
    assert await care.skipped(mei) == ["no_consent"]
    assert await care.has(mei) == before + GIFT


async def test_a_frozen_member_gets_nothing_and_that_is_recorded(care: Care, mei: Person) -> None:
    await care.born(mei, 6, 1, state=MemberState.FROZEN)
    await care.until(datetime(2026, 6, 1, 10, tzinfo=SHANGHAI))
    assert await care.got(mei) == []
    assert await care.skipped(mei) == ["frozen"]


async def test_who_blocked_the_bot_has_the_gift_and_a_record(care: Care, mei: Person) -> None:
    await care.born(mei, 6, 1)
    before = await care.has(mei)
    found = await care.club.read(lambda work: work.addresses.find("telegram", "42", mei.user))
    now = care.club.clock.now
    await care.club.write(lambda work: work.addresses.set_blocked(found.id, now))
    await care.until(datetime(2026, 6, 1, 10, tzinfo=SHANGHAI))
    assert care.channel.tries == []
    assert await care.skipped(mei) == ["unreachable"]
    assert await care.has(mei) == before + GIFT


async def test_who_was_never_in_a_chat_has_the_gift_and_no_record(care: Care, mei: Person) -> None:
    await care.born(mei, 6, 1)
    member = await mei.member_id()
    found = await care.club.read(lambda work: work.addresses.find("telegram", "42", mei.user))
    await care.club.write(lambda work: work.addresses.belong(found.id, None))
    await care.until(datetime(2026, 6, 2, 10, tzinfo=SHANGHAI))
    assert await rows(care.club) == []
    history = await care.club.read(lambda work: work.ledger.history(member, "points", None, 9))
    assert [row.amount for row in history] == [GIFT, care.club.programme.welcome_points]


async def test_quiet_hours_hold_the_greeting_back_until_they_end(care: Care, mei: Person) -> None:
    await care.born(mei, 6, 1, quiet_from=21, quiet_to=11)
    await care.until(datetime(2026, 6, 1, 10, 59, tzinfo=SHANGHAI))
    assert await care.got(mei) == []
    await care.until(datetime(2026, 6, 1, 11, 0, tzinfo=SHANGHAI))
    assert await care.got(mei) == ["care.birthday"]


# -- downtime ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("late", "key"),
    [
        (timedelta(hours=1), "care.birthday"),
        (timedelta(days=2), "care.birthday_belated"),
        (timedelta(days=10), ""),
    ],
    ids=str,
)
async def test_after_downtime_it_comes_late_or_belated_or_not_at_all(
    care: Care, mei: Person, late: timedelta, key: str
) -> None:
    await care.born(mei, 6, 1)
    care.club.clock.now = datetime(2026, 6, 1, 9, tzinfo=SHANGHAI) + late
    await care.worker.run_due(care.club.clock.now)
    await care.worker.drain()
    assert await care.got(mei) == ([key] if key else [])
    assert await care.skipped(mei) == ([] if key else ["too_late"])


async def test_only_who_is_due_is_greeted(care: Care, mei: Person) -> None:
    people = [await care.club.person(f"P{day}").joins() for day in range(1, 28)]
    for day, person in enumerate(people, 1):
        await care.born(person, 6, day)
    await care.until(datetime(2026, 6, 10, 12, tzinfo=SHANGHAI))
    greeted = {row["chat"] for row in await rows(care.club, state="sent")}
    assert greeted == {person.user for person in people[:10]}
