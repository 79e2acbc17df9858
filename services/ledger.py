"""Booking points for one member: bonus, payment, return. One key, one effect, for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from domain import bookings
from domain.dates import local_day, start_of_day
from domain.earning import lapses_at
from domain.ledger import Account, Booked, Entry, Kind, Posting, Share, content_hash, same_content
from domain.members import require_active
from domain.points import Unit
from domain.programme import Programme
from services import transfers
from services.ports import Work
from services.ports.club import Actor
from services.ports.points import Summary

Source = tuple[str, int | str]
Decide = Callable[[Account, Entry], Booked]


def bonus(
    work: Work,
    member_id: int,
    points: int,
    *,
    key: str,
    source: Source,
    now: datetime,
    actor: Actor | None = None,
    explanation: tuple[Share, ...] = (),
    expires_at: datetime | None = None,
) -> Posting | None:
    """Gives points for something that is no purchase; None for zero points.

    `key`: the effect's own key (UNIQUE for ever); the same again returns the first posting, other
    content raises KeyConflict. `expires_at` overrides the programme's expiry (exclusive).
    Raises MemberFrozen, MemberClosed.
    """
    if not points:
        return None
    programme = work.programmes.current()
    shares = explanation or (Share(source[0], programme.version, "", points),)

    def decide(account: Account, entry: Entry) -> Booked:
        lapses = expires_at or lapses_at(programme, now)
        explained = replace(entry, explanation=shares)
        return bookings.give(account, explained, points, work.new_id(), now, lapses, Kind.BONUS)

    entry = _entry(key, source, now, programme.version, actor)
    return book(work, member_id, entry, (Kind.BONUS, points), decide)


def spend(
    work: Work,
    member_id: int,
    points: int,
    *,
    key: str,
    source: Source,
    now: datetime,
    actor: Actor | None = None,
) -> Posting:
    """Pays with points, soonest-expiring lots first; raises NotEnoughPoints, KeyConflict."""
    version = work.programmes.newest()
    shares = (Share(source[0], version, "", -points),)

    def decide(account: Account, entry: Entry) -> Booked:
        return bookings.spend(account, entry, points, work.ledger.lots(member_id, Unit.POINTS))

    entry = _entry(key, source, now, version, actor, shares)
    return book(work, member_id, entry, (Kind.SPENT, points), decide)


def give_back(
    work: Work,
    posting_id: int,
    *,
    key: str,
    now: datetime,
    actor: Actor | None = None,
) -> Posting:
    """Returns what a payment took, to exactly its lots; expired ones last some days more."""
    paid = work.ledger.posting(posting_id)
    programme = work.programmes.current()
    takes = tuple(take for take in paid.takes if take.amount > 0)
    shares = (Share("returned", programme.version, "", -paid.amount),)

    def decide(account: Account, entry: Entry) -> Booked:
        lots = work.ledger.lots_by_id([take.lot_id for take in takes])
        until = restored_until(programme, now)
        return bookings.give_back(account, entry, takes, lots, until, work.new_id)

    source = (paid.source_type, paid.source_id)
    entry = _entry(key, source, now, programme.version, actor, shares)
    content = (Kind.RETURNED, posting_id)
    posting = book(work, paid.member_id, entry, content, decide, idle_too=True)
    transfers.follow(work, paid.member_id, now)
    return posting


def _entry(
    key: str,
    source: Source,
    now: datetime,
    version: int,
    actor: Actor | None,
    shares: tuple[Share, ...] = (),
) -> Entry:
    """The entry of a posting; its id is given when it is booked."""
    staff, store = (actor.staff_id, actor.store_id) if actor else (None, None)
    return Entry(0, key, now, source[0], str(source[1]), version, shares, staff, store)


def balance(work: Work, member_id: int, now: datetime) -> Summary:
    """What a member has, by the clock; the hot read of `/points`."""
    return work.ledger.summary(member_id, Unit.POINTS, now)


def book(
    work: Work,
    member_id: int,
    entry: Entry,
    content: tuple[object, ...],
    decide: Decide,
    *,
    idle_too: bool = False,
) -> Posting:
    """Books what `decide` makes of the locked account, once per key.

    `content` is what the key stands for beside source, staff and store. `idle_too`: also for
    members who are frozen or closed.
    """
    work.members.lock(member_id)
    asked = content_hash(
        member_id, entry.source_type, entry.source_id, entry.staff_id, entry.store_id, *content
    )
    if before := work.ledger.by_key(entry.key):
        same_content(entry.key, before[1], asked)
        return before[0]
    if not idle_too:
        require_active(work.members.get(member_id).state)
    booked = decide(work.ledger.account(member_id, Unit.POINTS), replace(entry, id=work.new_id()))
    work.ledger.append(booked, asked)
    return booked.posting


def restored_until(programme: Programme, now: datetime) -> datetime:
    """How long points stay usable that come back after their expiry. SEMANTICS: Points."""
    last = local_day(now, programme.zone) + timedelta(days=programme.refunds.restored_days)
    return start_of_day(last + timedelta(days=1), programme.zone)
