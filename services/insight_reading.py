"""What nights found, for who reads it: a member's classes with reasons, and the whole club's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, Final

from domain.audience_expressions import Condition, Expression, Op
from domain.dates import local_day, zone_of
from domain.insight_errors import NoInsight
from domain.lifecycle import Reason, Stage, rhythm
from domain.money import Money
from domain.pyramid import GRADES
from domain.rfm import SEGMENTS
from services.ports import Work
from services.ports.club import Actor
from services.ports.insight import Cuts, MemberInsight, Night
from services.ports.sales import BOOKED

AXES: Final[Mapping[str, Sequence[str]]] = {
    "stage": tuple(str(stage) for stage in Stage),
    "segment": SEGMENTS,
    "pyramid": GRADES,
}
MONTH: Final = timedelta(days=30)
LIKED: Final = 3
LOOKED_AT: Final = 50
OFTEN: Final = 3
"""So many purchases in one hour of the day make it the usual one."""


# -- a member ---------------------------------------------------------------------------


def of_member(work: Work, member_id: int, now: datetime) -> dict[str, Any] | None:
    """A member's class, stage with its reason, and grade, as values for texts; None as long as no
    night has seen them. SEMANTICS: Insight."""
    found = work.insight.of(member_id)
    if found is None:
        return None
    programme = work.programmes.current()
    today = local_day(now, programme.zone)
    rules = programme.insight
    return {
        **{name: getattr(found, name) for name in ("segment", "r", "f", "m", "pyramid")},
        **{name: getattr(found, name) for name in ("stage", "reason", "frequency", "times")},
        "monetary": Money(found.monetary, programme.currency),
        "window": rules.window_days,
        "since": found.stage_since,
        "days": (today - found.last_day).days if found.last_day else None,
        "rhythm": _rhythm(found),
        "least": _least(found, rules),
    }


def _rhythm(found: MemberInsight) -> int | None:
    if found.first_day is None or found.last_day is None:
        return None
    return rhythm(found.first_day.toordinal(), found.last_day.toordinal(), found.times)


def _least(found: MemberInsight, rules: Any) -> int:
    """The number of the rule that put them there: days of silence, days as a member, purchases."""
    if found.stage in (Stage.LOST, Stage.DECLINING):
        quiet = rules.lost if found.stage == Stage.LOST else rules.declining
        return int(quiet.limit(_rhythm(found)))
    fixed = {Reason.NEW: rules.introduced.days, Reason.FEW: rules.introduced.purchases}
    return int(fixed.get(Reason(found.reason), rules.mature.purchases))


def likings(work: Work, member_id: int, now: datetime) -> list[str]:
    """The categories they bought most often within the window."""
    programme = work.programmes.current()
    since = local_day(now, programme.zone) - timedelta(days=programme.insight.window_days)
    return work.insight.categories(member_id, since, LIKED)


def usual_hour(work: Work, member_id: int) -> int | None:
    """The local hour at which most of the newest purchases were made; None if none stands out."""
    zone = zone_of(work.programmes.current().zone)
    bought = work.purchases.of_member(member_id, LOOKED_AT)
    local = [one.occurred_at.astimezone(zone) for one in bought if one.state == BOOKED]
    # What a file gave without a time of day says nothing about the hour.
    hours = Counter(at.hour for at in local if at.hour or at.minute)
    hour, times = max(hours.items(), key=lambda one: (one[1], -one[0]), default=(0, 0))
    return hour if times >= OFTEN else None


# -- the club ---------------------------------------------------------------------------


def overview(work: Work, day: date | None = None) -> dict[str, Any]:
    """The newest night up to a day as plain data, beside the one a month before. Raises
    NoInsight."""
    night = work.insight.newest(day)
    if night is None or night.counts is None:
        raise NoInsight
    before = work.insight.newest(night.day - MONTH)
    members = sum(night.counts["stage"].values())
    return {
        "day": night.day.isoformat(),
        "before": before.day.isoformat() if before else None,
        "members": members,
        "window": night.rules.window_days,
        "axes": {axis: _lines(night, before, axis, members) for axis in AXES},
        "moves": _moves(work, night, before),
        "cuts": _cuts(work, night),
        "rules": asdict(night.rules),
    }


def _lines(night: Night, before: Night | None, axis: str, members: int) -> list[dict[str, Any]]:
    assert night.counts is not None
    now = night.counts[axis]
    then = before.counts[axis] if before and before.counts else None
    return [
        {
            "key": key,
            "count": now.get(key, 0),
            "share": round(100 * now.get(key, 0) / members) if members else 0,
            "change": None if then is None else now.get(key, 0) - then.get(key, 0),
        }
        for key in AXES[axis]
    ]


def _moves(work: Work, night: Night, before: Night | None) -> list[dict[str, Any]]:
    """Who went from which stage to which since a month before, the largest first."""
    since = before.day if before else night.day - MONTH
    found = sorted(work.insight.moved(since, night.day), key=lambda one: -one[2])
    return [{"before": was, "after": now, "count": count} for was, now, count in found]


def _cuts(work: Work, night: Night) -> dict[str, Any]:
    """Where the fifths and the grades begin: days ago, purchases, money."""
    currency = work.programmes.current().currency
    cuts = night.cuts or Cuts(0)
    money = [Money(value, currency) for value in cuts.m]
    return {
        "buyers": cuts.buyers,
        "r": [night.day.toordinal() - value for value in cuts.r],
        "f": list(cuts.f),
        "m": [asdict(one) for one in money],
        "a": asdict(Money(cuts.least_a, currency)),
        "b": asdict(Money(cuts.least_b, currency)),
    }


def whom(axis: str, key: str) -> Expression | None:
    """The members of a class as an audience; None for what is no class."""
    return Condition(axis, Op.IS, (key,)) if key in AXES.get(axis, ()) else None


def exported(work: Work, form: str, actor: Actor, now: datetime) -> None:
    """Notes that somebody took the overview away as a file."""
    work.audit.add(actor, "insight.export", ("insight", "overview"), now, {"form": form})
