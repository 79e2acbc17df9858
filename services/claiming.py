"""Claiming an imported membership, or finding one's other one, by a phone the platform vouches
for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.members import MemberState, show_number
from domain.staff import OPERATOR, OWNER
from services.ports import Work
from services.ports.post import Notice

_OPEN = (MemberState.ACTIVE, MemberState.FROZEN)


class Outcome(StrEnum):
    """`nothing`: nobody else has the phone. `claimed`: the address now belongs to `member_id`.
    `merge`: the person's own membership and `member_id` may be merged. `waiting`: staff were
    asked, because several memberships fit or the phone of the other was only typed."""

    NOTHING = "nothing"
    CLAIMED = "claimed"
    MERGE = "merge"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a verified phone led to. `first`: the membership had no chat before."""

    outcome: Outcome
    member_id: int | None = None
    first: bool = False


def by_phone(work: Work, address_id: int, phone: str, now: datetime) -> Claim:
    """Looks for the memberships of an E.164 phone that the platform attested as the sender's own
    (SEMANTICS: Members). Gives no second welcome. Two addresses at once: the second finds what
    the first has made.
    """
    mine = work.addresses.lock(address_id).member_id
    others = [member for member in work.members.by_phone(phone) if member != mine]
    if not others:
        return Claim(Outcome.NOTHING)
    if len(others) > 1:
        return _ask_staff(work, address_id, mine, others, now)
    return _one(work, address_id, mine, others[0], now)


def _one(work: Work, address_id: int, mine: int | None, other: int, now: datetime) -> Claim:
    work.members.lock(other)
    if work.members.get(other).state not in _OPEN:
        return Claim(Outcome.NOTHING)
    extras = work.members.extras(other)
    first = extras["claimed_at"] is None and not work.addresses.of_member(other)
    if not first and not extras["phone_verified"]:
        return _ask_staff(work, address_id, mine, [other], now)
    if mine is not None:
        return Claim(Outcome.MERGE, other, first)
    work.addresses.belong(address_id, other)
    work.members.change(other, phone_verified=True, claimed_at=extras["claimed_at"] or now)
    return Claim(Outcome.CLAIMED, other, first)


def _ask_staff(
    work: Work, address_id: int, mine: int | None, others: list[int], now: datetime
) -> Claim:
    """Tells those who may merge, once for every address and set of memberships."""
    members = ([mine] if mine else []) + others
    numbers = [show_number(work.members.get(member).number) for member in members]
    buttons = tuple(
        (("button.member_show", "member.show", (str(member),)),) for member in members[:5]
    )
    occasion = work.vault.index("claim", f"{address_id}:{sorted(members)}")
    for operator in work.staff.in_roles(frozenset({OPERATOR, OWNER})):
        if operator.address_id is None or operator.address_id == address_id:
            continue
        values = {"numbers": numbers, "joined": mine is not None}
        dedupe = f"claim:{operator.id}:{occasion}"
        notice = Notice("claim.to_staff", values, buttons, dedupe=dedupe)
        work.deliveries.to_address(operator.address_id, notice, now)
    return Claim(Outcome.WAITING)
