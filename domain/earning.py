"""How many points a purchase earns under a programme, and why: rule by rule, rounded once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from domain.dates import end_of, local_day
from domain.ledger import Share
from domain.limits import NO_LIMITS, Limits, limited_rules
from domain.points import expires_at
from domain.programme import EarningRule, Growth, NthWeekday, Programme, RuleGroup, When
from domain.purchases import Order, by_category


class Facts(NamedTuple):
    """What earning needs to know of the member at the time of purchase. Kept with the purchase,
    so that a later refund is computed from the same facts."""

    level: str
    birthday_month: bool = False
    limits: Limits = NO_LIMITS


class Earned(NamedTuple):
    """Whole points, and an explanation whose points add up to them. `used`: the rules that
    counted and whose uses are limited."""

    points: int
    explanation: tuple[Share, ...]
    used: tuple[str, ...] = ()


class Sale(NamedTuple):
    """A purchase as the rules see it: local day, store, money by category in minor units."""

    day: date
    store: str
    minor: int
    by_category: Mapping[str, int]


def earn(programme: Programme, order: Order, facts: Facts) -> Earned:
    """Points for an order. SEMANTICS: Purchases. Base rate × level multiplier × promotions,
    first match per group, flat additions, rounded down once, then the caps.

    With the same facts a smaller order never earns more than a larger one."""
    sale = Sale(
        local_day(order.occurred_at, programme.zone),
        order.store,
        order.minor,
        by_category(order.lines),
    )
    return calculator(programme).earn(sale, facts)


def active_from(programme: Programme, occurred_at: datetime) -> datetime:
    """When points of a purchase become available."""
    return occurred_at + timedelta(days=programme.earning.pending_days)


def lapses_at(programme: Programme, earned_at: datetime) -> datetime | None:
    """When points earned at a moment expire (exclusive); None for never."""
    return expires_at(programme.expiry, earned_at, programme.zone)


def growth(rate: Growth, minor: int) -> int:
    """Growth value for money paid, rounded down. SEMANTICS: Levels."""
    return minor * rate.points // rate.per_minor


@lru_cache(maxsize=64)
def calculator(programme: Programme) -> "Calculator":
    """The programme's rules prepared once."""
    return Calculator(programme)


Holds = Callable[[Sale, Facts], bool]


@dataclass(frozen=True, slots=True)
class _Rule:
    key: str
    categories: frozenset[str] | None
    holds: Holds
    multiply: int | None
    add: int | None


