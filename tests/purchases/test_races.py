"""Purchases booked, matched, moved and refunded while something else happens to them."""

import asyncio

from domain.points import Unit
from domain.purchases import Line, Order
from services import merging, purchases, refunds
from services.booking import Incoming
from services.ports.club import Actor
from services.ports.sales import BOOKED, VOID, WAITING, Claim
from services.refunds import Asked
from storage.work import Work
from tests.membership.support import broken
from tests.purchases.support import NOON, member, of, order
from tests.support.club import NOW, Club

CLERK = Actor("cli")
PHONE = "+8613800138000"


async def _points(club: Club, *member_ids: int) -> list[int]:
    has = [
        await club.read(lambda w, m=m: w.ledger.summary(m, Unit.POINTS, NOW)) for m in member_ids
    ]
    return [one.spendable for one in has]


async def _waiting(club: Club, order_id: str) -> int:
    incoming = Incoming(order(order_id), (Claim("phone", PHONE),))
    done = await club.write(lambda w: purchases.book(w, incoming, NOW))
    assert done.purchase.state == WAITING
    return int(done.purchase.id)


async def test_a_waiting_purchase_that_two_take_at_once_is_given_once(club: Club) -> None:
    found = [await _waiting(club, f"A-{number}") for number in range(4)]
    mei, bo, li = await member(club, phone=PHONE), await member(club), await member(club)

    def move(purchase_id: int, to: int) -> object:
        why = {"reason": "their receipt", "actor": CLERK, "now": NOW}
        return club.write(lambda w: purchases.move(w, purchase_id, to, **why))

    await asyncio.gather(
        *(move(one, to) for one in found for to in (bo.id, li.id)),
        club.write(lambda w: purchases.match_waiting(w, mei.id, NOW)),
    )
    assert sum(await _points(club, mei.id, bo.id, li.id)) == 400
    owners = [await club.read(lambda w, one=one: w.purchases.get(one)) for one in found]
    assert {one.state for one in owners} == {BOOKED}
    assert await broken(club) == []


async def test_a_waiting_purchase_can_be_made_void_and_then_waits_for_nobody(club: Club) -> None:
    waits = await _waiting(club, "A-1")
    why = {"reason": "a test of the till", "actor": CLERK, "now": NOW}
    done = await club.write(lambda w: purchases.void(w, waits, **why))
    assert done.purchase.state == VOID
    mei = await member(club, phone=PHONE)
    assert await club.write(lambda w: purchases.match_waiting(w, mei.id, NOW)) == []
    assert await _points(club, mei.id) == [0]
    rows = await club.read(lambda w: w.audit.about(("purchase", waits)))
    assert len(rows) == 1


async def test_a_purchase_by_the_number_of_a_membership_merged_twice_is_booked(
    club: Club,
) -> None:
    first, second, third = [await member(club, joined_at=NOON.replace(day=d)) for d in (3, 2, 1)]
    for one, other in ((first, second), (second, third)):
        await club.write(lambda w, a=one.id, b=other.id: merging.merge(w, a, b, CLERK, NOW))
    done = await club.write(lambda w: purchases.book(w, of(first, order()), NOW))
    assert done.purchase.member_id == third.id
    assert await _points(club, third.id) == [100]


async def test_purchases_and_refunds_during_a_merge_reach_the_kept_membership(club: Club) -> None:
    old, new = await member(club, joined_at=NOON.replace(day=1)), await member(club)

    def ten_yuan(order_id: str) -> Order:
        return order(order_id, Line(1000))

    for number in range(4):
        await club.write(lambda w, n=number: purchases.book(w, of(new, ten_yuan(f"A-{n}")), NOW))

    def give_back(work: Work, number: int) -> object:
        return refunds.refund(work, Asked("pos-1", f"A-{number}", f"R-{number}", NOON), NOW)

    await asyncio.gather(
        club.write(lambda w: merging.merge(w, new.id, old.id, CLERK, NOW)),
        *(club.write(lambda w, n=n: give_back(w, n)) for n in range(4)),
        *(
            club.write(lambda w, n=n: purchases.book(w, of(new, ten_yuan(f"B-{n}")), NOW))
            for n in range(4)
        ),
    )
    assert await _points(club, old.id, new.id) == [40, 0]
    assert await broken(club) == []
