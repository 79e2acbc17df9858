"""Waves of invitations: who gets one from when on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class WaveState(StrEnum):
    """`done`: nobody of it is left to invite; `stopped`: an operator did not want the rest."""

    PLANNED = "planned"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Wave:
    """Invitations from `due_at` on, to those of an event's members whom the expression `whom`
    means ({}: all of them), `most` at most. `written`: the expression as it was typed. `reached`:
    members up to this id were looked at. The same `key` is planned once."""

    id: int
    event_id: int
    key: str
    due_at: datetime
    whom: Mapping[str, Any] = field(default_factory=dict)
    written: str = ""
    most: int | None = None
    invited: int = 0
    reached: int = 0
    state: WaveState = WaveState.PLANNED

    def left(self, at_once: int) -> int:
        """How many to invite next, at most so many."""
        return at_once if self.most is None else min(at_once, self.most - self.invited)
