"""Benefits: who may have one when, the reason why not, and the order in which they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.dates import local_day, start_of_day

NEAR_SHARE: Final = 0.5  # who has half of the price sees how many points are left to go


class Kind(StrEnum):
    """What a member gets. SEMANTICS: Benefits. Further kinds come with what they need."""

    GIFT = "gift"
    DISCOUNT = "discount"
    SERVICE = "service"
    VOUCHER = "voucher"


@dataclass(frozen=True, slots=True)
class Benefit:
    """Something to have for `price` points; texts per language.

    `stock` is what is left (None: unlimited), `per_member` how often one member may have it,
    `levels` who may (empty: everybody). Visible and redeemable from (inclusive) until
    (exclusive). A voucher is valid for `valid_days`, the last day included.
    """

    id: int
    key: str
    kind: Kind
    names: Mapping[str, str]
    price: int
    valid_days: int
    terms: Mapping[str, str] = field(default_factory=dict)
    detail: Mapping[str, object] = field(default_factory=dict)
    levels: tuple[str, ...] = ()
    stock: int | None = None
    per_member: int | None = None
    visible_from: datetime | None = None
    visible_until: datetime | None = None
    redeem_from: datetime | None = None
    redeem_until: datetime | None = None
    place: int = 0

    def visible(self, now: datetime) -> bool:
        return _within(now, self.visible_from, self.visible_until)

    def promise(self) -> dict[str, object]:
        """What a voucher keeps of its benefit, whatever becomes of that later."""
        return {
            "kind": str(self.kind),
            "names": dict(self.names),
            "terms": dict(self.terms),
            "detail": dict(self.detail),
        }


class Why(StrEnum):
    """Why a member cannot have a benefit now; NOTHING stands in the way of the first."""

    NOTHING = "nothing"
    POINTS = "points"
    LEVEL = "level"
    SOLD_OUT = "sold_out"
    LIMIT = "limit"
    NOT_YET = "not_yet"
    NO_LONGER = "no_longer"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a member stands to a benefit. `missing` points where that is what is lacking."""

    why: Why
    missing: int = 0
    near: bool = False

    @property
    def place(self) -> int:
        """Affordable now, then near, then what more points will bring, then the rest."""
        if self.why is Why.NOTHING:
            return 0
        if self.near:
            return 1
        return 2 if self.why is Why.POINTS else 3


def standing(benefit: Benefit, *, points: int, level: str, used: int, now: datetime) -> Standing:
    """How somebody with so many points, of that level, who had it `used` times, stands to it.

    What cannot be mended by waiting is told first, the points last: they are the member's to
    collect.
    """
    if benefit.redeem_until and now >= benefit.redeem_until:
        return Standing(Why.NO_LONGER)
    if benefit.levels and level not in benefit.levels:
        return Standing(Why.LEVEL)
    if benefit.per_member is not None and used >= benefit.per_member:
        return Standing(Why.LIMIT)
    if benefit.stock is not None and benefit.stock <= 0:
        return Standing(Why.SOLD_OUT)
    if benefit.redeem_from and now < benefit.redeem_from:
        return Standing(Why.NOT_YET)
    missing = benefit.price - points
    if missing > 0:
        return Standing(Why.POINTS, missing, points >= benefit.price * NEAR_SHARE)
    return Standing(Why.NOTHING)


def voucher_expires(now: datetime, days: int, zone: str) -> datetime:
    """The first instant at which a voucher issued now is no longer valid: its last day, `days`
    after today in the programme's zone, is included."""
    return start_of_day(local_day(now, zone) + timedelta(days=days + 1), zone)


def _within(now: datetime, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or start <= now) and (end is None or now < end)
