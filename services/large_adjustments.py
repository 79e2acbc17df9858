"""Points by hand that one operator may not decide alone: asked for, approved, then booked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from domain.approvals import Approval
from domain.errors import NotEnoughPoints
from domain.ledger import Posting
from domain.members import require_active
from domain.points import Unit
from services import adjustments, approvals, portraits
from services.finding import standing
from services.masks import masked
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice

KIND: Final = "points.adjust"
PERMISSION: Final = "points:approve"


def adjust(
    work: Work,
    member_id: int,
    points: int,
    *,
    reason: str,
    key: str,
    actor: Actor,
    now: datetime,
    tell: bool = False,
) -> Posting | Approval:
    """Books points by hand, or asks for a second person's yes when they are more than the
    programme's `second_above`. SEMANTICS: Points, manual adjustment.

    `tell`: the member hears of it once it is booked. The same key again changes nothing. Raises
    as adjustments.adjust.
    """
    asked = work.approvals.by_key(key) is not None
    if work.ledger.by_key(key) or not (asked or needs_second(work, points)):
        posting = adjustments.adjust(
            work, member_id, points, reason=reason, key=key, actor=actor, now=now
        )
        if tell:
            told(work, posting, reason, now)
        return posting
    return _ask(work, member_id, points, reason=reason, key=key, actor=actor, now=now, tell=tell)


def needs_second(work: Work, points: int) -> bool:
    """Whether so many points at once need a second person's yes."""
    above = work.programmes.current().adjustments.second_above
    return above is not None and abs(points) > above


def _ask(
    work: Work,
    member_id: int,
    points: int,
    *,
    reason: str,
    key: str,
    actor: Actor,
    now: datetime,
    tell: bool,
) -> Approval:
    """What would be refused anyway is refused before anybody is asked."""
    reason = adjustments.checked(points, reason)
    require_active(work.members.get(member_id).state)
    adjustments.check_limit(work, work.programmes.current(), abs(points), actor, now)
    has = work.ledger.summary(member_id, Unit.POINTS, now)
    if points < 0 and has.available < -points:
        raise NotEnoughPoints(has.available, -points)
    who = masked(work, member_id)
    payload = {
        "member": str(member_id),
        "points": points,
        "reason": reason,
        "key": key,
        "by": [actor.name, _text(actor.staff_id), _text(actor.store_id)],
        "tell": tell,
    }
    values = {"name": who.name, "number": who.number, "points": points, "reason": reason}
    return approvals.ask(
        work,
        KIND,
        ("member", member_id),
        payload,
        permission=PERMISSION,
        actor=actor,
        summary=("adjust.asked", values),
        now=now,
        key=key,
    )


def approved(work: Work, payload: Mapping[str, Any], actor: Actor, now: datetime) -> Posting:
    """Books what a second person has agreed to, within the limit of who asked for it. Raises as
    adjustments.adjust, and OwnMembership."""
    name, staff_id, store_id = payload["by"]
    asker = Actor(name, _number(staff_id), _number(store_id))
    # The membership may have been merged since.
    member_id, reason = standing(work, int(payload["member"])).id, payload["reason"]
    portraits.not_own(_membership(work, actor), member_id)
    posting = adjustments.adjust(
        work,
        member_id,
        payload["points"],
        reason=reason,
        key=payload["key"],
        actor=asker,
        now=now,
    )
    if payload["tell"]:
        told(work, posting, reason, now)
    return posting


def _membership(work: Work, actor: Actor) -> int | None:
    """The operator's own membership, if they have one."""
    found = (one.address_id for one in work.staff.all() if one.id == actor.staff_id)
    address_id = next(found, None)
    return work.addresses.get(address_id).member_id if address_id is not None else None


def told(work: Work, posting: Posting, reason: str, now: datetime) -> None:
    """Tells the member what was adjusted and why."""
    has = work.ledger.summary(posting.member_id, Unit.POINTS, now).available
    values = {"points": posting.amount, "reason": reason, "available": has}
    notice = Notice("adjust.told", values, dedupe=f"adjust:{posting.id}")
    work.deliveries.to_member(posting.member_id, notice, now)


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _number(text: str) -> int | None:
    return int(text) if text else None
