"""A member's own code: shown once, scanned once, opens one cashier's till for some minutes."""

import re

import pytest

from bot.messages import Kind
from services import drawing, member_codes
from storage.work import Work
from tests.support.club import Club, Person
from tests.support.threads import inbox_and_post
from tests.till.support import cashier, own_code, voucher

CODE = re.compile(r"<code>([0-9A-Z ]{14})</code>")


async def shown(mei: Person) -> str:
    """The member asks for the code and has it shown in letters."""
    card = await mei.says("/code")
    assert card.key == "code.card"
    found = CODE.search((await mei.taps("code.show")).text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("how", "locale"), [("/till {small}", "en"), ("/start m_{whole}", "zh"), ("{whole}", "zh")]
)
async def test_the_cashier_sees_the_member_and_uses_a_voucher(
    club: Club, how: str, locale: str
) -> None:
    mei = await club.person("Mei Lin", locale).joins()
    await voucher(club, mei)
    anna = await cashier(club, locale=locale)
    code = await shown(mei)
    whole = code.replace(" ", "")
    await anna.says("/till")
    card = await anna.says(how.format(small=code.lower(), whole=whole))
    assert card.key == "till.member"
    assert "Lin" not in card.text
    looked = await anna.taps("till.voucher")
    assert looked.key == "till.card"
    used = await anna.taps("till.use")
    assert used.key == "till.used"
    assert [message.key for message in await mei.hears()] == ["voucher.receipt"]
    assert (await anna.taps("till.member")).key == "till.member"


async def test_a_code_is_good_once_and_for_its_cashier(club: Club) -> None:
    mei = await club.person("Mei").joins()
    anna, ben = await cashier(club), await cashier(club, "Ben")
    code = await shown(mei)
    assert (await anna.says(f"/till {code}")).key == "till.member"
    assert (await anna.says(f"/till {code}")).key == "till.member"
    late = await ben.says(f"/till {code}")
    assert late.key == "till.wrong"
    assert "used before" in late.text
    assert "left" not in late.text


async def test_a_code_is_over_after_its_minutes_or_when_there_is_a_new_one(club: Club) -> None:
    mei = await club.person("Mei").joins()
    anna = await cashier(club)
    first = await shown(mei)
    second = await shown(mei)
    assert "used before" in (await anna.says(f"/till {first}")).text
    club.clock.move(minutes=5)
    assert "used before" in (await anna.says(f"/till {second}")).text
    assert (await mei.taps("code.show")).key == "code.over"


async def test_the_session_ends_with_its_time_or_the_next_member(club: Club) -> None:
    mei, lin = await club.person("Mei").joins(), await club.person("Lin").joins()
    await voucher(club, mei)
    anna = await cashier(club)
    await anna.says(f"/till {await shown(mei)}")
    button = anna.button("till.voucher").payload
    await anna.says(f"/till {await shown(lin)}")
    refused = await anna.sends(Kind.TAP, payload=button)
    assert refused is not None
    assert refused.key == "till.session_over"
    await anna.says(f"/till {await shown(mei)}")
    assert (await anna.taps("till.voucher")).key == "till.card"
    club.clock.move(minutes=10)
    assert (await anna.taps("till.voucher")).key == "till.session_over"
    assert (await anna.taps("till.award")).key == "till.session_over"


async def test_next_ends_the_session(club: Club) -> None:
    mei = await club.person("Mei").joins()
    await voucher(club, mei)
    anna = await cashier(club)
    await anna.says(f"/till {await shown(mei)}")
    await anna.says("/till")
    assert (await anna.taps("till.voucher")).key == "till.session_over"


async def test_another_cashier_s_button_does_nothing(club: Club) -> None:
    mei = await club.person("Mei").joins()
    await voucher(club, mei)
    anna, ben = await cashier(club), await cashier(club, "Ben")
    await anna.says(f"/till {await shown(mei)}")
    await anna.taps("till.voucher")
    stolen = anna.button("till.use").payload
    answer = await ben.sends(Kind.TAP, payload=stolen)
    assert answer is not None
    assert answer.key == "general.expired"
    assert await mei.hears() == []


async def test_a_purchase_is_booked_for_the_member_who_is_served(club: Club) -> None:
    mei = await club.person("Mei").joins()
    anna = await cashier(club)
    await anna.says(f"/till {await shown(mei)}")
    assert (await anna.taps("till.award")).key == "award.amount"
    assert (await anna.says("88 A-1")).key == "award.sure"
    assert (await anna.taps("award.do")).key == "award.done"


async def test_a_number_or_a_phone_is_not_enough(club: Club) -> None:
    mei = await club.person("Mei").joins()
    anna = await cashier(club)
    member = await mei.member_id()
    number = (await club.read(lambda w: w.members.get(member))).number
    for text in (number, "13800138000", f"/till {number}"):
        assert (await anna.says("/till")).key == "till.ask"
        assert (await anna.says(text)).key == "till.wrong"


async def test_nobody_serves_themselves(club: Club) -> None:
    anna = await cashier(club, role="operator")
    await anna.joins()
    _, code = await voucher(club, anna)
    assert (await anna.says(f"/till {await shown(anna)}")).key == "till.own"
    assert (await anna.says(f"/till {code}")).key == "till.own"
    kept = await club.read(
        lambda w: w.db.exec_driver_sql(
            "SELECT action, staff_name FROM audit WHERE detail LIKE '%own%' ORDER BY id"
        ).all()
    )
    assert [tuple(row) for row in kept] == [("till.scan", "Anna"), ("voucher.scan", "Anna")]


async def test_the_code_is_kept_nowhere_in_plain(club: Club) -> None:
    mei = await club.person("Mei").joins()
    code = (await shown(mei)).replace(" ", "")
    kept = await inbox_and_post(club)
    rows = await club.read(
        lambda w: repr(w.db.exec_driver_sql("SELECT * FROM member_codes").all())
    )
    assert code not in kept.replace(" ", "")
    assert code not in rows
    assert "code.card" in kept


async def test_the_picture_is_drawn_for_the_code_that_is_good(club: Club) -> None:
    mei = await club.person("Mei").joins()
    member = await mei.member_id()
    made = await club.write(lambda w: member_codes.fresh(w, member, club.clock()))
    name = drawing.member_code_photo(made.id, member)
    maker, _, which = name.partition(":")

    def draw(work: Work) -> bytes:
        found = drawing.MAKERS[maker](work, which, "zh", club.clock())
        return found() if found else b""

    assert (await club.read(draw)).startswith(b"\x89PNG")
    club.clock.move(minutes=6)
    assert await club.read(draw) == b""


async def test_a_frozen_membership_has_no_code(club: Club) -> None:
    from tests.flows.talk import freeze

    mei = await club.person("Mei").joins()
    await freeze(mei)
    assert (await mei.says("/code")).key == "member.frozen"


async def test_a_code_opens_the_membership_that_stands(club: Club) -> None:
    from services import merging
    from tests.membership.support import OWNER

    mei = await club.person("Mei").joins()
    club.clock.move(days=1)
    old = await club.person("Old").joins()  # the older membership is the one that is kept
    code = await own_code(club, old)
    kept, gone = await mei.member_id(), await old.member_id()
    await club.write(lambda w: merging.merge(w, kept, gone, OWNER, club.clock()))
    anna = await cashier(club)
    await anna.says(f"/till {code}")
    anna.button("till.award", str(kept))
