"""Stored value on both databases: paid in with a bonus, undone, paid out, blocked."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.approvals import Approval, ApprovalState
from domain.bill_errors import (
    CreditCeiling,
    CreditOff,
    PayoutTooMuch,
    TopUpSpent,
    TopUpTooSmall,
)
from domain.bill_rules import StoredValue, TopUpBonus
from domain.club_errors import CreditLeft, OwnMembership, ReceiptTaken
from domain.errors import MemberFrozen, ReasonMissing
from domain.members import Member, MemberState
from domain.points import Unit
from domain.till_errors import TopUpUndone
from services import (
    approvals,
    credit_blocking,
    credit_holding,
    erasing,
    merging,
    paying_out,
    staffing,
    stored_value,
)
from services.billing import Asked
from services.credit_holding import Held
from services.paying_out import PaidOut
from services.ports.club import Actor
from services.stored_value import ToppedUp, TopUp
from storage.work import Work
from tests.bills.support import CLI, cashier, settled
from tests.membership.support import broken
from tests.purchases.support import gets, has, member, publishes
from tests.support.club import NOW, Club


async def pays_in(
    club: Club, who: Member, minor: int, actor: Actor, number: str = "T-1", **values: Any
) -> ToppedUp:
    asked = TopUp(who.id, minor, "till:-", number, **values)
    done = await club.write(lambda w: stored_value.top_up(w, asked, actor, NOW))
    assert isinstance(done, ToppedUp)
    return done


async def pays_out(
    club: Club, who: Member, minor: int, actor: Actor = CLI, key: str = "k-1"
) -> PaidOut | Approval:
    why = {"reason": "asked for it", "key": key, "own": None, "actor": actor, "now": NOW}
    done = await club.write(lambda w: paying_out.pay_out(w, who.id, minor, **why))
    assert isinstance(done, PaidOut | Approval)
    return done


async def holds(club: Club, who: Member) -> Held:
    found = await club.read(lambda w: credit_holding.held(w, who.id))
    assert isinstance(found, Held)
    return found


async def test_a_top_up_brings_its_bonus_and_is_told(club: Club) -> None:
    mei, anna = await member(club), await cashier(club)
    done = await pays_in(club, mei, 50000, anna)
    assert (done.paid.minor, done.bonus.minor, done.total.minor) == (50000, 4000, 54000)
    assert await holds(club, mei) == Held(50000, 4000)
    assert (done.event.amount_minor, done.event.credit_minor) == (50000, 54000)
    assert (done.points, (await has(club, mei)).available) == (0, 0)
    rows = await club.read(lambda w: w.audit.about(("member", mei.id)))
    assert "credit.topup" in [row["action"] for row in rows]
    assert await broken(club) == []


async def test_one_receipt_is_paid_in_once(club: Club) -> None:
    mei, bo = await member(club), await member(club)
    anna, ben = await cashier(club), await cashier(club, "Ben")
    tries = await asyncio.gather(*(pays_in(club, mei, 20000, anna) for _ in range(5)))
    assert sorted(one.new for one in tries) == [False] * 4 + [True]
    for who, minor, by in ((mei, 10000, anna), (bo, 20000, anna), (mei, 20000, ben)):
        with pytest.raises(ReceiptTaken):
            await pays_in(club, who, minor, by)
    assert await holds(club, mei) == Held(20000, 1000)


async def test_two_members_with_one_receipt_at_the_same_moment(club: Club) -> None:
    several, anna = [await member(club) for _ in range(4)], await cashier(club)
    tries = await asyncio.gather(
        *(pays_in(club, one, 20000, anna) for one in several), return_exceptions=True
    )
    assert sum(isinstance(one, ToppedUp) for one in tries) == 1
    assert sum(isinstance(one, ReceiptTaken) for one in tries) == 3
    assert sum([(await holds(club, one)).total for one in several]) == 21000
    assert await broken(club) == []


async def test_the_ceiling_counts_principal_and_bonus_and_holds_in_a_race(club: Club) -> None:
    mei, anna = await member(club), await cashier(club)
    with pytest.raises(CreditCeiling) as refused:
        await pays_in(club, mei, 495_000, anna)
    assert refused.value.room.minor == 500_000
    tries = await asyncio.gather(
        *(pays_in(club, mei, 200_000, anna, f"T-{n}") for n in range(4)), return_exceptions=True
    )
    assert sum(isinstance(one, ToppedUp) for one in tries) == 2
    assert sum(isinstance(one, CreditCeiling) for one in tries) == 2
    assert (await holds(club, mei)).total == 420_000


async def test_what_cannot_be_paid_in(club: Club) -> None:
    mei, anna = await member(club), await cashier(club)
    for minor in (0, -1, 4999):
        with pytest.raises(TopUpTooSmall):
            await pays_in(club, mei, minor, anna)
    with pytest.raises(OwnMembership):
        await pays_in(club, mei, 20000, anna, own=mei.id)
    await club.write(lambda w: w.members.change(mei.id, state=MemberState.FROZEN))
    with pytest.raises(MemberFrozen):
        await pays_in(club, mei, 20000, anna)
    await publishes(club, stored_value=None)
    with pytest.raises(CreditOff):
        await pays_in(club, await member(club), 20000, anna, "T-2")


async def test_the_first_paid_in_is_spent_first_and_its_bonus_after_it(club: Club) -> None:
    mei, anna = await member(club), await cashier(club)
    await pays_in(club, mei, 20000, anna)
    await pays_in(club, mei, 20000, anna, "T-2")
    first = await settled(club, Asked(mei.id, 20500, credit=None), anna)
    assert (await holds(club, mei), first.purchase.off_minor) == (Held(20000, 1500), 500)
    assert first.purchase.points == 200
    second = await settled(club, Asked(mei.id, 1500, credit=None), anna, "R-2")
    assert (await holds(club, mei), second.purchase.off_minor) == (Held(19000, 1000), 500)


# -- undoing ----------------------------------------------------------------------------


async def undo(club: Club, done: ToppedUp) -> bool:
    why = {"reason": "slip", "actor": CLI, "now": NOW + timedelta(minutes=1)}
    return bool(await club.write(lambda w: stored_value.undo(w, done.event, **why)))


async def test_a_top_up_is_undone_whole_and_once(club: Club) -> None:
    mei, anna = await member(club), await cashier(club)
    done = await pays_in(club, mei, 50000, anna)
    assert [await undo(club, done), await undo(club, done)] == [True, False]
    assert await holds(club, mei) == Held()
    used = await club.read(lambda w: w.shifts.used(anna.staff_id or 0, done.event.day))
    assert used.minor == 0
    again = await pays_in(club, mei, 50000, anna)
    assert (again.new, again.event.key) == (True, "topup:till:-:T-1#2")
    assert await broken(club) == []


async def test_what_was_undone_is_entered_again_by_staff_and_never_by_a_till_system(
    club: Club,
) -> None:
    mei, anna = await member(club), await cashier(club)
    till = Actor("api:pos")
    done = await pays_in(club, mei, 50000, till)
    assert await undo(club, done)
    with pytest.raises(TopUpUndone):
        await pays_in(club, mei, 50000, till)
    assert await holds(club, mei) == Held()
    assert await undo(club, await pays_in(club, mei, 50000, anna, "T-2"))
    assert (await pays_in(club, mei, 50000, anna, "T-2")).new


async def test_what_was_spent_of_is_not_undone(club: Club) -> None:
    mei, anna = await member(club), await cashier(club)
    done = await pays_in(club, mei, 50000, anna)
    await settled(club, Asked(mei.id, 1000, credit=None), anna)
    with pytest.raises(TopUpSpent) as refused:
        await undo(club, done)
    assert refused.value.spent.minor == 1000
    assert await holds(club, mei) == Held(49000, 4000)


# -- where topping up brings the points -------------------------------------------------


async def test_points_come_from_the_top_up_or_from_spending_it_never_both(club: Club) -> None:
    await publishes(club, stored_value=EARNS_AT_ONCE)
    mei, anna = await member(club), await cashier(club)
    done = await pays_in(club, mei, 50000, anna)
    assert (done.points, (await has(club, mei)).available) == (500, 500)
    bought = await settled(club, Asked(mei.id, 30000, credit=20000), anna)
    assert (bought.purchase.points, bought.purchase.off_minor) == (100 * 110 // 100, 20000)
    with pytest.raises(TopUpSpent):
        await undo(club, done)
    out = await pays_out(club, mei, 25000)
    assert isinstance(out, PaidOut)
    assert (out.money.minor, out.bonus.minor) == (25000, 2000)
    # Half of the top-up went back, and half of its points with it.
    assert (await has(club, mei)).available == 500 + bought.purchase.points - 250
    assert await broken(club) == []


async def test_undoing_takes_the_points_back_too(club: Club) -> None:
    await publishes(club, stored_value=EARNS_AT_ONCE)
    mei, anna = await member(club), await cashier(club)
    await undo(club, await pays_in(club, mei, 50000, anna))
    assert (await has(club, mei)).available == 0
    assert await broken(club) == []


EARNS_AT_ONCE = StoredValue(bonuses=(TopUpBonus(50000, 4000),), earns="topup")


# -- paying out -------------------------------------------------------------------------


async def test_paying_out_takes_the_bonus_with_it_in_proportion(club: Club) -> None:
    mei, anna = await member(club), await cashier(club)
    await pays_in(club, mei, 50000, anna)
    out = await pays_out(club, mei, 12501)
    assert isinstance(out, PaidOut)
    assert (out.money.minor, out.bonus.minor, out.total.minor) == (12501, 1001, 40498)
    again = await pays_out(club, mei, 12501)
    assert isinstance(again, PaidOut)
    assert again.event.id == out.event.id
    rest = await pays_out(club, mei, 37499, key="k-2")
    assert isinstance(rest, PaidOut)
    assert (rest.bonus.minor, await holds(club, mei)) == (2999, Held())
    assert await broken(club) == []


async def test_only_what_was_paid_in_goes_out(club: Club) -> None:
    mei, anna = await member(club), await cashier(club)
    await gets(club, mei, 700, "topup_bonus", unit=Unit.CREDIT)
    await pays_in(club, mei, 20000, anna)
    await settled(club, Asked(mei.id, 5700, credit=None), anna)
    with pytest.raises(PayoutTooMuch) as refused:
        await pays_out(club, mei, 15001)
    assert refused.value.most.minor == 15000
    why = {"reason": " ", "key": "k", "own": None, "actor": CLI, "now": NOW}
    with pytest.raises(ReasonMissing):
        await club.write(lambda w: paying_out.pay_out(w, mei.id, 100, **why))
    out = await pays_out(club, mei, 15000)
    assert isinstance(out, PaidOut)
    assert (out.bonus.minor, await holds(club, mei)) == (750, Held(0, 250))


async def test_much_is_paid_out_by_two_people(club: Club) -> None:
    mei, anna = await member(club), await cashier(club)
    await pays_in(club, mei, 100_000, anna)
    asked = await pays_out(club, mei, 60_000, anna)
    assert isinstance(asked, Approval)
    again = await pays_out(club, mei, 60_000, anna)
    assert isinstance(again, Approval)
    assert again.id == asked.id
    assert await holds(club, mei) == Held(100_000, 10_000)

    def decide(work: Work) -> Any:
        staffing.add(work, "Olga", "owner", None, CLI, NOW)
        olga = work.staff.by_name("Olga")
        assert olga is not None
        return approvals.decide(work, asked.id, True, Actor("Olga", olga.id), NOW)

    done = await club.write(decide)
    assert done.state is ApprovalState.APPROVED
    assert await holds(club, mei) == Held(40_000, 4_000)
    assert await broken(club) == []


@pytest.mark.parametrize("whose", ["member", "operator"])
async def test_a_payout_in_parts_needs_the_second_person_too(club: Club, whose: str) -> None:
    mei, bo = await member(club), await member(club)
    anna, ben = await cashier(club), await cashier(club, "Ben")
    for who, number in ((mei, "T-1"), (bo, "T-2")):
        await pays_in(club, who, 100_000, anna, number)
    assert isinstance(await pays_out(club, mei, 30_000, anna), PaidOut)
    to, by = (mei, ben) if whose == "member" else (bo, anna)
    assert isinstance(await pays_out(club, to, 20_000, by, "k-2"), PaidOut)
    assert isinstance(await pays_out(club, to, 1, by, "k-3"), Approval)
    assert isinstance(await pays_out(club, mei, 30_000, anna), PaidOut)
    after = {"reason": "r", "key": "k-4", "own": None, "actor": by, "now": NOW + timedelta(days=1)}
    done = await club.write(lambda w: paying_out.pay_out(w, to.id, 50_000, **after))
    assert isinstance(done, PaidOut)


async def test_a_merged_membership_brings_its_top_ups_along(club: Club) -> None:
    old, anna = await member(club, joined_at=NOW - timedelta(days=9)), await cashier(club)
    new = await member(club)
    await pays_in(club, new, 20000, anna)
    await settled(club, Asked(new.id, 10000, credit=None), anna)
    await club.write(lambda w: credit_blocking.block(w, new.id, "lost", anna, NOW))
    await club.write(lambda w: merging.merge(w, new.id, old.id, CLI, NOW))
    assert await holds(club, old) == Held(10000, 1000)
    assert await club.read(lambda w: w.credit_blocks.get(old.id)) is not None
    out = await pays_out(club, old, 10000)
    assert isinstance(out, PaidOut)
    assert (out.bonus.minor, out.total.minor) == (500, 500)


async def test_who_leaves_is_paid_out_first_and_loses_the_bonus(club: Club) -> None:
    mei, anna = await member(club), await cashier(club)
    await gets(club, mei, 700, "topup_bonus", unit=Unit.CREDIT)
    await pays_in(club, mei, 5000, anna)
    with pytest.raises(CreditLeft) as refused:
        await club.write(lambda w: erasing.erase(w, mei.id, NOW))
    assert refused.value.minor == 5000
    await pays_out(club, mei, 5000)
    lost = await club.write(lambda w: erasing.erase(w, mei.id, NOW))
    assert lost.credit.minor == 700
    assert await holds(club, mei) == Held()
    assert await broken(club) == []


# -- blocking ---------------------------------------------------------------------------


async def test_blocking_and_lifting_the_block(club: Club) -> None:
    mei, anna = await member(club), await cashier(club)
    await pays_in(club, mei, 20000, anna)
    block = credit_blocking.block
    done = [await club.write(lambda w: block(w, mei.id, "lost", None, NOW)) for _ in "ab"]
    assert done == [True, False]
    seen = await settled(club, Asked(mei.id, 10000, credit=None), anna)
    assert seen.kept.steps == ()
    with pytest.raises(ReasonMissing):
        await club.write(lambda w: credit_blocking.unblock(w, mei.id, " ", anna, NOW))
    why = {"reason": "new phone", "actor": anna, "now": NOW}
    done = [await club.write(lambda w: credit_blocking.unblock(w, mei.id, **why)) for _ in "ab"]
    assert done == [True, False]
    rows = await club.read(lambda w: w.audit.about(("member", mei.id)))
    actions = [row["action"] for row in rows]
    assert actions[:2] == ["credit.unblock", "credit.block"]
    assert replace(seen.kept, steps=()).to_pay == 10000
