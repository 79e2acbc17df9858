"""Who comes back after blocking the club: one card, once, and only if something was missed."""

from datetime import timedelta
from typing import Any

from bot.messages import Kind, Rendered
from services import ledger
from storage.work import Work
from tests.desk.conftest import Desk
from tests.desk.test_post import written
from tests.flows.talk import points
from tests.support.post import address


async def goes(desk: Desk) -> None:
    assert await desk.mei.sends(Kind.BLOCKED) is None
    desk.club.clock.move(days=3)


async def gets(desk: Desk, amount: int, occasion: str = "birthday") -> None:
    member, now = await desk.mei.member_id(), desk.club.clock()

    def give(work: Work) -> None:
        ledger.bonus(work, member, amount, key=f"k{now}", source=(occasion, 1), now=now)

    await desk.club.write(give)


async def cards(desk: Desk) -> list[Rendered]:
    return [one for one in await desk.mei.hears() if one.key == "missed.card"]


async def skipped(desk: Desk, **values: Any) -> None:
    now = desk.club.clock()
    await written(desk, state="skipped", reason="unreachable", made_at=now, due_at=now, **values)


async def test_who_comes_back_gets_one_card_for_what_could_not_reach_them(desk: Desk) -> None:
    before = await points(desk.mei)
    await goes(desk)
    await gets(desk, 88)
    await skipped(desk)
    await desk.mei.sends(Kind.UNBLOCKED)
    (card,) = await cards(desk)
    assert f"{before + 88}" in card.text
    assert "Birthday: 88 points" in card.text
    await desk.mei.says("/start")
    await desk.mei.sends(Kind.UNBLOCKED)
    assert len(await cards(desk)) == 1


async def test_start_wakes_an_address_that_was_given_up(desk: Desk) -> None:
    where = await address(desk.club, desk.mei.user)
    now = desk.club.clock()
    await desk.club.write(lambda work: work.addresses.set_blocked(where, now))
    later = now + timedelta(hours=1)
    await desk.club.write(lambda work: work.addresses.set_blocked(where, later))
    await skipped(desk)
    assert (await desk.mei.says("/start")).key == "card.shown"
    assert len(await cards(desk)) == 1
    found = await desk.club.read(lambda work: work.addresses.get(where))
    assert (found.blocked, found.blocked_at) == (False, None)


async def test_nothing_missed_is_nothing_said_and_each_block_has_its_own_card(
    desk: Desk,
) -> None:
    await skipped(desk)  # before the block, so it is no news
    desk.club.clock.move(minutes=1)
    await goes(desk)
    await desk.mei.sends(Kind.UNBLOCKED)
    assert await cards(desk) == []
    for expected in (1, 2):
        await goes(desk)
        await gets(desk, 10)
        await desk.mei.sends(Kind.UNBLOCKED)
        assert len(await cards(desk)) == expected


async def test_a_stranger_or_a_closed_member_is_told_nothing(desk: Desk) -> None:
    stranger = desk.club.person("Bo")
    await stranger.says("/start")
    await stranger.sends(Kind.BLOCKED)
    await stranger.sends(Kind.UNBLOCKED)
    assert await stranger.hears() == []
    await goes(desk)
    await gets(desk, 10)
    member = await desk.mei.member_id()
    await desk.club.write(lambda work: work.members.change(member, state="closed"))
    await desk.mei.sends(Kind.UNBLOCKED)
    assert await cards(desk) == []
