"""A campaign that gives something asks in the operator's chat, goes on, and takes things back."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update

from domain.campaign_plans import Gift
from services import campaign_tasks, campaigns
from tests.campaigns.gifts import TEA_GIFT, VOUCHERS, fill, giving, left, stocked
from tests.support.club import NOW, Club, Person, programme
from tests.support.crowds import ANN, BEN, Soul, settle, staffed


@pytest.fixture
async def club(database_url: str) -> AsyncIterator[Club]:
    opened = await Club(database_url, programme()).open()
    await staffed(opened)
    await stocked(opened)
    await settle(opened, [Soul()] * 8)
    yield opened
    await opened.close()


async def test_the_budget_ends_is_raised_and_ends_without_a_gift(club: Club) -> None:
    ann = club.person("Ann", "en", "Ann")
    made = await giving(club, TEA_GIFT, budget=900)
    await fill(club, made)
    told = await ann.hears()
    assert "budget is used up" in told[-1].text
    assert "3 × Tea\n💰 Cost so far: ¥9.00 of ¥9.00\n\n" in told[-1].text
    asked = await ann.taps("campaign.budget")
    assert [row[0].label for row in asked.rows[:3]] == ["💰 ¥13.50", "💰 ¥18.00", "💰 ¥27.00"]
    await ann.taps("campaign.raise", str(made.id), "1350")
    paused = await fill(club, made)
    assert (paused.budget_minor, paused.reason) == (1350, "budget")
    assert (await left(club, made)).granted == [1, 2, 3, 4]
    await ann.hears()
    await ann.taps("campaign.show")
    await ann.taps("campaign.without")
    assert (await fill(club, made)).filled_at is not None
    found = await left(club, made)
    assert (found.written, found.granted) == (list(range(1, 9)), [1, 2, 3, 4])


async def test_after_a_stop_what_is_unused_is_taken_back(club: Club) -> None:
    ann = club.person("Ann", "en", "Ann")
    made = await giving(club, Gift(points=20))
    await fill(club, made)
    await club.write(lambda work: campaigns.stop(work, made.id, ANN, NOW))
    (told,) = [one for one in await ann.hears() if "take back" in one.text]
    assert "8 members have" in told.text
    asked = await ann.taps("campaign.revoke")
    assert "<b>160</b> unspent points will be taken back from 8 members" in asked.text
    assert (await left(club, made)).points == 160
    done = await ann.taps("campaign.revoke_now")
    assert "160" in done.text
    assert (await left(club, made)).points == 0
    nothing = await ann.taps("campaign.revoke")
    assert "nothing to take back" in nothing.text


async def test_before_vouchers_are_taken_back_it_says_how_many(club: Club) -> None:
    ann = club.person("Ann", "en", "Ann")
    made = await giving(club, TEA_GIFT)
    await fill(club, made)
    used = update(VOUCHERS).where(VOUCHERS.c.member_id == 3).values(state="used")
    await club.write(lambda work: work.db.execute(used))
    await club.write(lambda work: campaigns.stop(work, made.id, ANN, NOW))
    await ann.hears()
    asked = await ann.taps("campaign.revoke")
    assert "<b>7</b> unused vouchers (Tea) will be taken back" in asked.text
    await ann.taps("campaign.show")
    assert "7" in (await ann.taps("campaign.revoke_now")).text


async def test_the_card_says_texts_gifts_cost_and_who_is_held_out(club: Club) -> None:
    ann = club.person("Ann", "en", "Ann")
    made = await giving(club, TEA_GIFT, budget=9000, held=50)
    await fill(club, made)
    shown = await ann.says("/broadcast")
    shown = await ann.taps("campaign.show")
    found = await left(club, made)
    given, held = len(found.granted), 8 - len(found.granted)
    assert 0 < given < 8
    assert f"🎁 Given {given} × Tea for ¥{given * 3}.00 of ¥90.00" in shown.text
    assert f"Held out, to compare: {held}" in shown.text


async def test_who_has_a_task_ticks_it_off(club: Club) -> None:
    made = await giving(club, TEA_GIFT)

    def add(work: object) -> None:
        campaign_tasks.add(work, made.id, "Tell stores", BEN.staff_id, None, ANN, NOW)  # type: ignore[arg-type]

    await club.write(add)
    ben: Person = club.person("Ben", "en", "Ben")
    assert "Tell stores" in (await ben.hears())[-1].text
    assert "Done" in (await ben.taps("campaign.task_done")).text
    tasks = await club.read(lambda work: campaign_tasks.listed(work, made.id))
    assert tasks[0].done_by == BEN.staff_id
