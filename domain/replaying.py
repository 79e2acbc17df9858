"""Replays what a member did under other rules, by the same code that books it: earning, limits,
growth, check-in, and how levels rise, hold and fall. Nothing is written.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from domain.checkins import shares
from domain.dates import month_index
from domain.doings import Brought, Doing, Given, Kept, Moved, Person, Sold
from domain.earning import Facts, Sale, calculator, growth
from domain.levels import ACTIVITY_SOURCES, AVERAGED, Basis, raised
from domain.limits import NO_LIMITS, Limits, blocked, limited_rules, room
from domain.programme import EarningRule, Programme
from domain.standings import Standing, first_standing, next_review, review, rise


@dataclass(slots=True)
class Replayed:
    """What came of it: the level on the last day, and the points by `month_index`."""

    level: str
    by_month: dict[int, int] = field(default_factory=dict)

    @property
    def points(self) -> int:
        return sum(self.by_month.values())


class Replay:
    """One programme, through which members are sent one after the other."""

    def __init__(self, programme: Programme, first: date | None, last: date) -> None:
        """`first`: points of earlier days are not counted; `last`: the day of the levels."""
        self.programme = programme
        self.first, self.last = first or date.min, last
        self.limited: tuple[EarningRule, ...] = limited_rules(programme)
        self.asks_first = any(rule.when.first_purchase for rule in self.limited)
        caps = programme.earning.caps
        sums = (caps.day, caps.month, caps.holding)
        self.limits = bool(self.limited) or any(cap is not None for cap in sums)
        asked = {c.measure for level in programme.levels for c in level.conditions}
        # Where a level has an end and no averages are asked, only a change of level moves reviews.
        self.restless = not programme.holding.months or not AVERAGED.isdisjoint(asked)

    def run(self, person: Person, doings: Iterable[Doing]) -> Replayed:
        """A member's doings in the order of time, and the nights between them."""
        life = _Life(self, person)
        for doing in doings:
            life.nights(doing.day)
            life.do(doing)
        life.nights(self.last + timedelta(days=1))
        return Replayed(life.standing.held.level, life.by_month)


@dataclass(slots=True)
class _Booked:
    """A purchase as it was booked in the replay."""

    sold: Sold
    facts: Facts
    points: int
    growth: int
    minor: int


