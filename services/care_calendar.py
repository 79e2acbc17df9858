"""Who will get which care when, and what speaks against it: the days to come, told beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from domain.care_rules import CareRule, dedupe
from domain.consent import QuietHours, send_at
from domain.contacts import DAYS_AHEAD, WEEK
from domain.dates import local_day
from domain.members import show_number
from domain.timetable import moment
from domain.wordings import is_replaceable
from services import care_gifts, contacts, presents, quiet, wordings
from services import care_remarks as remarks
from services.care_kinds import KINDS, Due
from services.care_remarks import Group
from services.ports import Work
from services.ports.contacts import Person

PAGE: Final = 200
DAYS: Final = 7
MOST: Final = 1000
"""In the chat a rule's day is counted up to so many."""
BLOCKS: Final = frozenset(
    {
        "frozen",
        "no_address",
        "unreachable",
        "no_consent",
        "already_given",
        "cooldown",
        "often_enough",
    }
)
"""Warnings of what will not be sent."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One message to come. `at`: when it may leave; `warnings`: codes of what speaks against it
    or will be otherwise than one may think (texts: caring.warning)."""

    rule: CareRule
    day: date
    at: datetime
    member_id: int
    number: str
    name: str
    locale: str
    zone: str
    key: str
    values: Mapping[str, Any]
    wording_id: int | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """How many messages of a rule on a day; `more`: at least so many."""

    rule: CareRule
    count: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A day and what comes on it."""

    day: date
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class DayPage:
    """Some of a day's messages."""

    day: date
    planned: tuple[Planned, ...]
    page: int
    more: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """One rule on one local day in one zone (None: the programme's). `over`: its hour is, and
    only what is written and waits is still to come."""

    rule: CareRule
    day: date
    zone: str | None
    over: bool = False


def is_timed(rule: CareRule) -> bool:
    """Whether a rule comes by day and hour, so that it can be told beforehand."""
    return rule.occasion in KINDS and KINDS[rule.occasion].timed


@dataclass(frozen=True, slots=True)
class Words:
    """A message of a rule that operators may put into their own words; `version` 0: shipped."""

    key: str
    version: int


def words_of(work: Work, rule: CareRule) -> list[Words]:
    """The messages that a rule sends, the one for those who are late last."""
    if rule.occasion not in KINDS:
        return []
    keys = [key for key in KINDS[rule.occasion].keys if is_replaceable(key)]
    used = {key: wordings.in_use(work, key) for key in keys}
    return [Words(key, found.version if found else 0) for key, found in used.items()]


# -- how many ---------------------------------------------------------------------------


def summary(work: Work, now: datetime, days: int = DAYS, most: int = MOST) -> list[DayPlan]:
    """How many messages each rule will write on each of the next days, counted up to `most`."""
    plan = []
    for day in days_ahead(work, now, days):
        parts = []
        for rule in timed(work):
            count, more = _count(work, rule, day, now, most)
            if count:
                parts.append(Part(rule, count, more))
        plan.append(DayPlan(day, tuple(parts)))
    return plan


def _count(work: Work, rule: CareRule, day: date, now: datetime, most: int) -> tuple[int, bool]:
    count = 0
    for slot in slots(work, rule, day, now):
        after: int | None = 0
        while after is not None:
            found, after = due(work, slot, after)
            count += len(found)
            if count >= most:
                return most, count > most or after is not None
    return count, False


def days_ahead(work: Work, now: datetime, days: int) -> list[date]:
    """Today in the programme's zone and the days after it."""
    today = local_day(now, work.programmes.current().zone)
    return [today + timedelta(days=plus) for plus in range(days)]


def timed(work: Work, only: str = "") -> list[CareRule]:
    """The rules that are on and can be told beforehand; `only`: the one of a key. Raises
    LookupError if there is none of that key."""
    rules = work.programmes.current().care.rules
    if only and all(rule.key != only for rule in rules):
        raise LookupError(only)
    return [r for r in rules if r.on and is_timed(r) and only in ("", r.key)]


def slots(work: Work, rule: CareRule, day: date, now: datetime) -> Iterator[Slot]:
    """The zones in which a rule comes on a day, without those where its hour is over. What is
    written in the night waits for each member's hour, and may wait on when it is over at home."""
    home = work.programmes.current().zone
    if not KINDS[rule.occasion].own_zones:
        yield Slot(rule, day, None, over=moment(day, rule.at, home) <= now)
        return
    for zone in (None, *work.care.zones()):
        if moment(day, rule.at, zone or home) > now:
            yield Slot(rule, day, zone)


