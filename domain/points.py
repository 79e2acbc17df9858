"""Lots of points: which are taken first, when they expire, how they come back, what is shown."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from domain.dates import add_months, end_of, local_day, start_of_day
from domain.errors import NotEnoughPoints

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Unit(StrEnum):
    """SEMANTICS: Points. Spendable points, growth value (never spent), stored value in cents."""

    POINTS = "points"
    GROWTH = "growth"
    CREDIT = "credit"


class Take(NamedTuple):
    """So much out of one lot; negative when it comes back."""

    lot_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class Lot:
    """What one earning brought: `left` of `amount`, usable in active_from ≤ now < expires_at."""

    id: int
    member_id: int
    unit: str
    amount: int
    left: int
    active_from: datetime
    expires_at: datetime | None
    made_at: datetime
    source_type: str
    source_id: str
    rule_version: int
    posting_id: int

    def is_pending(self, now: datetime) -> bool:
        return self.left > 0 and now < self.active_from and not self.is_expired(now)

    def is_available(self, now: datetime) -> bool:
        return self.left > 0 and self.active_from <= now and not self.is_expired(now)

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def less(self, amount: int) -> "Lot":
        return replace(self, left=self.left - amount)


# -- expiry -----------------------------------------------------------------------------


class ExpiryKind(StrEnum):
    NONE = "none"
    AFTER = "after"
    YEARLY = "yearly"
    SLIDING = "sliding"


@dataclass(frozen=True, slots=True)
class Expiry:
    """When points expire. SEMANTICS: Points.

    `after`: `days` or `months` after earning, the last day rounded up to the end of the
    `round_up` period (month, quarter, year) if given. `yearly`: on the first `month`/`day` that
    lies at least `at_least_months` after earning. `sliding`: as `after`, and each of the
    activities in `extended_by` (purchase, redemption, checkin, survey) lets all points of the
    member that have not expired last as long again.
    """

    kind: ExpiryKind = ExpiryKind.NONE
    days: int = 0
    months: int = 0
    round_up: str | None = None
    month: int = 12
    day: int = 31
    at_least_months: int = 0
    extended_by: tuple[str, ...] = ()


def last_day(policy: Expiry, earned: date) -> date | None:
    """The last local day on which points earned on a day can be used; None for never."""
    if policy.kind is ExpiryKind.NONE:
        return None
    if policy.kind is ExpiryKind.YEARLY:
        return _yearly(policy, add_months(earned, policy.at_least_months))
    last = add_months(earned, policy.months) + timedelta(days=policy.days)
    return end_of(policy.round_up, last) if policy.round_up else last


def _yearly(policy: Expiry, earliest: date) -> date:
    first = date(earliest.year, policy.month, 1)
    fixed = first + timedelta(days=min(policy.day, end_of("month", first).day) - 1)
    if fixed >= earliest:
        return fixed
    later = date(earliest.year + 1, policy.month, 1)
    return later + timedelta(days=min(policy.day, end_of("month", later).day) - 1)


def expires_at(policy: Expiry, earned_at: datetime, zone: str) -> datetime | None:
    """The exclusive instant: 00:00 after the last day, in the programme's zone."""
    if policy.kind is ExpiryKind.NONE:
        return None
    last = last_day(policy, local_day(earned_at, zone))
    return start_of_day(last + timedelta(days=1), zone) if last else None


def grace_ends_at(policy: Expiry, switched_on: datetime, zone: str) -> datetime | None:
    """When points end that had no expiry before a club switched it on: one full period later.

    A yearly date may lie close ahead; there a full period is twelve months. SEMANTICS: Points.
    """
    whole = replace(policy, at_least_months=max(policy.at_least_months, 12))
    return expires_at(whole, switched_on, zone)


@lru_cache(maxsize=4096)
def day_before(expires: datetime, zone: str) -> date:
    """The last usable day of an exclusive expiry instant, as it is shown to people."""
    return local_day(expires - timedelta(milliseconds=1), zone)


# -- taking and giving back -------------------------------------------------------------


def spending_order(lot: Lot) -> tuple[datetime, datetime, int]:
    """Soonest expiring first, then the oldest, never-expiring last. SEMANTICS: Points."""
    return (lot.expires_at or _NEVER, lot.made_at, lot.id)


