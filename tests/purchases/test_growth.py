"""Growth value of purchases on both databases: given with them, taken back with returns."""

import pytest

from domain.points import Unit
from domain.programme import Condition, Growth, Level, Measure
from domain.purchases import Line
from services import ledger, merging, purchases
from services.booking import book_all
from services.ports.club import Actor
from tests.membership.support import broken
from tests.purchases.support import NOON, buys, gets, has, member, of, order, publishes, returns
from tests.support.club import NOW, Club

CLERK = Actor("cli")
RATE = Growth(2, 300)  # two for every three yuan
LADDER = (
    Level("member", {"en": "Member"}),
    Level("silver", {"en": "Silver"}, (Condition(Measure.GROWTH, 60),)),
)


@pytest.fixture
async def growing(club: Club) -> Club:
    await publishes(club, growth=RATE, levels=LADDER)
    return club


async def _growth(club: Club, who) -> int:  # type: ignore[no-untyped-def]
    return (await has(club, who, Unit.GROWTH)).available


async def test_a_purchase_grows_at_once_and_for_ever(growing: Club) -> None:
    mei = await member(growing)
    done = await buys(growing, mei, order("A-1", Line(10000)))
    assert (done.purchase.growth, done.raised_to) == (66, "silver")
    found = await has(growing, mei, Unit.GROWTH)
    assert (found.available, found.expiring) == (66, ())
    assert (await has(growing, mei)).available == 100
    assert await broken(growing) == []


async def test_a_batch_grows_as_single_purchases_do(growing: Club) -> None:
    mei = await member(growing)
    batch = [of(mei, order(f"A-{n}", Line(3000))) for n in range(4)]
    done = await growing.write(lambda w: book_all(w, batch, NOW, strict=True))
    assert [one.purchase.growth for one in done] == [20] * 4
    assert [one.raised_to for one in done] == [None, None, "silver", None]
    assert await _growth(growing, mei) == 80


async def test_without_a_rate_there_is_no_growth_account(club: Club) -> None:
    mei = await member(club)
    done = await buys(club, mei, order())
    assert done.purchase.growth == 0
    assert (await club.read(lambda w: w.ledger.account(mei.id, Unit.GROWTH))).seq == 0


async def test_growth_goes_with_what_is_returned_exactly(growing: Club) -> None:
    mei = await member(growing)
    await buys(growing, mei, order("A-1", Line(10000)))
    for number, (minor, left) in enumerate(((1, 66), (99, 66), (5000, 32), (4900, 0))):
        done = await returns(growing, refund_id=f"R-{number}", minor=minor)
        assert await _growth(growing, mei) == left
    assert done.purchase.returned_growth == 66
    assert await broken(growing) == []


async def test_a_level_does_not_fall_in_the_middle_of_the_day(growing: Club) -> None:
    mei = await member(growing)
    await buys(growing, mei, order("A-1", Line(10000)))
    await returns(growing)
    assert (await growing.read(lambda w: w.members.get(mei.id))).level == "silver"
    exchanged = await buys(growing, mei, order("A-2", Line(10000)))
    assert exchanged.raised_to is None


async def test_the_rate_of_the_purchase_counts_after_it_has_changed(growing: Club) -> None:
    mei = await member(growing)
    await buys(growing, mei, order("A-1", Line(9000)))
    await publishes(growing, growth=Growth(9, 100), levels=LADDER)
    await returns(growing, minor=4500)
    assert await _growth(growing, mei) == 30


async def test_growth_that_is_gone_is_owed_by_nobody(growing: Club) -> None:
    mei = await member(growing)
    await buys(growing, mei, order("A-1", Line(9000)))

    def takes(work):  # type: ignore[no-untyped-def]
        from domain import bookings
        from domain.ledger import Entry

        account = work.ledger.account(mei.id, Unit.GROWTH)
        lots = work.ledger.lots(mei.id, Unit.GROWTH)
        entry = Entry(work.new_id(), "taken", NOW, "adjustment", "", 1)
        work.ledger.append(bookings.adjust_down(account, entry, 50, lots), "")

    await growing.write(takes)
    await returns(growing)
    found = await has(growing, mei, Unit.GROWTH)
    assert (found.available, found.debt) == (0, 0)
    assert await broken(growing) == []


async def test_void_and_move_take_growth_along(growing: Club) -> None:
    mei, bo = await member(growing), await member(growing)
    done = await buys(growing, mei, order("A-1", Line(9000)))
    why = {"reason": "wrong card", "actor": CLERK, "now": NOW}
    await growing.write(lambda w: purchases.move(w, done.purchase.id, bo.id, **why))
    assert (await _growth(growing, mei), await _growth(growing, bo)) == (0, 60)
    await growing.write(lambda w: purchases.void(w, done.purchase.id, **why))
    assert await _growth(growing, bo) == 0
    stored = await growing.read(lambda w: w.purchases.get(done.purchase.id))
    assert (stored.growth, stored.returned_growth, stored.basis_minor) == (0, 0, 0)
    assert await broken(growing) == []


async def test_growth_of_a_merged_membership_is_taken_from_the_kept_one(growing: Club) -> None:
    old, new = await member(growing, joined_at=NOON.replace(day=1)), await member(growing)
    await buys(growing, new, order("A-1", Line(9000)))
    await growing.write(lambda w: merging.merge(w, new.id, old.id, CLERK, NOW))
    await returns(growing)
    assert (await _growth(growing, old), await _growth(growing, new)) == (0, 0)
    assert await broken(growing) == []


async def test_growth_is_for_money_only(growing: Club) -> None:
    from domain.payments import PaidBy, Payment

    mei = await member(growing)
    await gets(growing, mei, 500)
    paid = Payment(PaidBy.POINTS, 4000, 500)
    done = await buys(growing, mei, order("A-1", Line(10000)), paid)
    assert (done.purchase.growth, done.purchase.points) == (40, 60)
    with pytest.raises(ValueError, match="growth"):
        await growing.write(
            lambda w: ledger.spend(
                w, mei.id, 1, key="g", source=("x", 1), now=NOW, unit=Unit.GROWTH
            )
        )


async def test_the_same_order_again_grows_no_more(growing: Club) -> None:
    mei = await member(growing)
    first = await buys(growing, mei, order("A-1", Line(9000)))
    again = await buys(growing, mei, order("A-1", Line(9000)))
    assert (again.new, again.purchase) == (False, first.purchase)
    assert await _growth(growing, mei) == 60
