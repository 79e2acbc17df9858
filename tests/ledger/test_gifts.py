"""Points from one member to another: lots keep their expiry, limits hold, operators can undo."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from domain.errors import (
    AlreadyReversed,
    CannotReverse,
    KeyConflict,
    MemberFrozen,
    NotEnoughPoints,
    ReasonMissing,
)
from domain.ledger import Kind, Posting
from domain.members import MemberState
from domain.point_errors import (
    GiftNotFound,
    GiftNotReceivable,
    GiftOverMonth,
    GiftsOff,
    GiftTooSmall,
    GiftToSelf,
)
from domain.points import Unit
from domain.programme import Programme, Transfers
from services import erasing, gifting, history, ledger, merging
from services.ports.club import Actor
from storage.members import Members
from storage.unit_of_work import PostgresUnits
from storage.work import Work
from tests.ledger.support import given, has, whole
from tests.purchases.support import member
from tests.support.club import NOW, Club

LI = Actor("Li", staff_id=9)


async def allow(club: Club, least: int = 10, per_month: int | None = 1000) -> Programme:
    rules = replace(club.programme, version=2, transfers=Transfers(least, per_month))
    await club.write(lambda w: w.programmes.publish(rules, NOW, None))
    return rules


async def give(
    club: Club, one: Any, other: Any, points: int, key: str = "g", **more: Any
) -> Posting:
    values = {"key": key, "now": NOW, **more}
    done = await club.write(lambda w: gifting.give(w, one.id, other.id, points, **values))
    assert isinstance(done, Posting)
    return done


async def test_lots_keep_source_start_and_expiry(club: Club) -> None:
    await allow(club)
    mei, li = await member(club), await member(club)
    soon = NOW + timedelta(days=5)
    await given(club, mei.id, 50, key="late")
    await given(club, mei.id, 50, key="soon", expires_at=soon, source=("welcome", 1))
    done = await give(club, mei, li, 70)
    assert (done.kind, done.amount, done.source_id) == (Kind.TRANSFERRED, -70, str(li.id))
    lots = await club.read(lambda w: w.ledger.lots(li.id, Unit.POINTS))
    kept = sorted((lot.source_type, lot.amount, lot.expires_at == soon) for lot in lots)
    assert kept == [("test", 20, False), ("welcome", 50, True)]
    assert (await has(club, mei.id)).available == 30
    now = await has(club, li.id)
    assert (now.available, now.lifetime) == (70, 0)
    assert (await has(club, li.id, now=soon)).available == 20
    await whole(club)


async def test_the_same_gift_again_changes_nothing(club: Club) -> None:
    await allow(club)
    mei, li = await member(club), await member(club)
    await given(club, mei.id, 100)
    assert (await give(club, mei, li, 50)).id == (await give(club, mei, li, 50)).id
    with pytest.raises(KeyConflict):
        await give(club, mei, li, 51)
    with pytest.raises(KeyConflict):
        await give(club, mei, await member(club), 50)
    assert (await has(club, li.id)).available == 50


async def test_what_is_not_allowed_changes_nothing(club: Club) -> None:
    mei, li, frozen = await member(club), await member(club), await member(club)
    await given(club, mei.id, 2000)
    with pytest.raises(GiftsOff):
        await give(club, mei, li, 50)
    await allow(club)
    await club.write(lambda w: w.members.change(frozen.id, state=MemberState.FROZEN.value))
    for giver, receiver, points, error in (
        (mei, mei, 50, GiftToSelf),
        (mei, frozen, 50, GiftNotReceivable),
        (frozen, mei, 50, MemberFrozen),
        (mei, li, 9, GiftTooSmall),
        (mei, li, 0, GiftTooSmall),
        (mei, li, -50, GiftTooSmall),
        (mei, li, 1001, GiftOverMonth),
        (li, mei, 50, NotEnoughPoints),
    ):
        with pytest.raises(error):
            await give(club, giver, receiver, points)
    assert (await has(club, mei.id)).available == 2000
    assert (await has(club, li.id)).lifetime == 0


async def test_a_debt_is_not_handed_around(club: Club) -> None:
    from tests.membership.test_merging import _owe

    await allow(club)
    mei, li = await member(club), await member(club)
    await given(club, mei.id, 100)
    await club.write(lambda w: _owe(w, mei.id, 80))
    with pytest.raises(NotEnoughPoints) as refused:
        await give(club, mei, li, 21)
    assert refused.value.have == 20
    await give(club, mei, li, 20)
    await whole(club)


async def test_pending_points_cannot_be_given(club: Club) -> None:
    await allow(club)
    mei, li = await member(club), await member(club)

    def later(work: Work) -> None:
        from domain import bookings
        from domain.ledger import Entry

        account = work.ledger.account(mei.id, Unit.POINTS)
        entry = Entry(work.new_id(), "later", NOW, "test", "1")
        start = NOW + timedelta(days=7)
        booked = bookings.give(account, entry, 100, work.new_id(), start, None)
        work.ledger.append(booked, "")

    await club.write(later)
    with pytest.raises(NotEnoughPoints):
        await give(club, mei, li, 50)


async def test_the_month_is_the_programmes_and_undone_gifts_do_not_count(club: Club) -> None:
    await allow(club, per_month=100)
    mei, li = await member(club), await member(club)
    await given(club, mei.id, 1000)
    first = await give(club, mei, li, 60, "a")
    with pytest.raises(GiftOverMonth) as refused:
        await give(club, mei, li, 41, "b")
    assert refused.value.data() == {"asked": 41, "limit": 100, "used": 60}
    await club.write(lambda w: gifting.undo(w, first.id, reason="oops", actor=LI, now=NOW))
    await give(club, mei, li, 100, "b")
    june = NOW.replace(day=31, hour=16)  # midnight of 1 June in Shanghai
    with pytest.raises(GiftOverMonth):
        await give(club, mei, li, 10, "c", now=june - timedelta(milliseconds=1))
    await give(club, mei, li, 100, "c", now=june)


async def test_who_merges_memberships_does_not_give_more(club: Club) -> None:
    await allow(club, per_month=100)
    old = await member(club, joined_at=NOW - timedelta(days=9))
    new, li = await member(club), await member(club)
    for one in (old, new):
        await given(club, one.id, 500)
    await give(club, new, li, 80, "a")
    await club.write(lambda w: merging.merge(w, old.id, new.id, LI, NOW))
    with pytest.raises(GiftOverMonth):
        await give(club, old, li, 21, "b")


# -- undoing ----------------------------------------------------------------------------


async def test_an_operator_takes_a_gift_back(club: Club) -> None:
    await allow(club)
    mei, li = await member(club), await member(club)
    await given(club, mei.id, 100)
    before = await has(club, mei.id)
    gift = await give(club, mei, li, 70)
    more = {"reason": "wrong number", "actor": LI, "now": NOW}
    await club.write(lambda w: gifting.undo(w, gift.id, **more))
    assert await has(club, mei.id) == before
    assert (await has(club, li.id)).available == 0
    with pytest.raises(AlreadyReversed):
        await club.write(lambda w: gifting.undo(w, gift.id, **more))
    rows = await club.read(lambda w: w.audit.about(("member", mei.id)))
    assert [(row["action"], row["reason"]) for row in rows] == [("gift.undo", "wrong number")]
    shown = await club.read(lambda w: history.page(w, li.id))
    assert [(item.kind, item.amount, item.reason) for item in shown.items] == [
        ("reversed", -70, "wrong number"),
        ("transferred", 70, ""),
    ]
    await whole(club)


async def test_points_of_an_undone_gift_follow_a_giver_who_was_merged(club: Club) -> None:
    await allow(club)
    kept = await member(club, joined_at=NOW - timedelta(days=9))
    mei, li = await member(club), await member(club)
    await given(club, mei.id, 100)
    gift = await give(club, mei, li, 70)
    await club.write(lambda w: merging.merge(w, kept.id, mei.id, LI, NOW))
    assert (await has(club, kept.id)).available == 30
    await club.write(lambda w: gifting.undo(w, gift.id, reason="r", actor=LI, now=NOW))
    assert [(await has(club, one.id)).available for one in (kept, mei, li)] == [100, 0, 0]
    await whole(club)


async def test_what_is_used_cannot_be_taken_back(club: Club) -> None:
    await allow(club)
    mei, li = await member(club), await member(club)
    await given(club, mei.id, 100)
    gift = await give(club, mei, li, 70)
    await club.write(lambda w: ledger.spend(w, li.id, 30, key="s", source=("x", 1), now=NOW))
    with pytest.raises(CannotReverse) as refused:
        await club.write(lambda w: gifting.undo(w, gift.id, reason="r", actor=LI, now=NOW))
    assert refused.value.short == 30
    assert (await has(club, li.id)).available == 40


async def test_only_gifts_with_a_reason_are_undone(club: Club) -> None:
    await allow(club)
    mei, li = await member(club), await member(club)
    other = await given(club, mei.id, 100)
    gift = await give(club, mei, li, 70)
    for posting_id in (other.id, 1):
        with pytest.raises(GiftNotFound):
            await club.write(
                lambda w, of=posting_id: gifting.undo(w, of, reason="r", actor=LI, now=NOW)
            )
    with pytest.raises(ReasonMissing):
        await club.write(lambda w: gifting.undo(w, gift.id, reason=" ", actor=LI, now=NOW))


# -- finding the other one --------------------------------------------------------------


async def find(club: Club, giver: Any, text: str, **by: float) -> gifting.Found:
    now = NOW + timedelta(**by)
    found = await club.write(lambda w: gifting.find(w, giver.id, text, now))
    assert isinstance(found, gifting.Found)
    return found


async def test_nobody_can_fish_for_members(club: Club) -> None:
    await allow(club)
    mei, li = await member(club), await member(club, name="李小龙", phone="+8613800000001")
    for left in range(gifting.MOST_WRONG - 1, -1, -1):
        found = await find(club, mei, "13900000000")
        assert (found.member_id, found.why, found.tries_left) == (None, "unknown", left)
    assert (await find(club, mei, li.number)).why == "too_often"
    later = await find(club, mei, li.number, hours=1)
    assert (later.member_id, later.name, later.tail) == (li.id, "李**", li.number[-4:])


async def test_nobody_can_look_up_the_whole_town(club: Club) -> None:
    await allow(club)
    mei, li = await member(club), await member(club)
    for _ in range(gifting.MOST_LOOKS):
        assert (await find(club, mei, li.number)).member_id == li.id
    assert (await find(club, mei, li.number)).why == "too_often"


@pytest.mark.parametrize("text", ["li@example.com", "ext:c-1", "telegram:77", "Li", "", "：1"])
async def test_only_numbers_and_phones_find_somebody(club: Club, text: str) -> None:
    await allow(club)
    mei = await member(club)
    await member(club, email="li@example.com", external_id="c-1", name="Li")
    assert (await find(club, mei, text)).why == "unknown"


async def test_who_has_left_is_named_no_more(club: Club) -> None:
    await allow(club)
    mei, li = await member(club), await member(club)
    await given(club, mei.id, 100)
    await give(club, mei, li, 70)
    shown = await club.read(lambda w: history.page(w, mei.id))
    assert shown.items[0].other == li.number[-4:]
    await club.write(lambda w: erasing.erase(w, li.id, NOW))
    shown = await club.read(lambda w: history.page(w, mei.id))
    assert shown.items[0].other == ""


# -- races ------------------------------------------------------------------------------


async def _give_at_once(club: Club) -> tuple[Any, Any, list[object]]:
    await allow(club, per_month=None)
    mei, li = await member(club), await member(club)
    await given(club, mei.id, 100)
    tries = [give(club, mei, li, 60, f"g{number}") for number in range(6)]
    return mei, li, list(await asyncio.gather(*tries, return_exceptions=True))


async def test_of_two_gifts_of_the_last_points_one_is_made(club: Club) -> None:
    mei, li, done = await _give_at_once(club)
    assert sum(isinstance(one, Posting) for one in done) == 1
    assert sum(isinstance(one, NotEnoughPoints) for one in done) == 5
    assert (await has(club, mei.id)).available == 40
    assert (await has(club, li.id)).available == 60
    await whole(club)


async def test_without_the_members_locks_gifts_collide(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account's numbers are UNIQUE, so even then no point is given twice."""
    monkeypatch.setattr(Members, "lock", lambda self, member_id: None)
    _, li, done = await _give_at_once(club)
    if isinstance(club.units, PostgresUnits):
        assert any(isinstance(one, IntegrityError) for one in done)
    assert {type(one) for one in done} <= {Posting, NotEnoughPoints, IntegrityError, ValueError}
    made = sum(isinstance(one, Posting) for one in done)
    assert made <= 1
    assert (await has(club, li.id)).available == 60 * made


