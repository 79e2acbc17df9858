"""Becoming a member with one tap."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from domain.members import Member, MemberState, new_number
from services import ledger, levels
from services.ports import Work

WELCOME = "welcome"
_TRIES = 20
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")  # Bot API, deep linking


@dataclass(frozen=True, slots=True)
class Joined:
    """`new` is False if the address belonged to a member already; `points` were given."""

    member: Member
    new: bool
    points: int


def join(work: Work, address_id: int, *, locale: str, now: datetime) -> Joined:
    """Makes the person at an address a member (SEMANTICS: Members): accepts the current club
    rules, gives a number, the first level and the welcome points. Joining twice changes nothing.
    """
    address = work.addresses.lock(address_id)
    if address.member_id is not None:
        return Joined(work.members.get(address.member_id), False, 0)
    programme = work.programmes.current()
    member = add_member(
        work,
        Member(
            id=work.random_id(),
            number="",
            state=MemberState.ACTIVE,
            level=programme.first_level.key,
            joined_at=now,
            locale=locale,
            source=address.source or address.channel,
        ),
    )
    work.addresses.belong(address_id, member.id)
    work.members.accept_charter(member.id, programme.charter.version, address.channel, now)
    levels.joined(work, member.id, member.level, now)
    points = programme.welcome_points
    ledger.bonus(work, member.id, points, key=f"join:{member.id}", source=(WELCOME, 1), now=now)
    return Joined(member, True, points)


def came_by(work: Work, address_id: int, payload: str) -> None:
    """Keeps the link (`src_…`, `ref_…`) by which somebody first came, before or without joining.

    Later links change nothing; what no link can hold is not kept.
    """
    address = work.addresses.get(address_id)
    if address.member_id is None and not address.source and _PAYLOAD.fullmatch(payload):
        work.addresses.set_source(address_id, payload)


def add_member(work: Work, member: Member) -> Member:
    """Adds a member under a free random number."""
    for _ in range(_TRIES):
        numbered = _numbered(member, new_number(secrets.randbelow))
        if work.members.add(numbered):
            return numbered
    raise RuntimeError("no free member number was found")


def _numbered(member: Member, number: str) -> Member:
    values = {name: getattr(member, name) for name in Member.__dataclass_fields__}
    return Member(**{**values, "number": number})
