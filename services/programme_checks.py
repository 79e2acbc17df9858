"""The checks that tie several entries of a well-formed programme file together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import time
from decimal import Decimal
from typing import Final

from domain.care_rules import SERVICE
from domain.consent import quiet_hours
from domain.dates import zone_of
from domain.money import exponent
from services import calendars
from services import programme_schema as schema
from services.programme_building import MEASURES
from services.programme_calendar import longest
from services.programme_ladder import ladder, measure
from services.programme_rules import Found, caps, pending, rules, streaks
from services.programme_yaml import Place
from services.service_checks import check_service

_AVERAGED: Final = frozenset({"purchases_per_month", "activity_points_per_month"})
_SHORTEST_MONTH: Final = 28
_CARE_DAYS: Final = {
    "birthday_ahead": "[7]",
    "welcome": "[0, 3, 7]",
    "voucher_expiring": "[7, 1]",
    "win_back": "[60]",
}
Check = Callable[[schema.File], Iterator[Found]]


def problems(file: schema.File, broken: Collection[str] = ()) -> Iterator[Found]:
    """Everything found; a check that needs a `broken` section waits until it is mended."""
    for sections, check in CHECKS:
        if not any(name in broken for name in sections.split()):
            yield from check(file)


def _zone(file: schema.File) -> Iterator[Found]:
    try:
        zone_of(file.club.zone)
    except (OSError, ValueError, KeyError):
        yield ("club", "zone"), "is no known time zone; write one such as Asia/Shanghai"


def _twice(keys: Sequence[str], place: Place) -> Iterator[Found]:
    for number, key in enumerate(keys):
        if key in keys[:number]:
            yield (*place, number, "key"), f"{key} is there twice; rename one"


def _keys(section: str) -> Check:
    def check(file: schema.File) -> Iterator[Found]:
        return _twice([one.key for one in getattr(file, section)], (section,))

    return check


def _groups(file: schema.File) -> Iterator[Found]:
    return _twice([group.key for group in file.earning.groups], ("earning", "groups"))


def _care(file: schema.File) -> Iterator[Found]:
    if file.care is None:
        return
    place: Place = ("care", "rules")
    yield from _twice([rule.key for rule in file.care.rules], place)
    for number, rule in enumerate(file.care.rules):
        yield from _care_rule(rule, file, (*place, number))
    if len(set(file.care.countries)) != len(file.care.countries):
        yield ("care", "countries"), "names a country twice; keep each once"
    for number, country in enumerate(file.care.countries):
        if not calendars.is_country(country):
            says = f"has no holidays for {country}; write a country such as CN, SG or US"
            yield ("care", "countries", number), says


def _care_rule(rule: schema.CareRule, file: schema.File, place: Place) -> Iterator[Found]:
    if rule.occasion in _CARE_DAYS and not rule.days:
        yield place, f"needs days, such as days: {_CARE_DAYS[rule.occasion]}"
    if len(set(rule.days)) != len(rule.days):
        yield (*place, "days"), "names a day twice; keep each once"
    if rule.holidays and rule.occasion != "holiday":
        yield (*place, "holidays"), f"has no meaning for {rule.occasion}; remove it"
    for name in ("points", "voucher") if rule.occasion in SERVICE else ():
        if getattr(rule, name):
            yield (
                (*place, name),
                f"has no meaning for {rule.occasion}, which only tells; remove it",
            )
    yield from _holidays(rule, file, place)
    yield from _hour(rule, file, place)
    twice = rule.occasion == "birthday" and rule.points and file.birthday.points
    if twice and rule.points != file.birthday.points:
        says = f"is {rule.points}, but birthday says {file.birthday.points}; say it in one place"
        yield (*place, "points"), says


def _holidays(rule: schema.CareRule, file: schema.File, place: Place) -> Iterator[Found]:
    assert file.care is not None
    if rule.occasion != "holiday":
        return
    countries = [one for one in file.care.countries if calendars.is_country(one)]
    known = calendars.keys(countries)
    for number, key in enumerate(rule.holidays):
        if key not in known:
            says = f"{key} is no holiday of {', '.join(countries)}; there are {', '.join(known)}"
            yield (*place, "holidays", number), says


def _hour(rule: schema.CareRule, file: schema.File, place: Place) -> Iterator[Found]:
    """A rule in the club's quiet hours would always wait, often for the next day."""
    assert file.care is not None
    hours = quiet_hours(file.care.quiet)
    if hours.is_quiet(time.fromisoformat(rule.at)):
        yield (*place, "at"), f"lies in the quiet hours {hours}; write a time outside of them"


def _reminders(file: schema.File) -> Iterator[Found]:
    days = file.expiry_reminder_days
    if len(set(days)) != len(days):
        yield ("expiry_reminder_days",), "names a day twice; keep each once"


def _insight(file: schema.File) -> Iterator[Found]:
    rules = file.insight
    if rules.lost.days <= rules.declining.days:
        yield ("insight", "lost", "days"), "must be more than those of declining"
    if rules.lost.percent < rules.declining.percent:
        yield ("insight", "lost", "percent"), "must not be less than that of declining"
    if rules.pyramid.b < rules.pyramid.a:
        yield ("insight", "pyramid", "b"), "must not be less than a: A and B together bring it"


# -- amounts ----------------------------------------------------------------------------


def _rates(file: schema.File) -> Iterator[Found]:
    for section in ("earning", "growth"):
        part = getattr(file, section)
        yield from _amount(file, part.per, (section, "per"))
        if part.points and part.per <= 0:
            yield (section, "per"), 'must be more than zero, such as "1.00"'


