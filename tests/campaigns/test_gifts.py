"""Gifts of campaigns: each recipient has one, within budget and stock; taking them back."""

import asyncio
from typing import Any

import pytest

from domain import campaign_plan_errors as errors
from domain.campaign_errors import CampaignNotNow
from domain.campaign_plans import Gift, Plan, bucket
from domain.points import Unit
from domain.refusals import VoucherNotUsable
from domain.vouchers import VoucherState
from services import campaign_gifts, campaign_plans, campaigns, ledger, vouchers
from services.ports.campaigns import Campaign
from services.ports.club import Actor
from storage.campaign_grants import CampaignGrants
from storage.work import Work
from tests.campaigns.gifts import TEA, TEA_GIFT, fill, giving, left, step, stocked
from tests.support.club import NOW, Club
from tests.support.crowds import ANN, BEN, Soul, settle, staffed, written
from tests.support.post import rows

POINTS = Gift(points=20, each_minor=50)


async def crowd(club: Club, count: int, stock: int | None = None) -> None:
    await staffed(club)
    await stocked(club, stock)
    await settle(club, [Soul()] * count)


# -- giving -----------------------------------------------------------------------------


@pytest.mark.parametrize("gift", [POINTS, TEA_GIFT])
async def test_everybody_who_is_written_to_has_one_and_nobody_two(club: Club, gift: Gift) -> None:
    await crowd(club, 20, stock=30)
    made = await giving(club, gift, held=30)
    assert (await fill(club, made)).filled_at is not None

    def again(work: Work) -> None:
        work.campaigns.fill(made.id, 0, None)
        while step(work, made):
            pass

    await club.write(again)
    found = await left(club, made)
    # Who is held out has neither message nor gift; now and then chance holds out nobody.
    wanted = [n for n in range(1, 21) if bucket(n, made.salt) >= 3000]
    assert found.written == found.granted == wanted
    assert found.spent == found.cost == len(wanted) * (gift.each_minor or 0)
    if gift.points:
        assert found.points == 20 * len(wanted)
    else:
        assert found.with_voucher == wanted
        assert found.stock == 30 - len(wanted)


async def test_two_workers_give_each_recipient_one(club: Club) -> None:
    await crowd(club, 24, stock=24)
    made = await giving(club, TEA_GIFT, budget=300 * 24)

    async def works() -> None:
        while await club.write(lambda work: step(work, made, 3)):
            pass

    await asyncio.gather(works(), works(), works())
    found = await left(club, made)
    everybody = list(range(1, 25))
    assert found.written == found.granted == found.with_voucher == everybody
    assert (found.stock, found.spent) == (0, 300 * 24)


@pytest.mark.parametrize("most", [1, 4, 100])
async def test_at_the_end_of_the_budget_it_pauses_and_asks(club: Club, most: int) -> None:
    await crowd(club, 9)
    made = await giving(club, TEA_GIFT, budget=300 * 5 + 299)
    paused = await fill(club, made, most)
    assert (paused.state, paused.reason, paused.filled_at) == ("paused", "budget", None)
    found = await left(club, made)
    assert found.written == found.granted == found.with_voucher == [1, 2, 3, 4, 5]
    assert found.spent == 1500
    (asked,) = [row for row in await rows(club) if row["message"]["key"] == "campaign_plan.paused"]
    assert asked["address_id"] == ANN.staff_id
    shown = asked["message"]["values"]
    assert (shown["given"], shown["cost"]["minor"], shown["budget"]["minor"]) == (5, 1500, 1799)