class _Life:
    """One member on the way."""

    def __init__(self, replay: Replay, person: Person) -> None:
        programme = replay.programme
        self.replay, self.person, self.programme = replay, person, programme
        self.calculator = calculator(programme)
        self.activity: dict[int, int] = {}
        self.basis = Basis(person.joined_on, self.activity)
        first = programme.first_level.key
        self.standing: Standing = first_standing(person.id, first, person.joined_on)
        self.uses: dict[str, dict[int, date]] = {}
        self.by_day: dict[date, int] = {}
        self.by_month: dict[int, int] = {}
        self.holds = 0
        self.booked: dict[int, _Booked] = {}
        self.changed_on: date | None = None

    # -- nights -------------------------------------------------------------------------

    def nights(self, day: date) -> None:
        """The reviews up to the night before a day's doings."""
        if self.changed_on is not None and self.changed_on < day:
            self._plan(self.changed_on)
        while (due := self.standing.review_on) is not None and due <= day:
            if due > self.replay.last:
                return
            reviewed = review(self.programme, self.standing, self.basis, due, self._rules)
            self.standing = reviewed.standing

    def _plan(self, today: date) -> None:
        """When the level is looked at next."""
        due = next_review(self.programme, self.standing, self.basis, today)
        if self.standing.corrected:
            due = today + timedelta(days=1)
        self.standing = replace(self.standing, review_on=due)
        self.changed_on = None

    def _rules(self, _version: int) -> Programme:
        return self.programme

    # -- days ---------------------------------------------------------------------------

    def do(self, doing: Doing) -> None:
        """One thing that the member did, or that befell them."""
        match doing:
            case Sold():
                self._buy(doing)
            case Brought():
                self._bring(doing)
            case Kept():
                self._give_back(doing)
            case Given():
                self._receive(doing)
            case Moved():
                self.holds += doing.points

    def _buy(self, sold: Sold) -> None:
        birthday = self.person.celebrates(sold.day)
        facts = Facts(self.standing.held.level, birthday, self._limits(sold))
        sale = Sale(sold.day, sold.store, sold.minor, sold.by_category)
        earned = self.calculator.earn(sale, facts)
        for key in earned.used:
            self.uses.setdefault(key, {})[sold.id] = sold.day
        grown = growth(self.programme.growth, sold.minor) if self.programme.growth.points else 0
        self.booked[sold.id] = _Booked(sold, facts, earned.points, grown, sold.minor)
        self._earn(sold.day, earned.points)
        self.basis.growth += grown
        self.basis.add(sold.day, sold.minor, int(sold.minor > 0))
        self._climb(sold.day)

    def _bring(self, brought: Brought) -> None:
        """It counts from the next review on."""
        sold = Sold(brought.at, brought.id, brought.bought_on, "", brought.minor, {})
        facts = Facts(self.standing.held.level, limits=Limits(brought=True))
        self.booked[brought.id] = _Booked(sold, facts, 0, 0, brought.minor)
        self.basis.add(brought.bought_on, brought.minor, int(brought.minor > 0))
        self.standing = replace(self.standing, review_on=brought.day + timedelta(days=1))

    def _limits(self, sold: Sold) -> Limits:
        if not self.replay.limits and not sold.waited:
            return NO_LIMITS
        caps, days = self.programme.earning.caps, self.programme.match_days
        month = 0
        if caps.month is not None:
            month = sum(n for day, n in self.by_day.items() if _same_month(day, sold.day))
        joined = self.person.joined_on
        late = sold.waited and sold.day < joined - timedelta(days=days)
        return Limits(
            self.replay.asks_first and self.basis.largest == 0,
            self._blocked(sold.day) if self.replay.limited else (),
            room(caps.day, self.by_day.get(sold.day, 0)),
            room(caps.month, month),
            room(caps.holding, self.holds),
            days if late else None,
        )

    def _blocked(self, day: date) -> tuple[str, ...]:
        uses = {key: tuple(days.values()) for key, days in self.uses.items()}
        return blocked(self.replay.limited, uses, day)

    def _give_back(self, kept: Kept) -> None:
        before = self.booked.get(kept.of)
        if before is None:
            return
        sold = before.sold
        sale = Sale(sold.day, sold.store, kept.minor, kept.by_category)
        left = self.calculator.earn(sale, before.facts).points if kept.minor else 0
        came = before.facts.limits.brought
        grown = 0 if came else growth(self.programme.growth, kept.minor)
        self._earn(sold.day, left - before.points, kept.day)
        self.basis.growth += grown - before.growth
        if not kept.minor:
            for used in self.uses.values():
                used.pop(kept.of, None)
        after = replace(before, points=left, growth=grown, minor=kept.minor)
        self.booked[kept.of] = after
        self._count_again()
        self.standing = replace(self.standing, corrected=True)
        self.changed_on = kept.day

    def _count_again(self) -> None:
        basis = Basis(self.person.joined_on, self.activity, self.basis.growth)
        for one in self.booked.values():
            basis.add(one.sold.day, one.minor, int(one.minor > 0))
        self.basis = basis

    def _receive(self, given: Given) -> None:
        points = worth(self.programme, given)
        self._count(given.day, points)
        self.holds += points
        if given.source == "checkin":
            self.basis.growth += self.programme.growth.checkin
        if given.source in ACTIVITY_SOURCES:
            month = month_index(given.day)
            self.activity[month] = self.activity.get(month, 0) + points
            self._climb(given.day)

    def _earn(self, day: date, points: int, counted_on: date | None = None) -> None:
        self.by_day[day] = self.by_day.get(day, 0) + points
        self.holds += points
        self._count(counted_on or day, points)

    def _count(self, day: date, points: int) -> None:
        if points and self.replay.first <= day <= self.replay.last:
            month = month_index(day)
            self.by_month[month] = self.by_month.get(month, 0) + points

    def _climb(self, day: date) -> None:
        """A level rises at once."""
        now = self.standing.held.level
        level = raised(self.programme.levels, now, self.basis, day)
        if level.key != now:
            self.standing = rise(self.programme, self.standing, level.key, day)
        elif not self.replay.restless:
            return
        self.changed_on = day


def worth(programme: Programme, given: Given) -> int:
    """What a bonus is worth under a programme: what the programme sets is as it says, the rest
    (surveys, goodwill, what was brought from elsewhere) as it was."""
    match given.source:
        case "checkin":
            rules = programme.checkin
            return sum(one.points for one in shares(rules, given.streak, 0)) if rules else 0
        case "welcome":
            return programme.welcome_points
        case "profile":
            return programme.profile_rewards.get(given.about, 0)
        case "birthday":
            return programme.birthday.points
    return given.points


def _same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)
