"""Care: birthday greetings with their gift, and reminders of points about to expire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from domain.birthdays import REWARD_GAP_DAYS, NoReward, RewardFacts, reward_refusal
from domain.consent import Purpose, agreed
from domain.dates import local_day, start_of_day
from domain.members import Member, MemberState
from domain.points import Unit, day_before
from domain.programme import Programme
from domain.timetable import moment
from services import ledger
from services.ports import Work
from services.ports.post import Notice, Waiting
from services.quiet import open_at

HOUR: Final = time(9)
BIRTHDAY: Final = "birthday"
EXPIRING: Final = "care.points_expiring"
_CARD = ((("care.button_card", "card", ()),),)
_BENEFITS = ((("care.button_benefits", "benefits", ()),),)


# -- birthdays --------------------------------------------------------------------------


def birthday_members(work: Work, day: date, zone: str | None, after: int, most: int) -> list[int]:
    """Members who celebrate on a local day, those of one zone (None: the programme's)."""
    feb29 = work.programmes.current().birthday.feb29
    leap_year = (date(day.year, 3, 1) - timedelta(days=1)).day == 29
    days = [(day.month, day.day)]
    if not leap_year and f"{day:%m-%d}" == feb29.value:
        days.append((2, 29))
    return work.care.birthdays(days, zone, after, most)


def greet(work: Work, member_id: int, day: date, now: datetime) -> None:
    """Greets a member on a birthday and gives the gift, both once. SEMANTICS: Care, Members.

    The gift follows the rules of reward_refusal; who has not agreed to care gets no greeting but
    a receipt for the points. What is not sent is recorded with its reason. Who was never in a
    chat gets the gift alone.
    """
    notice = _greeting(member_id, day)
    assert notice.dedupe is not None
    if work.deliveries.occasion(notice.dedupe):
        return
    member = work.members.get(member_id)
    refusal = _no_gift(work, member, day, now)
    if not work.addresses.of_member(member_id):
        if refusal is None and member.state is MemberState.ACTIVE:
            _give(work, member_id, day, now)
    elif refusal is NoReward.ALREADY_GIVEN or _greeted_lately(work, member_id, day):
        work.deliveries.suppressed(member_id, notice, NoReward.ALREADY_GIVEN, now)
    elif member.state is not MemberState.ACTIVE:
        work.deliveries.suppressed(member_id, notice, member.state, now)
    else:
        _celebrate(work, member, notice, day, gift=refusal is None, now=now)


def too_late(work: Work, member_id: int, day: date, now: datetime) -> None:
    """Records that a greeting was not sent because the service was down for too long."""
    work.deliveries.suppressed(member_id, _greeting(member_id, day), "too_late", now)


def _greeting(member_id: int, day: date) -> Notice:
    return Notice(
        "care.birthday",
        buttons=_CARD,
        purpose=Purpose.CARE.value,
        surely=False,
        dedupe=f"{BIRTHDAY}:{member_id}:{day.year}",
    )


def _celebrate(
    work: Work, member: Member, notice: Notice, day: date, *, gift: bool, now: datetime
) -> None:
    points = _give(work, member.id, day, now) if gift else 0
    due_at = _open_at(work, member, now)
    values = {"name": member.name or "", "points": points}
    if agreed(work.members.consents(member.id), Purpose.CARE):
        told = _with(notice, values=values, due_at=due_at)
        if work.deliveries.to_member(member.id, told, now) is None:
            work.deliveries.suppressed(member.id, notice, "unreachable", now)
        return
    work.deliveries.suppressed(member.id, notice, "no_consent", now)
    if points:
        receipt = Notice("care.birthday_gift", {"points": points}, _CARD, bulk=True)
        told = _with(receipt, due_at=due_at, dedupe=f"{BIRTHDAY}_gift:{member.id}:{day.year}")
        work.deliveries.to_member(member.id, told, now)


def _give(work: Work, member_id: int, day: date, now: datetime) -> int:
    """Posts the gift of a birthday-year and returns its points."""
    points = work.programmes.current().birthday.points
    key = f"{BIRTHDAY}:{member_id}:{day.year}"
    ledger.bonus(work, member_id, points, key=key, source=(BIRTHDAY, day.year), now=now)
    return points


def _no_gift(work: Work, member: Member, day: date, now: datetime) -> NoReward | None:
    programme = work.programmes.current()
    zone = member.zone or programme.zone
    changed_at = work.members.extras(member.id)["birthday_changed_at"]
    last = _last_gift(work, member.id, day.year, zone)
    facts = RewardFacts(
        birthday=member.birthday,
        entered_on=local_day(member.birthday_set_at, zone) if member.birthday_set_at else None,
        changed_on=local_day(changed_at, zone) if changed_at else None,
        last_reward_on=last[1] if last else None,
        last_reward_year=last[0] if last else None,
    )
    announced = programme.birthday.announced_days
    return reward_refusal(facts, day, announced, local_day(now, zone))


def _last_gift(work: Work, member_id: int, year: int, zone: str) -> tuple[int, date] | None:
    """The newest gift of this birthday-year or the one before, also to a membership that was
    merged into this one: its year and local day."""
    everyone = work.mydata.memberships(member_id)
    for of in (year, year - 1):
        for one in everyone:
            if found := work.ledger.by_key(f"{BIRTHDAY}:{one}:{of}"):
                return of, local_day(found[0].at, zone)
    return None


def _greeted_lately(work: Work, member_id: int, day: date) -> bool:
    """A birthday moved from December to January brings no second greeting."""
    before = work.deliveries.occasion(f"{BIRTHDAY}:{member_id}:{day.year - 1}")
    if before is None or before.state == "skipped":
        return False
    return (day - before.due_at.date()).days < REWARD_GAP_DAYS


def _open_at(work: Work, member: Member, due: datetime) -> datetime:
    extras = work.members.extras(member.id)
    zone = member.zone or work.programmes.current().zone
    return open_at(due, zone, extras["quiet_from"], extras["quiet_to"])


def _with(notice: Notice, **changes: Any) -> Notice:
    values = {name: getattr(notice, name) for name in Notice.__dataclass_fields__}
    return Notice(**{**values, **changes})


# -- points about to expire -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expiring:
    """What a member will lose soon: points by their last day, soonest first."""

    portions: tuple[tuple[int, date], ...]

    def values(self, due_days: Sequence[date]) -> dict[str, Any] | None:
        """As the message shows it: what it is written for, and what else goes soon. None if
        nothing is left of what it is written for."""
        shown = [{"points": points, "day": day} for points, day in self.portions]
        due = [portion for portion in shown if portion["day"] in due_days]
        later = [portion for portion in shown if portion["day"] not in due_days]
        return {"due": due, "later": later} if due else None


def expiring(work: Work, member_id: int, programme: Programme, now: datetime) -> Expiring:
    """What expires within the longest reminder."""
    horizon = local_day(now, programme.zone) + timedelta(
        days=max(programme.expiry_reminder_days, default=0)
    )
    found = work.ledger.summary(member_id, Unit.POINTS, now).expiring
    parts = [(part.amount, day_before(part.at, programme.zone)) for part in found]
    return Expiring(tuple(part for part in parts if part[1] <= horizon))


def reminder_members(work: Work, day: date, after: int, most: int) -> list[int]:
    """Members whose points have their last day just so many days after a day of the programme."""
    programme = work.programmes.current()
    found: set[int] = set()
    for last in _last_days(programme, day):
        since = start_of_day(last + timedelta(days=1), programme.zone)
        until = start_of_day(last + timedelta(days=2), programme.zone)
        found.update(work.care.expiring(since, until, after, most))
    return sorted(found)[:most]


def remind(work: Work, member_id: int, day: date, now: datetime) -> None:
    """Writes the reminder of a day, for the member's local morning; nothing if all is spent."""
    if not work.addresses.of_member(member_id):
        return
    programme = work.programmes.current()
    values = expiring(work, member_id, programme, now).values(_last_days(programme, day))
    member = work.members.get(member_id)
    if values is None or member.state not in (MemberState.ACTIVE, MemberState.FROZEN):
        return
    zone = member.zone or programme.zone
    due_at = _open_at(work, member, max(moment(day, HOUR, zone), now))
    notice = Notice(
        EXPIRING,
        values,
        _BENEFITS,
        bulk=True,
        dedupe=f"expiring:{member_id}:{day}",
        due_at=due_at,
    )
    if work.deliveries.to_member(member_id, notice, now) is None:
        work.deliveries.suppressed(member_id, notice, "unreachable", now)


def still_expiring(work: Work, row: Waiting, now: datetime) -> Mapping[str, Any] | None:
    """The reminder's values at the moment of sending; None if what it was for is spent."""
    assert row.member_id is not None
    written_for = [date.fromisoformat(one["day"]) for one in row.message["values"]["due"]]
    return expiring(work, row.member_id, work.programmes.current(), now).values(written_for)


def _last_days(programme: Programme, day: date) -> list[date]:
    return [day + timedelta(days=before) for before in programme.expiry_reminder_days]
