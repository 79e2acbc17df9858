"""Named service persons (专属客服): who looks after a member whose level gives one.

SEMANTICS: Complaints. Staff choose one on the member's card; with their first ticket a member gets
whoever looks after the fewest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zlib import crc32

from domain.service_errors import NotAServicePerson
from domain.staff import ROLES, permissions
from services.finding import standing
from services.ports import Work
from services.ports.club import Actor, Operator

PERMISSION: Final = "ticket:answer"


@dataclass(frozen=True, slots=True)
class Person:
    """Who looks after a member; `by_level`: their level gives them one."""

    staff: Operator | None
    by_level: bool


def of(work: Work, member_id: int, now: datetime) -> int | None:
    """The operator whom the member's new ticket goes to, None for anybody. A member whose level
    gives a service person and who has none, or one who has left, gets one here; who has fallen
    below keeps theirs, but new tickets go to the desk."""
    if not by_level(work, member_id):
        return None
    known = _serving(work, work.service_persons.of(member_id))
    if known is not None:
        return known.id
    chosen = least_loaded(work)
    if chosen is None:
        return None
    work.service_persons.give(member_id, chosen.id, now)
    return chosen.id


def shown(work: Work, member_id: int) -> str:
    """The name of the member's service person, "" for none."""
    if not by_level(work, member_id):
        return ""
    known = _serving(work, work.service_persons.of(member_id))
    return known.name if known else ""


def seen(work: Work, member_id: int) -> Person:
    """As staff see it on the member's card."""
    member_id = standing(work, member_id).id
    staff = _serving(work, work.service_persons.of(member_id))
    return Person(staff, by_level(work, member_id))


def candidates(work: Work) -> list[Operator]:
    """Who may be one: active operators who answer tickets and have a linked chat, by name."""
    roles = frozenset(role for role in ROLES if PERMISSION in permissions(role))
    return sorted(work.staff.in_roles(roles), key=lambda one: one.name)


def token(staff_id: int) -> str:
    """What a button carries of an operator, beside a member."""
    return f"{crc32(str(staff_id).encode()):x}"


def by_token(work: Work, given: str) -> int:
    """The operator of a button; raises NotAServicePerson."""
    found = next((one.id for one in candidates(work) if token(one.id) == given), None)
    if found is None:
        raise NotAServicePerson()
    return found


def give(work: Work, member_id: int, staff_id: int, actor: Actor, now: datetime) -> Operator:
    """Gives a member their service person by hand; the same again changes nothing. Raises
    NotAServicePerson."""
    member_id = standing(work, member_id).id
    found = next((one for one in candidates(work) if one.id == staff_id), None)
    if found is None or not by_level(work, member_id):
        raise NotAServicePerson()
    before = work.service_persons.of(member_id)
    if before != staff_id:
        work.service_persons.give(member_id, staff_id, now)
        detail = {"from": before, "to": staff_id}
        work.audit.add(actor, "service_person.give", ("member", member_id), now, detail)
    return found


def by_level(work: Work, member_id: int) -> bool:
    """Whether the member's level gives them a service person."""
    named = work.programmes.current().service.named_levels
    return bool(named) and work.members.get(member_id).level in named


def least_loaded(work: Work) -> Operator | None:
    """Of those who serve in the first place (the role `service`, else anybody who may answer),
    the one who looks after the fewest members."""
    everybody = candidates(work)
    serving = [one for one in everybody if one.role == "service"] or everybody
    loads = work.service_persons.loads([one.id for one in serving])
    return min(serving, key=lambda one: (loads[one.id], one.id), default=None)


def _serving(work: Work, staff_id: int | None) -> Operator | None:
    """The operator if they can still answer."""
    return next((one for one in candidates(work) if one.id == staff_id), None)
