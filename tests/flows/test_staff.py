"""Operators: linking a chat, finding members, and what they may change on a member's card."""

from datetime import timedelta

import pytest

from domain.members import Member, MemberState
from services import staffing
from storage.work import Work
from tests.flows.staffed import CLI, operator
from tests.membership.support import PHONE, buys, member, points
from tests.support.club import NOW, Club, Person


async def test_a_code_links_the_chat_once(club: Club) -> None:
    invited = await club.write(lambda w: staffing.add(w, "Anna", "owner", None, CLI, NOW))
    anna, thief = club.person("Anna"), club.person("Eve")
    assert (await anna.says(invited.start)).key == "staff.linked"
    assert (await thief.says(invited.start)).key == "staff.bad_code"
    assert (await anna.says("/member")).key == "portrait.ask"
    assert (await thief.says("/member")).key == "general.unknown"
    rows = await club.read(lambda w: w.audit.about(("staff", invited.operator.id)))
    assert [row["action"] for row in rows] == ["staff.link", "staff.add"]


@pytest.mark.parametrize("spoilt", ["", "op_", "op_XXXX", "op_" + "0" * 26, "op_'; DROP TABLE"])
async def test_wrong_codes_link_nothing(club: Club, spoilt: str) -> None:
    answer = await club.person().says(f"/start {spoilt}")
    assert answer.key in ("staff.bad_code", "join.invitation")


async def test_a_code_lapses_after_a_day(club: Club) -> None:
    invited = await club.write(lambda w: staffing.add(w, "Anna", "owner", None, CLI, NOW))
    club.clock.now = NOW + timedelta(hours=24)
    assert (await club.person().says(invited.start)).key == "staff.bad_code"


async def test_a_disabled_operator_loses_everything_at_once(club: Club) -> None:
    await operator(club, "owner", "Ben")
    anna = await operator(club, "operator", "Anna")
    await club.write(lambda w: staffing.disable(w, "Anna", "Ben", CLI, NOW))
    assert (await anna.says("/member")).key == "general.unknown"


COMMANDS = ("/member", "/award")
MAY = {
    "owner": ("portrait.ask", "award.who"),
    "operator": ("portrait.ask", "award.who"),
    "approver": ("portrait.ask", "general.unknown"),
    "service": ("portrait.ask", "general.unknown"),
    "till": ("portrait.ask", "award.who"),
}


@pytest.mark.parametrize("role", MAY)
async def test_each_role_reaches_its_own_commands(club: Club, role: str) -> None:
    person = await operator(club, role)
    assert tuple([(await person.says(said)).key for said in COMMANDS]) == MAY[role]


async def test_a_member_reaches_no_staff_command(club: Club) -> None:
    mei = await club.person().joins()
    for said in COMMANDS:
        assert (await mei.says(said)).key == "general.unknown"


# -- finding ----------------------------------------------------------------------------


async def test_a_member_is_found_by_number_phone_and_email(club: Club) -> None:
    anna = await operator(club, "operator")
    mei = await member(club, name="王小明", phone=PHONE, email="mei@example.com")
    await buys(club, mei, "A-1", 12850)
    for said in (mei.number, mei.shown_number, "138 0013 8000", "１３８００１３８０００", PHONE,
                 "MEI@example.com", "phone:13800138000"):  # fmt: skip
        card = await anna.says(f"/member {said}")
        assert card.key == "portrait.shown", said
        assert "王小明" in card.text
        assert "¥128.50" in card.text


async def test_the_phone_is_masked_and_a_look_at_it_is_audited(club: Club) -> None:
    anna = await operator(club, "service")
    mei = await member(club, phone=PHONE)
    card = await anna.says(f"/member {mei.number}")
    assert "138****8000" in card.text
    assert "13800138000" not in card.text
    shown = await anna.taps("member.phone")
    assert PHONE in shown.text
    rows = await club.read(lambda w: w.audit.about(("member", mei.id)))
    shown = [(row["action"], row["staff_name"]) for row in rows]
    assert shown == [("member.phone_shown", "Anna"), ("member.look", "Anna")]


async def test_a_till_sees_only_what_it_needs(club: Club) -> None:
    till = await operator(club, "till")
    mei = await member(club, name="王小明", phone=PHONE, email="mei@example.com", city="上海")
    await buys(club, mei, "A-1", 12850)
    card = await till.says(f"/member {mei.number}")
    assert "王**" in card.text
    for hidden in ("王小明", mei.shown_number, "mei@example.com", "上海", "128.50"):
        assert hidden not in card.text
    assert card.rows == ()


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("12345", "member.bad_number"),
        ("1234 5678 9", "member.bad_number"),
        ("Zaphod", "member.bad_number"),
        ("nobody@example.com", "member.not_found"),
        ("139 1111 2222", "member.not_found"),
        ("138001380001380013800013800", "phone.bad"),
        ("ext:unknown", "member.not_found"),
    ],
)
async def test_wrong_input_says_what_to_do_and_the_question_stays(
    club: Club, said: str, answered: str
) -> None:
    anna = await operator(club, "operator")
    mei = await member(club)
    await anna.says("/member")
    assert (await anna.says(said)).key == answered
    assert (await anna.says(mei.number)).key == "portrait.shown"


