"""A member's statement of one month: what there was, what came and went, what is left.

A posting counts in the month in which it happened: a purchase that reaches us late changes the
statement of its own month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.dates import add_months, end_of, local_day, start_of_day
from domain.members import mask_name
from domain.points import Portion, Unit, day_before
from services import history
from services.history import Item
from services.ports import Work
from services.ports.statements import Change

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """A posting, what it changed, and what there was after it."""

    item: Item
    day: date
    change: int
    balance: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the chart: what came, what went (positive), what was left at its end."""

    first: date
    given: int
    taken: int
    closing: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The month from `first` to `last`. `opening` and all changes add up to `closing`; `unposted`
    is what has expired since the last night. `expiring`: what lapses next, as of today, with its
    last day; only in the statement of the running month."""

    number: str
    name: str
    level: str
    first: date
    last: date
    opening: int
    closing: int
    lines: tuple[Line, ...]
    unposted: int
    months: tuple[Month, ...]
    expiring: tuple[tuple[int, date], ...]

    @property
    def given(self) -> int:
        return sum(line.change for line in self.lines if line.change > 0)

    @property
    def expired(self) -> int:
        gone = (line.change for line in self.lines if line.item.kind == "expired")
        return self.unposted - sum(gone)

    @property
    def taken(self) -> int:
        """What went otherwise than by expiry, as a positive number."""
        return self.opening + self.given - self.expired - self.closing


def months(work: Work, member_id: int, now: datetime) -> list[date]:
    """The months a statement can be had of, the newest first: those since the first posting."""
    zone = work.programmes.current().zone
    running = local_day(now, zone).replace(day=1)
    begun = work.statements.first(member_id, Unit.POINTS)
    if begun is None:
        return []
    found = [add_months(running, -back) for back in range(MONTHS)]
    return [month for month in found if month >= local_day(begun, zone).replace(day=1)]


def statement(work: Work, member_id: int, first: date, now: datetime) -> Statement:
    """The statement of the month that begins with `first`; raises LookupError for a month there
    is none of."""
    if first not in months(work, member_id, now):
        raise LookupError(first)
    programme = work.programmes.current()
    member = work.members.get(member_id)
    since, until = _span(first, programme.zone)
    opening = work.statements.opening(member_id, Unit.POINTS, since)
    lines = _lines(work, member_id, since, until, opening, programme.zone)
    closing = lines[-1].balance if lines else opening
    running = until > now
    has = work.ledger.summary(member_id, Unit.POINTS, now)
    unposted = closing - (has.available + has.pending + has.held - has.debt) if running else 0
    return Statement(
        member.shown_number,
        mask_name(member.name or ""),
        member.level or programme.first_level.key,
        first,
        local_day(now, programme.zone) if running else end_of("month", first),
        opening,
        closing - unposted,
        tuple(lines),
        unposted,
        _chart(work, member_id, first, programme.zone, closing - unposted),
        tuple(_last_days(has.expiring, programme.zone)) if running else (),
    )


def _span(first: date, zone: str) -> tuple[datetime, datetime]:
    after = end_of("month", first) + timedelta(days=1)
    return start_of_day(first, zone), start_of_day(after, zone)


def _lines(
    work: Work, member_id: int, since: datetime, until: datetime, opening: int, zone: str
) -> list[Line]:
    found = work.statements.rows(member_id, Unit.POINTS, since, until)
    items = history.items(work, [row for row, _ in found], Unit.POINTS)
    lines, balance = [], opening
    for item, (_, change) in zip(items, found, strict=True):
        balance += change
        lines.append(Line(item, local_day(item.at, zone), change, balance))
    return lines


def _chart(work: Work, member_id: int, last: date, zone: str, closing: int) -> tuple[Month, ...]:
    """Twelve months up to the statement's."""
    firsts = [add_months(last, -back) for back in reversed(range(MONTHS))]
    since, until = start_of_day(firsts[0], zone), _span(last, zone)[1]
    balance = work.statements.opening(member_id, Unit.POINTS, since)
    changes = work.statements.changes(member_id, Unit.POINTS, since, until)
    by_month: dict[date, list[int]] = {first: [] for first in firsts}
    for change in changes:
        by_month[_month(change, zone)].append(change.amount)
    made = []
    for first, amounts in by_month.items():
        balance += sum(amounts)
        given = sum(amount for amount in amounts if amount > 0)
        left = closing if first == last else balance
        made.append(Month(first, given, given - sum(amounts), left))
    return tuple(made)


def _month(change: Change, zone: str) -> date:
    return local_day(change.at, zone).replace(day=1)


def _last_days(expiring: Sequence[Portion], zone: str) -> list[tuple[int, date]]:
    return [(part.amount, day_before(part.at, zone)) for part in expiring]
