"""The member card: who, which level, how many points, what expires next, how far to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.members import Member
from domain.points import Unit, day_before
from domain.programme import Programme
from services.ports import Work


@dataclass(frozen=True, slots=True)
class Points:
    """Points as a member sees them; `expiring` of them are lost after the day `last_day`."""

    available: int
    pending: int
    held: int
    debt: int
    expiring: int = 0
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """What the member card shows."""

    member: Member
    programme: Programme
    points: Points


def points(work: Work, member_id: int, now: datetime) -> Points:
    """The member's points at a moment of club time (SEMANTICS: Points, balances shown)."""
    programme = work.programmes.current()
    has = work.ledger.summary(member_id, Unit.POINTS, now)
    last = day_before(has.expires_next, programme.zone) if has.expires_next else None
    return Points(has.available, has.pending, has.held, has.debt, has.expiring_next, last)


def card(work: Work, member_id: int, now: datetime) -> Card:
    """The member's card."""
    member = work.members.get(member_id)
    return Card(member, work.programmes.current(), points(work, member_id, now))