async def test_several_with_one_phone_are_listed_to_choose_from(club: Club) -> None:
    anna = await operator(club, "operator")
    first = await member(club, name="Ann Berg", phone=PHONE)
    await member(club, name="Bob Berg", phone=PHONE)
    listed = await anna.says(f"/member {PHONE}")
    assert listed.key == "portrait.several"
    card = await anna.taps("member.show", str(first.id))
    assert "Ann Berg" in card.text


# -- points by hand, freezing, purchases ------------------------------------------------


async def of(club: Club, person: Person) -> Member:
    """The membership of somebody who has joined."""
    me = await person.member_id()
    found = await club.read(lambda w: w.members.get(me))
    assert isinstance(found, Member)
    return found


async def test_points_are_adjusted_with_a_reason_and_a_last_look(club: Club) -> None:
    anna = await operator(club, "operator")
    person = await club.person().joins()
    mei = await of(club, person)
    had = (await points(club, mei.id)).available
    await anna.says(f"/member {mei.number}")
    assert (await anna.taps("member.adjust")).key == "adjust.points"
    assert (await anna.says("some")).key == "adjust.bad_points"
    assert (await anna.says("+200")).key == "adjust.reason"
    assert (await anna.says("late parcel")).key == "adjust.sure"
    assert (await anna.taps("adjust.do")).key == "adjust.done"
    assert (await points(club, mei.id)).available == had + 200
    [told] = await person.hears()
    assert (told.key, "late parcel" in told.text) == ("adjust.told", True)
    again = await anna.taps("adjust.do")
    assert again.key == "general.expired"
    assert (await points(club, mei.id)).available == had + 200


async def test_more_than_the_days_limit_is_refused(club: Club) -> None:
    anna = await operator(club, "operator")
    mei = await member(club)
    limit = club.programme.adjustments.per_operator_and_day
    await anna.says(f"/member {mei.number}")
    await anna.taps("member.adjust")
    await anna.says(str(limit + 1))
    await anna.says("too much")
    assert (await anna.taps("adjust.do")).key == "adjustment.over_limit"
    assert (await points(club, mei.id)).available == 0


async def test_nobody_changes_their_own_membership(club: Club) -> None:
    anna = await operator(club, "owner")
    await anna.joins()
    me = await anna.member_id()
    number = (await club.read(lambda w: w.members.get(me))).number
    card = await anna.says(f"/member {number}")
    assert card.rows == ()
    await anna.says("/award")
    assert (await anna.says(number)).key == "staff.own_membership"


async def test_a_membership_is_frozen_and_made_active_again(club: Club) -> None:
    anna = await operator(club, "operator")
    mei = await member(club)
    await anna.says(f"/member {mei.number}")
    await anna.taps("member.freeze")
    assert (await anna.says("odd returns")).key == "freeze.done"
    assert await state(club, mei.id) is MemberState.FROZEN
    await anna.says(f"/member {mei.number}")
    await anna.taps("member.unfreeze")
    await anna.says("cleared")
    assert await state(club, mei.id) is MemberState.ACTIVE
    rows = await club.read(lambda w: w.audit.about(("member", mei.id)))
    changes = [row for row in rows if row["action"] != "member.look"]
    assert [(row["action"], row["reason"]) for row in changes] == [
        ("member.unfreeze", "cleared"),
        ("member.freeze", "odd returns"),
    ]


async def state(club: Club, member_id: int) -> MemberState:
    def get(work: Work) -> MemberState:
        return work.members.get(member_id).state

    found = await club.read(get)
    assert isinstance(found, MemberState)
    return found


async def test_a_purchase_of_the_wrong_member_is_moved(club: Club) -> None:
    anna = await operator(club, "operator")
    buyer = await club.person().joins()
    wrong, right = await member(club), await of(club, buyer)
    had = (await points(club, right.id)).available
    await buys(club, wrong, "A-1", 10000)
    await anna.says(f"/member {wrong.number}")
    await anna.taps("correct.list")
    await anna.taps("correct.one")
    assert (await anna.taps("correct.move")).key == "correct.to"
    assert (await anna.says(right.number)).key == "correct.reason"
    assert (await anna.says("two cards on one counter")).key == "correct.sure"
    assert (await anna.taps("correct.do")).key == "correct.done"
    assert [one.key for one in await buyer.hears()][-1] == "correct.told_given"
    assert (await points(club, wrong.id)).available == 0
    assert (await points(club, right.id)).available == had + 100


async def test_a_purchase_is_made_void(club: Club) -> None:
    anna = await operator(club, "operator")
    mei = await member(club)
    await buys(club, mei, "A-1", 10000)
    await anna.says(f"/member {mei.number}")
    await anna.taps("correct.list")
    await anna.taps("correct.one")
    await anna.taps("correct.void")
    await anna.says("a training order")
    done = await anna.taps("correct.do")
    assert "100" in done.text
    assert (await points(club, mei.id)).available == 0


async def test_cancelling_changes_nothing(club: Club) -> None:
    anna = await operator(club, "operator")
    mei = await member(club)
    await anna.says(f"/member {mei.number}")
    await anna.taps("member.adjust")
    await anna.says("+200")
    await anna.says("cancel")
    assert (await anna.says("late parcel")).key == "general.unknown"
    assert (await points(club, mei.id)).available == 0
