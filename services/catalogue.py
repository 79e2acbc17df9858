"""The catalogue: what a member can have now, then what is near, then the rest and why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Final, Literal

from domain import price_lists
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
from domain.members import Member
from domain.points import Unit
from domain.price_lists import Line
from domain.programme import Level, Per
from domain.refusals import BenefitNotFound
from domain.waiting import Wait
from services import recommending
from services.ports import Work

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

    member: Member
    level: Level
    points: int
    uses: Mapping[tuple[int, str], int]
    favourites: set[int]
    waits: Mapping[int, Wait]
    periods: Mapping[Per, str]
    now: datetime

    def standing(self, benefit: Benefit) -> Standing:
        """How they stand to a benefit."""
        kept = benefit.id in self.kept()
        return standing(
            benefit,
            points=self.points,
            level=self.level.key,
            used=self.uses.get((benefit.id, self.periods[benefit.per]), 0),
            now=self.now,
            percent=self.level.price_percent,
            sold_out=benefit.sold_out and not kept,
        )

    def kept(self) -> set[int]:
        """The benefits of which one is kept for them."""
        return {key for key, wait in self.waits.items() if wait.is_offered(self.now)}

    def known(self, likings: Mapping[int, float]) -> price_lists.Reader:
        """What the order of the catalogue has to know of them."""
        return price_lists.Reader(
            self.points, self.uses, self.periods, self.kept(), likings, self.now
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
    reader = reader_of(work, member_id, now)
    benefits, lines = _price_list(work, reader.level)
    ordered = price_lists.order(
        lines,
        reader.known(recommending.likings(work, member_id)),
        work.catalogue.gone(),
        category=category,
        only=reader.favourites if only == FAVOURITES else None,
    )
    pages = max(1, -(-len(ordered.places) // PAGE))
    page = min(max(page, 0), pages - 1)
    shown = [benefits[place] for place in ordered.places[page * PAGE : (page + 1) * PAGE]]
    return Shelf(
        _offers(work, reader, shown),
        page,
        pages,
        reader.points,
        [one for one in work.categories.all() if one.key in ordered.categories],
        len(ordered.places),
    )


def best(
    work: Work, member_id: int, now: datetime, most: int, *, first: int | None = None
) -> list[Offer]:
    """What the member can have for points now, then what is near, in the order of the catalogue;
    the benefit `first` before all others if it is among what can be had. What costs nothing is
    left out."""
    reader = reader_of(work, member_id, now, favourites=False)
    benefits, lines = _price_list(work, reader.level)
    liked = reader.known(recommending.likings(work, member_id))
    places = price_lists.order(lines, liked, work.catalogue.gone()).places
    priced = [benefits[place] for place in places if lines[place].price > 0]
    if first is not None:
        priced.sort(key=lambda benefit: benefit.id != first)
    shown = _offers(work, reader, priced[: most + 1])
    at_hand = [offer for offer in shown if offer.standing.why is Why.NOTHING]
    near = [offer for offer in shown if offer.standing.near]
    return [*at_hand, *near][:most]


def _offers(work: Work, reader: Reader, shown: list[Benefit]) -> list[Offer]:
    left = work.catalogue.stocks([one.id for one in shown])
    fresh = [replace(one, stock=left[one.id]) for one in shown]
    return [reader.offer(one, reader.standing(one)) for one in fresh]


def offer(work: Work, member_id: int, benefit_id: int, now: datetime) -> Offer:
    """One benefit; raises BenefitNotFound if there is none that can be seen."""
    benefit = _visible(work, benefit_id, now)
    reader = reader_of(work, member_id, now)
    return _seen_by(work, reader, benefit)


def to_redeem(work: Work, member_id: int, benefit_id: int, now: datetime) -> tuple[Offer, Reader]:
    """As `offer`, with whoever it is offered to; favourites are not looked at."""
    benefit = _visible(work, benefit_id, now)
    reader = reader_of(work, member_id, now, favourites=False)
    return _seen_by(work, reader, benefit), reader


def _seen_by(work: Work, reader: Reader, benefit: Benefit) -> Offer:
    benefit = as_called(benefit, former_names(work.programmes.current().levels))
    return reader.offer(benefit, reader.standing(benefit))


def _visible(work: Work, benefit_id: int, now: datetime) -> Benefit:
    benefit = work.benefits.get(benefit_id)
    if benefit is None or not benefit.visible(now):
        raise BenefitNotFound
    return benefit


def reader_of(work: Work, member_id: int, now: datetime, *, favourites: bool = True) -> Reader:
    """The member as the catalogue knows them."""
    programme, member = work.programmes.current(), work.members.get(member_id)
    return Reader(
        member,
        programme.level(member.level),
        spendable(work, member_id, now),
        work.benefits.uses(member_id),
        work.favourites.of_member(member_id) if favourites else set(),
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


def _price_list(work: Work, level: Level) -> tuple[Sequence[Benefit], tuple[Line, ...]]:
    """The catalogue with levels as they are called now, and what it says to members of one."""
    printed, programme = work.catalogue.printed(), work.programmes.current()
    key = (programme.version, level.key)
    if key not in printed.worked_out:
        now = former_names(programme.levels)
        named = [as_called(one, now) for one in printed.benefits] if now else printed.benefits
        lines = price_lists.price_list(named, level.key, level.price_percent)
        printed.worked_out[key] = (named, lines)
    found: tuple[Sequence[Benefit], tuple[Line, ...]] = printed.worked_out[key]
    return found
