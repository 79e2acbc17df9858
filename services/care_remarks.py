"""What speaks against a message of care to come, or will be otherwise than one may think.

The codes have texts as caring.warning and in the command that prints the calendar.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.birthdays import Feb29
from domain.care_rules import CareRule, Occasion
from domain.contacts import Ahead, has_place
from domain.members import MemberState
from services import contacts, wordings
from services.care_kinds import Due, Verdict
from services.caring import too_often
from services.ports import Work
from services.ports.contacts import Facts, History, Person

_BIRTHDAYS = (Occasion.BIRTHDAY, Occasion.BIRTHDAY_AHEAD)


@dataclass(frozen=True, slots=True)
class Group:
    """What is known of the members of a page."""

    forecasts: contacts.Forecasts
    people: Mapping[int, Person]
    facts: Mapping[int, Facts] = field(default_factory=dict)
    history: Mapping[int, History] = field(default_factory=dict)


def of_person(rule: CareRule, person: Person, at: datetime, wanted: datetime) -> Iterator[str]:
    """About the member: what keeps the message back, what it does without, when it goes."""
    if person.state == MemberState.FROZEN.value and rule.purpose != "service":
        yield "frozen"
    if not person.chats:
        yield "no_address"
    elif not person.reachable:
        yield "unreachable"
    if not person.agreed:
        yield "no_consent"
    if not person.name:
        yield "no_name"
    if not person.zone:
        yield "no_zone"
    if at > wanted:
        yield "quiet"


def of_verdict(
    work: Work, rule: CareRule, due: Due, at: datetime, verdict: Verdict
) -> Iterator[str]:
    """What the rule itself will say: that the member has had it, or gets no gift with it."""
    everyone = work.mydata.memberships(due.member_id)
    if reason := too_often(work, rule, everyone, at) or verdict.reason:
        yield reason
    elif not verdict.gift and (rule.points or rule.voucher):
        yield "no_gift"


def of_words(work: Work, wording_id: int | None, locale: str) -> Iterator[str]:
    """About the words: a member who reads another language than they are written in."""
    if wording_id is not None and locale not in wordings.get(work, wording_id).texts:
        yield "other_language"


def of_birthday(work: Work, rule: CareRule, facts: Facts | None) -> Iterator[str]:
    """About the day: a birthday that is not the same day every year."""
    born = facts.birthday if facts and rule.occasion in _BIRTHDAYS else None
    if born is None:
        return
    if born.lunar:
        yield "lunar"
    elif (born.month, born.day) == (2, 29):
        feb29 = work.programmes.current().birthday.feb29
        yield "feb29_before" if feb29 is Feb29.FEB_28 else "feb29_after"


def of_week(
    work: Work, rule: CareRule, member_id: int, group: Group, at: datetime
) -> Iterator[str]:
    """Whether the week may be full: what was sent, and the care that comes before it in time."""
    programme = work.programmes.current()
    per_week, facts = programme.care.per_week, group.facts.get(member_id)
    if per_week is None or facts is None:
        return
    coming = [place for other, place in group.forecasts.coming(facts) if other.key != rule.key]
    past = list(group.history[member_id].begun.values()) if member_id in group.history else []
    past += [place.at for place in coming if place.at <= at]
    later = [Ahead(place.at, place.rank) for place in coming if place.at > at]
    if not has_place(past, later, rule.first, per_week, at):
        yield "budget"
