"""Everything a member has, in each unit that the club uses, and what happens to it when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.dates import local_day
from domain.money import Money
from domain.points import Unit
from domain.points import balance as by_the_clock
from domain.programme import Programme
from services import cards
from services.cards import Points
from services.ports import Work
from services.ports.points import Summary


@dataclass(frozen=True, slots=True)
class Balances:
    """`points` and when parts of them expire; `activating`: pending amounts and the days from
    which they can be used; `lifetime`: all that was ever given and kept. `growth`, `credit`: None
    where the club has none or the member never had any."""

    points: Points
    activating: tuple[tuple[int, date], ...]
    lifetime: int
    growth: int | None
    credit: Money | None


def balances(work: Work, member_id: int, now: datetime) -> Balances:
    """What a member has at a moment of club time (SEMANTICS: Points, balances shown)."""
    programme = work.programmes.current()
    has = work.ledger.summary(member_id, Unit.POINTS, now)
    return Balances(
        cards.points_of(has, programme.zone),
        _activating(work, member_id, has, programme.zone, now),
        has.lifetime,
        _growth(work, programme, member_id, now),
        _credit(work, programme, member_id, now),
    )


def units(work: Work, member_id: int) -> tuple[Unit, ...]:
    """The units in which a member has postings; points always count."""
    others = (unit for unit in (Unit.GROWTH, Unit.CREDIT) if _has(work, member_id, unit))
    return (Unit.POINTS, *others)


def _has(work: Work, member_id: int, unit: Unit) -> bool:
    return work.ledger.account(member_id, unit).seq > 0


def _activating(
    work: Work, member_id: int, has: Summary, zone: str, now: datetime
) -> tuple[tuple[int, date], ...]:
    """Read only when something is pending, which is rare."""
    if not has.pending:
        return ()
    parts = by_the_clock(work.ledger.lots(member_id, Unit.POINTS), now).activating
    return tuple((part.amount, local_day(part.at, zone)) for part in parts)


def _growth(work: Work, programme: Programme, member_id: int, now: datetime) -> int | None:
    if not programme.growth.points and not programme.growth.checkin:
        return None
    return work.ledger.summary(member_id, Unit.GROWTH, now).available


def _credit(work: Work, programme: Programme, member_id: int, now: datetime) -> Money | None:
    if not _has(work, member_id, Unit.CREDIT):
        return None
    has = work.ledger.summary(member_id, Unit.CREDIT, now)
    return Money(has.available + has.held, programme.currency)
