"""`/care`: what became of each rule, whom it left out, and who gets what in the days to come."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.birthdays import Birthday
from services import care_calendar
from services.care_calendar import Planned, Slot
from services.care_kinds import Due
from storage.work import Work
from tests.desk.conftest import RULES, Desk
from tests.desk.test_post import written
from tests.flows.talk import labels
from tests.support.club import NOW, Club, Person

TODAY = date(2026, 5, 20)  # ten in the morning in Shanghai


async def born(club: Club, person: Person, month: int, day: int, **values: object) -> int:
    """A birthday told long ago; agreed to care unless said otherwise."""
    member = await person.member_id()
    agrees = bool(values.pop("agrees", True))
    lunar = bool(values.pop("lunar", False))

    def tell(work: Work) -> None:
        work.members.change(
            member,
            birthday=Birthday(month, day, lunar=lunar),
            birthday_set_at=NOW - timedelta(days=90),
            **values,
        )
        work.members.set_consent(member, "care", agrees, "telegram", NOW)

    await club.write(tell)
    return member


async def planned(desk: Desk, day: date) -> list[Planned]:
    return list(
        (
            await desk.club.read(
                lambda work: care_calendar.of_day(work, day.isoformat(), NOW, 0, 50)
            )
        ).planned
    )


async def test_each_rule_shows_its_last_seven_days(desk: Desk) -> None:
    await written(desk, state="sent", reason="")
    await written(desk, state="skipped", reason="no_consent")
    await written(desk, state="skipped", reason="no_consent")
    await written(desk, state="pending", reason="", due_at=NOW + timedelta(hours=1))
    await written(desk, state="sent", reason="", due_at=NOW - timedelta(days=8))
    card = await desk.anna.says("/care")
    assert "1 sent · 1 waiting · 2 not sent" in card.text
    assert "Holiday greeting</b> · off" in card.text
    assert "at most 2 messages" in card.text
    assert labels(card)[:3] == ["Birthday", "Level changed", "⚪️ Holiday greeting"]


async def test_a_rule_names_whom_it_left_out_and_why(desk: Desk) -> None:
    member = await desk.mei.member_id()
    await desk.club.write(lambda work: work.members.change(member, name="<b>&"))
    await written(desk, state="skipped", reason="contact_budget")
    await desk.anna.says("/care")
    card = await desk.anna.taps("care.rule", "0")
    assert "1 not sent" in card.text
    assert "Words: as shipped" in card.text
    assert labels(card)[-3:] == ["✏️ Change the words", "✏️ Words when late", "« Care"]
    assert "&lt;b&gt;&amp;" in card.text
    assert "this week's messages are used up" in card.text
    seen = await desk.anna.taps("member.show", str(member))
    assert seen.key == "portrait.shown"
    assert (await desk.anna.taps("words.show", "care.birthday")).key == "wording.card"


async def test_the_days_to_come_are_counted_and_shown_as_members_will_see_them(
    desk: Desk,
) -> None:
    await born(desk.club, desk.mei, 5, 22, name="Mei", locale="zh")
    await desk.anna.says("/care")
    week = await desk.anna.taps("care.days")
    assert "Birthday: 1" in week.text
    day = await desk.anna.taps("care.day", "2026-05-22")
    assert "09:00" in day.text
    assert "no time zone set" in day.text
    shown = await desk.anna.taps("care.look", "2026-05-22", "0", "0")
    assert "Mei，生日快乐" in shown.text
    assert "100" in shown.text
    back = await desk.anna.taps("care.day", "2026-05-22")
    assert back.key == "caring.day"


async def test_what_is_over_today_is_not_to_come(desk: Desk) -> None:
    await born(desk.club, desk.mei, 5, 20)
    assert await planned(desk, TODAY) == []
    await born(desk.club, desk.mei, 5, 20, zone="America/New_York")
    assert [one.at.hour for one in await planned(desk, TODAY)] == [13]


WARNED = [
    ({}, {"no_name", "no_zone"}),
    ({"name": "Mei", "zone": "Asia/Shanghai"}, set()),
    ({"name": "Mei", "agrees": False}, {"no_consent", "no_zone"}),
    ({"name": "Mei", "state": "frozen"}, {"frozen", "no_zone"}),
    ({"name": "Mei", "quiet_from": 22, "quiet_to": 10}, {"quiet", "no_zone"}),
]


@pytest.mark.parametrize(("values", "codes"), WARNED)
async def test_what_speaks_against_a_message_is_told_beforehand(
    desk: Desk, values: dict[str, object], codes: set[str]
) -> None:
    await born(desk.club, desk.mei, 5, 22, **values)
    (one,) = await planned(desk, date(2026, 5, 22))
    assert set(one.warnings) == codes


async def test_who_cannot_be_reached_or_has_had_enough_is_told_beforehand(desk: Desk) -> None:
    member = await born(desk.club, desk.mei, 5, 22, name="Mei", zone="Asia/Shanghai")
    for _ in range(2):
        await written(desk, state="sent", reason="", begun_at=NOW - timedelta(hours=1))
    (one,) = await planned(desk, date(2026, 5, 22))
    assert one.warnings == ("budget",)
    address = (await desk.club.read(lambda work: work.addresses.of_member(member)))[0]
    await desk.club.write(lambda work: work.addresses.set_blocked(address.id, NOW))
    (one,) = await planned(desk, date(2026, 5, 22))
    assert one.warnings == ("unreachable", "budget")


async def test_a_gift_that_will_not_be_given_is_not_promised(desk: Desk) -> None:
    member = await born(desk.club, desk.mei, 5, 22, name="Mei", zone="Asia/Shanghai")
    (one,) = await planned(desk, date(2026, 5, 22))
    assert (one.values["points"], one.warnings) == (100, ())
    told = {"birthday_set_at": NOW}
    await desk.club.write(lambda work: work.members.change(member, **told))
    (one,) = await planned(desk, date(2026, 5, 22))
    assert (one.values["points"], one.warnings) == (0, ("no_gift",))


async def test_a_birthday_that_was_moved_is_not_to_come_twice(desk: Desk) -> None:
    member = await born(desk.club, desk.mei, 5, 22, name="Mei", zone="Asia/Shanghai")
    last = NOW - timedelta(days=160)
    await written(desk, state="sent", due_at=last, dedupe=f"care:birthday:{member}:2025")
    (one,) = await planned(desk, date(2026, 5, 22))
    assert (one.values["points"], one.warnings) == (0, ("already_given",))


async def test_who_has_had_it_often_enough_is_told_beforehand(desk: Desk) -> None:
    member = await born(desk.club, desk.mei, 5, 22, name="Mei", zone="Asia/Shanghai")
    await written(desk, state="sent", begun_at=NOW, rule="birthday")
    found = []
    for limits in ({"times": 1}, {"cooldown_days": 30}, {"cooldown_days": 1}):
        rule = replace(RULES[0], **limits)
        slot, due = Slot(rule, date(2026, 5, 22), None), Due(member, "2026")
        found += await desk.club.read(
            lambda work, slot=slot, due=due: care_calendar.planned(work, slot, [due], NOW)
        )
    assert [one.warnings for one in found] == [("often_enough",), ("cooldown",), ()]


async def test_odd_birthdays_are_pointed_out(desk: Desk) -> None:
    zone = {"name": "Mei", "zone": "Asia/Shanghai"}
    await born(desk.club, desk.mei, 5, 5, lunar=True, **zone)
    (one,) = await planned(desk, date(2026, 6, 19))  # the dragon boat festival
    assert one.warnings == ("lunar",)
    await born(desk.club, desk.mei, 2, 29, **zone)
    (one,) = await planned(desk, date(2027, 2, 28))
    assert one.warnings == ("feb29_before",)


async def test_a_day_that_is_none_is_an_old_button(desk: Desk) -> None:
    for text in ("yesterday", "2026-13-40"):
        with pytest.raises(LookupError):
            await desk.club.read(lambda work, day=text: care_calendar.of_day(work, day, NOW, 0, 5))
