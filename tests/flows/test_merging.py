"""Merging in the chat: by a code from the other chat, after a phone, and by staff."""

from datetime import timedelta

from services import joining
from tests.flows.staffed import operator
from tests.membership.support import PHONE, broken, buys, member, points
from tests.support.club import Club, Person


async def a_code(person: Person) -> str:
    shown = await person.says("/merge")
    assert shown.key == "merge.code"
    return shown.text.partition("<code>/merge ")[2].partition("</code>")[0]


async def test_a_code_from_one_chat_merges_in_the_other(club: Club) -> None:
    phone, tablet = await club.person("Mei").joins(), club.person("Mei too")
    club.clock.move(days=1)
    await tablet.joins()
    older = await phone.member_id()
    preview = await tablet.says(f"/merge {await a_code(phone)}")
    assert preview.key == "merge.preview"
    assert (await tablet.taps("merge.do")).key == "merge.done"
    assert await tablet.member_id() == older
    assert (await points(club, older)).available == 2 * club.programme.welcome_points
    assert await broken(club) == []


async def test_the_code_may_be_typed_when_asked(club: Club) -> None:
    phone, tablet = await club.person().joins(), await club.person().joins()
    code = await a_code(phone)
    await tablet.says("/merge")
    assert (await tablet.taps("merge.enter")).key == "merge.enter"
    assert (await tablet.says("wrong")).key == "merge.bad_code"
    assert (await tablet.says(code.lower().replace(" ", "-"))).key == "merge.preview"


async def test_a_chat_without_membership_joins_the_one_behind_the_code(club: Club) -> None:
    phone, tablet = await club.person().joins(), club.person()
    assert (await tablet.says(f"/merge {await a_code(phone)}")).key == "merge.adopt"
    assert (await tablet.taps("merge.do")).key == "merge.adopted"
    assert await tablet.member_id() == await phone.member_id()
    assert (await tablet.says("/points")).key == "points.balance"


async def test_a_code_works_once_and_for_a_quarter_of_an_hour(club: Club) -> None:
    phone, tablet, thief = await club.person().joins(), club.person(), club.person()
    used = await a_code(phone)
    await tablet.says(f"/merge {used}")
    await tablet.taps("merge.do")
    assert (await thief.says(f"/merge {used}")).key == "merge.bad_code"
    late = await a_code(phone)
    club.clock.move(minutes=15)
    assert (await thief.says(f"/merge {late}")).key == "merge.bad_code"


async def test_ones_own_code_merges_nothing(club: Club) -> None:
    mei = await club.person().joins()
    assert (await mei.says(f"/merge {await a_code(mei)}")).key == "merge.same"


async def test_cancelling_leaves_two_memberships(club: Club) -> None:
    phone, tablet = await club.person().joins(), await club.person().joins()
    await tablet.says(f"/merge {await a_code(phone)}")
    await tablet.says("cancel")
    assert (await tablet.taps("merge.do")).key == "general.expired"
    assert await tablet.member_id() != await phone.member_id()


async def test_a_verified_phone_offers_to_merge_with_the_imported_membership(club: Club) -> None:
    known = await member(club, phone=PHONE, days_ago=400)
    await buys(club, known, "A-1", 10000)
    mei = await club.person().joins()
    assert (await mei.shares(PHONE)).key == "phone.merge"
    assert (await mei.taps("merge.preview")).key == "merge.preview"
    assert (await mei.taps("merge.do")).key == "merge.done"
    assert await mei.member_id() == known.id
    expected = 100 + club.programme.welcome_points
    assert (await points(club, known.id)).available == expected


async def test_what_a_phone_led_to_can_be_merged_only_soon_after(club: Club) -> None:
    await member(club, phone=PHONE, days_ago=400)
    mei = await club.person().joins()
    mine = await mei.member_id()
    await mei.shares(PHONE)
    club.clock.move(hours=1)
    assert (await mei.taps("merge.preview")).key == "general.expired"
    await mei.shares(PHONE)
    await mei.taps("merge.preview")
    club.clock.move(hours=1)
    assert (await mei.taps("merge.do")).key == "general.expired"
    assert await mei.member_id() == mine


async def test_a_code_cannot_be_guessed(club: Club) -> None:
    code = await a_code(await club.person().joins())
    assert len(code.replace(" ", "")) == 12  # of 32 letters: 60 bits


async def test_a_stranger_claims_the_imported_membership_by_phone(club: Club) -> None:
    known = await member(club, phone=PHONE)
    mei = club.person()
    await mei.says("/start")
    await mei.shares(PHONE)
    assert await mei.member_id() == known.id
    assert (await points(club, known.id)).available == 0
    again = await club.write(
        lambda w: joining.join(
            w,
            w.conversations.load(mei.address, "en").person.address_id,
            locale="en",
            now=club.clock.now,
        )
    )
    assert not again.new


# -- by staff ---------------------------------------------------------------------------


async def test_staff_merge_and_part_again(club: Club) -> None:
    anna = await operator(club, "operator")
    old, new = await member(club, days_ago=400), await member(club, name="Li Wei")
    await buys(club, new, "A-1", 10000)
    await anna.says(f"/member {old.number}")
    assert (await anna.taps("pairing.start")).key == "pairing.other"
    sure = await anna.says(new.number)
    assert sure.key == "pairing.sure"
    assert "Li Wei" in sure.text
    assert (await anna.taps("pairing.do")).key == "pairing.done"
    assert (await points(club, old.id)).available == 100
    card = await anna.says(f"/member {new.number}")
    assert old.shown_number in card.text
    back = await anna.taps("parting.ask")
    assert back.key == "parting.sure"
    assert (await anna.taps("parting.do")).key == "parting.done"
    assert (await points(club, new.id)).available == 100
    assert (await anna.taps("parting.do")).key == "merge.undone_already"


async def test_staff_do_not_part_their_own_membership(club: Club) -> None:
    anna = await operator(club, "operator")
    old, new = await member(club, days_ago=400), await member(club)
    await anna.says(f"/member {old.number}")
    await anna.taps("pairing.start")
    await anna.says(new.number)
    await anna.taps("pairing.do")
    await anna.says(f"/member {old.number}")
    await anna.taps("parting.ask")
    address = await club.read(lambda w: w.conversations.load(anna.address, "en").person.address_id)
    await club.write(lambda w: w.addresses.belong(address, old.id))
    assert (await anna.taps("parting.do")).key == "staff.own_membership"
    assert (await anna.taps("parting.ask")).key == "staff.own_membership"


async def test_after_seven_days_there_is_no_way_back(club: Club) -> None:
    anna = await operator(club, "operator")
    old, new = await member(club, days_ago=400), await member(club)
    await anna.says(f"/member {old.number}")
    await anna.taps("pairing.start")
    await anna.says(new.number)
    await anna.taps("pairing.do")
    await anna.says(f"/member {old.number}")
    await anna.taps("parting.ask")
    club.clock.now += timedelta(days=7)
    assert (await anna.taps("parting.do")).key == "merge.too_old"
