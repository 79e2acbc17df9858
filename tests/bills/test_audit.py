"""The audit proves bills and stored value, and finds what was tampered with."""

from collections.abc import Callable
from typing import Any

import pytest

from services import paying_out, refunds, settling, stored_value
from services.billing import Asked
from services.stored_value import TopUp
from storage.work import Work
from tests.bills.support import cashier, coupon, rich, settled
from tests.ledger.test_races import prove_here
from tests.membership.support import broken
from tests.support.club import NOW, Club

STEPS = "the steps of every bill take off what its purchase and payments say"
BILL = "every bill in the till's journal is what its purchase and payments say"
POSTED = "every top-up and payout in the till's journal is what was posted, its bonus apart"
NOTED = "every posting of a top-up or payout at the till is in its journal, once"
REFUNDED = "every refund of what was paid or entered at a till is in its journal, with its money"
UNDONE = "every line of the till's journal that takes one back is its opposite, refunds apart"

TAMPERING = {
    "the bill's amount": ({STEPS}, "UPDATE bills SET gross_minor = gross_minor + 1"),
    "a step": ({STEPS}, "UPDATE bills SET steps = '[]'"),
    "a payment": (
        {STEPS, BILL},
        "UPDATE purchase_payments SET minor = minor - 1 WHERE kind = 'credit'",
    ),
    "the drawer": ({BILL}, "UPDATE till_events SET amount_minor = 1 WHERE kind = 'bill'"),
    "the points of a bill": ({BILL}, "UPDATE till_events SET points = 0 WHERE kind = 'bill'"),
    "a bonus": ({POSTED}, "UPDATE till_events SET credit_minor = 1 WHERE kind = 'topup'"),
    "a payout": ({POSTED}, "UPDATE till_events SET amount_minor = -1 WHERE kind = 'payout'"),
    "a top-up goes": (
        {NOTED},
        "DELETE FROM till_events WHERE kind = 'topup' AND id NOT IN"
        " (SELECT undoes FROM till_events WHERE undoes IS NOT NULL)",
    ),
    "a refund": ({REFUNDED}, "UPDATE till_events SET amount_minor = -1 WHERE kind = 'refund'"),
    "a refund goes": ({REFUNDED}, "DELETE FROM till_events WHERE kind = 'refund'"),
    "an undo": ({UNDONE}, "UPDATE till_events SET amount_minor = 1 WHERE kind = 'undo'"),
}


@pytest.fixture
async def busy(club: Club) -> Club:
    """A club with a bill, one taken back, top-ups, one taken back, and a payout."""
    mei, anna = await rich(club, level="diamond"), await cashier(club)
    ten = await coupon(club, mei)

    def top_up(number: str) -> Callable[[Work], Any]:
        asked = TopUp(mei.id, 50000, "till:-", number)
        return lambda work: stored_value.top_up(work, asked, anna, NOW)

    back = {"reason": "slip", "actor": anna, "now": NOW}
    undone = await settled(club, Asked(mei.id, 5000, points=100), anna, "R-0")
    await club.write(lambda w: settling.undo(w, undone.event, **back))
    first = await club.write(top_up("T-0"))
    await club.write(lambda w: stored_value.undo(w, first.event, **back))
    await club.write(top_up("T-1"))
    bill = (await settled(club, Asked(mei.id, 10000, (ten,), 300, 2500), anna)).purchase
    part = refunds.Asked(bill.source, bill.order_id, "R", NOW, 4000)
    await club.write(lambda w: refunds.refund(w, part, NOW))
    out = {"reason": "asked", "key": "k", "own": None, "actor": anna, "now": NOW}
    await club.write(lambda w: paying_out.pay_out(w, mei.id, 12345, **out))
    return club


async def test_an_honest_club_is_proven_and_tampering_is_found(busy: Club) -> None:
    assert await broken(busy) == []
    for what, (names, statement) in TAMPERING.items():

        def tamper(work: Work, statement: str = statement) -> None:
            work.db.exec_driver_sql(statement)
            raise _Found({proof.name for proof in prove_here(work) if not proof.holds})

        with pytest.raises(_Found) as found:
            await busy.write(tamper)
        assert names <= found.value.names, what
    assert await broken(busy) == []


class _Found(Exception):
    """Ends a unit without keeping anything: the invariants that did not hold in it."""

    def __init__(self, names: set[str]) -> None:
        super().__init__(names)
        self.names = names
