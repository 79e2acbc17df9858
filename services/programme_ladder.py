"""Checks of the ladder: each level asks for more than those below it, and can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from domain.levels import AVERAGED_MONTHS
from domain.programme import Condition, Measure
from services import programme_schema as schema
from services.programme_building import MEASURES, condition_of
from services.programme_rules import Found
from services.programme_yaml import Place

_LONGEST_MONTH: Final = 31
_AVERAGED: Final = frozenset({Measure.PURCHASES_PER_MONTH, Measure.ACTIVITY_PER_MONTH})
# Whoever spends an amount in one purchase, or in some months, has spent it in all.
_STRONGER: Final = frozenset(
    {
        (Measure.SINGLE_PURCHASE, Measure.LIFETIME_SPEND),
        (Measure.SPEND_IN_MONTHS, Measure.LIFETIME_SPEND),
    }
)


def ladder(file: schema.File) -> Iterator[Found]:
    """Levels that are not above the one before them, and what nobody can reach."""
    yield from _former(file)
    for number, level in enumerate(file.levels):
        for name, c, condition in _conditions(level):
            yield from _reachable(file, condition, ("levels", number, name, c))
        if number:
            yield from _above(file, number)


def _former(file: schema.File) -> Iterator[Found]:
    """Former keys stand under one level only, and are no keys of today."""
    seen = {level.key for level in file.levels}
    for number, level in enumerate(file.levels):
        for n, key in enumerate(level.formerly):
            if key in seen:
                advice = f"{key} is a level of this ladder, or named twice; name old keys once"
                yield ("levels", number, "formerly", n), advice
            seen.add(key)


def _conditions(level: schema.Level) -> Iterator[tuple[str, int, schema.Condition]]:
    for name, given in (("all", level.all), ("any", level.any)):
        for number, condition in enumerate(given or ()):
            yield name, number, condition


def _asked(level: schema.Level, currency: str) -> list[Condition]:
    return [condition_of(c, currency) for _, _, c in _conditions(level) if measure(c)]


def measure(condition: schema.Condition) -> str:
    """What a condition asks for, as the file calls it; empty if it names none or several."""
    given = [name for name in MEASURES if getattr(condition, name) is not None]
    return given[0] if len(given) == 1 else ""


# -- ascending --------------------------------------------------------------------------


def _above(file: schema.File, number: int) -> Iterator[Found]:
    currency, level = file.club.currency, file.levels[number]
    for lower in reversed(file.levels[1:number]):
        if _always(_asked(lower, currency), bool(lower.all), level, currency):
            yield (
                ("levels", number),
                f"is reached by whoever reaches {lower.key}, so nobody would ever be "
                f"{lower.key}; ask for more here or for less there",
            )
            return
    yield from _easier(file, number)


def _always(lower: list[Condition], lower_all: bool, level: schema.Level, currency: str) -> bool:
    """Whether meeting the lower level's conditions means meeting the higher one's."""
    asked = _asked(level, currency)
    if not lower or not asked:
        return False
    ways = [lower] if lower_all else [[condition] for condition in lower]
    needs = [[condition] for condition in asked] if level.all else [asked]
    return all(
        any(implies(have, need) for have in way for need in choice)
        for way in ways
        for choice in needs
    )


def implies(one: Condition, other: Condition) -> bool:
    """Whether whoever meets one condition meets the other too."""
    if one.least < other.least:
        return False
    if one.measure is not other.measure:
        return (one.measure, other.measure) in _STRONGER
    if one.measure is Measure.SPEND_IN_MONTHS:
        return one.months <= other.months
    return _months(one) == _months(other)


def _months(condition: Condition) -> int:
    return condition.months or (AVERAGED_MONTHS if condition.measure in _AVERAGED else 0)


def _easier(file: schema.File, number: int) -> Iterator[Found]:
    currency = file.club.currency
    for name, c, condition in _conditions(file.levels[number]):
        if not (asks := measure(condition)):
            continue
        mine = condition_of(condition, currency)
        for lower in reversed(file.levels[1:number]):
            if _asks_more(lower, mine, currency):
                advice = f"asks for less than {lower.key} does; a higher level asks for more"
                yield ("levels", number, name, c, asks), advice
                break


def _asks_more(lower: schema.Level, mine: Condition, currency: str) -> bool:
    return any(
        one.measure is mine.measure and _months(one) == _months(mine) and one.least > mine.least
        for one in _asked(lower, currency)
    )


# -- within reach -----------------------------------------------------------------------


def _reachable(file: schema.File, condition: schema.Condition, place: Place) -> Iterator[Found]:
    asks = measure(condition)
    at: Place = (*place, asks)
    if asks and not getattr(condition, asks):
        yield at, "is met by everybody; ask for more than 0"
    elif asks == "growth" and not _grows(file):
        yield at, "cannot be reached: nothing earns growth value; add a growth section"
    elif asks == "activity_points_per_month":
        needed, most = condition.activity_points_per_month or 0, most_activity(file)
        if needed > most:
            yield at, _out_of_reach(file, most)


def _out_of_reach(file: schema.File, most: int) -> str:
    if not most:
        return "cannot be reached: nothing gives activity points; add a checkin section or " \
            "other_activity_points"  # fmt: skip
    gives = "check-in gives" if not file.other_activity_points else "this file gives"
    return (
        f"cannot be reached: {gives} at most {most} activity points in a month; ask for less, "
        "let check-in give more, or name what else gives them under other_activity_points"
    )


def _grows(file: schema.File) -> bool:
    return bool(file.growth.points or (file.growth.checkin and file.checkin))


def most_activity(file: schema.File) -> int:
    """The most activity points of one month: check-in on each of 31 days, with its streaks, and
    what the file names from elsewhere."""
    total = file.other_activity_points
    if file.checkin:
        total += file.checkin.points * _LONGEST_MONTH
        total += sum(-(-_LONGEST_MONTH // s.days) * s.points for s in file.checkin.streaks)
    return total
