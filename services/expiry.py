"""Points that expire: what the clock has ended is posted, one member or many at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from domain import bookings
from domain.ledger import Account, Booked, Entry, Posting, Share
from domain.points import Lot, Unit
from services.ports import Work

SOURCE = "expiry"


def expire(work: Work, member_id: int, now: datetime) -> Posting | None:
    """Posts what the clock has expired for one member; None when there is nothing."""
    work.members.lock(member_id)
    lots = work.ledger.lots(member_id, Unit.POINTS)
    account = work.ledger.account(member_id, Unit.POINTS)
    booked = lapse(account, lots, now, work.new_id, work.programmes.newest())
    if booked is None:
        return None
    work.ledger.append(booked, "")
    return booked.posting


def lapse(
    account: Account, lots: list[Lot], now: datetime, new_id: Callable[[], int], version: int
) -> Booked | None:
    """The posting of what has expired by `now`; its key is the account's next number."""
    gone = sum(lot.left for lot in lots if lot.is_expired(now))
    key = f"expire:{account.member_id}:{account.unit}:{account.seq + 1}"
    shares = (Share("expired", version, "", -gone),)
    entry = Entry(new_id(), key, now, SOURCE, "", version, shares)
    return bookings.expire(account, entry, lots)


def expire_due(work: Work, now: datetime, most: int = 500) -> int:
    """Posts expiry for some of the members who have it due; how many were done."""
    due = sorted(work.ledger.due(now, most))  # locked in one order, as a merge does
    done = [expire(work, member_id, now) for member_id in due]
    return len(done)
