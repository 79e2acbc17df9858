"""Booking for one member in any unit: gifts, payments, returns. One key, one effect, for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from domain import bookings
from domain.dates import local_day, start_of_day
from domain.earning import lapses_at
from domain.ledger import Account, Booked, Entry, Kind, Posting, Share, content_hash, same_content
from domain.members import require_active
from domain.points import Take, Unit
from domain.programme import Programme
from services import levels, transfers
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
    unit: Unit = Unit.POINTS,
) -> Posting | None:
    """Gives points for something that is no purchase; None for zero points.

    `key`: the effect's own key (UNIQUE for ever); the same again returns the first posting, other
    content raises KeyConflict. `expires_at` overrides the programme's expiry (exclusive), which
    is for points alone: growth and credit never expire unless it is given.
    Raises MemberFrozen, MemberClosed.
    """
    given = give(
        work,
        member_id,
        points,
        unit=unit,
        kind=Kind.BONUS,
        key=key,
        source=source,
        now=now,
        actor=actor,
        explanation=explanation,
        expires_at=expires_at,
    )
    if given is not None:
        levels.was_active(work, member_id, source, now)
    return given


def give(
    work: Work,
    member_id: int,
    amount: int,
    *,
    unit: Unit,
    kind: Kind,
    key: str,
    source: Source,
    now: datetime,
    actor: Actor | None = None,
    explanation: tuple[Share, ...] = (),
    expires_at: datetime | None = None,
) -> Posting | None:
    """As `bonus`, in any unit and kind of posting; `credit` in minor units of money, its source
    `topup` for principal and `topup_bonus` for what the club adds."""
    if not amount:
        return None
    programme = work.programmes.current()
    shares = explanation or (Share(source[0], programme.version, "", amount),)

    def decide(account: Account, entry: Entry) -> Booked:
        lapses = expires_at or _lapses(programme, unit, now)
        explained = replace(entry, explanation=shares)
        return bookings.give(account, explained, amount, work.new_id(), now, lapses, kind)

    entry = entry_of(key, source, now, programme.version, actor)
    return book(work, member_id, entry, (kind, amount), decide, unit=unit)


def _lapses(programme: Programme, unit: Unit, now: datetime) -> datetime | None:
    return lapses_at(programme, now) if unit is Unit.POINTS else None


def spend(
    work: Work,
    member_id: int,
    points: int,
    *,
    key: str,
    source: Source,
    now: datetime,
    actor: Actor | None = None,
    unit: Unit = Unit.POINTS,
) -> Posting:
    """Pays with points or credit, soonest-expiring lots first; raises NotEnoughPoints,
    KeyConflict, MemberFrozen, MemberClosed. Growth is never spent (ValueError)."""
    spendable(unit)
    version = work.programmes.newest()
    shares = (Share(source[0], version, "", -points),)

    def decide(account: Account, entry: Entry) -> Booked:
        return bookings.spend(account, entry, points, work.ledger.lots(member_id, unit))

    entry = entry_of(key, source, now, version, actor, shares)
    return book(work, member_id, entry, (Kind.SPENT, points), decide, unit=unit)


def spendable(unit: Unit) -> None:
    """Raises ValueError for growth value, which decides levels and nothing else."""
    if unit is Unit.GROWTH:
        raise ValueError("growth value is neither spent nor held")


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
    unit = Unit(paid.unit)
    programme = work.programmes.current()
    takes = _paid_out_of(work, paid)
    shares = (Share("returned", programme.version, "", -paid.amount),)

    def decide(account: Account, entry: Entry) -> Booked:
        lots = work.ledger.lots_by_id([take.lot_id for take in takes])
        until = restored_until(programme, now)
        return bookings.give_back(account, entry, takes, lots, until, work.new_id)

    source = (paid.source_type, paid.source_id)
    entry = entry_of(key, source, now, programme.version, actor, shares)
    content = (Kind.RETURNED, posting_id)
    posting = book(work, paid.member_id, entry, content, decide, unit=unit, idle_too=True)
    transfers.follow(work, paid.member_id, now, unit)
    return posting


def _paid_out_of(work: Work, paid: Posting) -> tuple[Take, ...]:
    """What a payment took of which lot; of a settled hold, what was taken when it was held."""
    held = work.holds.ended_by(paid.id)
    takes = work.ledger.takes_of(held.id) if held else paid.takes
    return tuple(take for take in takes if take.amount > 0)


def entry_of(
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
    unit: Unit = Unit.POINTS,
    idle_too: bool = False,
) -> Posting:
    """Books what `decide` makes of the locked account, once per key.

    `content` is what the key stands for beside source, staff, store and unit. `idle_too`: also
    for members who are frozen or closed.
    """
    work.members.lock(member_id)
    asked = asked_for(member_id, entry, unit, content)
    if before := work.ledger.by_key(entry.key):
        same_content(entry.key, before[1], asked)
        return before[0]
    if not idle_too:
        require_active(work.members.get(member_id).state)
    booked = decide(work.ledger.account(member_id, unit), replace(entry, id=work.new_id()))
    work.ledger.append(booked, asked)
    return booked.posting


def asked_for(member_id: int, entry: Entry, unit: Unit, content: tuple[object, ...]) -> str:
    """The fingerprint of what is asked for under a key. Points are the rule and not named."""
    named = () if unit is Unit.POINTS else (unit,)
    who = (entry.source_type, entry.source_id, entry.staff_id, entry.store_id)
    return content_hash(member_id, *who, *content, *named)


def restored_until(programme: Programme, now: datetime) -> datetime:
    """How long points stay usable that come back after their expiry. SEMANTICS: Points."""
    return end_of_days(programme, now, programme.refunds.restored_days)


def end_of_days(programme: Programme, now: datetime, days: int) -> datetime:
    """The exclusive end of the local day so many days after today."""
    last = local_day(now, programme.zone) + timedelta(days=days)
    return start_of_day(last + timedelta(days=1), programme.zone)
