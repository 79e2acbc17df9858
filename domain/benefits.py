"""Benefits: who may have one when, the reason why not, and the order in which they are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.dates import local_day, start_of_day
from domain.programme import Level, Per

NEAR_SHARE: Final = 0.5  # who has half of the price sees how many points are left to go
LOW_STOCK: Final = 20  # from here on a member is told how many are left


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf of the catalogue; texts per language."""

    key: str
    names: Mapping[str, str]
    place: int = 0


@dataclass(frozen=True, slots=True)
class Benefit:
    """Something to have for `price` points; texts per language.

    `kind` is a key of services.kinds, `detail` what that kind keeps (money in minor units).
    `stock` is what is left (None: unlimited), `per_member` how often one member may have it in
    each period `per`, `levels` who may (empty: everybody). `level_prices` replace the price for
    members of a level. Visible and redeemable from (inclusive) until (exclusive); members of a
    level in `early_hours` may redeem so many hours earlier. A voucher is valid for `valid_days`,
    the last day included, can be given back for `cancel_hours` (0: never) and handed to another
    member if `giftable`. `ready_days`: in how many days a gift or service is ready (None: nothing
    has to be made ready). `offer_hours`: how long somebody from the waiting list has to take it
    (0: there is no list). `imported_codes`: its vouchers bear codes that a partner gave us.
    `stopped`: nobody can redeem it now.
    """

    id: int
    key: str
    kind: str
    names: Mapping[str, str]
    price: int
    valid_days: int
    terms: Mapping[str, str] = field(default_factory=dict)
    detail: Mapping[str, object] = field(default_factory=dict)
    levels: tuple[str, ...] = ()
    level_prices: Mapping[str, int] = field(default_factory=dict)
    early_hours: Mapping[str, int] = field(default_factory=dict)
    category: str = ""
    picture: str = ""
    stock: int | None = None
    per_member: int | None = None
    per: Per = Per.EVER
    visible_from: datetime | None = None
    visible_until: datetime | None = None
    redeem_from: datetime | None = None
    redeem_until: datetime | None = None
    cancel_hours: int = 0
    giftable: bool = False
    ready_days: int | None = None
    offer_hours: int = 24
    imported_codes: bool = False
    partner: str = ""
    stopped: bool = False
    place: int = 0

    def visible(self, now: datetime) -> bool:
        return _within(now, self.visible_from, self.visible_until)

    @property
    def sold_out(self) -> bool:
        return self.stock is not None and self.stock <= 0

    def promise(self) -> dict[str, object]:
        """What a voucher keeps of its benefit, whatever becomes of that later. A partner's code
        that somebody has seen can be nobody else's, so it does not come back."""
        return {
            "kind": self.kind,
            "names": dict(self.names),
            "terms": dict(self.terms),
            "detail": dict(self.detail),
            "cancel_hours": 0 if self.imported_codes else self.cancel_hours,
            "giftable": self.giftable,
            "ready_days": self.ready_days,
            "picture": self.picture,
            "partner": self.partner,
        }


class Stock(StrEnum):
    """What came of taking one of the stock."""

    TAKEN = "taken"
    ENDLESS = "endless"
    GONE = "gone"


class Why(StrEnum):
    """Why a member cannot have a benefit now; NOTHING stands in the way of the first."""

    NOTHING = "nothing"
    POINTS = "points"
    LEVEL = "level"
    SOLD_OUT = "sold_out"
    LIMIT = "limit"
    NOT_YET = "not_yet"
    NO_LONGER = "no_longer"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a member stands to a benefit: what it costs them, and `missing` points where that is
    what is lacking."""

    why: Why
    missing: int = 0
    near: bool = False
    price: int = 0

    @property
    def place(self) -> int:
        """Affordable now, then near, then what more points will bring, then the rest."""
        if self.why is Why.NOTHING:
            return 0
        if self.near:
            return 1
        return 2 if self.why is Why.POINTS else 3


def price_for(benefit: Benefit, level: str, percent: int) -> int:
    """What a benefit costs at a level: its own price for that level, else the level's share of
    the price in percent, rounded up."""
    own = benefit.level_prices.get(level)
    return own if own is not None else -(-benefit.price * percent // 100)


def standing(
    benefit: Benefit,
    *,
    points: int,
    level: str,
    used: int,
    now: datetime,
    percent: int = 100,
    sold_out: bool | None = None,
) -> Standing:
    """How somebody with so many points, of that level, who had it `used` times in the running
    period, stands to it. `percent`: the level's share of prices in points; `sold_out`: whether
    there is none for them, if it is not as the benefit's stock says.

    What cannot be mended by waiting is told first, the points last: they are the member's to
    collect.
    """
    price = price_for(benefit, level, percent)
    if why := _barred(benefit, level, used, now, sold_out):
        return Standing(why, price=price)
    missing = price - points
    if missing > 0:
        return Standing(Why.POINTS, missing, points >= price * NEAR_SHARE, price)
    return Standing(Why.NOTHING, price=price)


def _barred(
    benefit: Benefit, level: str, used: int, now: datetime, sold_out: bool | None
) -> Why | None:
    if benefit.redeem_until and now >= benefit.redeem_until:
        return Why.NO_LONGER
    if benefit.stopped:
        return Why.STOPPED
    if benefit.levels and level not in benefit.levels:
        return Why.LEVEL
    if benefit.per_member is not None and used >= benefit.per_member:
        return Why.LIMIT
    if benefit.sold_out if sold_out is None else sold_out:
        return Why.SOLD_OUT
    if (opens := opens_at(benefit, level)) and now < opens:
        return Why.NOT_YET
    return None


def opens_at(benefit: Benefit, level: str) -> datetime | None:
    """From when members of a level may redeem it (None: always); some levels earlier."""
    if benefit.redeem_from is None:
        return None
    return benefit.redeem_from - timedelta(hours=benefit.early_hours.get(level, 0))


def period_key(per: Per, day: date) -> str:
    """The name of the running period of a limit, "" for ever."""
    match per:
        case Per.DAY:
            return day.isoformat()
        case Per.WEEK:
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02d}"
        case Per.MONTH:
            return f"{day:%Y-%m}"
        case Per.YEAR:
            return f"{day:%Y}"
        case Per.EVER:
            return ""


def former_names(levels: Sequence[Level]) -> dict[str, str]:
    """What the former names of levels have become."""
    return {old: level.key for level in levels for old in level.formerly}


def as_called(benefit: Benefit, now: Mapping[str, str]) -> Benefit:
    """The benefit with its levels as they are called `now` (see `former_names`): a level keeps
    what was promised to its former names."""
    if not now.keys() & {*benefit.levels, *benefit.level_prices, *benefit.early_hours}:
        return benefit
    return replace(
        benefit,
        levels=tuple(now.get(key, key) for key in benefit.levels),
        level_prices={now.get(key, key): n for key, n in benefit.level_prices.items()},
        early_hours={now.get(key, key): n for key, n in benefit.early_hours.items()},
    )


def voucher_expires(now: datetime, days: int, zone: str) -> datetime:
    """The first instant at which a voucher issued now is no longer valid: its last day, `days`
    after today in the programme's zone, is included."""
    return start_of_day(local_day(now, zone) + timedelta(days=days + 1), zone)


def _within(now: datetime, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or start <= now) and (end is None or now < end)
