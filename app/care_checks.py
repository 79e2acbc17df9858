"""What `memberbot check` says of the rules of care: their gifts, and the calendar of holidays."""

from __future__ import annotations

from collections.abc import Iterator

from app.findings import Finding
from domain.care_rules import Occasion
from domain.dates import local_day
from services import calendars, presents
from storage.work import Work


def findings(work: Work) -> list[Finding]:
    """All findings about care; none without a published programme."""
    if not work.programmes.newest():
        return []
    return [*_vouchers(work), *_holidays(work)]


def _vouchers(work: Work) -> Iterator[Finding]:
    rules = work.programmes.current().care.rules
    wrong = False
    for rule in rules:
        if rule.on and rule.voucher and presents.benefit_of(work, rule.voucher) is None:
            wrong = True
            text = (
                f"rule {rule.key} gives the voucher {rule.voucher}, but no benefit has that key;"
                " import it with `memberbot benefit import`, or mend the rule"
            )
            yield Finding("care", False, text)
    if not wrong:
        on = sum(rule.on for rule in rules)
        yield Finding("care", True, f"{on} {'rule' if on == 1 else 'rules'}")


def _holidays(work: Work) -> Iterator[Finding]:
    """What is not known of this year is a problem, for care and for the hours of the service desk;
    of the next it is only said."""
    programme = work.programmes.current()
    countries = list(programme.care.countries) if programme.care.of(Occasion.HOLIDAY) else []
    desk = programme.service.hours.country
    countries += [desk] if desk and desk not in countries else []
    if not countries:
        return
    year = local_day(work.shared.clock(), programme.zone).year
    now = [_sentence(one) for one in calendars.missing(countries, year)]
    next_ = [_sentence(one) for one in calendars.missing(countries, year + 1)]
    if now:
        yield Finding("holidays", False, "; ".join(now) + "; install a newer memberbot")
        return
    known = " and ".join(countries)
    text = f"{known} are known" if len(countries) > 1 else f"{known} is known"
    yield Finding("holidays", True, "; ".join([f"{text} for {year}", *next_]))


def _sentence(one: calendars.Missing) -> str:
    if one.what == "makeup":
        return f"the make-up workdays of {one.country} for {one.year} are not known yet"
    if one.what == "year":
        return f"the holidays of {one.country} for {one.year} are not known"
    return f"{one.country} is a country without a calendar"
