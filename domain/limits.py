"""What limits earning: how often a rule counts, the room left under the caps, first purchases."""

import json
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from domain.programme import EarningRule, Frequency, Per, Programme


class Limits(NamedTuple):
    """What limited one purchase when it was booked. Kept with it, so that its refunds are
    computed from the same facts.

    `first_purchase`: the member's very first; `blocked`: rules that had counted often enough;
    `day`, `month`, `holding`: whole points of room under the caps (None: no such cap); `too_old`:
    the purchase is from more than so many days before joining and earns nothing; `brought`: it is
    from before the club moved in, its points came with the balance.
    """

    first_purchase: bool = False
    blocked: tuple[str, ...] = ()
    day: int | None = None
    month: int | None = None
    holding: int | None = None
    too_old: int | None = None
    brought: bool = False


NO_LIMITS = Limits()


def written(limits: Limits) -> str:
    """The facts as a JSON text; "" where nothing was limited."""
    given = {name: value for name, value in limits._asdict().items() if value or value == 0}
    given = {name: value for name, value in given.items() if value is not False}
    return json.dumps(given, separators=(",", ":")) if given else ""


def read(text: str) -> Limits:
    """What `written` wrote."""
    if not text:
        return NO_LIMITS
    given = json.loads(text)
    return Limits(**{**given, "blocked": tuple(given.get("blocked", ()))})


def limited_rules(programme: Programme) -> tuple[EarningRule, ...]:
    """The rules whose uses are counted: those with a frequency, and those of first purchases."""
    rules = (rule for group in programme.earning.groups for rule in group.rules)
    return tuple(rule for rule in rules if rule.frequency or rule.when.first_purchase)


def blocked(
    rules: Collection[EarningRule], uses: Mapping[str, Collection[date]], day: date
) -> tuple[str, ...]:
    """Which of the limited rules do not count for a purchase of a local day. SEMANTICS: Points,
    limits. `uses`: the local days on which each rule has counted for this member."""
    return tuple(rule.key for rule in rules if _is_blocked(rule, uses.get(rule.key, ()), day))


def _is_blocked(rule: EarningRule, used: Collection[date], day: date) -> bool:
    if not used:
        return False
    if rule.when.first_purchase:
        return True
    often = rule.frequency or Frequency()
    cooldown = timedelta(days=often.cooldown_days)
    # Both ways, as a late till may send yesterday's purchases after today's.
    if any(abs(day - other) < cooldown for other in used):
        return True
    period = period_of(often.per, day)
    return often.times is not None and often.times <= sum(
        period_of(often.per, other) == period for other in used
    )


def period_of(per: Per, day: date) -> tuple[int, ...]:
    """The period of the programme's calendar that a local day lies in."""
    match per:
        case Per.DAY:
            return (day.toordinal(),)
        case Per.WEEK:
            return day.isocalendar()[:2]
        case Per.MONTH:
            return (day.year, day.month)
        case Per.YEAR:
            return (day.year,)
        case Per.EVER:
            return ()


def room(cap: int | None, have: int) -> int | None:
    """What may still be added under a cap; never below zero, None without a cap."""
    return None if cap is None else max(cap - have, 0)
