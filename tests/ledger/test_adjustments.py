"""Points by hand: signed, with a reason, within the day's limit, audited in the same unit."""

import asyncio
from datetime import timedelta

import pytest

from domain.errors import (
    AdjustmentNoReason,
    AdjustmentOverLimit,
    AdjustmentZero,
    KeyConflict,
    NotEnoughPoints,
)
from domain.points import Unit
from services import history
from services.adjustments import adjust
from services.ports.club import Actor, Operator
from tests.purchases.support import member
from tests.support.club import NOW, Club

LI = Actor("Li", staff_id=9)


async def _operator(club: Club) -> None:
    operator = Operator(9, "Li", "operator", None, None, True)
    await club.write(lambda w: w.staff.add(operator, NOW))


async def _adjust(club: Club, member_id: int, points: int, **more: object) -> object:
    given = {"reason": "late parcel", "key": f"k{points}", "actor": LI, "now": NOW, **more}
    return await club.write(lambda w: adjust(w, member_id, points, **given))


async def test_points_are_given_and_taken_with_a_reason(club: Club) -> None:
    await _operator(club)
    mei = await member(club)
    await _adjust(club, mei.id, 200)
    await _adjust(club, mei.id, -50)
    has = await club.read(lambda w: w.ledger.summary(mei.id, Unit.POINTS, NOW))
    assert (has.available, has.lifetime) == (150, 150)
    shown = await club.read(lambda w: history.page(w, mei.id))
    assert [(item.amount, item.reason) for item in shown.items] == [
        (-50, "late parcel"),
        (200, "late parcel"),
    ]
    rows = await club.read(lambda w: w.audit.about(("member", mei.id)))
    assert len(rows) == 2


async def test_copies_of_an_adjustment_at_the_same_moment_are_one(club: Club) -> None:
    mei = await member(club)
    what = {"actor": Actor("cli"), "key": "once"}
    done = await asyncio.gather(*(_adjust(club, mei.id, 50, **what) for _ in range(6)))
    assert len({posting.id for posting in done}) == 1  # type: ignore[attr-defined]
    has = await club.read(lambda w: w.ledger.summary(mei.id, Unit.POINTS, NOW))
    assert has.available == 50
    assert len(await club.read(lambda w: w.audit.about(("member", mei.id)))) == 1


async def test_the_same_adjustment_again_changes_nothing(club: Club) -> None:
    await _operator(club)
    mei = await member(club)
    for _ in range(2):
        await _adjust(club, mei.id, 4000, key="once")
    has = await club.read(lambda w: w.ledger.summary(mei.id, Unit.POINTS, NOW))
    assert has.available == 4000
    assert len(await club.read(lambda w: w.audit.about(("member", mei.id)))) == 1
    with pytest.raises(KeyConflict):
        await _adjust(club, mei.id, 1, key="once")


async def test_what_is_not_allowed_changes_nothing(club: Club) -> None:
    await _operator(club)
    mei = await member(club)
    for points, more, error in (
        (0, {}, AdjustmentZero),
        (5, {"reason": "  "}, AdjustmentNoReason),
        (5001, {}, AdjustmentOverLimit),
        (-1, {}, NotEnoughPoints),
    ):
        with pytest.raises(error):
            await _adjust(club, mei.id, points, **more)
    has = await club.read(lambda w: w.ledger.summary(mei.id, Unit.POINTS, NOW))
    assert has.lifetime == 0
    assert await club.read(lambda w: w.audit.about(("member", mei.id))) == []


async def test_the_limit_counts_both_ways_and_ends_with_the_programmes_day(club: Club) -> None:
    await _operator(club)
    mei = await member(club)
    await _adjust(club, mei.id, 3000)
    await _adjust(club, mei.id, -1500)
    with pytest.raises(AdjustmentOverLimit) as refused:
        await _adjust(club, mei.id, 501)
    assert refused.value.data() == {"asked": 501, "limit": 5000, "used": 4500}
    await _adjust(club, mei.id, 500)
    await _adjust(club, mei.id, 501, now=NOW + timedelta(hours=14))
