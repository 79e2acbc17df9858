"""The audit names every kind of tampering with vouchers, stock and waiting lists."""

import pytest

from services.audit import prove
from storage.migrations.triggers import APPEND_ONLY
from storage.work import Work
from tests.benefits.support import cancel, codes, join, member, more, offer, redeem
from tests.membership.support import broken
from tests.support.club import Club

PRICE = "every voucher that was redeemed cost exactly its price"
PAID = "every payment for a benefit has exactly one voucher"
RETURNED = "every voucher that was given back returned exactly its price, to the lots that paid it"
TWICE = "nothing was given back for two vouchers"
STOCK = "what every benefit gave out, keeps for somebody and has left is the stock it was given"
PLACES = "every place on a waiting list is open or over, and whoever took theirs has the voucher"
USED = "every code was used at most once"
CODES = "every code of a partner belongs to at most one voucher, of its benefit"

_ONE = "(SELECT min(id) FROM vouchers WHERE state = 'issued')"
_BACK = "(SELECT min(id) FROM vouchers WHERE state = 'cancelled')"

TAMPERING = {
    "a price": ({PRICE}, f"UPDATE vouchers SET price = price - 1 WHERE id = {_ONE}"),
    "a payment that is gone": (
        {PRICE, PAID},
        f"UPDATE vouchers SET posting_id = NULL WHERE id = {_ONE}",
    ),
    "a payment that is another's": (
        {PAID},
        "UPDATE vouchers SET posting_id = (SELECT min(posting_id) FROM vouchers)"
        " WHERE posting_id IS NOT NULL",
    ),
    "a voucher without a trace": ({PAID, STOCK}, f"DELETE FROM vouchers WHERE id = {_ONE}"),
    "given back without the points": (
        {RETURNED},
        f"UPDATE vouchers SET return_posting_id = NULL WHERE id = {_BACK}",
    ),
    "points back, and the voucher, too": (
        {RETURNED, STOCK},
        f"UPDATE vouchers SET state = 'issued' WHERE id = {_BACK}",
    ),
    "points back that were another's": (
        {TWICE},
        "UPDATE vouchers SET return_posting_id = (SELECT max(return_posting_id) FROM vouchers)"
        " WHERE return_posting_id IS NOT NULL",
    ),
    "back to another lot": (
        {RETURNED},
        "UPDATE lot_moves SET lot_id = lot_id + 1 WHERE amount < 0",
    ),
    "one more in stock": ({STOCK}, "UPDATE benefits SET stock = stock + 1"),
    "stock below zero": ({STOCK}, "UPDATE benefits SET stock = -1, stock_given = 1"),
    "a voucher beside the stock": (
        {STOCK},
        f"UPDATE vouchers SET stocked = (1 = 0) WHERE id = {_ONE}",
    ),
    "an offer that is over": (
        {STOCK, PLACES},
        "UPDATE benefit_waits SET state = 'lapsed' WHERE state = 'offered'",
    ),
    "a place taken without a voucher": (
        {PLACES},
        "UPDATE benefit_waits SET voucher_id = NULL WHERE state = 'taken'",
    ),
    "a voucher used without a time": (
        {USED},
        f"UPDATE vouchers SET state = 'used' WHERE id = {_ONE}",
    ),
    "a partner's code of no voucher": (
        {CODES},
        "UPDATE partner_codes SET voucher_id = 4711",
    ),
}


async def fill(club: Club) -> None:
    """Things are redeemed, given back, waited for, offered and taken; a partner gives a code."""
    coffee = await offer(club, stock=3, cancel_hours=24)
    people = [await member(club) for _ in range(6)]
    had = [await redeem(club, one, coffee) for one in people[:3]]
    await join(club, coffee, *people[3:])
    await cancel(club, people[0], had[0].id)
    await redeem(club, people[3], coffee)
    await cancel(club, people[1], had[1].id)
    await more(club, coffee, 2)
    await club.write(lambda work: codes(work, coffee, ["FILM0001"]))


async def test_honest_redeeming_is_proved(club: Club) -> None:
    await fill(club)
    assert await broken(club) == []
    proofs = {proof.name: proof.checked for proof in await club.write(lambda w: list(prove(w)))}
    assert (proofs[PRICE], proofs[PAID], proofs[RETURNED], proofs[STOCK]) == (4, 4, 2, 1)
    assert proofs[PLACES] == 3


@pytest.mark.parametrize("what", TAMPERING)
async def test_tampering_with_benefits_is_found(lite: Club, what: str) -> None:
    await fill(lite)
    names, statement = TAMPERING[what]
    await lite.write(_unguard)
    await lite.write(lambda work: work.db.exec_driver_sql(statement))
    found = {proof.name for proof in await lite.write(lambda w: list(prove(w))) if not proof.holds}
    assert names <= found


def _unguard(work: Work) -> None:
    """Takes the triggers away, as somebody with the database's file could."""
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            work.db.exec_driver_sql(f"DROP TRIGGER {table}_no_{verb}")