def due(work: Work, slot: Slot, after: int, most: int = PAGE) -> tuple[list[Due], int | None]:
    """Some of who is due and has not had it, and where to go on; None at the end."""
    kind = KINDS[slot.rule.occasion]
    found = kind.due(work, slot.rule, slot.day, slot.zone, after, most)
    members = {one.member_id for one in found}
    further = max(members) if len(members) >= most else None
    if kind.own_zones:  # nothing is written before the hour
        return found, further
    return [one for one in found if _to_come(work, slot, one)], further


def _to_come(work: Work, slot: Slot, one: Due) -> bool:
    """Whether the night has still to write a message, or has and it waits."""
    for member_id in work.mydata.memberships(one.member_id):
        written = work.deliveries.occasion(dedupe(slot.rule, member_id, one.occurrence))
        if written and (member_id == one.member_id or written.state != "skipped"):
            return written.state == "pending"
    return not slot.over


# -- who, and what speaks against it ------------------------------------------------------


def of_day(work: Work, text: str, now: datetime, page: int, size: int) -> DayPage:
    """A page of one day's messages; raises LookupError for what is no day to come."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise LookupError(text) from error
    wanted, skip = size + 1, page * size
    found: list[Planned] = []
    for rule in timed(work):
        for slot in slots(work, rule, day, now):
            after: int | None = 0
            while after is not None and len(found) < wanted:
                dues, after = due(work, slot, after)
                kept = dues[skip : skip + wanted - len(found)]
                skip = max(skip - len(dues), 0)
                found += planned(work, slot, kept, now)
    return DayPage(day, tuple(found[:size]), page, len(found) > size)


def planned(work: Work, slot: Slot, dues: Sequence[Due], now: datetime) -> list[Planned]:
    """These with whose they are, when they leave and what speaks against them."""
    if not dues:
        return []
    members = {one.member_id for one in dues}
    purpose = slot.rule.purpose
    programme = work.programmes.current()
    far = (slot.day - local_day(now, programme.zone)).days + DAYS_AHEAD + 2
    group = Group(
        contacts.Forecasts(programme, now, far),
        work.contacts.people(members, purpose),
        work.contacts.facts(members) if purpose != "service" else {},
        work.contacts.history(members, now - WEEK, now) if purpose != "service" else {},
    )
    return [_planned(work, slot, one, group, now) for one in dues if one.member_id in group.people]


def _planned(work: Work, slot: Slot, one: Due, group: Group, now: datetime) -> Planned:
    rule, person = slot.rule, group.people[one.member_id]
    zone = person.zone or work.programmes.current().zone
    wanted = max(moment(slot.day, rule.at, zone), now)
    at = _open(work, person, zone, wanted)
    kind = KINDS[rule.occasion]
    key = kind.message(rule, one, late=False)
    wording_id = work.wordings.in_use(key)
    locale = person.locale or "zh"
    verdict = kind.verdict(work, rule, one, slot.day, wanted)
    gift = _gift(work, rule) if verdict.gift else care_gifts.NOTHING
    values = {"name": person.name, **gift, **kind.foreseen(work, one)}
    codes = [
        *remarks.of_person(rule, person, at, wanted),
        *remarks.of_verdict(work, rule, one, at, verdict),
        *remarks.of_words(work, wording_id, locale),
        *remarks.of_week(work, rule, one.member_id, group, at),
        *remarks.of_birthday(work, rule, group.facts.get(one.member_id)),
    ]
    return Planned(
        rule,
        slot.day,
        at,
        one.member_id,
        show_number(person.number),
        person.name,
        locale,
        zone,
        key,
        values,
        wording_id,
        tuple(codes),
    )


def _gift(work: Work, rule: CareRule) -> dict[str, Any]:
    found = presents.benefit_of(work, rule.voucher) if rule.voucher else None
    given = dict(found.names) if found and not found.stopped else None
    return {"points": rule.points, "voucher": given}


def _open(work: Work, person: Person, zone: str, wanted: datetime) -> datetime:
    if person.quiet_from is None or person.quiet_to is None:
        hours: QuietHours = work.programmes.current().care.quiet
        return send_at(wanted, zone, hours)
    return quiet.open_at(wanted, zone, person.quiet_from, person.quiet_to)
