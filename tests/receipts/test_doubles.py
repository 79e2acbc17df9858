"""A receipt that was booked from its photo, and the till system's order of it that comes later."""

from datetime import timedelta
from typing import Any

import pytest

from domain.purchases import Line, Order
from services import purchases, receipt_doubles
from services.booking import Incoming
from services.ports.sales import Claim
from storage.work import Work
from tests.flows.staffed import operator
from tests.membership.support import broken
from tests.receipts.test_checking import has, keys, sent
from tests.support.club import Club, Person


async def booked(club: Club) -> tuple[Person, int]:
    """A member whose photo was booked: 128 points; what they have been told is read."""
    till = await operator(club, "till")
    mei = await sent(club)
    await till.hears()
    assert (await till.taps("check.confirm")).key == "receipt.booked"
    await mei.hears()
    store = await club.read(lambda w: w.stores.by_code("sh-01").id)
    return mei, int(store)


async def order_comes(club: Club, mei: Person, store: int, claims: bool, **other: Any) -> None:
    """The till system's order of the same receipt, unless something is `other`."""
    me = await mei.member_id()

    def book(work: Work) -> None:
        claim = Claim("number", work.members.get(me).number)
        minor = other.get("minor", 12850)
        order = Order(
            "pos-1",
            other.get("number", "a-77"),
            club.clock() - other.get("ago", timedelta()),
            "CNY",
            minor,
            (Line(minor),),
            "sh-01",
        )
        place = None if other.get("nowhere") else store
        incoming = Incoming(order, (claim,) if claims else (), store_id=place)
        for _ in range(2):
            receipt_doubles.make_way(work, incoming, club.clock())
            purchases.book(work, incoming, club.clock())

    await club.write(book)


async def test_the_till_s_order_takes_the_place_of_the_photo(club: Club) -> None:
    mei, store = await booked(club)
    await order_comes(club, mei, store, claims=True)
    assert await has(club, mei) == 128
    assert keys(await mei.hears())[-2:] == ["correct.told_taken", "purchase.booked"]
    me = await mei.member_id()
    both = await club.read(lambda w: w.purchases.of_member(me, 5))
    assert [(one.source, one.state) for one in both] == [("pos-1", "booked")]
    photo = (await club.read(lambda w: w.receipts.of_member(me, 5)))[0].purchase_id
    (audited,) = await club.read(lambda w: w.audit.about(("purchase", photo)))
    assert (audited["action"], audited["reason"]) == ("purchase.void", "A-77: pos-1")
    assert await broken(club) == []


@pytest.mark.parametrize(
    "other",
    [
        {"claims": False},
        {"claims": True, "minor": 12851},
        {"claims": True, "number": "A-78"},
        {"claims": True, "nowhere": True},
        {"claims": True, "ago": timedelta(days=2)},
    ],
)
async def test_another_order_or_one_of_nobody_leaves_it(club: Club, other: dict[str, Any]) -> None:
    mei, store = await booked(club)
    await order_comes(club, mei, store, **other)
    assert await has(club, mei) >= (256 if other["claims"] else 128)
    assert "correct.told_taken" not in keys(await mei.hears())
