"""Care for one member: once per rule and occurrence, with its gift, or the reason why not.

SEMANTICS: Care. Who is due, the kinds of care know (services.care_kinds).
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Final

from domain.care_rules import CareRule, Late, dedupe, too_late
from domain.consent import Purpose, agreed
from domain.dates import local_day
from domain.members import Member, MemberState
from domain.timetable import moment
from services import care_gifts, timetable, wordings
from services.care_kinds import KINDS, CareKind, Due
from services.ports import Work
from services.ports.post import Notice, Waiting
from services.quiet import open_for, second_looks

log = logging.getLogger(__name__)

Rule = CareRule
ON_TIME: Final = timedelta()


@dataclass(frozen=True, slots=True)
class _Case:
    """One occurrence of one rule for one member. `at`: when the message may leave."""

    rule: CareRule
    kind: CareKind
    due: Due
    member: Member
    everyone: list[int]
    day: date
    zone: str
    at: datetime
    now: datetime
    late: timedelta

    @property
    def key(self) -> str:
        return dedupe(self.rule, self.due.member_id, self.due.occurrence)

    @property
    def over(self) -> bool:
        """Whether the day is over where the member is when the message may leave."""
        return local_day(self.at, self.zone) > self.day

    def missed(self, work: Work) -> bool:
        """Whether it leaves on a later day than it would have done in time: quiet hours alone
        may reach over midnight."""
        if self.late <= ON_TIME or not self.over:
            return False
        planned = open_for(
            work, self.member.id, self.zone, moment(self.day, self.rule.at, self.zone)
        )
        return local_day(self.at, self.zone) > local_day(planned, self.zone)


def care_for(
    work: Work, rule: CareRule, due: Due, day: date, now: datetime, *, late: timedelta = ON_TIME
) -> None:
    """Writes the message of one occurrence and gives its gift, both once; or records why not.

    `day`: the local day it is for; `late`: how long ago its moment was. Memberships that were
    merged count as one. Without consent to care the gift comes with a receipt; who was never in a
    chat gets the gift alone.
    """
    work.members.lock(due.member_id)
    everyone = work.mydata.memberships(due.member_id)
    if _written(work, rule, due, everyone):
        return
    case = _case(work, rule, due, everyone, day, now, late)
    verdict = case.kind.verdict(work, rule, due, day, now)
    often = too_often(work, rule, everyone, case.at)
    reason = _state(case) or _lateness(work, case) or often or verdict.reason
    if not work.addresses.of_member(due.member_id):
        if not reason and verdict.gift:
            care_gifts.give(work, rule, due, everyone, day, now)
    elif reason:
        work.deliveries.suppressed(due.member_id, _notice(case), reason, now)
    else:
        _write(work, case, gift=verdict.gift)


def _case(
    work: Work,
    rule: CareRule,
    due: Due,
    everyone: list[int],
    day: date,
    now: datetime,
    late: timedelta,
) -> _Case:
    member = work.members.get(due.member_id)
    zone = member.zone or work.programmes.current().zone
    at = open_for(work, member.id, zone, max(moment(day, rule.at, zone), now))
    return _Case(rule, KINDS[rule.occasion], due, member, everyone, day, zone, at, now, late)


def _written(work: Work, rule: CareRule, due: Due, everyone: list[int]) -> bool:
    """Whether this occurrence has its row, or one that was sent to a merged membership."""
    for one in everyone:
        before = work.deliveries.occasion(dedupe(rule, one, due.occurrence))
        if before and (one == due.member_id or before.state != "skipped"):
            return True
    return False


# -- what speaks against it ---------------------------------------------------------------


def _state(case: _Case) -> str:
    """Frozen members get what is theirs to know and nothing else."""
    state = case.member.state
    if state is MemberState.ACTIVE:
        return ""
    if state is MemberState.FROZEN:
        return "" if case.rule.purpose == "service" else "frozen"
    return "closed"


def _lateness(work: Work, case: _Case) -> str:
    """`skip` ends with the day; whatever the rule says, after its hours it is not worth it."""
    if too_late(case.rule, case.late):
        return "too_late"
    return "too_late" if case.rule.late is Late.SKIP and case.missed(work) else ""


def too_often(work: Work, rule: CareRule, everyone: Sequence[int], at: datetime) -> str:
    """Whether a member, of these merged memberships, has had a rule's care often enough or too
    lately for more of it at a moment; "" if not."""
    if rule.times is None and not rule.cooldown_days:
        return ""
    found = [work.care.before(one, rule.key) for one in everyone]
    if rule.times is not None and sum(count for count, _ in found) >= rule.times:
        return "often_enough"
    last = max((before for _, before in found if before), default=None)
    if last and at - last < timedelta(days=rule.cooldown_days):
        return "cooldown"
    return ""


# -- what is given and said ---------------------------------------------------------------


def _write(work: Work, case: _Case, *, gift: bool) -> None:
    consents = work.members.consents(case.member.id)
    willing = agreed(consents, Purpose(case.rule.purpose))
    # A present that invites to buy is advertising, too.
    given: Mapping[str, Any] = {}
    if gift and (willing or case.rule.purpose == "care"):
        given = care_gifts.give(work, case.rule, case.due, case.everyone, case.day, case.now)
    if willing:
        values = {"name": case.member.name or "", **care_gifts.NOTHING, **given, **case.due.values}
        _send(work, case, replace(_notice(case), values=values))
        return
    work.deliveries.suppressed(case.member.id, _notice(case), "no_consent", case.now)
    if given:
        receipt = Notice(
            case.kind.receipt, {**care_gifts.NOTHING, **given}, case.kind.gift_buttons
        )
        dedupe_key = f"{case.key}:gift"
        receipt = replace(receipt, bulk=True, rule=case.rule.key, dedupe=dedupe_key)
        receipt = wordings.noted(work, replace(receipt, due_at=case.at))
        work.deliveries.to_member(case.member.id, receipt, case.now)


def _send(work: Work, case: _Case, notice: Notice) -> None:
    notice = wordings.noted(work, notice)
    if work.deliveries.to_member(case.member.id, notice, case.now) is None:
        work.deliveries.suppressed(case.member.id, notice, "unreachable", case.now)


def _notice(case: _Case) -> Notice:
    rule, service = case.rule, case.rule.purpose == "service"
    belated = case.over and rule.late is Late.BELATED
    return Notice(
        case.kind.message(rule, case.due, belated),
        buttons=case.kind.buttons(rule, case.due),
        purpose=rule.purpose,
        surely=service,
        bulk=service,
        dedupe=case.key,
        due_at=case.at,
        rule=rule.key,
    )


def still(
    kind: CareKind, work: Work, row: Waiting, now: datetime
) -> Mapping[str, Any] | str | None:
    """What a message of care says at the moment of sending; None or a reason: nothing is sent.

    What belongs to a rule that was switched off does not leave. A message that waited for too
    long (for a hold, a flood, a database that was away) is as late as one that was written too
    late. Its moment is within a day of the writing.
    """
    rule = work.programmes.current().care.rule(row.rule)
    if row.rule and not (rule.on if rule else kind.unasked):
        return "stopped"
    moment_ = min(row.due_at, row.made_at + timedelta(days=1))
    if rule and too_late(rule, now - moment_):
        return "too_late"
    return kind.still(work, row, now)


# -- what fails ---------------------------------------------------------------------------


def apart(work: Work, rule: CareRule, due: Due, now: datetime, care: Callable[[], None]) -> None:
    """Cares for one member so that a failure touches nobody else: it is logged and recorded."""
    failed = work.apart(care)
    if failed is None:
        return
    log.error("%s of member %d failed", rule.key, due.member_id, exc_info=failed)
    key, service = dedupe(rule, due.member_id, due.occurrence), rule.purpose == "service"
    notice = Notice(KINDS[rule.occasion].keys[0], purpose=rule.purpose, bulk=service)
    notice = replace(notice, dedupe=key, due_at=now, rule=rule.key)
    if work.addresses.of_member(due.member_id) and not work.deliveries.occasion(key):
        work.deliveries.suppressed(due.member_id, notice, "broken", now)


# -- by day -------------------------------------------------------------------------------


class Ahead:
    """Who is due at one occurrence of a rule, read a page ahead: finding must not cost as much as
    caring. Nothing is kept but ids and values of one page; who starts anew reads anew."""

    def __init__(self, rule: CareRule, slot: timetable.Due) -> None:
        self._rule = rule
        self._slot = slot
        self._found: list[Due] = []
        self._members: list[int] = []
        self._whole = False

    def some(self, work: Work, after: int, most: int) -> list[Due]:
        """What is due for the next `most` members behind one."""
        first = bisect_right(self._members, after)
        if not self._whole and len(self._members) - first < most:
            self._read(work, after, most)
            first = 0
        return self._found[first : first + most]

    def _read(self, work: Work, after: int, most: int) -> None:
        kind, slot = KINDS[self._rule.occasion], self._slot
        page = max(kind.page, most)
        self._found = kind.due(work, self._rule, slot.day, slot.zone, after, page)
        self._members = [due.member_id for due in self._found]
        self._whole = len(self._members) < page


def care_for_due(
    work: Work,
    rule: CareRule,
    slot: timetable.Due,
    now: datetime,
    *,
    ahead: Ahead,
    after: int,
    most: int,
) -> int | None:
    """Cares for some of those who are due at an occurrence of the rule's job, by member id from
    `after` on; where to go on, None at the end."""
    kind = KINDS[rule.occasion]
    found = ahead.some(work, after, most)

    def care(due: Due) -> None:
        hour = slot.at if kind.own_zones else max(slot.at, _hour(work, rule, due, slot.day))
        care_for(work, rule, due, slot.day, now, late=max(now - hour, ON_TIME))

    def all_at_once() -> None:
        for due in found:
            care(due)

    if isinstance(work.apart(all_at_once), Exception):
        for due in found:
            apart(work, rule, due, now, partial(care, due))
    return found[-1].member_id if len(found) == most else None


def _hour(work: Work, rule: CareRule, due: Due, day: date) -> datetime:
    zone = work.members.get(due.member_id).zone or work.programmes.current().zone
    return moment(day, rule.at, zone)


def nobody_due(work: Work, rule: CareRule, day: date, zone: str | None) -> bool:
    """Whether a day has nobody to care for, by reading alone."""
    return not KINDS[rule.occasion].due(work, rule, day, zone, 0, 1)


def kind_of(rule: Rule) -> CareKind:
    """The kind of care that a rule is about."""
    return KINDS[rule.occasion]


def clocks(work: Work, rule: CareRule, night: time) -> tuple[time, ...]:
    """The local times of day at which a rule's members are looked for; in the night for what is
    found for all zones at once."""
    kind = KINDS[rule.occasion]
    first = rule.at if kind.own_zones else night
    quiet = work.programmes.current().care.quiet
    return (first, *(second_looks(rule.at, quiet) if kind.again else ()))


def is_on(work: Work, rule: CareRule) -> bool:
    """Whether a rule is in force as this occasion's rule."""
    found = work.programmes.current().care.rule(rule.key)
    return found is not None and found.on and found.occasion is rule.occasion


def timed(work: Work) -> tuple[CareRule, ...]:
    """The rules of the programme in force that come by day and hour."""
    if not work.programmes.newest():
        return ()
    rules = work.programmes.current().care.rules
    return tuple(
        rule for rule in rules if rule.on and rule.occasion in KINDS and KINDS[rule.occasion].timed
    )
