"""Members made at a till or in a shop: no chat yet, it is linked later by a verified phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain.birthdays import Birthday, parse_birthday
from domain.dates import local_day
from domain.errors import Refused
from domain.members import Gender, Member, MemberState, check_name
from domain.profiles import check_city, check_guardian
from services import joining, ledger, levels, lunar, purchases
from services.matching import parse_email
from services.phones import parse_phone, region_of
from services.ports import Work
from services.ports.club import Actor
from services.ports.sales import Claim
from services.zones import find_zone

CHANNEL = "api"


@dataclass(eq=False)
class MemberExists(Refused):
    """`field` (phone, email or external_id) belongs to a member already."""

    field: str
    code: ClassVar[str] = "member.exists"


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of the person, as it was typed; empty texts are unknown."""

    name: str = ""
    phone: str = ""
    email: str = ""
    external_id: str = ""
    birthday: str = ""
    gender: str = ""
    city: str = ""
    locale: str = ""
    zone: str = ""


def enrol(work: Work, details: Details, *, actor: Actor, now: datetime) -> Member:
    """Makes somebody a member who has accepted the club rules at a counter (SEMANTICS: Members).

    Gives number, first level and welcome points, books the purchases that waited for them, and
    is audited. Raises MemberExists, BadName, BadPhone, BadEmail, BadCity, UnknownZone,
    BirthdayUnreadable, BirthdayUnclear, BirthdayImpossible, GuardianNeeded.
    """
    programme = work.programmes.current()
    member = joining.add_member(work, _member(work, details, now))
    work.members.accept_charter(member.id, programme.charter.version, CHANNEL, now)
    levels.joined(work, member.id, member.level, now)
    points = programme.welcome_points
    key, source = f"join:{member.id}", (joining.WELCOME, 1)
    ledger.bonus(work, member.id, points, key=key, source=source, now=now, actor=actor)
    work.audit.add(actor, "member.add", ("member", member.id), now, {"source": CHANNEL})
    purchases.match_waiting(work, member.id, now)
    return work.members.get(member.id)


def _member(work: Work, details: Details, now: datetime) -> Member:
    programme = work.programmes.current()
    region = region_of(programme.currency)
    phone = parse_phone(details.phone, region) if details.phone else None
    email = parse_email(details.email) if details.email else None
    birthday = _birthday(details.birthday, now, programme.zone)
    member = Member(
        id=work.random_id(),
        number="",
        state=MemberState.ACTIVE,
        level=programme.first_level.key,
        joined_at=now,
        locale=details.locale,
        zone=find_zone(details.zone) if details.zone else None,
        name=check_name(details.name) if details.name else None,
        birthday=birthday,
        birthday_set_at=now if birthday else None,
        phone=phone,
        email=email,
        city=check_city(details.city) if details.city else None,
        gender=Gender(details.gender) if details.gender else None,
        source=CHANNEL,
        external_id=details.external_id.strip() or None,
    )
    _require_new(work, member)
    return member


def _birthday(text: str, now: datetime, zone: str) -> Birthday | None:
    if not text:
        return None
    today = local_day(now, zone)
    birthday = parse_birthday(text, today)
    check_guardian(birthday, today, guardian=False, born=lunar.born_on(birthday))
    return birthday


def _require_new(work: Work, member: Member) -> None:
    """One at a time for each phone, e-mail and external id: whoever comes second finds them
    taken."""
    named = (("phone", member.phone), ("email", member.email), ("external", member.external_id))
    work.purchases.claim_people([Claim(kind, text) for kind, text in named if text])
    if member.phone and work.members.by_phone(member.phone):
        raise MemberExists("phone")
    if member.email and work.members.by_email(member.email):
        raise MemberExists("email")
    if member.external_id and work.members.by_external_id(member.external_id) is not None:
        raise MemberExists("external_id")
