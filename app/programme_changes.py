"""The difference of two programmes in English words, for who runs the club."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final

from rich.cells import cell_len, set_cell_size

from app.programme_words import condition_words, money, till_words
from domain.bill_rules import PointsAtTill, ReceiptPhotos, StoredValue, TopUpBonus
from domain.points import Expiry
from domain.programme import (
    CheckIn,
    Condition,
    EarningRule,
    Frequency,
    Level,
    NthWeekday,
    Preference,
    Programme,
    RuleGroup,
    Streak,
    Transfers,
    When,
)
from services.programme_diff import Change, differences

WEEKDAYS: Final = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS: Final = (
    "January February March April May June July August September October November December"
).split()
_NTH: Final = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
_MONEY: Final = frozenset(
    {
        "per_minor",
        "per_receipt",
        "money_per_shift",
        "minor",
        "ceiling_minor",
        "least_minor",
        "second_above_minor",
    }
)
_PERCENT: Final = frozenset({"discount", "price_percent", "most_percent"})
_HUNDREDTHS: Final = frozenset({"multiply", "multiplier"})
_NAMES: Final = {
    "per_minor": "for every",
    "opened_on": "open since",
    "points_name": "name of the points",
    "growth_name": "name of growth value",
    "names": "name",
    "rights_shrink": "rights shrink",
    "welcome_points": "points for joining",
    "profile_rewards": "reward for",
    "match_days": "days that purchases from before joining are credited",
    "pending_days": "days until points can be used",
    "caps": "cap",
    "expiry_reminder_days": "reminders, days before",
    "zh": "in Chinese",
    "en": "in English",
    "weekdays": "weekday",
    "days_of_month": "day of the month",
    "zero_lines": "text about lines without value",
    "need": "conditions needed",
    "feb29": "29 February counts as",
    "bill": "bills",
    "minor": "pays",
    "most_percent": "at most",
    "ceiling_minor": "ceiling",
    "least_minor": "least at once",
    "second_above_minor": "second person above",
    "bonuses": "bonus",
    "earns": "points come from",
    "price_percent": "price in points",
    "till": "at the till",
}
_KEYED: Final = {"groups": "group ", "rules": "rule ", "levels": "", "preferences": "preference "}
# What stands between section and field and tells a person nothing.
_UNSAID: Final = frozenset(
    (
        "earning levels growth holding birthday charter refunds checkin transfers"
        " groups rules preferences when"
    ).split()
)
_LONG: Final = 70
_AROUND: Final = 12


def lines(before: Programme, after: Programme) -> Iterator[str]:
    """What changes from one programme to the other, grouped by section."""
    changes = differences(before, after)
    if not changes:
        yield f"no difference: version {after.version} has the rules of version {before.version}"
        return
    yield f"from version {before.version} to version {after.version}:"
    section = ""
    for change in changes:
        if change.section != section:
            section = change.section
            yield ""
            yield section
        yield from _change(change, before, after)


def _change(change: Change, before: Programme, after: Programme) -> Iterator[str]:
    name = _name(change)
    if change.order:
        yield f"  {name}: {', '.join(change.before)} -> {', '.join(change.after)}"
        return
    field = change.part[-1] if change.part[-1] not in ("zh", "en") else "text"
    old = _value(field, change.before, before)
    new = _value(field, change.after, after)
    if isinstance(change.before or change.after, EarningRule | Level | RuleGroup | Preference):
        sign, told = ("+", new) if change.before is None else ("-", old)
        yield from _wrapped(f"  {sign} {name}", told)
    elif len(old) + len(new) + len(name) > _LONG:
        yield f"  {name}"
        yield from (f"    {text}" for text in _beside(old, new))
    else:
        yield f"  {name}: {old} -> {new}"


def _wrapped(head: str, told: str) -> Iterator[str]:
    if len(head) + len(told) > _LONG:
        yield f"{head}:"
        yield f"      {told}"
    else:
        yield f"{head}: {told}"


def _beside(old: str, new: str) -> tuple[str, str]:
    """Two long texts, from a little before the place where they part."""
    same = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    start = max(same - _AROUND, 0) if max(map(cell_len, (old, new))) > _LONG else 0
    return f"- {_from(old, start)}", f"+ {_from(new, start)}"


def _from(text: str, start: int) -> str:
    """As much of a text as fits on a line; Chinese takes two columns a character."""
    rest = text[start:]
    fits = set_cell_size(rest, _LONG).rstrip() if cell_len(rest) > _LONG else rest
    return f"{'…' if start else ''}{fits}{'…' if fits != rest else ''}"


def _name(change: Change) -> str:
    """Where a difference is: `group days, rule member_day, multiply`."""
    words, listed = [], ""
    for one in change.part:
        if listed in _KEYED:
            words.append(f"{_KEYED[listed]}{one}")
            listed = ""
            continue
        listed = one
        if one not in _UNSAID:
            words.append(_NAMES.get(one, one.replace("_", " ")))
    if change.order:
        words.append("order")
    return ", ".join(words) or "all of it"


# -- values in words --------------------------------------------------------------------


def _value(field: str, value: Any, programme: Programme, *, listed: bool = False) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case -1 if field == "days_of_month":
            return "the last"
        case int() if field == "weekdays":
            return WEEKDAYS[value - 1]
        case int() if field == "months" and 1 <= value <= 12 and listed:
            return MONTHS[value - 1]
        case int() if field in _MONEY:
            return money(value, programme)
        case int() if field in _PERCENT:
            return f"{value} %"
        case int() if field in _HUNDREDTHS:
            return f"x {value / 100:g}"
        case Enum():
            return str(value.value)
        case Mapping():
            return str(value.get("en") or "none")
        case tuple():
            return _listed(field, value, programme)
    return _entry(value, programme)


def _listed(field: str, values: Sequence[Any], programme: Programme) -> str:
    between = " or " if field == "conditions" else ", "
    told = (_value(field, value, programme, listed=True) for value in values)
    return between.join(told) or "none"


def _entry(value: Any, programme: Programme) -> str:
    match value:
        case Condition():
            return condition_words(value, programme)
        case EarningRule():
            return rule_words(value)
        case RuleGroup():
            return "; ".join(f"{rule.key} {rule_words(rule)}" for rule in value.rules)
        case Level() if not value.conditions:
            return f"x {value.multiplier / 100:g}, for everybody"
        case Level():
            asked = _listed("conditions", value.conditions, programme)
            return f"x {value.multiplier / 100:g}, {value.need.value} of: {asked}"
        case NthWeekday():
            return f"{_NTH[value.nth]} {WEEKDAYS[value.weekday - 1]}"
        case Frequency():
            return frequency_words(value)
        case CheckIn():
            more = map(streak_words, value.streaks)
            return ", ".join([f"{value.points} points a day", *more])
        case Streak():
            return streak_words(value)
        case Transfers():
            return f"at least {value.least} at once, {value.per_month or 'any number'} a month"
        case PointsAtTill() | TopUpBonus() | StoredValue() | ReceiptPhotos():
            return till_words(value, programme)
        case Preference():
            return value.names["en"]
        case Expiry():
            return value.kind.value
    return str(value)


def rule_words(rule: EarningRule) -> str:
    """What an earning rule gives, when, and how often."""
    gives = f"x {rule.multiply / 100:g}" if rule.multiply is not None else f"+ {rule.add}"
    when = when_words(rule.when)
    often = f", {frequency_words(rule.frequency)}" if rule.frequency else ""
    return gives + (f" {when}" if when else " always") + often


def when_words(when: When) -> str:
    """The conditions of a rule; empty if there are none."""
    days = ["the last" if day == -1 else str(day) for day in when.days_of_month]
    nth = [f"{_NTH[one.nth]} {WEEKDAYS[one.weekday - 1]}" for one in when.nth_weekdays]
    told = (
        ("for", [*when.categories]),
        ("in store", [*when.stores]),
        ("at level", [*when.levels]),
        ("on", [WEEKDAYS[day - 1] for day in when.weekdays]),
        ("on day of the month", days),
        ("on the", nth),
        ("in", [MONTHS[month - 1] for month in when.months]),
        ("from", [str(when.from_day)] if when.from_day else []),
        ("until", [str(when.to_day)] if when.to_day else []),
        ("in the birthday month", [""] if when.birthday_month else []),
        ("for the first purchase", [""] if when.first_purchase else []),
    )
    return " ".join(f"{word} {', '.join(values)}".strip() for word, values in told if values)


def streak_words(streak: Streak) -> str:
    """What days of check-in in a row bring."""
    return f"{streak.points} more every {streak.days} days in a row"


def frequency_words(often: Frequency) -> str:
    """How often a rule counts: `at most 2 times per month, not again within 7 days`."""
    parts = []
    if often.times is not None:
        times = "once" if often.times == 1 else f"{often.times} times"
        period = "in all" if often.per.value == "ever" else f"per {often.per.value}"
        parts.append(f"at most {times} {period}")
    if often.cooldown_days:
        parts.append(f"not again within {often.cooldown_days} days")
    return ", ".join(parts)
