"""Purchases that find their member late: within the window only, and none is left behind."""

from datetime import timedelta

import pytest

from domain.members import Member, MemberState
from domain.points import Unit
from domain.programme import Growth
from services import erasing, history, merging, profiles, purchases
from services.booking import Incoming
from services.ports.club import Actor
from services.ports.sales import BOOKED, WAITING, Claim, Purchase
from storage.work import Work
from tests.membership.support import broken
from tests.purchases.support import NOON, has, member, order, publishes, returns
from tests.support.club import NOW, Club

PHONE = "+8613800138000"
CLERK = Actor("cli")


async def _waits(club: Club, order_id: str, *claims: Claim, days: int = 0) -> Purchase:
    bought = order(order_id, at=NOON - timedelta(days=days))
    named = claims or (Claim("phone", PHONE),)
    done = await club.write(lambda w: purchases.book(w, Incoming(bought, named), NOW))
    assert done.purchase.state == WAITING
    found = done.purchase
    assert isinstance(found, Purchase)
    return found


async def _stored(club: Club, purchase: Purchase) -> Purchase:
    found = await club.read(lambda w: w.purchases.get(purchase.id))
    assert isinstance(found, Purchase)
    return found


async def _match_left(club: Club, most: int = 100) -> int:
    return int(await club.write(lambda w: purchases.match_left(w, NOW, most)))


async def test_only_purchases_of_the_window_before_joining_are_credited(club: Club) -> None:
    await publishes(club, match_days=90, growth=Growth(1, 100))
    ages = (0, 2, 89, 90, 91, 300)  # days before the day before joining
    waiting = [await _waits(club, f"A-{days}", days=days) for days in ages]
    mei = await member(club, phone=PHONE)
    await club.write(lambda w: purchases.match_waiting(w, mei.id, NOW))
    stored = [await _stored(club, one) for one in waiting]
    assert {one.state for one in stored} == {BOOKED}
    assert [one.points for one in stored] == [100, 100, 100, 0, 0, 0]
    assert [one.basis_minor for one in stored] == [10000, 10000, 10000, 0, 0, 0]
    assert (await has(club, mei)).available == 300
    assert (await has(club, mei, Unit.GROWTH)).available == 300
    item = await club.read(lambda w: history.explain(w, mei.id, stored[-1].posting_id))
    assert [(one.kind, one.factor, one.points) for one in item.lines] == [("too_old", "90", 0)]
    assert await broken(club) == []


async def test_a_purchase_since_joining_is_credited_however_late(club: Club) -> None:
    await publishes(club, match_days=10)
    waits = await _waits(club, "A-1", days=100)
    mei = await member(club, phone=PHONE, joined_at=NOON - timedelta(days=105))
    await club.write(lambda w: purchases.match_waiting(w, mei.id, NOW))
    assert (await _stored(club, waits)).points == 100


async def test_the_return_of_a_purchase_that_was_too_old_takes_nothing(club: Club) -> None:
    await publishes(club, match_days=10)
    await _waits(club, "A-1", days=100)
    mei = await member(club, phone=PHONE)
    await club.write(lambda w: purchases.match_waiting(w, mei.id, NOW))
    done = await returns(club, minor=4000)
    assert (done.arithmetic, done.purchase.basis_minor) == (None, 0)
    assert (await has(club, mei)).debt == 0


# -- what was left behind ---------------------------------------------------------------


@pytest.mark.parametrize("kind", ["phone", "email", "external", "number"])
async def test_what_was_left_waiting_beside_a_joining_is_booked_later(
    club: Club, kind: str
) -> None:
    """The import did not see the member yet, and the joining not the purchase."""
    mei = await member(club, phone=PHONE, email="mei@example.com", external_id="c-1")
    texts = {"phone": PHONE, "email": "mei@example.com", "external": "c-1", "number": mei.number}
    waits = await _as_unmatched(club, Claim(kind, texts[kind]))
    nobody = await _waits(club, "other", Claim("phone", "+8613900139000"))
    assert await _match_left(club) == 1
    assert (await _stored(club, waits)).member_id == mei.id
    assert (await _stored(club, nobody)).state == WAITING
    assert await _match_left(club) == 0
    assert (await has(club, mei)).available == 100


async def _as_unmatched(club: Club, claim: Claim, order_id: str = "A-1") -> Purchase:
    """A purchase that was booked in the moment before its member was there."""

    def book(work: Work) -> Purchase:
        work.purchases.match = lambda claims: {}  # type: ignore[method-assign]
        return purchases.book(work, Incoming(order(order_id), (claim,)), NOW).purchase

    found = await club.write(book)
    assert isinstance(found, Purchase)
    assert found.state == WAITING
    return found


