"""A verified phone finds the membership that the club knows already: claimed once, or merged."""

import asyncio
from collections.abc import Callable

import pytest

from domain.members import MemberState
from services import claiming, joining, staffing
from services.claiming import Outcome
from services.joining import Joined
from storage.addresses import Addresses
from storage.work import Work
from tests.membership.support import OWNER, PHONE, address, member, points
from tests.support.club import NOW, Club


async def test_an_imported_member_is_claimed_without_a_second_welcome(club: Club) -> None:
    known = await member(club, phone=PHONE, days_ago=400)
    chat = await address(club)
    claim = await club.write(lambda w: claiming.by_phone(w, chat, PHONE, NOW))
    assert (claim.outcome, claim.member_id, claim.first) == (Outcome.CLAIMED, known.id, True)
    assert (await points(club, known.id)).available == 0
    extras = await club.read(lambda w: w.members.extras(known.id))
    assert (extras["claimed_at"], extras["phone_verified"]) == (NOW, True)


async def test_claiming_again_changes_nothing(club: Club) -> None:
    await member(club, phone=PHONE)
    chat = await address(club)
    for expected in (Outcome.CLAIMED, Outcome.NOTHING):
        claim = await club.write(lambda w: claiming.by_phone(w, chat, PHONE, NOW))
        assert claim.outcome is expected


async def test_an_unknown_phone_leads_to_nothing(club: Club) -> None:
    chat = await address(club)
    claim = await club.write(lambda w: claiming.by_phone(w, chat, PHONE, NOW))
    assert claim.outcome is Outcome.NOTHING


async def test_who_has_a_membership_is_offered_to_merge(club: Club) -> None:
    known, mine = await member(club, phone=PHONE, days_ago=400), await member(club)
    chat = await address(club, mine.id)
    claim = await club.write(lambda w: claiming.by_phone(w, chat, PHONE, NOW))
    assert (claim.outcome, claim.member_id) == (Outcome.MERGE, known.id)
    assert (await club.read(lambda w: w.addresses.get(chat))).member_id == mine.id


async def test_several_memberships_wait_for_staff(club: Club) -> None:
    for _ in range(2):
        await member(club, phone=PHONE)
    owner = await address(club)
    invited = await club.write(lambda w: staffing.add(w, "Anna", "owner", None, OWNER, NOW))
    await club.write(lambda w: staffing.link(w, owner, invited.code, NOW))
    chat = await address(club)
    for _ in range(2):
        claim = await club.write(lambda w: claiming.by_phone(w, chat, PHONE, NOW))
        assert claim.outcome is Outcome.WAITING
    assert (await club.read(lambda w: w.addresses.get(chat))).member_id is None
    assert await told(club, owner) == ["claim.to_staff"]


async def told(club: Club, address_id: int) -> list[str]:
    from sqlalchemy import select

    from storage.tables import post

    rows = post.Delivery.__table__  # type: ignore[attr-defined]
    found = await club.read(
        lambda w: (
            w.db.execute(select(rows.c.message).where(rows.c.address_id == address_id))
            .scalars()
            .all()
        )
    )
    return [message["key"] for message in found]


async def test_a_phone_that_the_other_only_typed_waits_for_staff(club: Club) -> None:
    known = await member(club, phone=PHONE)
    await address(club, known.id)
    chat = await address(club)
    claim = await club.write(lambda w: claiming.by_phone(w, chat, PHONE, NOW))
    assert claim.outcome is Outcome.WAITING


async def test_a_second_chat_with_the_same_verified_phone_joins_the_membership(
    club: Club,
) -> None:
    known = await member(club, phone=PHONE)
    first, second = await address(club), await address(club)
    for chat in (first, second):
        claim = await club.write(lambda w, at=chat: claiming.by_phone(w, at, PHONE, NOW))
        assert (claim.outcome, claim.member_id) == (Outcome.CLAIMED, known.id)
    chats = await club.read(lambda w: w.addresses.of_member(known.id))
    assert {one.id for one in chats} == {first, second}


async def test_claims_at_the_same_moment_lead_to_one_membership(
    club: Club, elsewhere: Club
) -> None:
    known = await member(club, phone=PHONE)
    chats = [await address(club) for _ in range(6)]
    claims = await asyncio.gather(
        *(
            (club if at % 2 else elsewhere).write(
                lambda w, here=here: claiming.by_phone(w, here, PHONE, NOW)
            )
            for at, here in enumerate(chats)
        )
    )
    assert {one.member_id for one in claims} == {known.id}
    assert sum(one.first for one in claims) == 1


async def test_closed_memberships_are_not_claimed(club: Club) -> None:
    known = await member(club, phone=PHONE)
    await club.write(lambda w: w.members.change(known.id, state=MemberState.CLOSED.value))
    chat = await address(club)
    claim = await club.write(lambda w: claiming.by_phone(w, chat, PHONE, NOW))
    assert claim.outcome is Outcome.NOTHING


def join(chat: int) -> Callable[[Work], Joined]:
    return lambda work: joining.join(work, chat, locale="en", now=NOW)


async def joined_at_once(club: Club, elsewhere: Club) -> list[Joined]:
    """Eight joins of one chat from two processes; those that were refused are left out."""
    chat = await address(club)
    done = await asyncio.gather(
        *(where.write(join(chat)) for where in (club, elsewhere) * 4), return_exceptions=True
    )
    return [one for one in done if isinstance(one, Joined)]


async def test_joins_of_one_chat_at_the_same_moment_give_one_member(
    club: Club, elsewhere: Club
) -> None:
    joined = await joined_at_once(club, elsewhere)
    assert len(joined) == 8
    assert len({one.member.id for one in joined}) == 1
    assert sum(one.new for one in joined) == 1


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_without_the_lock_of_the_chat_there_would_be_several(
    club: Club, elsewhere: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Addresses, "lock", Addresses.get)
    joined = await joined_at_once(club, elsewhere)
    assert len({one.member.id for one in joined}) > 1
