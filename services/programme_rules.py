"""Checks of earning rules: ones that can never count, impossible days, limits that contradict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from domain.points import last_day
from domain.programme import When
from services import programme_schema as schema
from services.programme_building import expiry_of, rule_of
from services.programme_calendar import Day, days_of, longest, window
from services.programme_yaml import Place

Found = tuple[Place, str]
"""One mistake: where it stands and what to do about it."""

RESERVED: Final = frozenset({"base", "cap", "cap_day", "cap_month", "cap_holding"})
"""What explanations of points call their other lines."""


def rules(file: schema.File) -> Iterator[Found]:
    """Every rule by itself, then the rules of a group against each other."""
    levels = [level.key for level in file.levels]
    keys: list[str] = []
    for g, group in enumerate(file.earning.groups):
        place: Place = ("earning", "groups", g, "rules")
        for r, rule in enumerate(group.rules):
            keys.append(rule.key)
            if rule.key in RESERVED or keys.count(rule.key) > 1:
                yield (*place, r, "key"), "is taken; give each rule its own key"
            yield from _rule(rule, (*place, r), levels)
        yield from _overlaps(group, place)


def _rule(rule: schema.Rule, place: Place, levels: Sequence[str]) -> Iterator[Found]:
    if (rule.multiply is None) == (rule.add is None):
        yield place, "needs either multiply (a factor) or add (points)"
    for number, level in enumerate(rule.when.level):
        if level not in levels:
            advice = f"names no level; write one of {', '.join(levels)}"
            yield (*place, "when", "level", number), advice
    yield from _days(rule.when, (*place, "when"))
    if rule.frequency is not None:
        yield from _frequency(rule.frequency, (*place, "frequency"))


def _days(when: schema.When, place: Place) -> Iterator[Found]:
    dates = when.dates
    if dates and dates.first and dates.last and dates.first > dates.last:
        yield (*place, "dates"), "ends before it begins; swap them"
    for number, day in enumerate(when.day_of_month):
        at = (*place, "day_of_month", number)
        if day == 0:
            yield at, "days are 1 to 31, or -1 for the last day of the month"
        elif day > longest(when.month):
            yield at, f"never comes in month {_words(when.month)}; write another day, or -1 for "\
                "the last of the month"  # fmt: skip


def _frequency(frequency: schema.Frequency, place: Place) -> Iterator[Found]:
    if frequency.times is None and not frequency.cooldown_days:
        yield place, "limits nothing; add times, such as times: 1, or cooldown_days"
    elif frequency.times is None and frequency.per != "ever":
        yield (*place, "per"), "needs times beside it, such as times: 1"


def _words(numbers: Sequence[int]) -> str:
    return " or ".join(map(str, numbers))


# -- rules that can never count ---------------------------------------------------------


def _overlaps(group: schema.Group, place: Place) -> Iterator[Found]:
    whens = [rule_of(rule).when for rule in group.rules]
    days = window(whens)
    for number, rule in enumerate(group.rules):
        when = (*place, number, "when")
        own = days_of(whens[number], days)
        if not own:
            if not _told_already(rule.when):
                yield when, "can never hold: no day meets all of it; change its days or dates"
            continue
        before = [
            earlier
            for earlier in range(number)
            if group.rules[earlier].frequency is None and covers(whens[earlier], whens[number])
        ]
        if winners := _winners(own, [(n, whens[n]) for n in before], days):
            names = " and ".join(group.rules[n].key for n in winners)
            yield (*place, number), _never(names, several=len(winners) > 1)


def _told_already(when: schema.When) -> bool:
    return any(_days(when, ()))


def _never(names: str, *, several: bool) -> str:
    verb = "come first and hold" if several else "comes first and holds"
    other = "theirs" if several else "its conditions"
    return (
        f"can never count: of a group the first rule that holds counts, and {names} {verb} "
        f"whenever this one does; move this rule up or narrow {other}"
    )


def _winners(
    own: frozenset[date], earlier: Sequence[tuple[int, When]], days: Sequence[Day]
) -> list[int]:
    """Which earlier rules together hold on every day of a later one; none if a day is left."""
    left, winners = own, []
    for number, when in earlier:
        taken = left & days_of(when, days)
        if taken:
            winners.append(number)
            left -= taken
        if not left:
            return winners
    return []


def covers(earlier: When, later: When) -> bool:
    """Whether a rule asks nothing, beside the calendar, that a later one does not ask as well."""
    folded = [frozenset(name.casefold() for name in when.categories) for when in (earlier, later)]
    return (
        _within(folded[1], folded[0])
        and _within(frozenset(later.stores), frozenset(earlier.stores))
        and _within(frozenset(later.levels), frozenset(earlier.levels))
        and (later.birthday_month or not earlier.birthday_month)
        and (later.first_purchase or not earlier.first_purchase)
    )


def _within(inner: frozenset[str], outer: frozenset[str]) -> bool:
    """An empty list asks nothing."""
    return not outer or (bool(inner) and inner <= outer)


# -- limits -----------------------------------------------------------------------------


def caps(file: schema.File) -> Iterator[Found]:
    """A longer period may not be capped below a shorter one."""
    given = [
        (name, value)
        for name in ("purchase", "day", "month")
        if (value := getattr(file.earning.caps, name)) is not None
    ]
    for (shorter, less), (longer, most) in pairwise(given):
        if most < less:
            advice = f"is less than the cap of one {shorter} ({less}); make it at least that"
            yield ("earning", "caps", longer), advice


def pending(file: schema.File) -> Iterator[Found]:
    """Points may not expire before they can be used."""
    policy, wait = expiry_of(file.expiry), timedelta(days=file.earning.pending_days)
    first = date(2023, 1, 1)
    for day in (first + timedelta(days=n) for n in range(2 * 365)):
        last = last_day(policy, day)
        if last is not None and last < day + wait:
            advice = (
                f"is longer than points are valid: those of {day:%-d %B} would expire on "
                f"{last:%-d %B %Y}, before they can be used; shorten it or let points live longer"
            )
            yield ("earning", "pending_days"), advice
            return


def streaks(file: schema.File) -> Iterator[Found]:
    """Streaks of check-in stand in order, each longer than the one before."""
    for number, (one, two) in enumerate(pairwise(file.checkin.streaks if file.checkin else ())):
        if two.days <= one.days:
            advice = f"must be more than the {one.days} before it; put the shortest streak first"
            yield ("checkin", "streaks", number + 1, "days"), advice
