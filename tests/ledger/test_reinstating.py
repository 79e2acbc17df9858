"""Expired points given again: within the days allowed, never more than expired, with a reason."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from domain.errors import AdjustmentOverLimit, KeyConflict, ReasonMissing
from domain.ledger import Kind, Posting
from domain.point_errors import ReinstatementOff, ReinstateTooMuch
from domain.programme import Reinstatement
from services import expiry, merging, reinstating
from services.ports.club import Actor
from storage.work import Work
from tests.ledger.support import given, has, whole, wrong
from tests.purchases.support import member
from tests.support.club import NOW, Club

LI = Actor("Li", staff_id=9)
GONE = NOW + timedelta(days=1)


async def lapsed(
    club: Club, member_id: int, points: int, at: datetime = GONE, key: str = "a"
) -> None:
    """The member had points, which expired at a moment."""
    await given(club, member_id, points, key=key, expires_at=at)
    await club.write(lambda w: expiry.expire(w, member_id, at))


async def again(club: Club, member_id: int, points: int | None = None, **more: Any) -> Posting:
    values = {"reason": "was ill", "key": f"r{points}", "actor": LI, "now": GONE, **more}
    done = await club.write(lambda w: reinstating.reinstate(w, member_id, points, **values))
    assert isinstance(done, Posting)
    return done


async def possible(club: Club, member_id: int, now: datetime = GONE) -> int:
    found = await club.read(lambda w: reinstating.possible(w, member_id, now))
    return int(found.points)


async def test_expired_points_come_back_for_some_days(club: Club) -> None:
    mei = await member(club)
    await lapsed(club, mei.id, 120)
    assert await possible(club, mei.id) == 120
    done = await again(club, mei.id)
    assert (done.kind, done.amount) == (Kind.REINSTATED, 120)
    now = await has(club, mei.id, now=GONE)
    assert (now.available, now.lifetime) == (120, 120)
    days = club.programme.reinstatement.valid_days
    assert (await has(club, mei.id, now=GONE + timedelta(days=days))).available == 120
    assert (await has(club, mei.id, now=GONE + timedelta(days=days + 1))).available == 0
    assert await possible(club, mei.id) == 0
    rows = await club.read(lambda w: w.audit.about(("member", mei.id)))
    assert [(row["action"], row["reason"]) for row in rows] == [("points.reinstate", "was ill")]
    await whole(club)


async def test_never_more_than_expired_and_not_yet_back(club: Club) -> None:
    mei = await member(club)
    await lapsed(club, mei.id, 120)
    await again(club, mei.id, 50)
    for asked in (71, 0, -5):
        with pytest.raises(ReinstateTooMuch) as refused:
            await again(club, mei.id, asked)
        assert refused.value.data() == {"asked": asked, "left": 70, "days": 30}
    await again(club, mei.id, 70)
    with pytest.raises(ReinstateTooMuch):
        await again(club, mei.id)
    assert (await has(club, mei.id, now=GONE)).available == 120
    await whole(club)


async def test_the_audit_notices_more_than_expired(club: Club) -> None:
    mei = await member(club)
    await lapsed(club, mei.id, 120)
    expired = (await club.read(lambda w: w.adjustments.expired([mei.id], NOW)))[0]
    done = await given(club, mei.id, 121, key="b")
    parts = [(expired.posting_id, 121)]
    await club.write(lambda w: w.adjustments.reinstated(done.id, parts))
    assert [name[:7] for name in await wrong(club)] == ["no more"]


async def test_the_same_again_changes_nothing(club: Club) -> None:
    mei = await member(club)
    await lapsed(club, mei.id, 120)
    assert (await again(club, mei.id, 50)).id == (await again(club, mei.id, 50)).id
    with pytest.raises(KeyConflict):
        await again(club, mei.id, 51, key="r50")
    assert (await has(club, mei.id, now=GONE)).available == 50


async def test_what_expired_too_long_ago_stays_expired(club: Club) -> None:
    mei = await member(club)
    await lapsed(club, mei.id, 100)
    await lapsed(club, mei.id, 40, GONE + timedelta(days=20), "b")
    last = GONE + timedelta(days=club.programme.reinstatement.within_days)
    assert await possible(club, mei.id, last) == 140
    assert await possible(club, mei.id, last + timedelta(days=1)) == 40


async def test_what_came_back_counts_against_its_own_expiry(club: Club) -> None:
    mei = await member(club)
    await lapsed(club, mei.id, 100)
    await again(club, mei.id, 100)
    await lapsed(club, mei.id, 40, GONE + timedelta(days=20), "b")
    assert await possible(club, mei.id, GONE + timedelta(days=31)) == 40


async def test_a_debt_is_paid_first(club: Club) -> None:
    from tests.membership.test_merging import _owe

    mei = await member(club)
    await lapsed(club, mei.id, 100)
    await club.write(lambda w: _owe(w, mei.id, 30))
    await again(club, mei.id)
    now = await has(club, mei.id, now=GONE)
    assert (now.available, now.debt) == (70, 0)
    await whole(club)


async def test_it_counts_towards_the_operators_day(club: Club) -> None:
    mei = await member(club)
    await lapsed(club, mei.id, 6000)
    await again(club, mei.id, 4000)
    with pytest.raises(AdjustmentOverLimit):
        await again(club, mei.id, 1001)
    await again(club, mei.id, 1000)


async def test_a_reason_is_needed(club: Club) -> None:
    mei = await member(club)
    await lapsed(club, mei.id, 100)
    with pytest.raises(ReasonMissing):
        await again(club, mei.id, reason="  ")
    assert (await has(club, mei.id, now=GONE)).available == 0


async def test_a_programme_may_have_none_of_it(club: Club) -> None:
    mei = await member(club)
    await lapsed(club, mei.id, 100)
    none = replace(club.programme, version=2, reinstatement=Reinstatement(0, 0))
    await club.write(lambda w: w.programmes.publish(none, GONE, None))
    assert await possible(club, mei.id) == 0
    with pytest.raises(ReinstatementOff):
        await again(club, mei.id)


async def test_what_expired_before_a_merge_can_come_back_after_it(club: Club) -> None:
    old, new = await member(club, joined_at=NOW - timedelta(days=9)), await member(club)
    await lapsed(club, new.id, 100)
    await club.write(lambda w: merging.merge(w, old.id, new.id, LI, GONE))
    assert await possible(club, old.id) == 100
    await again(club, old.id)
    assert (await has(club, old.id, now=GONE)).available == 100
    await whole(club)


async def test_two_operators_at_one_moment_give_it_once(club: Club) -> None:
    mei = await member(club)
    await lapsed(club, mei.id, 100)
    tries = [again(club, mei.id, key=f"k{n}", actor=Actor("x", n)) for n in range(8)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Posting) for one in done) == 1
    assert sum(isinstance(one, ReinstateTooMuch) for one in done) == 7
    assert (await has(club, mei.id, now=GONE)).available == 100


class _Undo(Exception):
    """Ends a unit without keeping anything."""


steps = st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=10)


@settings(max_examples=20)
@examples(steps=steps)
async def test_whatever_expires_and_comes_back_the_sums_hold(
    club: Club, steps: list[tuple[bool, int]]
) -> None:
    mei = await member(club)

    def play(work: Work) -> None:
        expired = back = 0
        for number, (expires, points) in enumerate(steps):
            if expires:
                _lapse(work, mei.id, points, number)
                expired += points
                continue
            left = reinstating.possible(work, mei.id, GONE).points
            assert left == expired - back
            if points <= left:
                more = {"reason": "r", "actor": Actor("cli"), "now": GONE}
                reinstating.reinstate(work, mei.id, points, key=f"{mei.id}:r{number}", **more)
                back += points
        assert work.ledger.account(mei.id, "points").wallet == back
        raise _Undo

    with pytest.raises(_Undo):
        await club.write(play)


def _lapse(work: Work, member_id: int, points: int, number: int) -> None:
    from services import ledger

    more = {"source": ("x", number), "now": NOW, "expires_at": GONE}
    ledger.bonus(work, member_id, points, key=f"{member_id}:b{number}", **more)
    expiry.expire(work, member_id, GONE)
