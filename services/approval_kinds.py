"""What an approved request carries out: each kind's function, found by name when it is needed.

By name, because these services themselves ask for approvals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any, cast

from domain.approvals import Approval
from services.ports import Work
from services.ports.club import Actor

Run = Callable[[Work, Mapping[str, Any], Actor, datetime], object]
"""`run(work, payload, actor, now)`, in the transaction of the decision; `actor` is who approved.

A refusal undoes the decision and is shown to the decider; the request stays open. Raises
domain.approvals.ApprovalOutdated, before it has written anything, if the request does not fit
the club any more: the request is then stale for good.
"""

KINDS: dict[str, str] = {
    "campaign.start": "services.campaign_review:approved",
    "credit.payout": "services.paying_out:approved",
    "goodwill.give": "services.goodwill:approved",
    "points.adjust": "services.large_adjustments:approved",
    "programme.publish": "services.publishing:approved",
}

LEFT: dict[str, str] = {
    "campaign.start": "services.campaign_review:not_approved",
}
"""What follows, for some kinds, when a request was declined or nobody decided in time."""

Leave = Callable[[Work, Approval, Actor, datetime], object]


def run_of(kind: str) -> Run:
    """The function of a kind; raises KeyError."""
    module, _, name = KINDS[kind].partition(":")
    return cast("Run", getattr(import_module(module), name))


def leave_of(kind: str) -> Leave | None:
    """What follows when a request of a kind is not carried out, None for nothing."""
    if kind not in LEFT:
        return None
    module, _, name = LEFT[kind].partition(":")
    return cast("Leave", getattr(import_module(module), name))
