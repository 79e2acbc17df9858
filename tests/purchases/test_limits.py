"""Frequencies and caps on both databases: counted by local day, kept with the purchase, given
back when it is undone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.programme import Caps, Earning, EarningRule, Frequency, Per, RuleGroup, When
from domain.purchases import Line
from domain.refunds import RefundPolicy
from services import ledger, merging, parting, purchases
from services.booking import book_all
from services.ports.club import Actor
from storage.work import Work
from tests.purchases.support import NOON, buys, gets, has, member, of, order, publishes, returns
from tests.support.club import NOW, Club

CLERK = Actor("cli")
ONCE = Frequency(1, Per.DAY)


def doubling(frequency: Frequency | None = ONCE, caps: Caps | None = None, **when: object):  # type: ignore[no-untyped-def]
    rule = EarningRule("double", {}, When(**when), 200, None, frequency)  # type: ignore[arg-type]
    return Earning(1, 100, (RuleGroup("g", (rule,)),), caps or Caps())


async def _uses(club: Club, member_id: int) -> int:
    found = await club.read(lambda w: w.earnings.uses([member_id], ["double"]))
    return sum(map(len, found[member_id].values()))


async def test_a_rule_counts_as_often_as_it_may_by_the_local_day(club: Club) -> None:
    await publishes(club, earning=doubling())
    mei = await member(club)
    late = NOON.replace(hour=15, minute=59)  # 23:59 in Shanghai
    points = [
        (await buys(club, mei, order(f"A-{n}", at=at))).purchase.points
        for n, at in enumerate((NOON, late, late + timedelta(minutes=1)))
    ]
    assert points == [200, 100, 200]


async def test_a_batch_counts_its_own_uses(club: Club) -> None:
    await publishes(club, earning=doubling())
    mei, bo = await member(club), await member(club)
    batch = [of(who, order(f"{who.id}-{n}")) for n in range(3) for who in (mei, bo)]
    done = await club.write(lambda w: book_all(w, batch, NOW, strict=True))
    assert [one.purchase.points for one in done] == [200, 200, 100, 100, 100, 100]
    assert (await buys(club, mei, order("later"))).purchase.points == 100


async def test_what_is_undone_was_never_used(club: Club) -> None:
    await publishes(club, earning=doubling(Frequency(1)))
    mei, bo = await member(club), await member(club)
    first = await buys(club, mei, order("A-1"))
    why = {"reason": "wrong card", "actor": CLERK, "now": NOW}
    await club.write(lambda w: purchases.move(w, first.purchase.id, bo.id, **why))
    assert (await _uses(club, mei.id), await _uses(club, bo.id)) == (0, 1)
    assert (await has(club, bo)).available == 200
    await club.write(lambda w: purchases.void(w, first.purchase.id, **why))
    assert await _uses(club, bo.id) == 0
    await buys(club, mei, order("A-2"))
    await returns(club, "A-2", minor=4000)
    assert await _uses(club, mei.id) == 1
    await returns(club, "A-2", "R-2")
    assert await _uses(club, mei.id) == 0
    assert (await buys(club, mei, order("A-3"))).purchase.points == 200


async def test_a_rule_is_not_free_again_while_its_points_are_kept(club: Club) -> None:
    """Else one could buy, spend the points, return the goods and begin anew."""
    await publishes(club, earning=doubling(Frequency(1)))
    mei = await member(club)
    await buys(club, mei, order("A-1"))
    await club.write(
        lambda w: ledger.spend(w, mei.id, 150, key="s", source=("benefit", 1), now=NOW)
    )
    done = await returns(club)
    assert done.arithmetic is not None
    assert (done.arithmetic.taken, done.arithmetic.forgone) == (50, 150)
    assert (await buys(club, mei, order("A-2"))).purchase.points == 100


async def test_the_first_purchase_is_the_first_with_money(club: Club) -> None:
    await publishes(club, earning=doubling(None, first_purchase=True))
    mei = await member(club)
    free = await buys(club, mei, order("free", Line(0)))
    first, second = [await buys(club, mei, order(f"A-{n}")) for n in range(2)]
    assert [one.purchase.points for one in (free, first, second)] == [0, 200, 100]
    batch = [of(await member(club), order("B-1"))]
    batch.append(replace(batch[0], order=order("B-2")))
    done = await club.write(lambda w: book_all(w, batch, NOW, strict=True))
    assert [one.purchase.points for one in done] == [200, 100]


@pytest.mark.parametrize(
    ("caps", "points"),
    [
        (Caps(purchase=80), [80, 80, 80]),
        (Caps(day=150), [100, 50, 100]),
        (Caps(month=250), [100, 100, 50]),
        (Caps(holding=120), [100, 20, 0]),
        (Caps(90, 150, 220, 230), [90, 60, 70]),
    ],
)
async def test_purchases_earn_up_to_the_caps(club: Club, caps: Caps, points: list[int]) -> None:
    await publishes(club, earning=Earning(1, 100, (), caps))
    mei, bo = await member(club), await member(club)
    orders = [order("1"), order("2"), order("3", at=NOON - timedelta(days=1))]
    one_by_one = [await buys(club, mei, bought) for bought in orders]
    assert [one.purchase.points for one in one_by_one] == points
    for one in one_by_one:
        assert sum(share.points for share in one.explanation) == one.purchase.points
    batch = [of(bo, replace(bought, source="pos-2")) for bought in orders]
    together = await club.write(lambda w: book_all(w, batch, NOW, strict=True))
    assert [one.purchase.points for one in together] == points


async def test_a_new_month_has_new_room(club: Club) -> None:
    await publishes(club, earning=Earning(1, 100, (), Caps(month=150)))
    mei = await member(club)
    # 30 April 23:59 and 1 May 00:00 in Shanghai
    april = NOON.replace(month=4, day=30, hour=15, minute=59)
    moments = (april, april, april + timedelta(minutes=1))
    done = [await buys(club, mei, order(str(n), at=at)) for n, at in enumerate(moments)]
    assert [one.purchase.points for one in done] == [100, 50, 100]


async def test_what_came_back_leaves_room_again(club: Club) -> None:
    await publishes(club, earning=Earning(1, 100, (), Caps(day=150)))
    mei = await member(club)
    await buys(club, mei, order("A-1"))
    await returns(club, minor=6000)
    assert (await buys(club, mei, order("A-2"))).purchase.points == 100
    assert (await buys(club, mei, order("A-3"))).purchase.points == 10


async def test_a_refund_keeps_to_the_room_its_purchase_had(club: Club) -> None:
    await publishes(club, earning=Earning(1, 100, (), Caps(day=150)))
    mei = await member(club)
    await buys(club, mei, order("A-1"))
    second = await buys(club, mei, order("A-2"))
    assert second.purchase.points == 50
    await returns(club, "A-1", "R-0")  # leaves room that A-2 did not have
    half = await returns(club, "A-2", "R-1", minor=4000)
    assert (half.purchase.points, half.purchase.returned_points) == (50, 0)
    more = await returns(club, "A-2", "R-2", minor=2000)
    assert more.purchase.returned_points == 10
    assert (await has(club, mei)).available == 40


async def test_what_the_clock_has_expired_leaves_room_before_it_is_posted(club: Club) -> None:
    await publishes(club, earning=Earning(1, 100, (), Caps(holding=150)))
    mei = await member(club)
    await gets(club, mei, 100, expires_at=NOW + timedelta(hours=1))
    assert (await buys(club, mei, order("A-1"))).purchase.points == 50
    later = NOW + timedelta(hours=2)
    assert (await buys(club, mei, order("A-2"), now=later)).purchase.points == 100


async def test_a_debt_takes_no_room(club: Club) -> None:
    refunds = replace(club.programme.refunds, policy=RefundPolicy.UNLIMITED)
    earning = Earning(1, 100, (), Caps(holding=120))
    await publishes(club, earning=earning, refunds=refunds)
    mei = await member(club)
    await buys(club, mei, order("A-1"))
    await club.write(
        lambda w: ledger.spend(w, mei.id, 100, key="s", source=("benefit", 1), now=NOW)
    )
    await returns(club)
    assert (await has(club, mei)).debt == 100
    done = await buys(club, mei, order("A-2", Line(50000)))
    assert done.purchase.points == 220
    assert (await has(club, mei)).available == 120


async def test_uses_follow_a_merged_membership_and_part_again(club: Club) -> None:
    await publishes(club, earning=doubling(Frequency(1)))
    old, new = await member(club, joined_at=NOON.replace(day=1)), await member(club)
    await buys(club, new, order("A-1"))
    done = await club.write(lambda w: merging.merge(w, new.id, old.id, CLERK, NOW))
    assert (await _uses(club, old.id), await _uses(club, new.id)) == (1, 0)
    assert (await buys(club, old, order("A-2"))).purchase.points == 100

    def part(work: Work) -> object:
        return parting.unmerge(work, done.merge.id, CLERK, NOW)

    await club.write(part)
    assert (await _uses(club, old.id), await _uses(club, new.id)) == (0, 1)
