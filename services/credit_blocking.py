"""Stored value that nobody may spend for now, such as after a lost phone."""

from __future__ import annotations

from datetime import datetime

from domain.errors import ReasonMissing
from services import adjustments, finding
from services.ports import Work
from services.ports.bills import CreditBlock
from services.ports.club import Actor
from services.ports.post import Notice


def block(work: Work, member_id: int, reason: str, actor: Actor | None, now: datetime) -> bool:
    """Lets nobody spend a member's stored value for now, such as after a lost phone; False if it
    was blocked. `actor` None: the member themself. Raises ReasonMissing."""
    reason = _reason(reason, "credit.block")
    member_id = finding.standing(work, member_id).id
    work.members.lock(member_id)
    staff_id = actor.staff_id if actor else None
    if not work.credit_blocks.add(CreditBlock(member_id, now, staff_id, reason)):
        return False
    who = actor or Actor("member")
    work.audit.add(who, "credit.block", ("member", member_id), now, {}, reason)
    if actor:
        notice = Notice("credit.told_blocked", {}, dedupe=f"credit:block:{work.new_id()}")
        work.deliveries.to_member(member_id, notice, now)
    return True


def unblock(work: Work, member_id: int, reason: str, actor: Actor, now: datetime) -> bool:
    """Lets it be spent again; only staff do, for whoever has the phone could ask for it. False
    if it was not blocked. Raises ReasonMissing."""
    reason = _reason(reason, "credit.unblock")
    member_id = finding.standing(work, member_id).id
    work.members.lock(member_id)
    if not work.credit_blocks.lift(member_id):
        return False
    work.audit.add(actor, "credit.unblock", ("member", member_id), now, {}, reason)
    notice = Notice("credit.told_unblocked", {}, dedupe=f"credit:unblock:{work.new_id()}")
    work.deliveries.to_member(member_id, notice, now)
    return True


def _reason(text: str, action: str) -> str:
    if not (reason := adjustments.short(text)):
        raise ReasonMissing(action)
    return reason
