"""Holds: points set aside for something not yet decided, then settled or released, once."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from domain import bookings
from domain.ledger import Account, Booked, Entry, Kind, Posting, Share
from domain.point_errors import HoldNotFound, HoldOver
from domain.points import Unit
from services import ledger
from services.ports import Work
from services.ports.club import Actor
from services.ports.operations import MOVED, RELEASED, SETTLED, Hold

SYSTEM: Final = Actor("system")


def hold(
    work: Work,
    member_id: int,
    points: int,
    *,
    key: str,
    source: ledger.Source,
    until: datetime,
    now: datetime,
    unit: Unit = Unit.POINTS,
    actor: Actor | None = None,
) -> Hold:
    """Sets points aside; from `until` on the club may release them (see `release_due`).

    The same key again returns the same hold. Raises NotEnoughPoints, KeyConflict, MemberFrozen,
    MemberClosed; ValueError for growth value.
    """
    ledger.spendable(unit)
    version = work.programmes.newest()
    entry = ledger.entry_of(key, source, now, version, actor, _shares("held", version, points))

    def decide(account: Account, entry: Entry) -> Booked:
        return bookings.hold(account, entry, points, work.ledger.lots(member_id, unit))

    posting = ledger.book(work, member_id, entry, (Kind.HELD, points), decide, unit=unit)
    made = Hold(posting.id, member_id, unit, points, until)
    return made if work.holds.add(made) else work.holds.get(posting.id) or made


def settle(work: Work, hold_id: int, *, now: datetime, actor: Actor | None = None) -> Posting:
    """What was held is paid for good; again it returns the first posting.

    A hold that is overdue but not yet released can still be settled. Raises HoldNotFound,
    HoldOver (released before), MemberFrozen, MemberClosed.
    """
    found = _standing(work, hold_id)

    def decide(account: Account, entry: Entry) -> Booked:
        return bookings.spend_held(account, entry, found.amount)

    return _end(work, found, SETTLED, Kind.SPENT, decide, now, actor)


def release(work: Work, hold_id: int, *, now: datetime, actor: Actor | None = None) -> Posting:
    """What was held returns to its lots, expired ones last some days more; again it returns the
    first posting. Raises HoldNotFound, HoldOver (settled before)."""
    return _released(work, _standing(work, hold_id), RELEASED, now, actor)


def release_due(work: Work, now: datetime, most: int = 100) -> int:
    """Releases some of the holds whose time is over; how many were done."""
    due = work.holds.overdue(now, most)
    for one in sorted(due, key=lambda hold: (hold.member_id, hold.id)):  # locked in one order
        try:
            release(work, one.id, now=now, actor=SYSTEM)
        except HoldOver:
            continue  # settled at this very moment
    return len(due)


def release_all(work: Work, member_id: int, now: datetime) -> None:
    """Releases whatever a member has on hold: they leave for good."""
    for unit in (Unit.POINTS, Unit.CREDIT):
        for one in work.holds.open_of(member_id, unit):
            _released(work, one, RELEASED, now, SYSTEM)


# -- memberships that change ------------------------------------------------------------


def lift(work: Work, member_id: int, now: datetime) -> list[Hold]:
    """Ends all holds of a membership that is about to be merged, to be put up again where the
    points go (`put`); both memberships are locked by the caller."""
    lifted = []
    for unit in (Unit.POINTS, Unit.CREDIT):
        for one in work.holds.open_of(member_id, unit):
            _released(work, one, MOVED, now, SYSTEM)
            lifted.append(one)
    return lifted


def put(work: Work, lifted: Hold, member_id: int, now: datetime) -> Hold:
    """Sets aside again what was lifted, for another membership; whoever knows the old hold is
    led to the new one. It was promised before: a debt does not stand in its way."""
    unit = Unit(lifted.unit)
    held = work.ledger.posting(lifted.id)
    version = work.programmes.newest()
    source = (held.source_type, held.source_id)
    shares = _shares("held", version, lifted.amount)
    entry = ledger.entry_of(f"hold:{lifted.id}:put", source, now, version, SYSTEM, shares)

    def decide(account: Account, entry: Entry) -> Booked:
        lots = work.ledger.lots(member_id, unit)
        return bookings.hold(account, entry, lifted.amount, lots, despite_debt=True)

    content = (Kind.HELD, lifted.amount)
    posting = ledger.book(work, member_id, entry, content, decide, unit=unit, idle_too=True)
    made = Hold(posting.id, member_id, unit, lifted.amount, lifted.until)
    work.holds.add(made)
    work.holds.moved(lifted.id, made.id)
    return made


# -- ending -----------------------------------------------------------------------------


def _standing(work: Work, hold_id: int) -> Hold:
    """The hold that an id stands for now, its member locked: merges put holds up elsewhere."""
    found = _get(work, hold_id)
    while True:
        work.members.lock(found.member_id)
        found = _get(work, found.id)
        if found.moved_to is None:
            return found
        found = _get(work, found.moved_to)


def _get(work: Work, hold_id: int) -> Hold:
    found = work.holds.get(hold_id)
    if found is None:
        raise HoldNotFound
    return found


def _released(work: Work, found: Hold, state: str, now: datetime, actor: Actor | None) -> Posting:
    def decide(account: Account, entry: Entry) -> Booked:
        held = [take for take in work.ledger.takes_of(found.id) if take.amount > 0]
        lots = work.ledger.lots_by_id([take.lot_id for take in held])
        until = ledger.restored_until(work.programmes.current(), now)
        return bookings.release(account, entry, held, lots, until, work.new_id)

    return _end(work, found, state, Kind.RELEASED, decide, now, actor)


def _end(
    work: Work,
    found: Hold,
    state: str,
    kind: Kind,
    decide: ledger.Decide,
    now: datetime,
    actor: Actor | None,
) -> Posting:
    """Ends a hold for exactly one caller; whoever wants the same end again gets its posting."""
    if not work.holds.end(found.id, state):
        return _ended_before(work, found.id, state)
    held = work.ledger.posting(found.id)
    version = work.programmes.newest()
    change = -found.amount if kind is Kind.SPENT else found.amount
    shares = _shares(held.source_type if kind is Kind.SPENT else "released", version, change)
    source = (held.source_type, held.source_id)
    entry = ledger.entry_of(f"hold:{found.id}:{state}", source, now, version, actor, shares)
    posting = ledger.book(
        work,
        found.member_id,
        entry,
        (kind, found.id),
        decide,
        unit=Unit(found.unit),
        idle_too=kind is not Kind.SPENT,
    )
    work.holds.ended(found.id, posting.id)
    return posting


def _ended_before(work: Work, hold_id: int, state: str) -> Posting:
    before = _get(work, hold_id)
    if before.state != state or before.ended_by is None:
        raise HoldOver(before.state)
    return work.ledger.posting(before.ended_by)


def _shares(rule: str, version: int, points: int) -> tuple[Share, ...]:
    return (Share(rule, version, "", points),)
