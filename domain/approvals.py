"""What a second person must agree to: the states of a request and its refusals."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, ClassVar

from domain.errors import Refused


class ApprovalState(StrEnum):
    """`stale`: what was asked for does not fit any more; `expired`: nobody decided in time."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    STALE = "stale"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Approval:
    """A change that waits for somebody with `permission`.

    `payload` is what the change needs, as plain data, and `payload_hash` what it was when it was
    asked for; `summary` the key of the text that shows it, with `values`. `asker` and `decider`
    are names, `asked_by` and `decided_by` operators (None: the command line, an API key).
    """

    id: int
    kind: str
    subject_kind: str
    subject_id: str
    payload: Mapping[str, Any]
    payload_hash: str
    permission: str
    summary: str
    asker: str
    asked_by: int | None
    asked_at: datetime
    expires_at: datetime
    state: ApprovalState = ApprovalState.OPEN
    values: Mapping[str, Any] = field(default_factory=dict)
    decider: str = ""
    decided_by: int | None = None
    decided_at: datetime | None = None

    @property
    def whole(self) -> bool:
        """Whether the payload is still what was asked for; an erased one is not."""
        return payload_hash(self.payload) == self.payload_hash

    def state_at(self, now: datetime) -> ApprovalState:
        """The state; an open one is expired from `expires_at` on."""
        if self.state is ApprovalState.OPEN and now >= self.expires_at:
            return ApprovalState.EXPIRED
        return self.state


def payload_hash(payload: Mapping[str, Any]) -> str:
    """sha256 of a payload of plain data, whatever the order of its keys."""
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


@dataclass(eq=False)
class ApprovalNotFound(Refused):
    code: ClassVar[str] = "approval.not_found"


@dataclass(eq=False)
class NotOwnApproval(Refused):
    """Who asks does not decide."""

    code: ClassVar[str] = "approval.own"


@dataclass(eq=False)
class ApprovalOutdated(Refused):
    """Raised by what would carry the change out: the club has changed and it does not fit."""

    code: ClassVar[str] = "approval.outdated"
