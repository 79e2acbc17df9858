"""Reads the programme file (YAML) into a checked Programme, and keeps programmes as JSON.

All problems are reported at once, each with its place in the file and what to do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from domain.birthdays import Feb29
from domain.dates import zone_of
from domain.errors import Problem, ProgrammeInvalid
from domain.money import exponent
from domain.points import Expiry, ExpiryKind
from domain.programme import (
    PROFILE_FIELDS,
    Adjustments,
    BirthdayCare,
    Caps,
    Charter,
    CheckIn,
    Condition,
    Counter,
    Downgrade,
    Earning,
    EarningRule,
    Frequency,
    Growth,
    Holding,
    Level,
    Measure,
    Need,
    NthWeekday,
    Per,
    PointsName,
    Preference,
    Programme,
    Refunds,
    Reinstatement,
    RuleGroup,
    Streak,
    Transfers,
    When,
)
from domain.refunds import RefundPolicy
from services import programme_schema as schema
from services.programme_problems import from_error, path
from services.programme_yaml import load

EXAMPLES = ("retail", "four-seasons", "grocer")
_FOLDER = Path(__file__).parent.parent / "programmes"
RESERVED_RULES = frozenset({"base", "cap"})
_MEASURES = {
    "lifetime_spend": Measure.LIFETIME_SPEND,
    "single_purchase": Measure.SINGLE_PURCHASE,
    "spend": Measure.SPEND_IN_MONTHS,
    "purchases_per_month": Measure.PURCHASES_PER_MONTH,
    "activity_points_per_month": Measure.ACTIVITY_PER_MONTH,
    "growth": Measure.GROWTH,
}
_AVERAGED = frozenset({"purchases_per_month", "activity_points_per_month"})
_Place = tuple[str | int, ...]


def example(name: str = "retail") -> str:
    """The text of a shipped example: retail, four-seasons, grocer; raises LookupError."""
    if name not in EXAMPLES:
        raise LookupError(name)
    return (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def read(text: str) -> Programme:
    """The programme in a YAML text; raises ProgrammeInvalid with every problem there is."""
    try:
        content = load(text)
    except yaml.YAMLError as error:
        raise ProgrammeInvalid((Problem("", f"cannot be read as YAML: {error}"),)) from error
    if not isinstance(content, dict):
        raise ProgrammeInvalid((Problem("", "must begin with keys such as version: 1"),))
    try:
        file = schema.File.model_validate(content)
    except ValidationError as error:
        found = [from_error(e) for e in error.errors()]
        broken = {str(e["loc"][0]) for e in error.errors()}
        found += _Check(_sound(content, broken)).problems(broken)
        raise ProgrammeInvalid(tuple(found)) from error
    problems = tuple(_Check(file).problems())
    if problems:
        raise ProgrammeInvalid(problems)
    return _programme(file)


def _sound(content: dict[str, Any], broken: set[str]) -> schema.File:
    """The sections that are well-formed, so that they can be checked beside the broken ones."""
    sections = {
        name: TypeAdapter(field.rebuild_annotation()).validate_python(content[name])
        for name, field in schema.File.model_fields.items()
        if name in content and name not in broken
    }
    return schema.File.model_construct(**sections)


# -- what belongs together --------------------------------------------------------------


class _Check:
    """The rules that tie several entries of a well-formed file together."""

    def __init__(self, file: schema.File) -> None:
        self.file = file

    def problems(self, broken: Collection[str] = ()) -> Iterator[Problem]:
        """Everything found; a check that needs a `broken` section waits until it is mended."""
        checks = (
            ({"club"}, self._club),
            ({"club", "earning"}, self._base_rate),
            ({"club", "growth", "counter"}, self._amounts),
            ({"earning", "levels"}, self._rules),
            ({"expiry"}, self._expiry),
            ({"club", "levels"}, self._levels),
            ({"preferences"}, self._preferences),
            ({"expiry_reminder_days"}, self._reminders),
        )
        for sections, check in checks:
            if sections.isdisjoint(broken):
                yield from check()

    def _preferences(self) -> Iterator[Problem]:
        yield from _twice([p.key for p in self.file.preferences], ("preferences",))

    def _reminders(self) -> Iterator[Problem]:
        days = self.file.expiry_reminder_days
        if len(set(days)) != len(days):
            yield Problem("expiry_reminder_days", "names a day twice; keep each once")

    def _club(self) -> Iterator[Problem]:
        try:
            zone_of(self.file.club.zone)
        except (OSError, ValueError, KeyError):
            yield Problem("club.zone", "is no known time zone; write one such as Asia/Shanghai")

    def _base_rate(self) -> Iterator[Problem]:
        yield from self._amount(self.file.earning.per, ("earning", "per"))
        if self.file.earning.per <= 0:
            yield Problem("earning.per", 'must be more than zero, such as "1.00"')

    def _amounts(self) -> Iterator[Problem]:
        growth, counter = self.file.growth, self.file.counter
        yield from self._amount(growth.per, ("growth", "per"))
        if growth.points and growth.per <= 0:
            yield Problem("growth.per", 'must be more than zero, such as "1.00"')
        for name in ("per_receipt", "money_per_shift"):
            if (amount := getattr(counter, name)) is not None:
                yield from self._amount(amount, ("counter", name))

    def _amount(self, amount: Decimal, place: _Place) -> Iterator[Problem]:
        places = exponent(self.file.club.currency)
        if amount.scaleb(places) % 1:
            advice = f"may have at most {places} digits after the point in this currency"
            yield Problem(path(place), advice)

    def _rules(self) -> Iterator[Problem]:
        keys: list[str] = []
        for g, group in enumerate(self.file.earning.groups):
            for r, rule in enumerate(group.rules):
                place: _Place = ("earning", "groups", g, "rules", r)
                keys.append(rule.key)
                yield from self._rule(rule, place)
                if rule.key in RESERVED_RULES or keys.count(rule.key) > 1:
                    yield Problem(path((*place, "key")), "is taken; give each rule its own key")

    def _rule(self, rule: schema.Rule, place: _Place) -> Iterator[Problem]:
        if (rule.multiply is None) == (rule.add is None):
            yield Problem(path(place), "needs either multiply (a factor) or add (points)")
        dates, levels = rule.when.dates, {level.key for level in self.file.levels}
        if dates and dates.first and dates.last and dates.first > dates.last:
            yield Problem(path((*place, "when", "dates")), "ends before it begins; swap them")
        for number, level in enumerate(rule.when.level):
            if level not in levels:
                advice = f"names no level; write one of {', '.join(sorted(levels))}"
                yield Problem(path((*place, "when", "level", number)), advice)
        if 0 in rule.when.day_of_month:
            advice = "days are 1 to 31, or -1 for the last day of the month"
            yield Problem(path((*place, "when", "day_of_month")), advice)

    def _expiry(self) -> Iterator[Problem]:
        expiry = self.file.expiry
        counted = expiry.kind in ("after", "sliding")
        if counted and not expiry.days and not expiry.months:
            yield Problem("expiry", "needs months or days, such as months: 12")
        if counted and expiry.days and expiry.months:
            yield Problem("expiry", "has both days and months; keep one of them")
        if expiry.kind == "sliding" and not expiry.extended_by:
            yield Problem("expiry", "needs extended_by, such as extended_by: [purchase]")
        if expiry.kind != "sliding" and expiry.extended_by:
            yield Problem("expiry.extended_by", "is only for kind: sliding; remove it")

    def _levels(self) -> Iterator[Problem]:
        yield from _twice([level.key for level in self.file.levels], ("levels",))
        for number, level in enumerate(self.file.levels):
            place: _Place = ("levels", number)
            given = (level.all is not None) + (level.any is not None)
            if number == 0 and given:
                yield Problem(path(place), "is everybody's level; remove its conditions")
            elif number and given != 1:
                yield Problem(path(place), "needs its conditions under either all or any")
            for name, conditions in (("all", level.all), ("any", level.any)):
                for c, condition in enumerate(conditions or ()):
                    yield from self._condition(condition, (*place, name, c))

    def _condition(self, condition: schema.Condition, place: _Place) -> Iterator[Problem]:
        given = condition.model_dump(exclude_none=True, exclude={"months"})
        if len(given) != 1:
            yield Problem(path(place), f"needs exactly one of {', '.join(_MEASURES)}")
            return
        name, least = next(iter(given.items()))
        if isinstance(least, Decimal):
            yield from self._amount(least, (*place, name))
        if name == "spend" and condition.months is None:
            yield Problem(path(place), "needs months, such as months: 12")
        if name != "spend" and name not in _AVERAGED and condition.months is not None:
            yield Problem(path((*place, "months")), f"has no meaning for {name}; remove it")


def _twice(keys: list[str], place: _Place) -> Iterator[Problem]:
    for number, key in enumerate(keys):
        if key in keys[:number]:
            yield Problem(path((*place, number, "key")), f"{key} is there twice; rename one")


# -- into the domain --------------------------------------------------------------------


def _programme(file: schema.File) -> Programme:
    club = file.club
    return Programme(
        version=file.version,
        names=_names(club.name),
        points_name=_points_name(club.points),
        growth_name=_names(club.growth),
        currency=club.currency,
        zone=club.zone,
        opened_on=club.opened_on,
        charter=Charter(
            file.charter.version, _names(file.charter.text), file.charter.rights_shrink
        ),
        earning=_earning(file.earning, club.currency),
        levels=tuple(_level(level, club.currency) for level in file.levels),
        welcome_points=file.welcome_points,
        profile_rewards={name: getattr(file.profile_rewards, name) for name in PROFILE_FIELDS},
        preferences=tuple(Preference(p.key, _names(p)) for p in file.preferences),
        expiry=_expiry(file.expiry),
        refunds=Refunds(RefundPolicy(file.refunds.policy), file.refunds.restored_days),
        birthday=BirthdayCare(
            file.birthday.points, Feb29(file.birthday.feb29), file.birthday.announced_days
        ),
        expiry_reminder_days=tuple(sorted(file.expiry_reminder_days, reverse=True)),
        adjustments=Adjustments(**file.adjustments.model_dump()),
        growth=_growth(file.growth, club.currency),
        checkin=_checkin(file.checkin),
        holding=_holding(file.holding),
        reinstatement=Reinstatement(**file.reinstatement.model_dump()),
        transfers=Transfers(**file.transfers.model_dump()) if file.transfers else None,
        counter=_counter(file.counter, club.currency),
        match_days=file.match_days,
        zero_lines=_names(file.zero_lines),
    )


def _names(text: schema.Text | None) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en} if text else {}


def _points_name(words: schema.Counted) -> PointsName:
    one, other = words.en
    return PointsName({"zh": words.zh, "en": one}, {"zh": words.zh, "en": other})


def _earning(earning: schema.Earning, currency: str) -> Earning:
    return Earning(
        points=earning.points,
        per_minor=_minor(earning.per, currency),
        groups=tuple(RuleGroup(g.key, tuple(map(_rule, g.rules))) for g in earning.groups),
        caps=Caps(**earning.caps.model_dump()),
        pending_days=earning.pending_days,
    )


def _rule(rule: schema.Rule) -> EarningRule:
    when, dates = rule.when, rule.when.dates or schema.Dates()
    return EarningRule(
        key=rule.key,
        names=_names(rule.name),
        when=When(
            categories=tuple(when.category),
            stores=tuple(when.store),
            weekdays=tuple(when.weekday),
            days_of_month=tuple(when.day_of_month),
            nth_weekdays=tuple(NthWeekday(n.weekday, n.nth) for n in when.nth_weekday),
            months=tuple(when.month),
            from_day=dates.first,
            to_day=dates.last,
            birthday_month=when.birthday_month,
            first_purchase=when.first_purchase,
            levels=tuple(when.level),
        ),
        multiply=None if rule.multiply is None else int(rule.multiply * 100),
        add=rule.add,
        frequency=_frequency(rule.frequency),
    )


def _frequency(given: schema.Frequency | None) -> Frequency | None:
    return Frequency(given.times, Per(given.per), given.cooldown_days) if given else None


def _growth(growth: schema.Growth, currency: str) -> Growth:
    return Growth(growth.points, _minor(growth.per, currency), growth.checkin)


def _checkin(given: schema.CheckIn | None) -> CheckIn | None:
    if given is None:
        return None
    streaks = sorted(given.streaks, key=lambda streak: streak.days)
    return CheckIn(given.points, tuple(Streak(s.days, s.points) for s in streaks))


def _holding(holding: schema.Holding) -> Holding:
    return Holding(
        holding.months,
        holding.round_up,
        Downgrade(holding.downgrade),
        holding.grace_days,
        holding.told_days,
    )


def _counter(counter: schema.Counter, currency: str) -> Counter:
    receipt, shift = counter.per_receipt, counter.money_per_shift
    return Counter(
        None if receipt is None else _minor(receipt, currency),
        counter.receipts_per_shift,
        None if shift is None else _minor(shift, currency),
        counter.undo_minutes,
    )


def _expiry(expiry: schema.Expiry) -> Expiry:
    return Expiry(
        kind=ExpiryKind(expiry.kind),
        days=expiry.days,
        months=expiry.months,
        round_up=expiry.round_up,
        month=expiry.month,
        day=expiry.day,
        at_least_months=expiry.at_least_months,
        extended_by=tuple(expiry.extended_by),
    )


def _level(level: schema.Level, currency: str) -> Level:
    need = Need.ALL if level.all is not None else Need.ANY
    return Level(
        key=level.key,
        names=_names(level.name),
        conditions=tuple(_condition(c, currency) for c in level.all or level.any or ()),
        need=need,
        multiplier=int(level.multiplier * 100),
        colour=level.colour,
        emoji=level.emoji,
    )


def _condition(condition: schema.Condition, currency: str) -> Condition:
    given = condition.model_dump(exclude_none=True, exclude={"months"})
    name, least = next(iter(given.items()))
    whole = _minor(least, currency) if isinstance(least, Decimal) else least
    return Condition(_MEASURES[name], whole, condition.months or 0)


def _minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(exponent(currency)))
