"""Points of a purchase that expired before it was returned: gone is gone, and not taken twice."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.points import Expiry, ExpiryKind
from domain.purchases import Line
from domain.refunds import RefundPolicy
from services import expiry, history, ledger, merging, purchases, reinstating
from services.ports.club import Actor
from tests.membership.support import broken
from tests.purchases.support import NOON, buys, gets, has, member, order, publishes, returns
from tests.support.club import NOW, Club

CLERK = Actor("cli")
AFTER = NOW + timedelta(days=12)


@pytest.fixture
async def lapsing(club: Club) -> Club:
    """Points last ten days, and a debt is possible."""
    refunds = replace(club.programme.refunds, policy=RefundPolicy.UNLIMITED)
    await publishes(club, expiry=Expiry(ExpiryKind.AFTER, days=10), refunds=refunds)
    return club


async def _spends(club: Club, member_id: int, points: int, now: datetime = NOW) -> None:
    await club.write(
        lambda w: ledger.spend(w, member_id, points, key=f"s{now}", source=("benefit", 1), now=now)
    )


@pytest.mark.parametrize("posted", [True, False])
async def test_what_lapsed_unspent_counts_as_taken_back(lapsing: Club, posted: bool) -> None:
    mei = await member(lapsing)
    await buys(lapsing, mei, order())
    await _spends(lapsing, mei.id, 30)
    if posted:
        await lapsing.write(lambda w: expiry.expire(w, mei.id, AFTER))
    await gets(lapsing, mei, 500, now=AFTER)
    done = await returns(lapsing, now=AFTER)
    sums = done.arithmetic
    assert sums is not None
    assert (sums.asked, sums.lapsed, sums.available, sums.debt) == (100, 70, 30, 0)
    assert (done.purchase.taken_points, done.purchase.lapsed_points) == (30, 70)
    assert (await has(lapsing, mei, now=AFTER)).available == 470
    assert await broken(lapsing) == []


async def test_over_several_refunds_it_counts_once(lapsing: Club) -> None:
    mei = await member(lapsing)
    await buys(lapsing, mei, order())
    await _spends(lapsing, mei.id, 30)
    await gets(lapsing, mei, 500, now=AFTER)
    parts = [
        (await returns(lapsing, refund_id=f"R-{n}", minor=minor, now=AFTER)).arithmetic
        for n, minor in enumerate((5000, 3000, 2000))
    ]
    assert [(one.lapsed, one.available) for one in parts if one] == [(50, 0), (20, 10), (0, 20)]


async def test_what_came_back_and_expired_again_counts_once(lapsing: Club) -> None:
    """Its points were spent, returned after their expiry, and expired a second time."""
    mei = await member(lapsing)
    await buys(lapsing, mei, order())
    paid = await lapsing.write(
        lambda w: ledger.spend(w, mei.id, 100, key="s", source=("benefit", 1), now=NOW)
    )
    await lapsing.write(lambda w: ledger.give_back(w, paid.id, key="b", now=AFTER))
    later = AFTER + timedelta(days=60)
    await lapsing.write(lambda w: expiry.expire(w, mei.id, later))
    done = await returns(lapsing, now=later)
    assert done.arithmetic is not None
    assert (done.arithmetic.lapsed, done.arithmetic.debt) == (100, 0)
    assert await broken(lapsing) == []


async def test_what_lapsed_before_or_after_a_merge_counts(lapsing: Club) -> None:
    old, new = await member(lapsing, joined_at=NOON.replace(day=1)), await member(lapsing)
    await buys(lapsing, new, order("A-1"))
    await buys(lapsing, new, order("A-2", at=NOON - timedelta(days=8)))
    middle = NOW + timedelta(days=4)  # A-2 has lapsed, A-1 not yet
    await lapsing.write(lambda w: merging.merge(w, new.id, old.id, CLERK, middle))
    for order_id in ("A-1", "A-2"):
        done = await returns(lapsing, order_id, f"R-{order_id}", now=AFTER)
        assert done.arithmetic is not None
        assert (done.arithmetic.lapsed, done.arithmetic.taken) == (100, 0)
    assert (await has(lapsing, old, now=AFTER)).debt == 0


async def test_a_void_takes_nothing_for_what_lapsed(lapsing: Club) -> None:
    mei = await member(lapsing)
    done = await buys(lapsing, mei, order())
    await gets(lapsing, mei, 500, now=AFTER)
    why = {"reason": "typo", "actor": CLERK, "now": AFTER}
    await lapsing.write(lambda w: purchases.void(w, done.purchase.id, **why))
    assert (await has(lapsing, mei, now=AFTER)).available == 500


async def test_what_an_operator_gave_again_is_there_to_be_taken(lapsing: Club) -> None:
    mei = await member(lapsing)
    await buys(lapsing, mei, order())
    await lapsing.write(lambda w: expiry.expire(w, mei.id, AFTER))
    why = {"reason": "was ill", "key": "again", "actor": CLERK, "now": AFTER}
    await lapsing.write(lambda w: reinstating.reinstate(w, mei.id, 60, **why))
    done = await returns(lapsing, now=AFTER)
    assert done.arithmetic is not None
    assert (done.arithmetic.lapsed, done.arithmetic.available) == (40, 60)
    assert await broken(lapsing) == []


async def test_the_history_explains_it(lapsing: Club) -> None:
    mei = await member(lapsing)
    await buys(lapsing, mei, order("A-1", Line(10000)))
    await _spends(lapsing, mei.id, 30)
    await gets(lapsing, mei, 500, now=AFTER)
    done = await returns(lapsing, now=AFTER)
    item = await lapsing.read(lambda w: history.explain(w, mei.id, done.refund.posting_id))
    assert [(one.key, one.points) for one in item.lines][-2:] == [
        ("lapsed", 70),
        ("available", -30),
    ]
