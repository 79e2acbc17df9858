"""What became of care, rule by rule, and what a member was sent or not: for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from domain.care_rules import CareRule
from services.ports import Work
from services.ports.posted import Count, Line

WEEK: Final = timedelta(days=7)
NEWEST: Final = 8
MESSAGES: Final = 20
_WAITS: Final = ("pending", "claimed", "sending")


@dataclass(frozen=True, slots=True)
class Seen:
    """A rule and its last seven days. `suppressed`: how many by reason, the most first."""

    rule: CareRule
    sent: int = 0
    waiting: int = 0
    unknown: int = 0
    failed: int = 0
    suppressed: tuple[tuple[str, int], ...] = ()

    @property
    def held_back(self) -> int:
        """How many were not sent, for whatever reason."""
        return sum(count for _, count in self.suppressed)


@dataclass(frozen=True, slots=True)
class Told:
    """A message with its rule of the programme, if it has one, and its member's number."""

    line: Line
    rule: CareRule | None
    number: str = ""
    name: str = ""


def rules(work: Work, now: datetime) -> list[Seen]:
    """Every rule of the programme in force, on or off, with its last seven days."""
    counts = work.posted.of_rules(now - WEEK, now)
    return [
        _seen(rule, [one for one in counts if one.rule == rule.key])
        for rule in work.programmes.current().care.rules
    ]


def rule(work: Work, place: int, now: datetime) -> Seen:
    """One rule by its place; raises LookupError for one that the programme does not have."""
    found = rules(work, now)
    if place >= len(found):
        raise LookupError(place)
    return found[place]


def newest(work: Work, key: str, most: int = NEWEST) -> list[Told]:
    """What a rule did not send lately, and to whom, newest first."""
    return [told(work, line) for line in work.posted.suppressed(key, most)]


def messages(work: Work, member_id: int, most: int = MESSAGES) -> list[Told]:
    """The newest messages of a member, those of merged memberships included."""
    everything = work.mydata.memberships(member_id)
    care = work.programmes.current().care
    return [Told(line, care.rule(line.rule)) for line in work.posted.of_member(everything, most)]


def told(work: Work, line: Line) -> Told:
    """A message with whose it is."""
    found = work.programmes.current().care.rule(line.rule)
    if line.member_id is None:
        return Told(line, found)
    try:
        member = work.members.get(line.member_id)
    except LookupError:
        return Told(line, found)
    return Told(line, found, member.shown_number, member.name or "")


def _seen(rule: CareRule, counts: list[Count]) -> Seen:
    def of(*states: str) -> int:
        return sum(one.count for one in counts if one.state in states)

    skipped = [(one.reason, one.count) for one in counts if one.state == "skipped"]
    ranked = tuple(sorted(skipped, key=lambda one: -one[1]))
    return Seen(rule, of("sent"), of(*_WAITS), of("unknown"), of("dead"), ranked)


def values(one: Told) -> dict[str, Any]:
    """A message as texts name it (`post.what`)."""
    line = one.line
    return {
        "campaign": line.campaign_id is not None,
        "occasion": str(one.rule.occasion) if one.rule else "",
        "noun": line.key.partition(".")[0],
        "purpose": line.purpose,
        "state": line.state,
        "reason": line.reason,
        "at": line.at,
        "number": one.number,
        "repeated": line.repeated,
    }