class Calculator:
    """One programme's earning rules, compiled. All arithmetic is in whole numbers: points are
    counted in parts of 1 / `_scale`, which no multiplication here can fail to divide."""

    __slots__ = ("_base", "_caps", "_groups", "_levels", "_limited", "_scale", "_version")

    def __init__(self, programme: Programme) -> None:
        earning = programme.earning
        self._version = programme.version
        self._groups = [_compile(group) for group in earning.groups]
        self._levels = {level.key: level.multiplier for level in programme.levels}
        hundreds = 100 ** (1 + len(self._groups))
        self._base = earning.points * hundreds
        self._scale = earning.per_minor * hundreds
        self._caps = earning.caps
        self._limited = frozenset(rule.key for rule in limited_rules(programme))

    def earn(self, sale: Sale, facts: Facts) -> Earned:
        limits = facts.limits
        if limits.too_old is not None:
            return Earned(0, (Share("too_old", self._version, str(limits.too_old), 0),))
        if limits.brought:
            return Earned(0, (Share("brought", self._version, "", 0),))
        tally = _Tally(self._version, self._scale)
        parts = {name: minor * self._base for name, minor in sale.by_category.items()}
        tally.book("base", "1", sum(parts.values()))
        multiplier = self._levels.get(facts.level, 100)
        if multiplier != 100:
            parts = {name: part * multiplier // 100 for name, part in parts.items()}
            tally.book(f"level:{facts.level}", hundredths(multiplier), sum(parts.values()))
        extra: list[_Rule] = []
        for group in self._groups:
            extra += _multiply(group, sale, facts, parts, tally)
        for rule in extra:
            tally.add(rule.key, rule.add or 0)
        caps = self._caps
        tally.cap("cap", caps.purchase, caps.purchase)
        tally.cap("cap_day", caps.day, limits.day)
        tally.cap("cap_month", caps.month, limits.month)
        tally.cap("cap_holding", caps.holding, limits.holding)
        return Earned(tally.points, tuple(tally.shares), self._used(tally))

    def _used(self, tally: "_Tally") -> tuple[str, ...]:
        if not self._limited:
            return ()
        return tuple(share.rule for share in tally.shares if share.rule in self._limited)


class _Tally:
    """Running total. Each share is the difference of two rounded totals, so shares add up."""

    __slots__ = ("points", "scale", "shares", "version")

    def __init__(self, version: int, scale: int) -> None:
        self.version, self.scale, self.points = version, scale, 0
        self.shares: list[Share] = []

    def book(self, rule: str, factor: str, parts: int) -> None:
        total = parts // self.scale
        self.shares.append(Share(rule, self.version, factor, total - self.points))
        self.points = total

    def add(self, rule: str, points: int) -> None:
        self.shares.append(Share(rule, self.version, f"+{points}", points))
        self.points += points

    def cap(self, name: str, most: int | None, room: int | None) -> None:
        """Keeps to the `room` that is left under a cap of `most`."""
        if room is not None and self.points > room:
            self.shares.append(Share(name, self.version, str(most), room - self.points))
            self.points = room


def _multiply(
    group: list[_Rule], sale: Sale, facts: Facts, parts: dict[str, int], tally: _Tally
) -> list[_Rule]:
    """Applies a group to `parts`; gives back the matched rules that add instead."""
    blocked = facts.limits.blocked
    holding = [rule for rule in group if rule.key not in blocked and rule.holds(sale, facts)]
    matched: dict[str, tuple[_Rule, list[str]]] = {}
    for name, part in parts.items():
        if part and (rule := _first(holding, name)) is not None:
            matched.setdefault(rule.key, (rule, []))[1].append(name)
    adding: list[_Rule] = []
    for rule, names in matched.values():
        if rule.multiply is None:
            adding.append(rule)
            continue
        for name in names:
            parts[name] = parts[name] * rule.multiply // 100
        tally.book(rule.key, hundredths(rule.multiply), sum(parts.values()))
    return adding


def _first(rules: list[_Rule], category: str) -> _Rule | None:
    for rule in rules:
        if rule.categories is None or category.casefold() in rule.categories:
            return rule
    return None


def hundredths(value: int) -> str:
    """200 → `2`, 150 → `1.5`, 125 → `1.25`."""
    whole, part = divmod(value, 100)
    return f"{whole}.{part:02d}".rstrip("0") if part else str(whole)


# -- compiling conditions ---------------------------------------------------------------


def _compile(group: RuleGroup) -> list[_Rule]:
    return [_compile_rule(rule) for rule in group.rules]


def _compile_rule(rule: EarningRule) -> _Rule:
    categories = frozenset(name.casefold() for name in rule.when.categories) or None
    return _Rule(rule.key, categories, _all(_tests(rule.when)), rule.multiply, rule.add)


def _all(tests: list[Holds]) -> Holds:
    if len(tests) == 1:
        return tests[0]
    return lambda sale, facts: all(test(sale, facts) for test in tests)


def _tests(when: When) -> list[Holds]:
    tests: list[Holds] = []
    if stores := frozenset(when.stores):
        tests.append(lambda sale, _: sale.store in stores)
    if weekdays := frozenset(when.weekdays):
        tests.append(lambda sale, _: sale.day.isoweekday() in weekdays)
    if days := frozenset(when.days_of_month):
        tests.append(lambda sale, _: _is_day_of_month(sale.day, days))
    if when.nth_weekdays:
        tests.append(lambda sale, _: any(_is_nth(sale.day, nth) for nth in when.nth_weekdays))
    if months := frozenset(when.months):
        tests.append(lambda sale, _: sale.day.month in months)
    if levels := frozenset(when.levels):
        tests.append(lambda _, facts: facts.level in levels)
    if when.birthday_month:
        tests.append(lambda _, facts: facts.birthday_month)
    if when.first_purchase:
        tests.append(lambda _, facts: facts.limits.first_purchase)
    if when.from_day or when.to_day:
        first, last = when.from_day or date.min, when.to_day or date.max
        tests.append(lambda sale, _: first <= sale.day <= last)
    return tests


def falls_on(when: When, day: date) -> bool:
    """Whether the conditions of a rule that ask for days hold on a day; the others are left
    aside."""
    first, last = when.from_day or date.min, when.to_day or date.max
    return (
        first <= day <= last
        and (not when.weekdays or day.isoweekday() in when.weekdays)
        and (not when.days_of_month or _is_day_of_month(day, frozenset(when.days_of_month)))
        and (not when.nth_weekdays or any(_is_nth(day, nth) for nth in when.nth_weekdays))
        and (not when.months or day.month in when.months)
    )


def _is_day_of_month(day: date, days: frozenset[int]) -> bool:
    """-1 stands for the last day of the month."""
    return day.day in days or (-1 in days and day == end_of("month", day))


def _is_nth(day: date, nth: NthWeekday) -> bool:
    """Whether a day is the nth such weekday of its month; -1 stands for the last one."""
    if day.isoweekday() != nth.weekday:
        return False
    if nth.nth == -1:
        return day.day + 7 > end_of("month", day).day
    return (day.day - 1) // 7 + 1 == nth.nth
