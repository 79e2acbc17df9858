"""The member card: who, which level, how many points, what expires next, how far to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.charters import Standing
from domain.members import Member, MemberState
from domain.points import Unit, day_before
from domain.programme import Programme
from services import charters, levels, profiles
from services.levels import Shown
from services.ports import Work
from services.ports.points import Summary


@dataclass(frozen=True, slots=True)
class Points:
    """Points as a member sees them; `expiring` of them are lost after the day `last_day`, and
    `later` are other amounts with their last days."""

    available: int
    pending: int
    held: int
    debt: int
    expiring: int = 0
    last_day: date | None = None
    later: tuple[tuple[int, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """What the member card shows. `offer`: points for completing the profile."""

    member: Member
    programme: Programme
    points: Points
    level: Shown
    rules: Standing
    offer: int

    @property
    def frozen(self) -> bool:
        return self.member.state is MemberState.FROZEN


def points(work: Work, member_id: int, now: datetime) -> Points:
    """The member's points at a moment of club time (SEMANTICS: Points, balances shown)."""
    zone = work.programmes.current().zone
    return points_of(work.ledger.summary(member_id, Unit.POINTS, now), zone)


def points_of(has: Summary, zone: str) -> Points:
    """A balance as a member sees it, with the last days on which parts of it can be used."""
    parts = [(part.amount, day_before(part.at, zone)) for part in has.expiring]
    amount, last = parts[0] if parts else (0, None)
    return Points(has.available, has.pending, has.held, has.debt, amount, last, tuple(parts[1:]))


def card(work: Work, member_id: int, now: datetime) -> Card:
    """The member's card."""
    profile = profiles.profile(work, member_id)
    return Card(
        profile.member,
        profile.programme,
        points(work, member_id, now),
        levels.standing(work, member_id, now),
        charters.standing(work, profile.member),
        profile.offer if profile.member.state is MemberState.ACTIVE else 0,
    )
