"""Claiming in the chat: several memberships with one phone wait for staff, who are told."""

from tests.flows.staffed import operator
from tests.membership.support import PHONE, member
from tests.support.club import Club


async def test_several_memberships_with_one_phone_wait_for_staff(club: Club) -> None:
    anna = await operator(club, "operator")
    first, second = await member(club, phone=PHONE), await member(club, phone=PHONE)
    mei = club.person()
    assert (await mei.shares(PHONE)).key == "phone.with_staff"
    [told] = await anna.hears()
    assert told.key == "claim.to_staff"
    assert first.shown_number in told.text
    card = await anna.taps("member.show", str(second.id))
    assert second.shown_number in card.text


async def test_somebody_elses_contact_claims_nothing(club: Club) -> None:
    await member(club, phone=PHONE)
    mei = club.person()
    assert (await mei.shares(PHONE, own=False)).key == "phone.not_own"
    assert (await mei.says("/points")).key == "join.invitation"
