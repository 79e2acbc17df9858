"""Points that expire: posting what the clock has ended, and letting points last longer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import groupby
from typing import Final

from domain import bookings
from domain.dates import local_day
from domain.ledger import Account, Booked, Entry, Posting, Share
from domain.points import ExpiryKind, Lot, Unit, expires_at, grace_ends_at
from domain.programme import Programme
from services.ledger import restored_until
from services.ports import Work
from services.ports.expiries import Extension

SOURCE: Final = "expiry"
SWITCH_ON: Final = "switch_on"


# -- posting what the clock has ended ---------------------------------------------------


def expire(work: Work, member_id: int, now: datetime, unit: Unit = Unit.POINTS) -> Posting | None:
    """Posts what the clock has expired for one member; None when there is nothing."""
    work.members.lock(member_id)
    lots = work.ledger.lots(member_id, unit)
    account = work.ledger.account(member_id, unit)
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
    if not gone:
        return None
    key = f"expire:{account.member_id}:{account.unit}:{account.seq + 1}"
    shares = (Share("expired", version, "", -gone),)
    entry = Entry(new_id(), key, now, SOURCE, "", version, shares)
    return bookings.expire(account, entry, lots)


def expire_due(
    work: Work, now: datetime, *, until: datetime | None = None, most: int = 100
) -> bool:
    """Posts what had expired by `until` (by now) for the members of some of the due lots, in any
    unit and with few statements; whether there may be more."""
    until = until or now
    due = work.expiries.due(until, most)
    members = sorted(set(due))
    work.members.lock_all(members)
    lots = work.expiries.lots(members, until) if members else []
    work.ledger.append_all([(booked, "") for booked in _lapse_all(work, lots, now)])
    return len(due) == most


def _lapse_all(work: Work, lots: list[Lot], now: datetime) -> Iterable[Booked]:
    """The postings of lots that have expired, one for each account."""
    version = work.programmes.newest()
    for unit, of_unit in groupby(sorted(lots, key=_by_account), lambda lot: lot.unit):
        mine = {owner: list(some) for owner, some in groupby(of_unit, lambda lot: lot.member_id)}
        accounts = work.ledger.accounts(mine.keys(), unit)
        for owner, some in mine.items():
            if booked := lapse(accounts[owner], some, now, work.new_id, version):
                yield booked


def _by_account(lot: Lot) -> tuple[str, int, int]:
    return (lot.unit, lot.member_id, lot.id)


# -- sliding expiry: what a member does lets their points last longer --------------------


def extend(work: Work, programme: Programme, member_id: int, activity: str, now: datetime) -> None:
    """Lets all points of a member that have not expired last as if earned now, if the programme
    counts such an activity (purchase, redemption, checkin, survey). SEMANTICS: Points.

    Call it in the activity's own unit, with the member locked.
    """
    extend_all(work, programme, [(member_id, now)], activity, now)


def extend_all(
    work: Work,
    programme: Programme,
    activities: Iterable[tuple[int, datetime]],
    activity: str,
    alive_at: datetime | None,
) -> None:
    """As `extend`, for many members and moments of activity.

    What had expired by `alive_at` does not come back; None, for history that is imported: what
    had expired by the activity itself.
    """
    if not slides(programme, activity):
        return
    first: dict[tuple[object, int], tuple[int, datetime]] = {}
    for owner, at in sorted(activities, key=lambda one: (one[1], one[0])):
        first.setdefault((local_day(at, programme.zone), owner), (owner, at))
    work.expiries.extend(
        [
            (_extension(work, programme, owner, activity, at), max(at, alive_at or at))
            for owner, at in first.values()
        ]
    )


def slides(programme: Programme, activity: str) -> bool:
    """Whether an activity lets points last longer."""
    policy = programme.expiry
    return policy.kind is ExpiryKind.SLIDING and activity in policy.extended_by


def _extension(
    work: Work, programme: Programme, owner: int, activity: str, at: datetime
) -> Extension:
    until = expires_at(programme.expiry, at, programme.zone)
    assert until is not None
    return Extension(work.new_id(), owner, Unit.POINTS, at, until, activity, programme.version)


# -- switched on: points that had no expiry get a full period ----------------------------


def nothing_endless(work: Work) -> bool:
    """Whether no points lack an expiry that the programme asks for."""
    programme = work.programmes.current()
    return programme.expiry.kind is ExpiryKind.NONE or not work.expiries.endless(1)


def switch_on(work: Work, now: datetime, most: int) -> bool:
    """Gives some of the points that never expire the club's expiry, one full period after it was
    switched on; whether there may be more. SEMANTICS: Points.

    What comes back to the member only after that period lasts as long as other returned points.
    """
    if nothing_endless(work):
        return False
    programme = work.programmes.current()
    found = work.expiries.endless(most)
    work.members.lock_all({owner for _, owner in found})
    began = _switched_on(work)
    ends = grace_ends_at(programme.expiry, began, programme.zone)
    if ends is None or ends <= now:
        began, ends = now, restored_until(programme, now)
    work.expiries.record(
        Extension(work.new_id(), None, Unit.POINTS, began, ends, SWITCH_ON, programme.version)
    )
    work.expiries.put([lot_id for lot_id, _ in found], ends)
    return len(found) == most


def _switched_on(work: Work) -> datetime:
    """When the first of the newest versions in a row that have an expiry was published."""
    began: datetime | None = None
    for version, at in reversed(work.programmes.published()):
        if began and work.programmes.version(version).expiry.kind is ExpiryKind.NONE:
            break
        began = at
    assert began is not None
    return began