def spend(
    lots: Iterable[Lot], amount: int, now: datetime, unit: str = Unit.POINTS, debt: int = 0
) -> tuple[Take, ...]:
    """The takes that pay an amount out of available lots; raises NotEnoughPoints.

    What is owed (`debt`) is not spendable.
    """
    if amount <= 0:
        raise ValueError("an amount to spend is positive")
    usable = [lot for lot in lots if lot.is_available(now)]
    have = sum(lot.left for lot in usable) - debt
    if have < amount:
        raise NotEnoughPoints(have, amount, unit)
    return take_up_to(usable, amount)


def take_up_to(lots: Iterable[Lot], amount: int) -> tuple[Take, ...]:
    """Takes in spending order until the amount or the lots are exhausted, whatever the clock."""
    takes = []
    for lot in sorted(lots, key=spending_order):
        part = min(lot.left, amount)
        if part > 0:
            takes.append(Take(lot.id, part))
            amount -= part
    return tuple(takes)


def expired(lots: Iterable[Lot], now: datetime) -> tuple[Take, ...]:
    """What the clock has made unavailable and no posting has taken out yet."""
    return tuple(Take(lot.id, lot.left) for lot in lots if lot.left > 0 and lot.is_expired(now))


class Restored(NamedTuple):
    """Takes given back to their lots (negative), and lots made for what had expired since."""

    takes: tuple[Take, ...]
    lots: tuple[Lot, ...]


def restore(
    takes: Iterable[Take],
    lots: Mapping[int, Lot],
    now: datetime,
    until: datetime | None,
    new_id: Callable[[], int],
    posting_id: int,
) -> Restored:
    """Gives takes back to exactly their lots. SEMANTICS: Points.

    A lot that has expired in the meantime cannot take anything back: its part becomes a new lot
    of the same source that is valid until `until` (at least N days, from the programme).
    """
    back: list[Take] = []
    fresh: list[Lot] = []
    for lot_id, amount in takes:
        lot = lots[lot_id]
        if not lot.is_expired(now):
            back.append(Take(lot_id, -amount))
            continue
        fresh.append(_again(lot, new_id(), amount, now, until, posting_id))
    return Restored(tuple(back), tuple(fresh))


def _again(
    lot: Lot, lot_id: int, amount: int, now: datetime, until: datetime | None, posting_id: int
) -> Lot:
    return replace(
        lot,
        id=lot_id,
        amount=amount,
        left=amount,
        active_from=now,
        expires_at=until,
        made_at=now,
        posting_id=posting_id,
    )


def apply(lots: Iterable[Lot], takes: Iterable[Take]) -> list[Lot]:
    """The lots after takes; a lot never goes below zero nor above its amount."""
    after = {lot.id: lot for lot in lots}
    for lot_id, amount in takes:
        lot = after[lot_id].less(amount)
        if not 0 <= lot.left <= lot.amount:
            raise ValueError(f"lot {lot_id} would hold {lot.left} of {lot.amount}")
        after[lot_id] = lot
    return list(after.values())


# -- what is shown ----------------------------------------------------------------------


class Portion(NamedTuple):
    """An amount that something happens to at an instant (it expires, it becomes available)."""

    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """One unit of one member at one moment of the club's clock.

    `debt` is what is owed, as a positive number. `expiring` and `activating` are ordered by time.
    """

    available: int = 0
    pending: int = 0
    held: int = 0
    debt: int = 0
    lifetime: int = 0
    expiring: tuple[Portion, ...] = ()
    activating: tuple[Portion, ...] = ()

    @property
    def spendable(self) -> int:
        """What a benefit may cost now; negative when more is owed than is available."""
        return self.available - self.debt

    @property
    def next_expiry(self) -> Portion | None:
        return self.expiring[0] if self.expiring else None


def balance(
    lots: Sequence[Lot], now: datetime, *, held: int = 0, debt: int = 0, lifetime: int = 0
) -> Balance:
    """The balance follows the clock, whether or not a job has posted anything."""
    available = [lot for lot in lots if lot.is_available(now)]
    pending = [lot for lot in lots if lot.is_pending(now)]
    return Balance(
        available=sum(lot.left for lot in available),
        pending=sum(lot.left for lot in pending),
        held=held,
        debt=debt,
        lifetime=lifetime,
        expiring=_by_time((lot.expires_at, lot.left) for lot in available),
        activating=_by_time((lot.active_from, lot.left) for lot in pending),
    )


def _by_time(parts: Iterable[tuple[datetime | None, int]]) -> tuple[Portion, ...]:
    sums: dict[datetime, int] = {}
    for at, amount in parts:
        if at is not None:
            sums[at] = sums.get(at, 0) + amount
    return tuple(Portion(amount, at) for at, amount in sorted(sums.items()))
