"""A purchase on both databases: points and their reasons, levels, repeats, waiting, moving."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import (
    KeyConflict,
    MemberFrozen,
    PurchaseInvalid,
    PurchaseTooEarly,
    ReasonMissing,
    WrongCurrency,
)
from domain.members import MemberState
from domain.points import Unit
from domain.purchases import Line
from services import history, levels, portraits, purchases
from services.booking import Incoming, book_all
from services.ports.club import Actor
from services.ports.sales import BOOKED, VOID, WAITING, Claim
from tests.purchases.support import NOON, member, of, order
from tests.support.club import NOW, Club

CLERK = Actor("cli")


async def test_a_purchase_earns_points_and_says_why(club: Club) -> None:
    mei = await member(club)
    bought = order("A-17", Line(12850), at=NOON.replace(day=18))
    done = await club.write(lambda w: purchases.book(w, of(mei, bought), NOW))
    assert (done.new, done.purchase.points) == (True, 257)
    assert done.explanation == (("base", 1, "1", 128), ("member_day", 1, "2", 129))
    has = await club.read(lambda w: w.ledger.summary(mei.id, Unit.POINTS, NOW))
    assert has.available == done.purchase.points


async def test_the_same_order_again_changes_nothing(club: Club) -> None:
    mei = await member(club)
    first = await club.write(lambda w: purchases.book(w, of(mei, order()), NOW))
    again = await club.write(lambda w: purchases.book(w, of(mei, order()), NOW))
    assert (again.new, again.purchase.id) == (False, first.purchase.id)
    assert again.explanation == first.explanation
    has = await club.read(lambda w: w.ledger.summary(mei.id, Unit.POINTS, NOW))
    assert has.available == 100


async def test_copies_at_the_same_moment_are_booked_once(club: Club) -> None:
    mei = await member(club)
    nobody = Incoming(order("A-2"), ())
    for one in (of(mei, order()), nobody):
        done = await asyncio.gather(
            *(club.write(lambda w, o=one: purchases.book(w, o, NOW)) for _ in range(8))
        )
        assert sum(outcome.new for outcome in done) == 1
        assert len({outcome.purchase.id for outcome in done}) == 1
    has = await club.read(lambda w: w.ledger.summary(mei.id, Unit.POINTS, NOW))
    assert has.available == 100


async def test_other_content_under_the_same_order_is_a_conflict(club: Club) -> None:
    mei = await member(club)
    await club.write(lambda w: purchases.book(w, of(mei, order()), NOW))
    with pytest.raises(KeyConflict):
        await club.write(lambda w: purchases.book(w, of(mei, order("A-1", Line(10001))), NOW))


async def test_the_level_rises_at_once_and_counts_from_the_next_purchase(club: Club) -> None:
    mei = await member(club)
    first = await club.write(lambda w: purchases.book(w, of(mei, order("1", Line(20000))), NOW))
    second = await club.write(lambda w: purchases.book(w, of(mei, order("2", Line(10000))), NOW))
    assert (first.raised_to, first.purchase.points) == ("silver", 200)
    assert second.purchase.points == 110
    standing = await club.read(lambda w: levels.standing(w, mei.id, NOW))
    assert standing.level.key == "silver"
    assert standing.next is not None
    missing = {p.measure: p.missing for p in standing.next.conditions}
    assert missing == {"lifetime_spend": 170000, "spend_in_months": 70000}
    changes = await club.read(lambda w: w.levels.changes(mei.id))
    assert [(c.from_level, c.to_level, c.reason) for c in changes] == [
        ("member", "silver", "purchase")
    ]


async def test_an_order_of_nobody_waits_for_its_member(club: Club) -> None:
    waiting = Incoming(order(), (Claim("phone", "+8613800138000"),))
    done = await club.write(lambda w: purchases.book(w, waiting, NOW))
    assert (done.purchase.state, done.purchase.points) == (WAITING, 0)
    mei = await member(club, phone="+8613800138000")
    found = await club.write(lambda w: purchases.match_waiting(w, mei.id, NOW))
    assert [(p.state, p.member_id, p.points) for p in found] == [(BOOKED, mei.id, 100)]
    assert await club.write(lambda w: purchases.match_waiting(w, mei.id, NOW)) == []
    again = await club.write(lambda w: purchases.book(w, waiting, NOW))
    assert (again.new, again.purchase.points) == (False, 100)


async def test_a_frozen_member_does_not_earn(club: Club) -> None:
    mei = await member(club)
    await club.write(lambda w: w.members.change(mei.id, state=MemberState.FROZEN))
    with pytest.raises(MemberFrozen):
        await club.write(lambda w: purchases.book(w, of(mei, order()), NOW))
    (done,) = await club.write(
        lambda w: book_all(w, [replace(of(mei, order()), channel="import")], NOW, strict=False)
    )
    assert done.purchase.state == WAITING


async def test_what_waited_for_a_frozen_member_is_booked_when_they_may_earn_again(
    club: Club,
) -> None:
    mei = await member(club)
    await club.write(lambda w: portraits.freeze(w, mei.id, "looks odd", CLERK, NOW))
    imported = replace(of(mei, order()), channel="import")
    await club.write(lambda w: book_all(w, [imported], NOW, strict=False))
    for changed in (True, False):
        done = await club.write(lambda w: portraits.unfreeze(w, mei.id, "it is fine", CLERK, NOW))
        assert done is changed
    has = await club.read(lambda w: w.ledger.summary(mei.id, Unit.POINTS, NOW))
    assert has.available == 100


async def test_what_no_club_can_book_is_refused(club: Club) -> None:
    mei = await member(club)
    early = order("early", at=NOON.replace(year=2019))
    late = order("late", at=NOW + timedelta(days=2))
    wrong = replace(order("sum"), minor=1)
    dollars = replace(order("usd"), currency="USD")
    for bought, error in (
        (early, PurchaseTooEarly),
        (late, PurchaseInvalid),
        (wrong, PurchaseInvalid),
        (dollars, WrongCurrency),
    ):
        with pytest.raises(error):
            await club.write(lambda w, b=bought: purchases.book(w, of(mei, b), NOW))
    has = await club.read(lambda w: w.ledger.summary(mei.id, Unit.POINTS, NOW))
    assert has.available == 0


async def test_a_purchase_is_moved_to_the_right_member(club: Club) -> None:
    mei, bo = await member(club), await member(club)
    done = await club.write(lambda w: purchases.book(w, of(mei, order()), NOW))

    def move(work):  # type: ignore[no-untyped-def]
        return purchases.move(
            work, done.purchase.id, bo.id, reason="wrong card", actor=CLERK, now=NOW
        )

    moved = await club.write(move)
    assert (moved.purchase.member_id, moved.purchase.points) == (bo.id, 100)
    assert (await club.write(move)).taken is None
    sums = [
        (await club.read(lambda w, m=m: w.ledger.summary(m.id, Unit.POINTS, NOW))).available
        for m in (mei, bo)
    ]
    assert sums == [0, 100]
    rows = await club.read(lambda w: w.audit.about(("purchase", done.purchase.id)))
    assert len(rows) == 1


async def test_a_purchase_is_voided_with_a_reason_only(club: Club) -> None:
    mei = await member(club)
    done = await club.write(lambda w: purchases.book(w, of(mei, order()), NOW))
    for reason in ("", "   "):
        with pytest.raises(ReasonMissing):
            await club.write(
                lambda w, r=reason: purchases.void(
                    w, done.purchase.id, reason=r, actor=CLERK, now=NOW
                )
            )
    void = await club.write(
        lambda w: purchases.void(w, done.purchase.id, reason="typo", actor=CLERK, now=NOW)
    )
    assert void.purchase.state == VOID
    has = await club.read(lambda w: w.ledger.summary(mei.id, Unit.POINTS, NOW))
    assert (has.available, has.lifetime) == (0, 0)


async def test_history_explains_each_posting_in_the_words_of_its_programme(club: Club) -> None:
    mei = await member(club)
    done = await club.write(
        lambda w: purchases.book(w, of(mei, order(at=NOON.replace(day=18))), NOW)
    )
    item = await club.read(lambda w: history.explain(w, mei.id, done.purchase.posting_id))
    assert item.paid is not None
    assert item.paid.plain() == "100.00"
    assert [(x.kind, x.names.get("zh"), x.factor, x.points) for x in item.lines] == [
        ("base", None, "1", 100),
        ("rule", "会员日双倍积分", "2", 100),
    ]
    bo = await member(club)
    with pytest.raises(LookupError):
        await club.read(lambda w: history.explain(w, bo.id, done.purchase.posting_id))
