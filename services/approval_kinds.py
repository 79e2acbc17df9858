"""What an approved request carries out: each kind's function, found by name when it is needed.

By name, because these services themselves ask for approvals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any, cast

from services.ports import Work
from services.ports.club import Actor

Run = Callable[[Work, Mapping[str, Any], Actor, datetime], object]
"""`run(work, payload, actor, now)`, in the transaction of the decision; `actor` is who approved.

A refusal undoes the decision and is shown to the decider; the request stays open. Raises
domain.approvals.ApprovalOutdated, before it has written anything, if the request does not fit
the club any more: the request is then stale for good.
"""

KINDS: dict[str, str] = {
    "credit.payout": "services.paying_out:approved",
    "points.adjust": "services.large_adjustments:approved",
    "programme.publish": "services.publishing:approved",
}


def run_of(kind: str) -> Run:
    """The function of a kind; raises KeyError."""
    module, _, name = KINDS[kind].partition(":")
    return cast("Run", getattr(import_module(module), name))
