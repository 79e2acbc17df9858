"""A member's portrait for staff: who, how well the club knows them, what is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from domain.club_errors import OwnMembership
from domain.dates import add_months, local_day
from domain.errors import ReasonMissing
from domain.members import Member, MemberState
from domain.merging import UNDO
from domain.money import Money
from domain.points import Unit
from domain.programme import Programme
from services import gifting, insight_reading, levels, purchases, reinstating
from services.finding import standing
from services.ports import Work
from services.ports.club import Actor
from services.ports.membership import Merge
from services.ports.operations import Gift
from services.ports.points import Summary
from services.ports.sales import Purchase

NEWEST: Final = 5
LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Spending:
    """How recently, how often and for how much a member buys. `days_ago` None: never."""

    lifetime: Money
    year: Money
    visits: int
    days_ago: int | None


@dataclass(frozen=True, slots=True)
class Portrait:
    """Everything staff see on one card. `merge` and `gift`: what can still be undone; `expired`:
    points that can be given again; `insight`: what the last night made of them."""

    member: Member
    programme: Programme
    phone_verified: bool
    claimed: bool
    points: Summary
    spending: Spending
    newest: tuple[Purchase, ...]
    consents: tuple[str, ...]
    channels: tuple[str, ...]
    vouchers: int
    tickets: int
    merge: Merge | None
    expired: int = 0
    gift: Gift | None = None
    insight: dict[str, Any] | None = None
    tags: tuple[str, ...] = ()
    likes: tuple[str, ...] = ()
    usual_hour: int | None = None


def portrait(work: Work, member_id: int, now: datetime) -> Portrait:
    """The portrait (SEMANTICS: Insight); a merged membership leads to the kept one."""
    member = standing(work, member_id)
    everything = work.mydata.memberships(member.id)
    extras = work.members.extras(member.id)
    addresses = work.addresses.of_member(member.id)
    given = work.members.consents(member.id)
    return Portrait(
        member,
        work.programmes.current(),
        bool(extras["phone_verified"]),
        bool(addresses) or extras["claimed_at"] is not None,
        work.ledger.summary(member.id, Unit.POINTS, now),
        _spending(work, member.id, now),
        tuple(work.purchases.of_member(member.id, NEWEST)),
        tuple(sorted(purpose for purpose, yes in given.items() if yes)),
        tuple(sorted({address.channel for address in addresses if not address.blocked})),
        work.mydata.open_vouchers(everything),
        work.mydata.open_tickets(everything),
        _open_merge(work, member.id, now),
        reinstating.possible(work, member.id, now).points,
        gifting.undoable(work, member.id),
        insight_reading.of_member(work, member.id, now),
        tuple(tag.name for tag in work.tags.of(member.id)),
        tuple(insight_reading.likings(work, member.id, now)),
        insight_reading.usual_hour(work, member.id),
    )


def _spending(work: Work, member_id: int, now: datetime) -> Spending:
    programme = work.programmes.current()
    today = local_day(now, programme.zone)
    days = work.purchases.days([member_id])[member_id]
    year = [day for day in days if day.day > add_months(today, -12)]
    last = max((day.day for day in days), default=None)
    return Spending(
        Money(sum(day.minor for day in days), programme.currency),
        Money(sum(day.minor for day in year), programme.currency),
        sum(day.purchases for day in year),
        (today - last) // timedelta(days=1) if last else None,
    )


def _open_merge(work: Work, member_id: int, now: datetime) -> Merge | None:
    found = work.merges.newest(member_id)
    if found is None or found.kept_id != member_id or now >= found.merged_at + UNDO:
        return None
    return found


# -- what staff may change --------------------------------------------------------------


def phone(work: Work, member_id: int, actor: Actor, now: datetime) -> str | None:
    """The phone in full, for who has to call; the look at it is audited."""
    member = standing(work, member_id)
    if member.phone:
        work.audit.add(actor, "member.phone_shown", ("member", member.id), now, {})
    return member.phone


def freeze(work: Work, member_id: int, reason: str, actor: Actor, now: datetime) -> bool:
    """Freezes a membership (it may read, neither earn nor spend); False if it was frozen.
    Raises ReasonMissing."""
    return _turn(work, member_id, MemberState.FROZEN, reason, actor, now)


def unfreeze(work: Work, member_id: int, reason: str, actor: Actor, now: datetime) -> bool:
    """Makes a frozen membership active again, and books the purchases that waited for it
    meanwhile; False if it was active. Raises ReasonMissing."""
    if not _turn(work, member_id, MemberState.ACTIVE, reason, actor, now):
        return False
    purchases.match_waiting(work, member_id, now)
    levels.look_again(work, member_id, now)
    return True


def _turn(
    work: Work, member_id: int, state: MemberState, reason: str, actor: Actor, now: datetime
) -> bool:
    action = "member.freeze" if state is MemberState.FROZEN else "member.unfreeze"
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise ReasonMissing(action)
    work.members.lock(member_id)
    before = work.members.get(member_id).state
    if before not in (MemberState.ACTIVE, MemberState.FROZEN) or before is state:
        return False
    work.members.change(member_id, state=state.value)
    work.audit.add(actor, action, ("member", member_id), now, {}, reason)
    return True


def not_own(own: int | None, member_id: int) -> None:
    """Operators do not change their own membership; raises OwnMembership."""
    if own == member_id:
        raise OwnMembership()