def _limits(file: schema.File) -> Iterator[Found]:
    for name in ("per_receipt", "money_per_shift"):
        if (amount := getattr(file.counter, name)) is not None:
            yield from _amount(file, amount, ("counter", name))


def _bill(file: schema.File) -> Iterator[Found]:
    order, points = file.bill.order, file.bill.points
    if len(set(order)) != len(order):
        yield ("bill", "order"), "names a step twice; keep each once"
    if points:
        yield from _amount(file, points.pays, ("bill", "points", "pays"))
        if points.pays <= 0:
            yield ("bill", "points", "pays"), 'must be more than zero, such as "1.00"'


def _stored_value(file: schema.File) -> Iterator[Found]:
    given = file.stored_value
    if given is None:
        return
    place: Place = ("stored_value",)
    for name in ("ceiling", "least", "second_above"):
        if (amount := getattr(given, name)) is not None:
            yield from _amount(file, amount, (*place, name))
    if given.least > given.ceiling:
        yield (*place, "least"), "is more than the ceiling; nobody could top up"
    for number, bonus in enumerate(given.bonuses):
        for name in ("pays", "gives"):
            yield from _amount(file, getattr(bonus, name), (*place, "bonuses", number, name))
    if len({bonus.pays for bonus in given.bonuses}) != len(given.bonuses):
        yield (*place, "bonuses"), "has the same amount twice; keep each once"


def _amount(file: schema.File, amount: Decimal, place: Place) -> Iterator[Found]:
    places = exponent(file.club.currency)
    if amount.scaleb(places) % 1:
        yield place, f"may have at most {places} digits after the point in this currency"


# -- expiry, holding, transfers ---------------------------------------------------------


def _expiry(file: schema.File) -> Iterator[Found]:
    expiry = file.expiry
    counted = expiry.kind in ("after", "sliding")
    if counted and not expiry.days and not expiry.months:
        yield ("expiry",), "needs months or days, such as months: 12"
    if counted and expiry.days and expiry.months:
        yield ("expiry",), "has both days and months; keep one of them"
    if expiry.kind == "sliding" and not expiry.extended_by:
        yield ("expiry",), "needs extended_by, such as extended_by: [purchase]"
    if expiry.kind != "sliding" and expiry.extended_by:
        yield ("expiry", "extended_by"), "is only for kind: sliding; remove it"
    if expiry.kind == "yearly" and "day" in expiry.model_fields_set:
        most = longest([expiry.month])
        if expiry.day > most:
            yield ("expiry", "day"), f"month {expiry.month} has at most {most} days; write {most}"


def _holding(file: schema.File) -> Iterator[Found]:
    holding = file.holding
    most = holding.months * _SHORTEST_MONTH
    if holding.months and holding.told_days > most:
        named = "told_days" in holding.model_fields_set
        place: Place = ("holding", "told_days") if named else ("holding",)
        says = "is longer than" if named else "told_days is 30 unless given, longer than"
        yield place, f"{says} a level holds; write told_days: {most} or less"
    if not holding.months and holding.round_up:
        yield ("holding", "round_up"), "has no meaning without months; add months or remove it"


def _transfers(file: schema.File) -> Iterator[Found]:
    given = file.transfers
    if given and given.per_month is not None and given.least > given.per_month:
        advice = f"is more than the {given.per_month} of per_month; nobody could hand on anything"
        yield ("transfers", "least"), advice


# -- levels -----------------------------------------------------------------------------


def _levels(file: schema.File) -> Iterator[Found]:
    for number, level in enumerate(file.levels):
        place: Place = ("levels", number)
        given = (level.all is not None) + (level.any is not None)
        if number == 0 and given:
            yield place, "is everybody's level; remove its conditions"
        elif number and given != 1:
            yield place, "needs its conditions under either all or any"
        for name, conditions in (("all", level.all), ("any", level.any)):
            for c, condition in enumerate(conditions or ()):
                yield from _condition(file, condition, (*place, name, c))


def _condition(file: schema.File, condition: schema.Condition, place: Place) -> Iterator[Found]:
    if not (name := measure(condition)):
        yield place, f"needs exactly one of {', '.join(MEASURES)}"
        return
    least = getattr(condition, name)
    if isinstance(least, Decimal):
        yield from _amount(file, least, (*place, name))
    if name == "spend" and condition.months is None:
        yield place, "needs months, such as months: 12"
    if name != "spend" and name not in _AVERAGED and condition.months is not None:
        yield (*place, "months"), f"has no meaning for {name}; remove it"


CHECKS: Final[tuple[tuple[str, Check], ...]] = (
    ("club", _zone),
    ("club earning growth", _rates),
    ("club counter", _limits),
    ("club bill", _bill),
    ("club stored_value", _stored_value),
    ("earning levels", rules),
    ("earning", _groups),
    ("earning", caps),
    ("expiry", _expiry),
    ("expiry earning", pending),
    ("checkin", streaks),
    ("levels", _keys("levels")),
    ("club levels", _levels),
    ("club levels growth checkin other_activity_points", ladder),
    ("holding", _holding),
    ("transfers", _transfers),
    ("preferences", _keys("preferences")),
    ("expiry_reminder_days", _reminders),
    ("care birthday", _care),
    ("service levels", check_service),
    ("insight", _insight),
)
"""Each check with the sections that it reads."""
