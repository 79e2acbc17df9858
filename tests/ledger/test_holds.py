"""Points set aside: settled or released, once, whoever comes first; overdue ones are released."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from domain.errors import KeyConflict, MemberFrozen, NotEnoughPoints
from domain.ledger import Kind, Posting
from domain.members import MemberState
from domain.point_errors import HoldNotFound, HoldOver
from domain.points import Unit
from services import erasing, expiry, holds, ledger
from services.ports.operations import Hold
from storage.holds import Holds
from storage.members import Members
from storage.unit_of_work import PostgresUnits
from tests.ledger.support import given, has, whole, wrong
from tests.purchases.support import member
from tests.support.club import NOW, Club

LATER = NOW + timedelta(minutes=15)


async def hold(club: Club, member_id: int, points: int, key: str = "h", **more: Any) -> Hold:
    values = {"source": ("till", 1), "until": LATER, "now": NOW, **more}
    made = await club.write(lambda w: holds.hold(w, member_id, points, key=key, **values))
    assert isinstance(made, Hold)
    return made


async def settle(club: Club, held: Hold, now: datetime = NOW) -> Posting:
    done = await club.write(lambda w: holds.settle(w, held.id, now=now))
    assert isinstance(done, Posting)
    return done


async def release(club: Club, held: Hold, now: datetime = NOW) -> Posting:
    done = await club.write(lambda w: holds.release(w, held.id, now=now))
    assert isinstance(done, Posting)
    return done


async def test_what_is_held_is_neither_available_nor_gone(club: Club) -> None:
    mei = await member(club)
    await given(club, mei.id, 100)
    await hold(club, mei.id, 60)
    now = await has(club, mei.id)
    assert (now.available, now.held, now.lifetime) == (40, 60, 100)
    with pytest.raises(NotEnoughPoints):
        await hold(club, mei.id, 41, key="more")
    await whole(club)


async def test_settled_it_is_spent(club: Club) -> None:
    mei = await member(club)
    await given(club, mei.id, 100)
    done = await settle(club, await hold(club, mei.id, 60))
    assert (done.kind, done.amount, done.source_type) == (Kind.SPENT, -60, "till")
    now = await has(club, mei.id)
    assert (now.available, now.held) == (40, 0)
    await whole(club)


async def test_released_it_is_in_its_lots_again(club: Club) -> None:
    mei = await member(club)
    soon = NOW + timedelta(days=5)
    await given(club, mei.id, 50, key="soon", expires_at=soon)
    await given(club, mei.id, 50, key="late")
    before = await has(club, mei.id)
    held = await hold(club, mei.id, 80)
    await release(club, held)
    assert await has(club, mei.id) == before
    await whole(club)


async def test_what_expired_while_it_was_held_stays_usable_some_days(club: Club) -> None:
    mei = await member(club)
    soon = NOW + timedelta(minutes=5)
    await given(club, mei.id, 50, expires_at=soon)
    held = await hold(club, mei.id, 50)
    after = NOW + timedelta(minutes=10)
    await club.write(lambda w: expiry.expire(w, mei.id, after))
    await release(club, held, after)
    assert (await has(club, mei.id, now=after)).available == 50
    days = club.programme.refunds.restored_days
    assert (await has(club, mei.id, now=after + timedelta(days=days))).available == 50
    assert (await has(club, mei.id, now=after + timedelta(days=days + 1))).available == 0
    await whole(club)


async def test_the_same_again_gives_the_first_answer(club: Club) -> None:
    mei = await member(club)
    await given(club, mei.id, 100)
    one, two = [await hold(club, mei.id, 60) for _ in range(2)]
    assert one == two
    with pytest.raises(KeyConflict):
        await hold(club, mei.id, 61)
    assert (await settle(club, one)).id == (await settle(club, one)).id
    other = await hold(club, mei.id, 10, key="other")
    assert (await release(club, other)).id == (await release(club, other)).id
    assert (await has(club, mei.id)).available == 40


async def test_what_is_over_cannot_end_otherwise(club: Club) -> None:
    mei = await member(club)
    await given(club, mei.id, 100)
    settled, released = [await hold(club, mei.id, 10, key=key) for key in "ab"]
    await settle(club, settled)
    await release(club, released)
    with pytest.raises(HoldOver) as over:
        await release(club, settled)
    assert over.value.state == "settled"
    with pytest.raises(HoldOver) as over:
        await settle(club, released)
    assert over.value.state == "released"
    with pytest.raises(HoldNotFound):
        await club.write(lambda w: holds.settle(w, 1, now=NOW))
    assert (await has(club, mei.id)).available == 90


async def test_a_settled_hold_can_be_given_back_to_its_lots(club: Club) -> None:
    mei = await member(club)
    await given(club, mei.id, 100)
    before = await has(club, mei.id)
    paid = await settle(club, await hold(club, mei.id, 60))
    for _ in range(2):
        await club.write(lambda w: ledger.give_back(w, paid.id, key="back", now=NOW))
    assert await has(club, mei.id) == before
    await whole(club)


async def test_a_frozen_member_cannot_pay_but_gets_back(club: Club) -> None:
    mei = await member(club)
    await given(club, mei.id, 100)
    one, two = [await hold(club, mei.id, 10, key=key) for key in "ab"]
    await club.write(lambda w: w.members.change(mei.id, state=MemberState.FROZEN.value))
    with pytest.raises(MemberFrozen):
        await settle(club, one)
    await release(club, two)
    assert (await has(club, mei.id)).held == 10


async def test_overdue_holds_are_released_and_only_they(club: Club) -> None:
    mei, li = await member(club), await member(club)
    for one in (mei, li):
        await given(club, one.id, 100)
    await hold(club, mei.id, 60)
    await hold(club, li.id, 50, key="l1")
    await hold(club, li.id, 20, key="l2", until=LATER + timedelta(days=1))
    assert await club.write(lambda w: holds.release_due(w, NOW, 10)) == 0
    assert await club.write(lambda w: holds.release_due(w, LATER, 1)) == 1
    assert await club.write(lambda w: holds.release_due(w, LATER, 10)) == 1
    assert await club.write(lambda w: holds.release_due(w, LATER, 10)) == 0
    assert (await has(club, mei.id)).held == 0
    assert (await has(club, li.id)).held == 20
    await whole(club)


async def test_an_overdue_hold_can_be_settled_until_it_is_released(club: Club) -> None:
    mei = await member(club)
    await given(club, mei.id, 100)
    held = await hold(club, mei.id, 60)
    await settle(club, held, LATER + timedelta(minutes=1))
    assert await club.write(lambda w: holds.release_due(w, LATER + timedelta(hours=1), 10)) == 0


async def test_who_leaves_leaves_nothing_on_hold(club: Club) -> None:
    mei = await member(club)
    await given(club, mei.id, 100)
    held = await hold(club, mei.id, 60)
    await club.write(lambda w: erasing.erase(w, mei.id, NOW))
    with pytest.raises(HoldOver):
        await settle(club, held)
    now = await has(club, mei.id)
    assert (now.available, now.held) == (0, 0)
    await whole(club)


async def test_the_audit_notices_a_hold_that_is_gone_or_doubled(club: Club) -> None:
    mei = await member(club)
    await given(club, mei.id, 100)
    await hold(club, mei.id, 60)
    for change in ("state = 'released'", "state = 'open', amount = 61"):
        sql = f"UPDATE holds SET {change}"
        await club.write(lambda w, sql=sql: w.db.exec_driver_sql(sql))
        assert await wrong(club) == ["what is on hold is the sum of the open holds"]


# -- races ------------------------------------------------------------------------------


async def _end_both_ways(club: Club) -> tuple[int, list[object]]:
    """Another hold of the same member lies beside, so that the account alone does not notice."""
    mei = await member(club)
    await given(club, mei.id, 200)
    held, _ = [await hold(club, mei.id, 100, key=key) for key in "ab"]
    ways = [settle, release] * 4
    done = await asyncio.gather(*(way(club, held) for way in ways), return_exceptions=True)
    return mei.id, list(done)


async def test_settling_and_releasing_at_one_moment_only_one_happens(club: Club) -> None:
    mei, done = await _end_both_ways(club)
    ids = {one.id for one in done if isinstance(one, Posting)}
    over = [one for one in done if isinstance(one, HoldOver)]
    assert (len(ids), len(over)) == (1, 4)
    now = await has(club, mei)
    assert (now.held, now.available) in {(100, 0), (100, 100)}
    await whole(club)


async def test_without_the_conditional_update_both_would_happen(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Holds, "end", lambda self, hold_id, state: True)
    mei, done = await _end_both_ways(club)
    assert len({one.id for one in done if isinstance(one, Posting)}) == 2
    assert (await has(club, mei)).held == 0  # the other hold's points are gone with it
    assert await wrong(club) == ["what is on hold is the sum of the open holds"]


async def test_without_the_members_lock_holds_collide(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account's numbers are UNIQUE, so even then no point is held twice."""
    mei = await member(club)
    await given(club, mei.id, 100)
    monkeypatch.setattr(Members, "lock", lambda self, member_id: None)
    tries = [hold(club, mei.id, 30, key=f"h{number}") for number in range(8)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    if isinstance(club.units, PostgresUnits):
        assert any(isinstance(one, IntegrityError) for one in done)
    assert {type(one) for one in done} <= {Hold, NotEnoughPoints, IntegrityError}
    held = sum(isinstance(one, Hold) for one in done) * 30
    now = await has(club, mei.id)
    assert (now.held, now.available) == (held, 100 - held)


async def test_holds_of_the_last_points(club: Club) -> None:
    mei = await member(club)
    await given(club, mei.id, 100)
    tries = [hold(club, mei.id, 30, key=f"h{number}") for number in range(8)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Hold) for one in done) == 3
    assert sum(isinstance(one, NotEnoughPoints) for one in done) == 5
    assert (await has(club, mei.id)).available == 10


async def test_credit_can_be_held(club: Club) -> None:
    mei = await member(club)
    await given(club, mei.id, 5000, unit=Unit.CREDIT)
    held = await hold(club, mei.id, 2000, unit=Unit.CREDIT)
    assert (await has(club, mei.id, Unit.CREDIT)).held == 2000
    await settle(club, held)
    assert (await has(club, mei.id, Unit.CREDIT)).available == 3000
    await whole(club)
