"""What must not stop the care of a whole club, and what stops care at once."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.bill_errors import CreditOff
from domain.care_rules import CareRule, Late
from domain.consent import QuietHours
from scheduler.due import run_due
from scheduler.jobs import table
from services import care_gifts, caring
from services.quiet import second_looks
from tests.care.conftest import BIRTHDAY, Care
from tests.support.club import Person
from tests.support.post import rows


def at(month: int, day: int, hour: float = 9) -> datetime:
    return datetime(2026, month, day, tzinfo=ZoneInfo("Asia/Shanghai")) + timedelta(hours=hour)


async def test_a_gift_that_one_member_cannot_have_stops_nobody(
    care: Care, mei: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    li = await care.club.person("Li").joins()
    await care.publish(replace(BIRTHDAY, voucher="cake"))
    first = await mei.member_id()

    def present(work: Any, member_id: int, *given: Any, **named: Any) -> None:
        if member_id == first:
            work.settings.put("half", "done")
            raise CreditOff()

    monkeypatch.setattr(care_gifts.presents, "present", present)
    await care.born(mei, 6, 1)
    await care.born(li, 6, 1)
    await care.until(at(6, 1, 10))
    assert [await care.got(one) for one in (mei, li)] == [["care.birthday"]] * 2
    assert await care.club.read(lambda w: w.settings.get("half")) is None


async def test_one_broken_member_is_recorded_and_stops_nobody(
    care: Care, mei: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    li = await care.club.person("Li").joins()
    await care.born(mei, 6, 1)
    await care.born(li, 6, 1)
    first, real, before = await mei.member_id(), caring.care_for, await care.has(mei)

    def care_for(work: Any, rule: CareRule, due: Any, *given: Any, **named: Any) -> None:
        real(work, rule, due, *given, **named)
        if due.member_id == first:
            raise KeyError("of this member")

    monkeypatch.setattr(caring, "care_for", care_for)
    await care.until(at(6, 1, 10))
    assert (await care.got(mei), await care.got(li)) == ([], ["care.birthday"])
    assert await care.skipped(mei) == ["broken"]
    assert await care.has(mei) == before


async def test_a_zone_that_is_not_known_stops_nobody(care: Care, mei: Person) -> None:
    li = await care.club.person("Li").joins()
    await care.born(mei, 6, 1)
    await care.born(li, 6, 1, zone="Mars/Olympus")
    await care.until(at(6, 1, 10))
    assert await care.got(mei) == ["care.birthday"]


async def test_quiet_hours_over_midnight_alone_make_nothing_late(care: Care, mei: Person) -> None:
    await care.publish(replace(BIRTHDAY, late=Late.SKIP))
    await care.born(mei, 6, 1)
    await care.change(mei, quiet_from=8, quiet_to=0)
    await care.begins(at(6, 1, 8.9))
    care.club.clock.now = at(6, 1, 9) + timedelta(seconds=5)
    await care.worker.run_due(care.club.clock.now)
    assert await care.skipped(mei) == []
    await care.until(at(6, 2, 1))
    assert await care.got(mei) == ["care.birthday"]


async def test_a_rule_that_is_switched_off_stops_at_once(care: Care, mei: Person) -> None:
    await care.born(mei, 6, 1)
    await care.until(at(6, 1, 8))
    jobs = [job for job in await care.club.read(table) if job.rule]
    await care.publish(replace(BIRTHDAY, on=False))
    await run_due(care.club.units, at(6, 1), moved=True, jobs=jobs)
    assert await rows(care.club, rule="birthday") == []


async def test_what_waits_does_not_leave_after_its_rule_was_switched_off(
    care: Care, mei: Person
) -> None:
    await care.born(mei, 6, 1)
    await care.change(mei, quiet_from=8, quiet_to=12)
    await care.until(at(6, 1, 10))
    await care.publish(replace(BIRTHDAY, on=False))
    await care.until(at(6, 1, 13))
    assert (await care.got(mei), await care.skipped(mei)) == ([], ["stopped"])


@pytest.mark.parametrize(
    ("clock", "second"),
    [(time(9), [time(17)]), (time(17), [time(21, 45)]), (time(21, 50), [])],
    ids=str,
)
def test_a_second_look_comes_before_quiet_hours(clock: time, second: list[time]) -> None:
    assert list(second_looks(clock, QuietHours())) == second
