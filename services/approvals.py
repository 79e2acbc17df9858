"""Changes that a second person must agree to: asked for, shown to who may decide, carried out.

What an approved request does is found in services/approval_kinds.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from domain.approvals import (
    Approval,
    ApprovalNotFound,
    ApprovalOutdated,
    ApprovalState,
    NotOwnApproval,
    payload_hash,
)
from domain.errors import KeyConflict, NotAllowed
from domain.staff import ROLES, permissions
from services import approval_kinds
from services.ports import Work
from services.ports.club import Actor, Operator
from services.ports.post import Notice

DAYS: Final = 7
SHOWN: Final = 20
CLOCK: Final = Actor("clock")
LOOKS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "campaign.start": (("broadcast.button_look", "campaign.look"),),
}
"""Label and intent of buttons that show what a request of a kind is about, by its subject."""


def ask(
    work: Work,
    kind: str,
    subject: tuple[str, int | str],
    payload: Mapping[str, Any],
    *,
    permission: str,
    actor: Actor,
    summary: tuple[str, Mapping[str, Any]],
    now: datetime,
    key: str = "",
) -> Approval:
    """Writes a request and shows it to every linked operator who may decide it.

    `subject` is (kind, id); a member is named by id only, here and in the payload (plain JSON
    data, which is carried out as it is now or not at all). `summary` is the text that shows what
    is asked, with its values and `approval` (see `card`). The same `key` again changes nothing;
    with another payload raises KeyConflict.
    """
    if key and (before := work.approvals.by_key(key)):
        if before.payload_hash != payload_hash(payload):
            raise KeyConflict(key)
        return before
    approval = Approval(
        id=work.new_id(),
        kind=kind,
        subject_kind=subject[0],
        subject_id=str(subject[1]),
        payload=payload,
        payload_hash=payload_hash(payload),
        permission=permission,
        summary=summary[0],
        values=summary[1],
        asker=actor.name,
        asked_by=actor.staff_id,
        asked_at=now,
        expires_at=now + timedelta(days=DAYS),
    )
    if not work.approvals.add(approval, key or f"approval:{approval.id}"):
        return _found(work.approvals.by_key(key))
    _audit(work, "approval.ask", approval, actor, now)
    notice = Notice(approval.summary, card(work, approval, now), buttons(approval))
    for operator in approvers(work, permission, actor.staff_id):
        _tell(work, operator, notice, now)
    return approval


def approvers(work: Work, permission: str, but: int | None = None) -> list[Operator]:
    """The operators with a linked chat who may decide, without the one who asks."""
    roles = frozenset(role for role in ROLES if permission in permissions(role))
    return [one for one in work.staff.in_roles(roles) if one.id != but]


def waiting(work: Work, now: datetime) -> list[Approval]:
    """Every request that can still be decided, the oldest first."""
    return work.approvals.open(now, SHOWN)


def find(work: Work, approval_id: int) -> Approval:
    """The request; raises ApprovalNotFound."""
    return _found(work.approvals.get(approval_id))


def decide(work: Work, approval_id: int, yes: bool, actor: Actor, now: datetime) -> Approval:
    """Approves and carries out, or declines; the asker is told. Gives the request as it stands.

    A request that was decided before, is too old or does not fit any more is not carried out:
    its state says so. Raises ApprovalNotFound, NotOwnApproval, NotAllowed, and what carrying it
    out refuses; it then stays open.
    """
    approval = find(work, approval_id)
    _may_decide(work, approval, actor)
    after = _outcome(approval, yes, now)
    if not work.approvals.settle(approval.id, ApprovalState.OPEN, after, actor, now):
        return find(work, approval.id)
    if after is ApprovalState.APPROVED:
        _carry_out(work, approval, actor, now)
    settled = find(work, approval.id)
    _leave(work, settled, actor, now)
    _audit(work, f"approval.{settled.state}", settled, actor, now)
    _tell_asker(work, settled, now)
    return settled


def nothing_lapsed(work: Work, now: datetime) -> bool:
    """Whether no request has run out of time that is not marked so."""
    return not work.approvals.lapsed(now, 1)


def lapse(work: Work, now: datetime, most: int) -> int:
    """Marks requests that nobody has decided in time and tells who asked; how many."""
    found = work.approvals.lapsed(now, most)
    for one in found:
        if work.approvals.settle(one.id, ApprovalState.OPEN, ApprovalState.EXPIRED, CLOCK, now):
            _leave(work, find(work, one.id), CLOCK, now)
            _audit(work, "approval.expired", one, CLOCK, now)
            _tell_asker(work, find(work, one.id), now)
    return len(found)


def card(work: Work, approval: Approval, now: datetime) -> dict[str, Any]:
    """The values of the text that shows a request: its own and, as `approval`, who asked when
    and what became of it."""
    about = {
        "kind": approval.kind,
        "asker": approval.asker,
        "asked_at": approval.asked_at,
        "expires_at": approval.expires_at,
        "state": str(approval.state_at(now)),
        "decider": approval.decider,
        "decided_at": approval.decided_at,
        "zone": work.programmes.current().zone,
    }
    return {**approval.values, "approval": about}


def buttons(approval: Approval) -> tuple[tuple[tuple[str, str, tuple[str, ...]], ...], ...]:
    """Yes and no, as a notice has them, and before them a look at what it is about."""
    this = (str(approval.id),)
    yes, no = ("button.approve", "approval.yes", this), ("button.decline", "approval.no", this)
    looks = LOOKS.get(approval.kind, ())
    return (*(((*look, (approval.subject_id,)),) for look in looks), (yes, no))


def _may_decide(work: Work, approval: Approval, actor: Actor) -> None:
    """Asked of the register, for a role may have changed since the card was sent."""
    if actor.staff_id is not None and actor.staff_id == approval.asked_by:
        raise NotOwnApproval()
    found = (one for one in work.staff.all() if one.id == actor.staff_id and one.active)
    operator = next(found, None)
    if operator is None or approval.permission not in permissions(operator.role):
        raise NotAllowed(approval.permission)


def _outcome(approval: Approval, yes: bool, now: datetime) -> ApprovalState:
    if now >= approval.expires_at:
        return ApprovalState.EXPIRED
    if not approval.whole:
        return ApprovalState.STALE
    return ApprovalState.APPROVED if yes else ApprovalState.DECLINED


def _carry_out(work: Work, approval: Approval, actor: Actor, now: datetime) -> None:
    run = approval_kinds.run_of(approval.kind)
    try:
        run(work, approval.payload, actor, now)
    except ApprovalOutdated:
        before, after = ApprovalState.APPROVED, ApprovalState.STALE
        work.approvals.settle(approval.id, before, after, actor, now)


def _leave(work: Work, settled: Approval, actor: Actor, now: datetime) -> None:
    """What is not carried out is put back where it came from."""
    leave = approval_kinds.leave_of(settled.kind)
    if leave is not None and settled.state is not ApprovalState.APPROVED and settled.whole:
        leave(work, settled, actor, now)


def _tell_asker(work: Work, approval: Approval, now: datetime) -> None:
    if approval.asked_by is None or not approval.whole:
        return
    notice = Notice(approval.summary, card(work, approval, now))
    for operator in work.staff.all():
        if operator.id == approval.asked_by and operator.active:
            _tell(work, operator, notice, now)


def _tell(work: Work, operator: Operator, notice: Notice, now: datetime) -> None:
    if operator.address_id is not None:
        work.deliveries.to_address(operator.address_id, notice, now)


def _audit(work: Work, action: str, approval: Approval, actor: Actor, now: datetime) -> None:
    detail = {
        "kind": approval.kind,
        "subject": f"{approval.subject_kind}:{approval.subject_id}",
        "payload": approval.payload_hash,
    }
    work.audit.add(actor, action, ("approval", approval.id), now, detail)


def _found(approval: Approval | None) -> Approval:
    if approval is None:
        raise ApprovalNotFound()
    return approval