async def test_two_who_give_to_each_other_do_not_block(club: Club) -> None:
    await allow(club, per_month=None)
    mei, li = await member(club), await member(club)
    for one in (mei, li):
        await given(club, one.id, 1000)
    pairs = [(mei, li), (li, mei)] * 8
    tries = [give(club, *pair, 10, f"g{number}") for number, pair in enumerate(pairs)]
    await asyncio.gather(*tries)
    assert (await has(club, mei.id)).available == (await has(club, li.id)).available == 1000


# -- anything, in any order -------------------------------------------------------------


class _Undo(Exception):
    """Ends a unit without keeping anything."""


steps = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 120), st.booleans()),
    max_size=12,
)


@settings(max_examples=20)
@examples(steps=steps)
async def test_no_point_is_made_or_lost(
    club: Club, steps: list[tuple[int, int, int, bool]]
) -> None:
    await allow_once(club)
    people = [await member(club) for _ in range(3)]

    def play(work: Work) -> None:
        for number, one in enumerate(people):
            more = {"source": ("x", number), "now": NOW}
            ledger.bonus(work, one.id, 100, key=f"{one.id}", **more)
        for number, (giver, receiver, points, undo) in enumerate(steps):
            _try(work, people[giver].id, people[receiver].id, points, number, undo=undo)
        left = [work.ledger.summary(one.id, Unit.POINTS, NOW).available for one in people]
        assert sum(left) == 300
        assert min(left) >= 0
        raise _Undo

    with pytest.raises(_Undo):
        await club.write(play)


async def allow_once(club: Club) -> None:
    newest = await club.read(lambda w: w.programmes.newest())
    if newest == 1:
        await allow(club, least=1, per_month=None)


def _try(work: Work, giver: int, receiver: int, points: int, number: int, *, undo: bool) -> None:
    try:
        gift = gifting.give(work, giver, receiver, points, key=f"{giver}:{number}", now=NOW)
    except (GiftToSelf, NotEnoughPoints):
        return
    if undo:
        gifting.undo(work, gift.id, reason="r", actor=LI, now=NOW)
