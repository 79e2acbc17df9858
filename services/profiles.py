"""What members tell about themselves, and the reward that each detail brings once for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.birthdays import Birthday, locked_until, parse_birthday
from domain.charters import Standing
from domain.dates import local_day
from domain.errors import BirthdayImpossible
from domain.members import Gender, Member, MemberState, check_name
from domain.profiles import (
    UnknownPreference,
    check_city,
    check_guardian,
    missing,
    value_of,
)
from domain.programme import PROFILE_FIELDS, Programme
from services import charters, ledger, lunar
from services.phones import parse_phone
from services.ports import Work
from services.zones import region_of

GUARDIAN = "guardian"
SOURCE = "profile"


@dataclass(frozen=True, slots=True)
class Saved:
    """A detail was kept. `points` came with it; `paused` says why they did not, though they are
    still to be had: `frozen`, `rules`, or `unverified` for a phone that nobody vouches for.
    `locked_until`: the day from which birthday gifts are possible again. `found`: purchases that
    waited for this phone, and the points they brought."""

    field: str
    points: int = 0
    paused: str = ""
    locked_until: date | None = None
    found: int = 0
    found_points: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """The profile as its member sees it; `rewards` are the points still to be had by field."""

    member: Member
    programme: Programme
    phone_verified: bool
    rewards: dict[str, int]

    @property
    def fields(self) -> tuple[str, ...]:
        """What this club asks for: preferences only where the programme names some."""
        asked = bool(self.programme.preferences)
        return tuple(field for field in PROFILE_FIELDS if asked or field != "preferences")

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(field for field in missing(self.member) if field in self.fields)

    @property
    def offer(self) -> int:
        """Points for what is still missing."""
        return sum(self.rewards.get(field, 0) for field in self.missing)


def profile(work: Work, member_id: int) -> Profile:
    """What is known of a member and what more would bring."""
    member, verified = work.members.known(member_id)
    programme = work.programmes.current()
    worth = {field: points for field, points in programme.profile_rewards.items() if points}
    had = _rewarded(work, member_id, *worth)
    rewards = {field: points for field, points in worth.items() if field not in had}
    return Profile(member, programme, verified, rewards)


def tell_name(work: Work, member_id: int, text: str, now: datetime) -> Saved:
    """Keeps a name; raises BadName."""
    return _keep(work, member_id, "name", now, name=check_name(text))


def tell_city(work: Work, member_id: int, text: str, now: datetime) -> Saved:
    """Keeps a city; raises BadCity."""
    return _keep(work, member_id, "city", now, city=check_city(text))


def tell_gender(work: Work, member_id: int, gender: Gender, now: datetime) -> Saved:
    """Keeps a gender."""
    return _keep(work, member_id, "gender", now, gender=gender.value)


def tell_preference(work: Work, member_id: int, key: str, likes: bool, now: datetime) -> Saved:
    """Ticks or unticks one preference; raises UnknownPreference."""
    offered = [preference.key for preference in work.programmes.current().preferences]
    if key not in offered:
        raise UnknownPreference()
    work.members.lock(member_id)
    liked = set(work.members.get(member_id).preferences)
    liked = liked | {key} if likes else liked - {key}
    kept = tuple(one for one in offered if one in liked)
    if not kept:
        work.members.change(member_id, preferences=())
        return Saved("preferences")
    return _keep(work, member_id, "preferences", now, preferences=kept)


def read_birthday(work: Work, text: str, now: datetime) -> Birthday:
    """A birthday as people type it, read on the club's day. Raises BirthdayUnreadable,
    BirthdayUnclear, BirthdayImpossible."""
    today = local_day(now, work.programmes.current().zone)
    birthday = parse_birthday(text, today)
    born = lunar.born_on(birthday)
    if born and born > today:
        raise BirthdayImpossible(text, "future")
    return birthday


def next_birthday(work: Work, birthday: Birthday, now: datetime) -> date:
    """The day on which it is celebrated next, today included."""
    programme = work.programmes.current()
    today, feb29 = local_day(now, programme.zone), programme.birthday.feb29
    years = range(today.year - 1, today.year + 2)  # a lunar year ends in the next solar one
    return min(day for y in years if (day := lunar.celebrated(birthday, y, feb29)) >= today)


def tell_birthday(
    work: Work,
    member_id: int,
    birthday: Birthday,
    now: datetime,
    *,
    channel: str,
    guardian: bool = False,
) -> Saved:
    """Keeps a birthday. A change, also after deleting, locks birthday gifts for 30 days
    (SEMANTICS: Members). Raises GuardianNeeded under 14; `guardian`: one has agreed."""
    zone = work.programmes.current().zone
    today = local_day(now, zone)
    check_guardian(birthday, today, guardian=guardian, born=lunar.born_on(birthday))
    work.members.lock(member_id)
    member = work.members.get(member_id)
    first = member.birthday_set_at is None and member.birthday is None
    if member.birthday == birthday:
        return Saved("birthday")
    if guardian:
        work.members.set_consent(member_id, GUARDIAN, True, channel, now)
    when: dict[str, Any] = {"birthday_set_at": now} if first else {"birthday_changed_at": now}
    saved = _keep(work, member_id, "birthday", now, birthday=birthday, **when)
    lock = None if first else locked_until(today)
    return Saved("birthday", saved.points, saved.paused, lock)


def tell_phone(work: Work, member_id: int, text: str, now: datetime, *, own: bool) -> Saved:
    """Keeps a phone; raises BadPhone. Only an `own` one, which the platform vouches for, is
    trusted: it is rewarded and finds the member's purchases. A typed one finds nobody."""
    phone = parse_phone(text, region_of(work.programmes.current().zone))
    if own:
        return _keep(work, member_id, "phone", now, phone=phone, phone_verified=True)
    known = work.members.get(member_id).phone == phone
    if known and work.members.extras(member_id)["phone_verified"]:
        return Saved("phone")
    work.members.change(member_id, phone=phone, phone_verified=False, phone_index=None)
    waits = not _rewarded(work, member_id, "phone")
    return Saved("phone", paused="unverified" if waits and _worth(work, "phone") else "")


