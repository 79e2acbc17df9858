"""Growth value of purchases: given with them, taken back with what is returned."""

from __future__ import annotations

from datetime import datetime

from domain import bookings, earning
from domain.ledger import Account, Booked, Entry, Kind, Share
from domain.points import Unit
from domain.programme import Programme
from domain.refunds import RefundPolicy, take_back
from services.ports import Work
from services.ports.sales import Purchase

SOURCE = "purchase"


def give(
    work: Work, programme: Programme, account: Account, purchase: Purchase, minor: int, key: str
) -> Booked | None:
    """The posting of the growth value of `minor` paid, None for nothing. SEMANTICS: Levels.

    It counts at once and never expires; `key` is that of the purchase's points.
    """
    amount = earning.growth(programme.growth, minor)
    if not amount:
        return None
    at, version = purchase.occurred_at, programme.version
    shares = (Share("growth", version, "", amount),)
    entry = Entry(
        work.new_id(),
        f"{key}:growth",
        at,
        SOURCE,
        str(purchase.id),
        version,
        shares,
        purchase.staff_id,
        purchase.store_id,
    )
    return bookings.give(account, entry, amount, work.new_id(), at, None, Kind.EARNED)


def take(work: Work, purchase: Purchase, kept: int, *, key: str, now: datetime) -> int:
    """Takes growth value back until `kept` of what the purchase gave is left; how much that asks.

    Growth is never spent, so it is there; what is missing all the same (an operator took it) is
    left to the member rather than owed: nobody owes a level.
    """
    asked = purchase.growth - purchase.returned_growth - kept
    if purchase.member_id is None or asked <= 0:
        return 0
    entry = Entry(
        work.new_id(), f"{key}:growth", now, "refund", str(purchase.id), purchase.rule_version
    )
    lots = work.ledger.lots(purchase.member_id, Unit.GROWTH)
    own = (SOURCE, str(purchase.id))
    result = take_back(
        work.ledger.account(purchase.member_id, Unit.GROWTH),
        entry,
        given=purchase.growth,
        before=purchase.returned_growth,
        kept=kept,
        own_lot_ids=frozenset(lot.id for lot in lots if (lot.source_type, lot.source_id) == own),
        lots=lots,
        policy=RefundPolicy.WITHIN_BALANCE,
    )
    work.ledger.append(result.booked, "")
    return asked


def kept(work: Work, purchase: Purchase, minor: int) -> int:
    """The growth value that `minor` of a purchase is good for under its own rule version."""
    if not purchase.growth:
        return 0
    return earning.growth(work.programmes.version(purchase.rule_version).growth, minor)
