"""The catalogue as it is put in order for a member, thousands of benefits in a millisecond.

A price list holds what is the same for all members of a level. Whoever changes domain.benefits.
standing changes this; a property test holds them together.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from domain.benefits import NEAR_SHARE, Benefit, opens_at, price_for
from domain.programme import Per


class Line(NamedTuple):
    """A benefit at a level. `closed`: stopped, or not for that level; `windows`: visible from and
    until, redeemable from and until, None if nothing of that is limited."""

    id: int
    price: int
    category: str
    closed: bool
    windows: tuple[datetime | None, datetime | None, datetime | None, datetime | None] | None
    per_member: int | None
    per: Per


@dataclass(frozen=True, slots=True)
class Reader:
    """What the order has to know of a member: points, uses by benefit and period, the running
    periods, of which benefits one is kept for them, and what they like (higher is more)."""

    points: int
    uses: Mapping[tuple[int, str], int]
    periods: Mapping[Per, str]
    kept: Collection[int]
    likings: Mapping[int, float]
    now: datetime


class Ordered(NamedTuple):
    """Places of benefits in the catalogue, in the order for the member, and the categories in
    which they can see anything."""

    places: list[int]
    categories: set[str]


def price_list(benefits: Sequence[Benefit], level: str, percent: int) -> tuple[Line, ...]:
    """The lines of a level, in the order of the catalogue."""
    return tuple(_line(benefit, level, percent) for benefit in benefits)


def _line(benefit: Benefit, level: str, percent: int) -> Line:
    opens = opens_at(benefit, level)
    windows = (benefit.visible_from, benefit.visible_until, opens, benefit.redeem_until)
    closed = benefit.stopped or bool(benefit.levels and level not in benefit.levels)
    return Line(
        benefit.id,
        price_for(benefit, level, percent),
        benefit.category,
        closed,
        windows if any(windows) else None,
        benefit.per_member,
        benefit.per,
    )


def order(
    lines: Sequence[Line],
    reader: Reader,
    gone: Collection[int],
    *,
    category: str = "",
    only: Collection[int] | None = None,
) -> Ordered:
    """Affordable now by what they like, then near and then far by the points to go, then the
    rest; between equals the place in the catalogue decides. `gone` is sold out; `only`: these
    benefits alone."""
    points, now, kept = reader.points, reader.now, reader.kept
    near_below = points / NEAR_SHARE
    groups: tuple[list[tuple[float, int]], ...] = ([], [], [], [])
    affordable, near, far, rest = groups
    categories = set()
    for place, line in enumerate(lines):
        benefit, price, shelf, closed, windows, most, per = line
        if windows is not None:
            seen_from, seen_until, opens, ends = windows
            if (seen_from and now < seen_from) or (seen_until and now >= seen_until):
                continue
            closed = closed or bool((opens and now < opens) or (ends and now >= ends))
        categories.add(shelf)
        if (category and shelf != category) or (only is not None and benefit not in only):
            continue
        if (
            closed
            or (benefit in gone and benefit not in kept)
            or (most is not None and _used(reader, benefit, per) >= most)
        ):
            rest.append((0, place))
        elif price <= points:
            affordable.append((-reader.likings.get(benefit, 0), place))
        elif price <= near_below:
            near.append((price - points, place))
        else:
            far.append((price - points, place))
    for group in (affordable, near, far):
        group.sort(key=itemgetter(0))
    return Ordered([place for group in groups for _, place in group], categories)


def _used(reader: Reader, benefit_id: int, per: Per) -> int:
    return reader.uses.get((benefit_id, reader.periods[per]), 0)
