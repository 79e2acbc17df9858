"""Staff mark a voucher as used: by code, by link, never twice, wrong codes limited."""

from typing import Any

import pytest

from bot.messages import Kind, Rendered
from domain.codes import make_code, show_code
from domain.wrong_codes import MOST_OF_STAFF, UNKNOWN_COST
from services import benefits
from storage.work import Work
from tests.flows.talk import freeze
from tests.support.club import Club, Person
from tests.support.threads import give, offer, operator


async def voucher(club: Club, locale: str = "en", **changes: Any) -> tuple[Person, str]:
    """A member with a voucher, and its code."""
    coffee = await offer(club, **changes)
    mei = await club.person("Mei Lin", locale).joins()
    await give(club, mei, 400)
    member = await mei.member_id()

    def use(work: Work) -> str:
        done = benefits.redeem(work, member, coffee, key=f"r{member}", now=club.clock())
        return show_code(work.vouchers.code(done.voucher.id))

    code: str = await club.write(use)
    return mei, code


def unspaced(code: str) -> str:
    return code.replace(" ", "")


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("how", ["/till {spaced}", "/till {small}", "/start v_{whole}"])
async def test_a_code_is_looked_up_confirmed_and_used(club: Club, how: str, locale: str) -> None:
    mei, code = await voucher(club, locale)
    till = await operator(club, role="till", locale=locale)
    whole = unspaced(code)
    said = how.format(spaced=code, small=whole.lower(), whole=whole)
    card = await till.says(said)
    assert card.key == "till.card"
    assert "Lin" not in card.text
    assert "M***" in card.text or "会员" in card.text or "Member" in card.text
    used = await till.taps("till.use")
    assert used.key == "till.used"
    receipt = (await mei.hears())[-1]
    assert receipt.key == "voucher.receipt"
    assert receipt.locale == locale
    state = {"en": "used on", "zh": "使用"}[locale]
    assert state in (await mei.says("/vouchers")).text


async def test_a_voucher_is_used_once_whatever_is_tapped(club: Club) -> None:
    mei, code = await voucher(club)
    till, other = await operator(club), await operator(club, "Ben", "till")
    await till.says(f"/till {code}")
    mine = till.button("till.use").payload
    club.clock.move(minutes=3)  # the hold is over, so another till may look
    await other.says(f"/till {code}")
    theirs = other.button("till.use").payload
    held = await till.sends(Kind.TAP, payload=mine)
    club.clock.move(minutes=3)
    first = await other.sends(Kind.TAP, payload=theirs)
    again = await other.sends(Kind.TAP, payload=theirs)
    late = await till.sends(Kind.TAP, payload=mine)
    keys = ["till.held", "till.used", "till.used", "till.taken"]
    assert _keys(held, first, again, late) == keys
    assert late is not None
    assert "Ben used this voucher on 20 May 2026, 10:06" in late.text
    card = await till.says(f"/till {code}")
    assert "Already used on 20 May 2026, 10:06 by Ben" in card.text
    assert not [key for row in card.rows for key in row if key.label.startswith("✅")]
    assert [message.key for message in await mei.hears()] == ["voucher.receipt"]


async def test_a_frozen_membership_uses_no_voucher(club: Club) -> None:
    mei, code = await voucher(club)
    till = await operator(club, role="till")
    await till.says(f"/till {code}")
    await freeze(mei)
    assert (await till.taps("till.use")).key == "member.frozen"
    assert await mei.hears() == []


async def test_the_till_asks_for_the_code_and_stays_until_it_is_right(club: Club) -> None:
    _, code = await voucher(club)
    till = await operator(club, role="till")
    whole = unspaced(code)
    swapped = ("1" if whole[0] != "1" else "2") + whole[1:]
    dialogue = [
        ("/till", "till.ask", "the code"),
        ("hello", "till.wrong", "16 letters"),
        ("!!!!", "till.wrong", "16 letters"),
        ("UUUU UUUU UUUU UUUU", "till.wrong", "letters and digits only"),
        (swapped, "till.wrong", "slip"),
        (make_code(1), "till.wrong", "no voucher"),
        (code.replace("0", "o").lower(), "till.card", "Coffee"),
    ]
    for said, key, words in dialogue:
        answer = await till.says(said)
        assert answer.key == key, said
        assert words in answer.text, said


async def test_wrong_codes_are_limited_for_each_person(club: Club) -> None:
    _, code = await voucher(club)
    till, other = await operator(club), await operator(club, "Ben", "till")
    for guess in range(MOST_OF_STAFF // UNKNOWN_COST):
        assert "no voucher" in (await till.says(f"/till {make_code(guess)}")).text
    assert "Too many" in (await till.says(f"/till {code}")).text
    assert (await other.says(f"/till {code}")).key == "till.card"
    club.clock.move(minutes=11)
    assert (await till.says(f"/till {code}")).key == "till.card"


async def test_an_expired_voucher_is_refused_at_the_till(club: Club) -> None:
    _, code = await voucher(club, valid_days=1)
    till = await operator(club)
    await till.says(f"/till {code}")
    club.clock.move(days=2)
    refused = await till.taps("till.use")
    assert refused.key == "voucher.not_usable"
    assert "expired" in refused.text
    assert "Expired after" in (await till.says(f"/till {code}")).text


async def test_to_others_the_till_and_the_link_say_nothing(club: Club) -> None:
    mei, code = await voucher(club)
    service = await operator(club, role="service")
    stranger = club.person()
    assert (await mei.says(f"/till {code}")).key == "general.unknown"
    assert (await service.says(f"/till {code}")).key == "general.unknown"
    link = f"/start v_{unspaced(code)}"
    assert (await stranger.says(link)).key == "join.invitation"
    assert (await mei.says(link)).key == "card.shown"
    assert "valid until" in (await mei.says("/vouchers")).text


async def test_every_scan_and_every_use_is_audited(club: Club) -> None:
    _, code = await voucher(club)
    till = await operator(club)
    await till.says("/till nonsense")
    await till.says(f"/till {code}")
    await till.taps("till.use")
    from sqlalchemy import select

    from storage.tables import club as tables

    rows = tables.Audit.__table__  # type: ignore[attr-defined]
    wanted = select(rows.c.action, rows.c.staff_name).order_by(rows.c.id)
    found = await club.read(lambda work: [tuple(row) for row in work.db.execute(wanted)])
    assert found == [
        ("voucher.issue", "member"),
        ("voucher.scan", "Anna"),
        ("voucher.scan", "Anna"),
        ("voucher.use", "Anna"),
    ]


def _keys(*answers: Rendered | None) -> list[str]:
    return [answer.key if answer else "" for answer in answers]