async def test_with_more_budget_it_goes_on_where_it_was(club: Club) -> None:
    await crowd(club, 9)
    made = await giving(club, TEA_GIFT, budget=1500)
    await fill(club, made)

    def more(minor: int) -> Any:
        return lambda work: campaign_gifts.raise_budget(work, made.id, minor, ANN, NOW)

    with pytest.raises(errors.BudgetOutside):
        await club.write(more(1799))
    going = await club.write(more(1800))
    assert (going.state, going.budget_minor) == ("running", 1800)
    assert (await fill(club, made)).reason == "budget"
    await club.write(more(10_000))
    assert (await fill(club, made)).filled_at is not None
    found = await left(club, made)
    assert found.written == found.granted == list(range(1, 10))
    assert found.spent == 2700


async def test_who_had_a_hand_in_it_does_not_raise_what_another_agreed_to(club: Club) -> None:
    await crowd(club, 3)
    made = await giving(club, TEA_GIFT, budget=300)
    await fill(club, made)
    await club.write(
        lambda work: work.campaigns.change(made.id, ("paused",), approver_id=BEN.staff_id)
    )
    with pytest.raises(errors.BudgetNeedsAnother):
        await club.write(lambda work: campaign_gifts.raise_budget(work, made.id, 900, ANN, NOW))
    done = await club.write(lambda work: campaign_gifts.raise_budget(work, made.id, 900, BEN, NOW))
    assert done.state == "running"


async def test_it_goes_on_without_its_gift_if_asked_to(club: Club) -> None:
    await crowd(club, 9, stock=4)
    made = await giving(club, TEA_GIFT)
    paused = await fill(club, made)
    assert (paused.state, paused.reason) == ("paused", "gift_gone")
    found = await left(club, made)
    assert found.written == found.granted == found.with_voucher == [1, 2, 3, 4]
    assert (found.stock, found.spent) == (0, 1200)
    for _ in range(2):
        await club.write(lambda work: campaign_gifts.without_gift(work, made.id, ANN, NOW))
    assert (await fill(club, made)).filled_at is not None
    found = await left(club, made)
    assert found.written == list(range(1, 10))
    assert found.granted == [1, 2, 3, 4]


async def test_without_its_gift_means_only_one_that_waits_for_it(club: Club) -> None:
    await crowd(club, 3)
    made = await giving(club, TEA_GIFT)
    with pytest.raises(CampaignNotNow):
        await club.write(lambda work: campaign_gifts.without_gift(work, made.id, ANN, NOW))