def forget(work: Work, member_id: int, field: str) -> bool:
    """Deletes a detail; False if there was none. That a birthday was told before is kept, so
    that the next one counts as a change."""
    member = work.members.get(member_id)
    if not value_of(member, field):
        return False
    empty: dict[str, Any] = {field: () if field == "preferences" else None}
    if field == "phone":
        empty["phone_verified"] = False
    if field == "birthday":  # an imported one has no moment at which it was told
        empty["birthday_set_at"] = member.birthday_set_at or member.joined_at
    work.members.change(member_id, **empty)
    return True


def reward_key(member_id: int, field: str) -> str:
    """The ledger's key of a detail's reward."""
    return f"profile:{member_id}:{field}"


def _keep(work: Work, member_id: int, field: str, now: datetime, **values: Any) -> Saved:
    work.members.lock(member_id)
    work.members.change(member_id, **values)
    points = _worth(work, field)
    if not points or _rewarded(work, member_id, field):
        return Saved(field)
    if paused := _paused(work, work.members.get(member_id)):
        return Saved(field, paused=paused)
    key = reward_key(member_id, field)
    ledger.bonus(work, member_id, points, key=key, source=(SOURCE, field), now=now)
    return Saved(field, points)


def _worth(work: Work, field: str) -> int:
    return work.programmes.current().profile_rewards.get(field, 0)


def _rewarded(work: Work, member_id: int, *fields: str) -> set[str]:
    """The details that brought their reward: once for ever, also where a membership that was
    merged into this one had it."""
    everyone = work.mydata.memberships(member_id)
    keys = {reward_key(one, field): field for one in everyone for field in fields}
    return {keys[key] for key in work.ledger.booked(keys)}


def _paused(work: Work, member: Member) -> str:
    if member.state is not MemberState.ACTIVE:
        return "frozen"
    return "rules" if charters.standing(work, member) is Standing.MUST_ACCEPT else ""
