"""Two memberships become one and part again: points, purchases, chats, profile; no doubles."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.birthdays import Birthday
from domain.club_errors import MergeTooOld, MergeUndone, SameMembership
from domain.errors import MemberFrozen
from domain.ledger import DEBT, REVERSED, Entry, Kind, Leg, book
from domain.members import MemberState
from domain.points import Unit
from domain.purchases import Line, Order
from services import (
    erasing,
    finding,
    holds,
    ledger,
    merging,
    parting,
    profiles,
    purchases,
    refunds,
)
from services.booking import Incoming
from services.ports.operations import Hold
from services.ports.sales import Claim
from services.refunds import Asked
from storage.work import Work
from tests.membership.support import NOON, OWNER, PHONE, address, broken, buys, member, points
from tests.support.club import NOW, Club


async def test_points_purchases_and_chats_go_to_the_older_membership(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    await buys(club, old, "A-1", 10000)
    await buys(club, new, "A-2", 25000)
    chat = await address(club, new.id)
    done = await club.write(lambda w: merging.merge(w, new.id, old.id, OWNER, NOW))
    assert (done.new, done.kept.id, done.points) == (True, old.id, 350)
    assert (await points(club, new.id)).available == 0
    assert (await club.read(lambda w: w.addresses.get(chat))).member_id == old.id
    bought = await club.read(lambda w: w.purchases.of_member(old.id, 10))
    assert {one.order_id for one in bought} == {"A-1", "A-2"}
    assert done.kept.level == "silver"
    gone = await club.read(lambda w: w.members.get(new.id))
    assert (gone.state, gone.merged_into) == (MemberState.MERGED, old.id)
    assert await broken(club) == []


async def test_lots_keep_their_expiry(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    await buys(club, old, "A-1", 10000)
    await buys(club, new, "A-2", 10000)
    before = await points(club, new.id)
    await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    after = await points(club, old.id)
    assert [part.at for part in after.expiring] == [part.at for part in before.expiring]
    lots = await club.read(lambda w: w.ledger.lots(old.id, Unit.POINTS))
    assert {lot.source_type for lot in lots} == {"purchase"}


async def test_merging_the_same_two_again_changes_nothing(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    await buys(club, new, "A-2")
    first = await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    again = await club.write(lambda w: merging.merge(w, new.id, old.id, OWNER, NOW))
    assert (again.new, again.merge.id, again.kept.id) == (False, first.merge.id, old.id)
    assert (await points(club, old.id)).available == 100
    assert await broken(club) == []


async def test_two_merges_at_once_are_one(club: Club, elsewhere: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    await buys(club, new, "A-2")
    done = await asyncio.gather(
        *(
            where.write(lambda w, a=a, b=b: merging.merge(w, a, b, OWNER, NOW))
            for where in (club, elsewhere)
            for a, b in ((old.id, new.id), (new.id, old.id))
        )
    )
    assert sum(one.new for one in done) == 1
    assert len({one.merge.id for one in done}) == 1
    assert (await points(club, old.id)).available == 100
    assert await broken(club) == []


async def test_a_chain_of_merges_at_once_loses_nothing(club: Club, elsewhere: Club) -> None:
    people = [await member(club, days_ago=days) for days in (300, 200, 100)]
    for number, one in enumerate(people):
        await buys(club, one, f"A-{number}")
    first, second, third = (one.id for one in people)
    results = await asyncio.gather(
        club.write(lambda w: merging.merge(w, first, second, OWNER, NOW)),
        elsewhere.write(lambda w: merging.merge(w, second, third, OWNER, NOW)),
        return_exceptions=True,
    )
    total = [(await points(club, one.id)).available for one in people]
    assert sum(total) == 300, results
    for one, has in zip(people, total, strict=True):
        state = (await club.read(lambda w, i=one.id: w.members.get(i))).state
        assert not (state is MemberState.MERGED and has), "points on a merged membership"
    assert await broken(club) == []


async def test_a_purchase_during_a_merge_lands_on_the_kept_membership(
    club: Club, elsewhere: Club
) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    await buys(club, new, "A-0")
    results = await asyncio.gather(
        *(buys(club if n % 2 else elsewhere, new, f"A-{n}") for n in range(1, 6)),
        elsewhere.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW)),
        *(buys(club if n % 2 else elsewhere, new, f"A-{n}") for n in range(6, 11)),
        return_exceptions=True,
    )
    refused = [one for one in results if isinstance(one, BaseException)]
    booked = 11 - len(refused)
    assert (await points(club, new.id)).available == 0
    kept = await points(club, old.id)
    assert kept.available >= booked * 100
    assert await broken(club) == []


async def test_the_kept_profile_wins_and_what_is_missing_is_filled(club: Club) -> None:
    old = await member(club, days_ago=400, name="王明", city="上海")
    new = await member(club, name="小王", phone=PHONE, birthday=Birthday(5, 20, 1990))
    await club.write(lambda w: w.members.change(new.id, phone_verified=True))
    await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    kept = await club.read(lambda w: w.members.get(old.id))
    assert (kept.name, kept.city, kept.phone, kept.birthday) == (
        "王明",
        "上海",
        PHONE,
        Birthday(5, 20, 1990),
    )
    found = await club.read(lambda w: finding.find(w, PHONE))
    assert found.id == old.id
    by_old_number = await club.read(lambda w: finding.find(w, new.number))
    assert by_old_number.id == old.id


async def test_a_no_in_either_membership_stays_a_no(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)

    def say(work: object) -> None:
        members = work.members  # type: ignore[attr-defined]
        for who, purpose, given in (
            (old.id, "care", True),
            (new.id, "care", False),
            (old.id, "surveys", False),
            (new.id, "surveys", True),
            (new.id, "partners", True),
        ):
            members.set_consent(who, purpose, given, "telegram", NOW)

    await club.write(say)
    await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    kept = await club.read(lambda w: w.members.consents(old.id))
    assert kept == {"care": False, "surveys": False, "partners": True}


async def test_a_profile_reward_is_not_earned_again_after_a_merge(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    for who in (old, new):
        await club.write(
            lambda w, i=who.id: w.members.accept_charter(
                i, club.programme.charter.version, "telegram", NOW
            )
        )
    first = await club.write(lambda w: profiles.tell_city(w, new.id, "Berlin", NOW))
    await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    again = await club.write(lambda w: profiles.tell_city(w, old.id, "Paris", NOW))
    assert (first.points > 0, again.points) == (True, 0)


async def test_a_purchase_refunded_after_a_merge_takes_its_own_points(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    await buys(club, old, "A-1", 10000)
    await buys(club, new, "A-2", 20000)
    await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    asked = Asked("pos-1", "A-2", "R-1", NOON)
    done = await club.write(lambda w: refunds.refund(w, asked, NOW))
    assert done.arithmetic is not None
    assert done.arithmetic.own + done.arithmetic.own_pending == 200
    assert (await points(club, old.id)).available == 100
    assert await broken(club) == []


async def test_what_cannot_be_merged_is_refused(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    with pytest.raises(SameMembership):
        await club.write(lambda w: merging.merge(w, old.id, old.id, OWNER, NOW))
    await club.write(lambda w: w.members.change(new.id, state="frozen"))
    with pytest.raises(MemberFrozen):
        await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))


async def test_what_is_on_hold_stays_on_hold_with_the_kept_membership(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    await buys(club, new, "A-1")
    until = NOW + timedelta(minutes=10)

    def hold(work: Work) -> Hold:
        source = ("till", 1)
        return holds.hold(work, new.id, 10, key="h", source=source, until=until, now=NOW)

    held = await club.write(hold)
    await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    before = await club.read(lambda w: w.ledger.summary(old.id, Unit.POINTS, NOW))
    assert before.held == 10
    for _ in range(2):
        paid = await club.write(lambda w: holds.settle(w, held.id, now=NOW))
        assert (paid.member_id, paid.amount) == (old.id, -10)
    after = await club.read(lambda w: w.ledger.summary(old.id, Unit.POINTS, NOW))
    assert (after.held, after.available) == (0, before.available)


async def test_a_debt_does_not_undo_what_was_on_hold(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    await buys(club, new, "A-1")
    await club.write(lambda w: _owe(w, old.id, 10**6))
    until = NOW + timedelta(minutes=10)

    def hold(work: Work) -> Hold:
        source = ("till", 1)
        return holds.hold(work, new.id, 10, key="h", source=source, until=until, now=NOW)

    held = await club.write(hold)
    await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    back = await club.write(lambda w: holds.release(w, held.id, now=NOW))
    assert (back.member_id, back.amount) == (old.id, 10)


def _owe(work: Work, member_id: int, points: int) -> None:
    account = work.ledger.account(member_id, Unit.POINTS)
    entry = Entry(work.new_id(), f"owe:{member_id}", NOW, "test", "1")
    legs = (Leg(DEBT, -points), Leg(REVERSED, points))
    work.ledger.append(book(account, entry, Kind.REFUNDED, legs), "")


# -- the way back -----------------------------------------------------------------------


async def test_a_merge_is_undone_within_seven_days(club: Club) -> None:
    old = await member(club, days_ago=400)
    new = await member(club, name="小王", phone=PHONE)
    await buys(club, old, "A-1", 10000)
    await buys(club, new, "A-2", 20000)
    chat = await address(club, new.id)
    done = await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    later = NOW + timedelta(days=6)
    club.clock.now = later
    await buys(club, old, "A-3", 10000)
    back = await club.write(lambda w: parting.unmerge(w, done.merge.id, OWNER, later))
    assert (back.points, back.spent, back.purchases, back.stays) == (200, 0, 1, 1)
    assert (await points(club, new.id)).available == 200
    assert (await club.read(lambda w: w.addresses.get(chat))).member_id == new.id
    kept = await club.read(lambda w: w.members.get(old.id))
    assert (kept.name, kept.phone) == (None, None)
    parted = await club.read(lambda w: w.members.get(new.id))
    assert (parted.state, parted.name, parted.phone) == (MemberState.ACTIVE, "小王", PHONE)
    assert await broken(club) == []


async def test_spent_points_do_not_come_back(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    await buys(club, new, "A-2", 20000)
    done = await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    await club.write(
        lambda w: ledger.spend(w, old.id, 150, key="s:1", source=("benefit", 1), now=NOW)
    )
    back = await club.write(lambda w: parting.unmerge(w, done.merge.id, OWNER, NOW))
    assert (back.points, back.spent) == (50, 150)
    assert (await points(club, new.id)).available == 50
    assert (await points(club, old.id)).available == 0
    assert await broken(club) == []


async def test_a_debt_goes_along_and_comes_back(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    bought = await buys(club, new, "A-1", 10000)
    await club.write(
        lambda w: ledger.spend(w, new.id, 100, key="s:1", source=("benefit", 1), now=NOW)
    )
    await club.write(
        lambda w: purchases.void(w, bought.purchase.id, reason="wrong", actor=OWNER, now=NOW)
    )
    assert (await points(club, new.id)).debt == 100
    done = await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    assert (await points(club, old.id)).debt == 100
    await club.write(lambda w: parting.unmerge(w, done.merge.id, OWNER, NOW))
    assert ((await points(club, old.id)).debt, (await points(club, new.id)).debt) == (0, 100)
    assert await broken(club) == []


async def test_undoing_twice_or_late_is_refused(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    done = await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    late = NOW + timedelta(days=7)
    with pytest.raises(MergeTooOld):
        await club.write(lambda w: parting.unmerge(w, done.merge.id, OWNER, late))
    await club.write(lambda w: parting.unmerge(w, done.merge.id, OWNER, NOW))
    with pytest.raises(MergeUndone):
        await club.write(lambda w: parting.unmerge(w, done.merge.id, OWNER, NOW))


async def test_two_undos_at_once_are_one(club: Club, elsewhere: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    await buys(club, new, "A-1")
    done = await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    results = await asyncio.gather(
        *(
            where.write(lambda w: parting.unmerge(w, done.merge.id, OWNER, NOW))
            for where in (club, elsewhere) * 3
        ),
        return_exceptions=True,
    )
    assert sum(not isinstance(one, BaseException) for one in results) == 1
    assert all(isinstance(one, MergeUndone) for one in results if isinstance(one, Exception))
    assert (await points(club, new.id)).available == 100
    assert await broken(club) == []


async def test_merge_and_undo_are_audited_with_who_did_it(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    done = await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    await club.write(lambda w: parting.unmerge(w, done.merge.id, OWNER, NOW, "two people"))
    rows = await club.read(lambda w: w.audit.about(("member", old.id)))
    assert [(row["action"], row["staff_id"], row["reason"]) for row in rows] == [
        ("member.unmerge", 7, "two people"),
        ("member.merge", 7, ""),
    ]


async def test_merged_again_after_an_undo(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    await buys(club, new, "A-1")
    first = await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    await club.write(lambda w: parting.unmerge(w, first.merge.id, OWNER, NOW))
    second = await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    assert (second.new, second.points) == (True, 100)
    transfers = await club.read(lambda w: w.ledger.history(old.id, Unit.POINTS, None, 20))
    assert [row.amount for row in transfers if row.kind == Kind.TRANSFERRED] == [100, -100, 100]
    assert await broken(club) == []


async def test_erasing_the_kept_membership_takes_the_merged_one_with_it(club: Club) -> None:
    old = await member(club, days_ago=400)
    new = await member(club, name="小王", phone=PHONE)
    done = await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    await club.write(lambda w: erasing.erase(w, old.id, NOW))
    for who in (old, new):
        left = await club.read(lambda w, i=who.id: w.members.get(i))
        assert (left.state, left.name, left.phone) == (MemberState.CLOSED, None, None)
    merge = await club.read(lambda w: w.merges.get(done.merge.id))
    assert merge == replace(done.merge, undo={})
    assert await broken(club) == []


async def test_points_given_back_after_a_merge_reach_the_kept_membership(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    await buys(club, new, "A-1", 10000)
    paid = await club.write(
        lambda w: ledger.spend(w, new.id, 80, key="s:1", source=("benefit", 1), now=NOW)
    )
    await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    for _ in range(2):
        await club.write(lambda w: ledger.give_back(w, paid.id, key="b:1", now=NOW))
    assert (await points(club, old.id)).available == 100
    assert (await points(club, new.id)).available == 0
    assert await broken(club) == []


async def test_a_phone_that_was_vouched_for_counts_as_verified_after_the_merge(club: Club) -> None:
    for days in (1, 400):  # either of the two may be the older one
        phone = f"+86138001380{days % 90:02d}"
        imported = await member(club, days_ago=days, phone=phone)
        mine = await member(club, days_ago=100)
        await address(club, mine.id)
        done = await club.write(
            lambda w, m=mine.id, i=imported.id: merging.merge_by_phone(w, m, i, OWNER, NOW)
        )
        extras = await club.read(lambda w, k=done.kept.id: w.members.extras(k))
        assert extras["phone_verified"]
        assert (await club.read(lambda w, p=phone: finding.find(w, p))).id == done.kept.id


async def test_a_phone_that_was_only_typed_still_finds_nobody_after_the_merge(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    await club.write(lambda w: profiles.tell_phone(w, new.id, PHONE, NOW, own=False))
    await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    kept = await club.read(lambda w: w.members.get(old.id))
    assert kept.phone == PHONE
    assert await club.read(lambda w: w.members.by_phone(PHONE)) == []


async def test_purchases_that_waited_for_the_filled_phone_are_booked(club: Club) -> None:
    old, new = await member(club, days_ago=400), await member(club)
    order = Order("pos-1", "W-1", NOON, "CNY", 5000, (Line(5000),))
    waiting = Incoming(order, (Claim("email", "mei@example.com"),))
    await club.write(lambda w: purchases.book(w, waiting, NOW))
    await club.write(lambda w: w.members.change(new.id, email="mei@example.com"))
    done = await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    assert done.points == 50
    assert await broken(club) == []
