"""The catalogue: what a member can have now, then what is near, then the rest and why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Final, Literal

from domain.benefits import (
    Benefit,
    Category,
    Standing,
    Why,
    as_called,
    former_names,
    period_key,
    standing,
)
from domain.dates import local_day
from domain.points import Unit
from domain.programme import Level, Per
from domain.refusals import BenefitNotFound
from domain.waiting import Wait
from services import recommending
from services.ports import Work
from services.ports.catalogue import Printed

PAGE: Final = 6
ALL: Final = "all"
FAVOURITES: Final = "favourites"


@dataclass(frozen=True, slots=True)
class Offer:
    """A benefit and how a member stands to it. `waits`: their place on its waiting list, or the
    one that is kept for them."""

    benefit: Benefit
    standing: Standing
    favourite: bool = False
    waits: Wait | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of the catalogue. `page` counts from 0, `points` is what the member can spend,
    `categories` are those in which there is anything to see, `found` counts all pages."""

    offers: list[Offer]
    page: int
    pages: int
    points: int
    categories: list[Category]
    found: int


@dataclass(frozen=True, slots=True)
class Reader:
    """What the catalogue has to know of the member who reads it."""

    level: Level
    points: int
    uses: Mapping[tuple[int, str], int]
    favourites: set[int]
    waits: Mapping[int, Wait]
    periods: Mapping[Per, str]
    now: datetime

    def standing(self, benefit: Benefit, sold_out: bool) -> Standing:
        """How they stand to a benefit of which none is left for those who have none kept."""
        waits = self.waits.get(benefit.id)
        return standing(
            benefit,
            points=self.points,
            level=self.level.key,
            used=self.uses.get((benefit.id, self.periods[benefit.per]), 0),
            now=self.now,
            percent=self.level.price_percent,
            sold_out=sold_out and not (waits and waits.is_offered(self.now)),
        )

    def offer(self, benefit: Benefit, stands: Standing) -> Offer:
        """The benefit as it is shown to them."""
        waits = self.waits.get(benefit.id)
        return Offer(benefit, stands, benefit.id in self.favourites, waits)


def shelf(
    work: Work,
    member_id: int,
    now: datetime,
    *,
    category: str = "",
    only: Literal["all", "favourites"] = "all",
    page: int = 0,
) -> Shelf:
    """A page of what the member can see (SEMANTICS: Benefits): affordable now first, by what they
    may like, then near by the points to go, then the rest. A page that is not there is the last.
    """
    reader, printed = reader_of(work, member_id, now), _named(work)
    visible = [one for one in printed.benefits if one.visible(now)]
    wanted = _wanted(visible, category, reader.favourites if only == FAVOURITES else None)
    gone = work.catalogue.gone()
    standings = [(one, reader.standing(one, one.id in gone)) for one in wanted]
    ordered = _ordered(standings, recommending.likings(work, member_id))
    pages = max(1, -(-len(ordered) // PAGE))
    page = min(max(page, 0), pages - 1)
    shown = ordered[page * PAGE : (page + 1) * PAGE]
    stocks = work.catalogue.stocks([one.id for one, _ in shown])
    return Shelf(
        [reader.offer(replace(one, stock=stocks[one.id]), stands) for one, stands in shown],
        page,
        pages,
        reader.points,
        _categories(work.categories.all(), visible),
        len(ordered),
    )


def offer(work: Work, member_id: int, benefit_id: int, now: datetime) -> Offer:
    """One benefit; raises BenefitNotFound if there is none that can be seen."""
    benefit = work.benefits.get(benefit_id)
    if benefit is None or not benefit.visible(now):
        raise BenefitNotFound
    reader = reader_of(work, member_id, now)
    benefit = as_called(benefit, former_names(work.programmes.current().levels))
    return reader.offer(benefit, reader.standing(benefit, benefit.sold_out))


def reader_of(work: Work, member_id: int, now: datetime) -> Reader:
    """The member as the catalogue knows them."""
    programme = work.programmes.current()
    return Reader(
        programme.level(work.members.get(member_id).level),
        spendable(work, member_id, now),
        work.benefits.uses(member_id),
        work.favourites.of_member(member_id),
        work.waits.of_member(member_id),
        periods(local_day(now, programme.zone)),
        now,
    )


def spendable(work: Work, member_id: int, now: datetime) -> int:
    """What the member can pay with."""
    return work.ledger.summary(member_id, Unit.POINTS, now).spendable


@lru_cache(maxsize=8)
def periods(day: date) -> Mapping[Per, str]:
    """The running periods of limits on a day of the club."""
    return {per: period_key(per, day) for per in Per}


def _named(work: Work) -> Printed:
    """The catalogue with levels as they are called now."""
    printed = work.catalogue.printed()
    now = former_names(work.programmes.current().levels)
    if not now:
        return printed
    return replace(printed, benefits=tuple(as_called(one, now) for one in printed.benefits))


def _wanted(visible: list[Benefit], category: str, marked: set[int] | None) -> list[Benefit]:
    return [
        one
        for one in visible
        if (not category or one.category == category) and (marked is None or one.id in marked)
    ]


def _ordered(
    standings: list[tuple[Benefit, Standing]], likings: Mapping[int, float]
) -> list[tuple[Benefit, Standing]]:
    """Benefits come in the order of their place, which decides between equals."""

    def key(pair: tuple[Benefit, Standing]) -> tuple[int, float]:
        benefit, stands = pair
        liked = -likings.get(benefit.id, 0) if stands.why is Why.NOTHING else stands.missing
        return stands.place, liked

    return sorted(standings, key=key)


def _categories(all_of_them: Iterable[Category], visible: list[Benefit]) -> list[Category]:
    filled = {benefit.category for benefit in visible}
    return [one for one in all_of_them if one.key in filled]
