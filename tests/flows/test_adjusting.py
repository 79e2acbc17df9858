"""Points by hand that need a second yes, and expired points given back, as dialogues."""

from datetime import timedelta

import pytest

from services import expiry, ledger
from storage.work import Work
from tests.flows.staffed import operator
from tests.flows.talk import labels, member, points
from tests.support.club import Club, Person


@pytest.fixture
async def mei(club: Club) -> Person:
    return await club.person("Mei").joins()


async def number(person: Person) -> str:
    return str((await member(person)).number)


async def asks(anna: Person, mei: Person, text: str) -> None:
    """An operator wants to give or take points by hand."""
    await anna.says(f"/member {await number(mei)}")
    await anna.taps("member.adjust")
    await anna.says(text)
    await anna.says("lost parcel")


async def test_a_big_adjustment_waits_for_a_second_person(mei: Person) -> None:
    anna = await operator(mei.club, "operator", "Anna")
    ben = await operator(mei.club, "approver", "Ben", "zh-hans")
    await asks(anna, mei, "+1500")
    assert "second person" in anna.seen[-1].text
    assert (await anna.taps("adjust.do")).key == "adjust.waiting"
    assert await points(mei) == 50
    card = (await ben.hears())[-1]
    assert (card.key, "<b>+1,500</b>" in card.text) == ("adjust.asked", True)
    assert "lost parcel" in card.text
    done = await ben.taps("approval.yes")
    assert "现已执行" in done.text
    assert await points(mei) == 1550
    assert "Approved by Ben" in (await anna.hears())[-1].text
    told = (await mei.hears())[-1]
    assert (told.key, "lost parcel" in told.text) == ("adjust.told", True)
    await ben.taps("approval.yes")
    assert await points(mei) == 1550


async def test_declined_it_is_not_booked_and_the_asker_hears_it(mei: Person) -> None:
    anna = await operator(mei.club, "operator", "Anna")
    ben = await operator(mei.club, "approver", "Ben")
    await asks(anna, mei, "+1500")
    await anna.taps("adjust.do")
    await ben.hears()
    await ben.taps("approval.no")
    assert await points(mei) == 50
    assert "Sent back by Ben" in (await anna.hears())[-1].text


async def test_up_to_the_threshold_one_person_is_enough(mei: Person) -> None:
    anna = await operator(mei.club, "operator", "Anna")
    await asks(anna, mei, "+1000")
    assert "second person" not in anna.seen[-1].text
    assert (await anna.taps("adjust.do")).key == "adjust.done"
    assert await points(mei) == 1050


async def test_nobody_approves_for_their_own_membership(club: Club, mei: Person) -> None:
    anna = await operator(club, "operator", "Anna")
    ben = await (await operator(club, "approver", "Ben")).joins()
    await asks(anna, ben, "+1500")
    await anna.taps("adjust.do")
    await ben.hears()
    assert (await ben.taps("approval.yes")).key == "staff.own_membership"
    assert await points(ben) == 50


async def test_what_cannot_be_booked_any_more_is_said_to_who_approves(mei: Person) -> None:
    anna = await operator(mei.club, "operator", "Anna")
    ben = await operator(mei.club, "approver", "Ben")
    await asks(anna, mei, "+900")
    await anna.taps("adjust.do")
    await asks(anna, mei, "+4101")
    assert (await anna.taps("adjust.do")).key == "adjustment.over_limit"
    await asks(anna, mei, "+4100")
    assert (await anna.taps("adjust.do")).key == "adjust.waiting"
    await asks(anna, mei, "+200")
    await anna.taps("adjust.do")
    await ben.hears()
    assert (await ben.taps("approval.yes")).key == "adjustment.over_limit"
    mei.club.clock.move(days=1)
    assert "and done" in (await ben.taps("approval.yes")).text
    assert await points(mei) == 50 + 900 + 200 + 4100


# -- expired points ---------------------------------------------------------------------


@pytest.fixture
async def lapsed(mei: Person) -> Person:
    """Mei, of whose points 120 expired yesterday."""
    member_id, now = await mei.member_id(), mei.club.clock()

    def lapse(work: Work) -> None:
        until = now - timedelta(days=1)
        more = {"source": ("survey", 1), "now": now - timedelta(days=9), "expires_at": until}
        ledger.bonus(work, member_id, 120, key="b", **more)
        expiry.expire(work, member_id, until)

    await mei.club.write(lapse)
    return mei


async def test_expired_points_are_given_back_with_a_reason(lapsed: Person) -> None:
    anna = await operator(lapsed.club, "operator")
    card = await anna.says(f"/member {await number(lapsed)}")
    assert "♻️ Give expired points back" in labels(card)
    asked = await anna.taps("member.reinstate")
    assert "120 expired points" in asked.text
    assert "19 Jun 2026" in asked.text
    assert (await anna.says("many")).key == "points.bad_count"
    assert (await anna.says("121")).key == "reinstate.too_much"
    assert (await anna.says("100")).key == "reinstate.reason"
    assert (await anna.says("was ill")).key == "reinstate.sure"
    assert (await anna.taps("reinstate.do")).key == "reinstate.done"
    await anna.taps("reinstate.do")
    assert await points(lapsed) == 150
    told = (await lapsed.hears())[-1]
    assert (told.key, "19 Jun 2026" in told.text) == ("reinstate.told", True)
    shown = await lapsed.says("/history")
    assert "<b>+100</b> Expired, given back" in shown.text
    assert "was ill" in shown.text


async def test_all_of_them_with_one_tap(lapsed: Person) -> None:
    anna = await operator(lapsed.club, "operator")
    await anna.says(f"/member {await number(lapsed)}")
    await anna.taps("member.reinstate")
    assert (await anna.taps("reinstate.all")).key == "reinstate.reason"
    await anna.says("was ill")
    await anna.taps("reinstate.do")
    assert await points(lapsed) == 170
    card = await anna.says(f"/member {await number(lapsed)}")
    assert "♻️ Give expired points back" not in labels(card)


async def test_service_staff_have_no_such_button(lapsed: Person) -> None:
    eve = await operator(lapsed.club, "service")
    card = await eve.says(f"/member {await number(lapsed)}")
    assert "♻️ Give expired points back" not in labels(card)


async def test_an_old_button_gives_nothing_back(lapsed: Person) -> None:
    anna = await operator(lapsed.club, "operator")
    await anna.says(f"/member {await number(lapsed)}")
    lapsed.club.clock.move(days=40)
    assert (await anna.taps("member.reinstate")).key == "reinstate.none"
