"""Deposits of events: points set aside with a seat, and what becomes of them, once."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from domain.errors import NotEnoughPoints
from domain.event_errors import DepositMissing
from domain.events import DepositState, Event, Invitation
from domain.members import MemberState
from domain.point_errors import HoldOver
from services import holds
from services.ports import Work

SETTLED_WITHIN: Final = timedelta(days=60)
"""A deposit nobody decided about so long after the end is released by itself."""


def take(work: Work, event: Event, part: Invitation, now: datetime) -> dict[str, Any]:
    """Sets the deposit aside; what changes in the part. Raises DepositMissing."""
    if not event.deposit or part.deposit_state == DepositState.HELD:
        return {}
    try:
        held = holds.hold(
            work,
            part.member_id,
            event.deposit,
            key=f"event:{event.id}:{part.id}:{part.turn}",
            source=("event", event.id),
            until=event.end + SETTLED_WITHIN,
            now=now,
        )
    except NotEnoughPoints as error:
        names = dict(event.names)
        raise DepositMissing(names, event.deposit, error.have) from error
    state = str(DepositState.HELD)
    return {"deposit": event.deposit, "deposit_state": state, "deposit_posting": held.id}


def would_keep(event: Event, part: Invitation, now: datetime) -> bool:
    """Whether the club keeps the deposit of somebody who says no now: it is too late, and they
    said yes to the time and place that hold."""
    held = part.deposit_state == DepositState.HELD
    return held and now > event.returns_until and part.agreed(event)


def give_back(work: Work, part: Invitation, now: datetime) -> dict[str, Any]:
    """Returns it to the lots it came from."""
    if part.deposit_state != DepositState.HELD or part.deposit_posting is None:
        return {}
    with suppress(HoldOver):  # released before: it is back already
        holds.release(work, part.deposit_posting, now=now)
    return {"deposit_state": str(DepositState.RETURNED)}


def keep(work: Work, part: Invitation, now: datetime) -> dict[str, Any]:
    """The club keeps it, but takes nothing from who cannot object: whose membership is not
    active has it back."""
    if part.deposit_state != DepositState.HELD or part.deposit_posting is None:
        return {}
    if work.members.get(part.member_id).state is not MemberState.ACTIVE:
        return give_back(work, part, now)
    try:
        holds.settle(work, part.deposit_posting, now=now)
    except HoldOver:
        return {"deposit_state": str(DepositState.RETURNED)}
    return {"deposit_state": str(DepositState.FORFEITED)}