async def test_who_cannot_be_given_it_gets_no_message_that_promises_it(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    from domain.errors import MemberFrozen

    await crowd(club, 5)
    made = await giving(club, POINTS)
    bonus = ledger.bonus

    def refusing(work: Work, member_id: int, *given: Any, **named: Any) -> Any:
        if member_id == 3:
            raise MemberFrozen()
        return bonus(work, member_id, *given, **named)

    monkeypatch.setattr(ledger, "bonus", refusing)
    await fill(club, made)
    found = {row["member_id"]: row for row in await rows(club, campaign_id=made.id)}
    assert [n for n, row in found.items() if row["state"] == "skipped"] == [3]
    assert found[3]["reason"] == "no_gift"
    kept = await left(club, made)
    assert (kept.granted, kept.spent) == ([1, 2, 4, 5], 200)


async def test_what_breaks_at_any_statement_leaves_all_or_nothing(club: Club) -> None:
    """A kill leaves what a broken transaction leaves; bench/gift_kills.py kills indeed."""
    await crowd(club, 3, stock=3)
    made = await giving(club, TEA_GIFT, budget=900)
    nothing = await left(club, made)
    for number in range(1, 200):
        try:
            await club.write(lambda work, number=number: _breaking(work, made, number))
        except ZeroDivisionError:
            assert await left(club, made) == nothing
            continue
        break
    assert number > 20
    found = await left(club, made)
    assert found.written == found.granted == found.with_voucher == [1, 2, 3]
    assert (found.stock, found.spent) == (0, 900)


def _breaking(work: Work, made: Campaign, number: int) -> None:
    """A step that breaks before its so-manieth statement."""
    from sqlalchemy import event

    count = 0

    def before(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == number:
            raise ZeroDivisionError

    event.listen(work.db, "before_cursor_execute", before)
    try:
        step(work, made)
    finally:
        event.remove(work.db, "before_cursor_execute", before)


async def test_without_its_guard_the_budget_would_be_exceeded(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import update

    from storage.campaign_grants import _campaigns

    def unguarded(grants: CampaignGrants, campaign_id: int, minor: int) -> bool:
        spent = _campaigns.c.spent_minor + minor
        where = update(_campaigns).where(_campaigns.c.id == campaign_id)
        return bool(grants._db.execute(where.values(spent_minor=spent)).rowcount)

    monkeypatch.setattr(CampaignGrants, "spend", unguarded)
    await crowd(club, 6)
    made = await giving(club, TEA_GIFT, budget=900)
    await fill(club, made)
    assert (await left(club, made)).spent > 900


async def test_the_cost_is_told_beforehand(club: Club) -> None:
    await crowd(club, 10)
    made = await written(club)

    def look(work: Work) -> None:
        plan = Plan(gift=TEA_GIFT, budget_minor=2900)
        made_now = campaign_plans.set_plan(work, made.id, plan, ANN, NOW)
        found = campaigns.estimate(work, made.id, NOW).gift
        assert found == campaign_gifts.cost(work, made_now, NOW)
        assert found is not None
        assert (found.each_minor, found.count, found.total_minor) == (300, 10, 3000)
        assert not found.enough

    await club.write(look)


# -- taking back -------------------------------------------------------------------------


async def revoked(club: Club, made: Campaign, most: int = 100) -> campaign_gifts.Revoked:
    found: campaign_gifts.Revoked = await club.write(
        lambda work: campaign_gifts.revoke_unused(work, made.id, ANN, NOW, most)
    )
    return found


async def test_points_come_back_as_far_as_they_are_unspent(club: Club) -> None:
    await crowd(club, 4)
    made = await giving(club, POINTS)
    await fill(club, made)

    def spend(work: Work) -> None:
        ledger.spend(work, 1, 20, key="a", source=("benefit", 1), now=NOW)
        ledger.spend(work, 2, 15, key="b", source=("benefit", 1), now=NOW)
        ledger.bonus(work, 3, 7, key="c", source=("gift", 1), now=NOW)

    await club.write(spend)
    done = await revoked(club, made)
    assert done == campaign_gifts.Revoked(3, 5 + 20 + 20, False)
    wallets = await club.read(
        lambda work: [work.ledger.account(n, Unit.POINTS).wallet for n in range(1, 5)]
    )
    assert wallets == [0, 0, 7, 0]
    found = await left(club, made)
    assert found.spent == found.cost == 50 + 37  # what was spent cost something
    with pytest.raises(errors.NothingToRevoke):
        await revoked(club, made)


async def test_vouchers_come_back_if_nobody_has_used_or_handed_them_on(club: Club) -> None:
    await crowd(club, 5, stock=5)
    made = await giving(club, TEA_GIFT)
    await fill(club, made)
    mine = {n: (await _voucher(club, made, n)) for n in range(1, 6)}

    def use(work: Work) -> None:
        vouchers.use(work, mine[1], BEN, key="used", now=NOW)

    await club.write(use)
    assert await revoked(club, made, 3) == campaign_gifts.Revoked(3, 0, True)
    assert await revoked(club, made, 3) == campaign_gifts.Revoked(1, 0, False)
    assert (await left(club, made)).stock == 4
    assert (await left(club, made)).spent == 300
    states = await club.read(lambda work: {n: work.vouchers.get(v).state for n, v in mine.items()})
    assert states == {1: VoucherState.USED} | dict.fromkeys(range(2, 6), VoucherState.CANCELLED)


async def _voucher(club: Club, made: Campaign, member_id: int) -> int:
    key = f"campaign:{made.id}:{member_id}"
    found: int = await club.read(lambda work: work.vouchers.by_key(key).id)
    return found


async def test_who_uses_it_at_the_same_moment_wins_or_loses_cleanly(club: Club) -> None:
    await crowd(club, 12, stock=12)
    made = await giving(club, TEA_GIFT)
    await fill(club, made)
    mine = {n: await _voucher(club, made, n) for n in range(1, 13)}

    async def use(n: int) -> bool:
        try:
            await club.write(
                lambda work: vouchers.use(work, mine[n], Actor("Till", 72), key=f"u{n}", now=NOW)
            )
        except VoucherNotUsable:
            return False
        return True

    async def take_back() -> int:
        try:
            return (await revoked(club, made, 4)).members
        except errors.NothingToRevoke:
            return 0

    done = await asyncio.gather(*(use(n) for n in range(1, 13)), *(take_back() for _ in range(3)))
    used, taken = sum(done[:12]), sum(done[12:])
    taken += await take_back() + await take_back() + await take_back()
    assert used + taken == 12
    found = await left(club, made)
    assert found.stock == taken
    assert found.spent == used * 300


async def test_spending_at_the_same_moment_never_falls_below_zero(club: Club) -> None:
    await crowd(club, 6)
    made = await giving(club, POINTS)
    await fill(club, made)

    async def spend(n: int) -> int:
        from domain.errors import NotEnoughPoints

        try:
            await club.write(
                lambda work: ledger.spend(work, n, 15, key=f"s{n}", source=("b", 1), now=NOW)
            )
        except NotEnoughPoints:
            return 0
        return 15

    spent, back = await asyncio.gather(
        asyncio.gather(*(spend(n) for n in range(1, 7))), revoked(club, made)
    )
    found = await left(club, made)
    assert found.points == 0
    assert sum(spent) + back.points == 6 * 20


async def test_who_stops_it_hears_what_was_given_and_can_take_it_back(club: Club) -> None:
    await crowd(club, 9)
    made = await giving(club, TEA_GIFT)
    await club.write(lambda work: step(work, made, 4))
    for _ in range(2):
        await club.write(lambda work: campaigns.stop(work, made.id, ANN, NOW))
    told = [row["message"] for row in await rows(club)]
    (offer,) = [one for one in told if one["key"] == "campaign_plan.given"]
    assert (offer["values"]["given"], offer["values"]["voucher"]["en"]) == (4, "Tea")
    assert "campaign.revoke" in str(offer)
    assert (await revoked(club, made)).members == 4


async def test_a_till_that_looks_at_a_voucher_keeps_it(club: Club) -> None:
    await crowd(club, 1)
    made = await giving(club, TEA_GIFT)
    await fill(club, made)
    voucher = await _voucher(club, made, 1)
    await club.write(lambda work: vouchers.hold(work, voucher, "staff:72", NOW))
    with pytest.raises(errors.NothingToRevoke):
        await revoked(club, made)


async def test_points_that_expire_soon_do(club: Club) -> None:
    await crowd(club, 1)
    made = await giving(club, Gift(points=5, valid_days=3))
    await fill(club, made)
    lots = await club.read(lambda work: work.ledger.lots(1, Unit.POINTS))
    assert [lot.expires_at.isoformat() for lot in lots] == ["2026-05-23T16:00:00+00:00"]


async def test_a_benefit_that_was_stopped_since_is_not_sent_off(club: Club) -> None:
    await crowd(club, 2)
    made = await written(club)

    def write(work: Work) -> None:
        campaign_plans.set_plan(work, made.id, Plan(gift=TEA_GIFT), ANN, NOW)
        tea = next(one for one in work.benefits.all() if one.key == TEA)
        work.benefits.stop(tea.id, True)

    await club.write(write)
    with pytest.raises(errors.GiftUnknown):
        await club.write(lambda work: campaigns.submit(work, made.id, actor=ANN, key="k", now=NOW))
