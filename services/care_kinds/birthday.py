"""Birthday greetings with their gift, on the solar or the lunar day."""

from __future__ import annotations

from calendar import isleap
from datetime import date, datetime

from domain.birthdays import REWARD_GAP_DAYS, NoReward, RewardFacts, reward_refusal
from domain.care_rules import CareRule, Occasion, dedupe
from domain.dates import local_day
from domain.members import Member
from services import lunar
from services.care_kinds.kind import CareKind, Due, Verdict
from services.ports import Work


def celebrating(
    work: Work, day: date, zone: str | None, after: int, most: int
) -> list[tuple[int, int]]:
    """Members who celebrate on a local day, by id from `after` on, each with the birthday-year:
    the solar year, for a lunar birthday the lunar one (none or two may begin in a solar year)."""
    solar = work.care.birthdays(_solar(work, day), zone, after, most)
    found = [(member_id, day.year) for member_id in solar]
    for year, month, of in lunar.lunar_days(day):
        by_the_moon = work.care.birthdays([(month, of)], zone, after, most, lunar=True)
        found += [(member_id, year) for member_id in by_the_moon]
    return sorted(found)[:most]


def _solar(work: Work, day: date) -> list[tuple[int, int]]:
    """The month and day of birth that are celebrated; 29 February in other years by the rule."""
    feb29 = work.programmes.current().birthday.feb29
    if not isleap(day.year) and f"{day:%m-%d}" == feb29.value:
        return [(day.month, day.day), (2, 29)]
    return [(day.month, day.day)]


class BirthdayGreeting(CareKind):
    """Greets on the day; who told or changed the birthday late gets the greeting alone.

    SEMANTICS: Members, Care. A birthday that was moved brings neither a second greeting nor a
    second gift within 330 days.
    """

    occasion = Occasion.BIRTHDAY
    keys = ("care.birthday", "care.birthday_belated")
    page = 5000
    receipt = "care.birthday_gift"
    again = True

    def due(
        self, work: Work, rule: CareRule, day: date, zone: str | None, after: int, most: int
    ) -> list[Due]:
        found = celebrating(work, day, zone, after, most)
        return [Due(member_id, str(year)) for member_id, year in found]

    def verdict(self, work: Work, rule: CareRule, due: Due, day: date, now: datetime) -> Verdict:
        member = work.members.get(due.member_id)
        today = local_day(now, member.zone or work.programmes.current().zone)
        refusal = _no_gift(work, rule, member, due, day, today)
        if refusal is NoReward.ALREADY_GIVEN or _greeted_lately(work, rule, due, day):
            return Verdict(NoReward.ALREADY_GIVEN, gift=False)
        return Verdict(gift=refusal is None)


def gift_awaits(work: Work, member: Member, year: int, day: date) -> bool:
    """Whether a member will get the gift on the day of a birthday-year, as things stand."""
    rules = work.programmes.current().care.of(Occasion.BIRTHDAY)
    due = Due(member.id, str(year))
    return bool(rules) and _no_gift(work, rules[0], member, due, day, day) is None


def _no_gift(
    work: Work, rule: CareRule, member: Member, due: Due, day: date, today: date
) -> NoReward | None:
    programme = work.programmes.current()
    zone = member.zone or programme.zone
    changed_at = work.members.extras(member.id)["birthday_changed_at"]
    facts = RewardFacts(
        birthday=member.birthday,
        entered_on=local_day(member.birthday_set_at, zone) if member.birthday_set_at else None,
        changed_on=local_day(changed_at, zone) if changed_at else None,
        last_reward_on=_last_gift(work, rule, due, zone),
    )
    announced = programme.birthday.announced_days
    return reward_refusal(facts, day, announced, today)


def _last_gift(work: Work, rule: CareRule, due: Due, zone: str) -> date | None:
    """The local day of the gift of this birthday-year or the one before, also of one to a
    membership that was merged into this one."""
    year = int(due.occurrence)
    everyone = work.mydata.memberships(due.member_id)
    for of in (year, year - 1):
        for one in everyone:
            if found := work.ledger.by_key(dedupe(rule, one, str(of))):
                return local_day(found[0].at, zone)
    return None


def _greeted_lately(work: Work, rule: CareRule, due: Due, day: date) -> bool:
    """A birthday moved from December to January brings no second greeting, also where a merged
    membership had the first."""
    year = str(int(due.occurrence) - 1)
    for one in work.mydata.memberships(due.member_id):
        before = work.deliveries.occasion(dedupe(rule, one, year))
        if before and before.state != "skipped":
            gap = (day - before.due_at.date()).days
            if gap < REWARD_GAP_DAYS:
                return True
    return False