async def test_the_surest_claim_decides_whose_it_is(club: Club) -> None:
    mei, bo = await member(club, phone=PHONE), await member(club)

    def book(work: Work) -> Purchase:
        work.purchases.match = lambda claims: {}  # type: ignore[method-assign]
        named = (Claim("phone", PHONE), Claim("number", bo.number))
        return purchases.book(work, Incoming(order(), named), NOW).purchase

    waits = await club.write(book)
    assert await _match_left(club) == 1
    assert (await _stored(club, waits)).member_id == bo.id != mei.id


async def test_frozen_and_closed_members_are_passed_over_and_merged_ones_followed(
    club: Club,
) -> None:
    async def one(day: int, state: MemberState = MemberState.ACTIVE) -> Member:
        made = await member(club, joined_at=NOON.replace(day=day), external_id=f"c-{day}")
        await _as_unmatched(club, Claim("external", f"c-{day}"), f"A-{day}")
        await club.write(lambda w: w.members.change(made.id, state=state))
        return made

    kept, merged = await one(1), await one(2)
    frozen, closed = await one(3, MemberState.FROZEN), await one(4, MemberState.CLOSED)
    await club.write(lambda w: merging.merge(w, kept.id, merged.id, CLERK, NOW))
    assert (await has(club, kept)).available == 100  # its own, at the merge
    assert await _match_left(club) == 1
    sums = [(await has(club, who)).available for who in (kept, merged, frozen, closed)]
    assert sums == [200, 0, 0, 0]


async def test_what_waited_for_somebody_who_left_waits_for_nobody(club: Club) -> None:
    mei = await member(club, phone=PHONE, external_id="c-1")
    await club.write(lambda w: w.members.change(mei.id, state=MemberState.FROZEN))
    await _as_unmatched(club, Claim("external", "c-1"))
    await _as_unmatched(club, Claim("phone", PHONE), "A-2")
    await club.write(lambda w: erasing.erase(w, mei.id, NOW))
    heir = await member(club, phone=PHONE, external_id="c-1")
    assert await club.write(lambda w: purchases.match_waiting(w, heir.id, NOW)) == []
    left = "SELECT count(*) FROM purchase_claims"
    assert await club.read(lambda w: w.db.exec_driver_sql(left).scalar_one()) == 0


async def test_it_goes_on_where_it_stopped(club: Club) -> None:
    mei = await member(club, external_id="c-1")
    for number in range(5):
        await _as_unmatched(club, Claim("external", "c-1"), f"A-{number}")
    assert [await _match_left(club, 2) for _ in range(4)] == [2, 2, 1, 0]
    assert (await has(club, mei)).available == 500


async def test_a_phone_that_was_only_typed_gets_nobodys_purchases(club: Club) -> None:
    waiting = await _waits(club, "A-1")
    mei, twin = await member(club), await member(club)
    await club.write(lambda w: profiles.tell_phone(w, mei.id, PHONE, NOW, own=False))
    assert await club.write(lambda w: purchases.match_waiting(w, mei.id, NOW)) == []
    await club.write(lambda w: merging.merge(w, mei.id, twin.id, CLERK, NOW))
    assert (await _stored(club, waiting)).state == WAITING
    owner = await member(club, phone=PHONE)
    await club.write(lambda w: purchases.match_waiting(w, owner.id, NOW))
    assert (await _stored(club, waiting)).member_id == owner.id


async def test_who_only_typed_a_phone_and_leaves_forgets_nothing_of_its_owner(club: Club) -> None:
    waiting = await _waits(club, "A-1")
    mei = await member(club)
    await club.write(lambda w: profiles.tell_phone(w, mei.id, PHONE, NOW, own=False))
    await club.write(lambda w: erasing.erase(w, mei.id, NOW))
    owner = await member(club, phone=PHONE)
    await club.write(lambda w: purchases.match_waiting(w, owner.id, NOW))
    assert (await _stored(club, waiting)).member_id == owner.id


async def test_an_external_id_that_is_spelled_like_a_number_is_another_person(club: Club) -> None:
    mei = await member(club)
    waiting = await _waits(club, "A-1", Claim("external", mei.number))
    assert await club.write(lambda w: purchases.match_waiting(w, mei.id, NOW)) == []
    assert (await _stored(club, waiting)).state == WAITING
