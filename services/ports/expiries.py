"""Port of what the clock ends: due lots, and expiries that are moved to a later moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.points import Lot


@dataclass(frozen=True, slots=True)
class Extension:
    """Open lots that expire in alive_at < t < until shall expire at `until`.

    `member_id` None: the lots are named one by one. `kind`: the activity, or `switch_on`.
    """

    id: int
    member_id: int | None
    unit: str
    at: datetime
    until: datetime
    kind: str
    rule_version: int


class Expiries(Protocol):
    """What is due, and for how long it lasts. Whoever writes holds the members' locks."""

    def any_due(self, until: datetime) -> bool:
        """Whether there is an open lot that had expired by a moment."""

    def due(self, until: datetime, most: int) -> list[int]:
        """The members of so many lots that had expired by a moment, one entry for each lot."""

    def lots(self, member_ids: Collection[int], until: datetime) -> list[Lot]:
        """All of these members' open lots, of any unit, that had expired by a moment."""

    def extend(self, extensions: Sequence[tuple[Extension, datetime]]) -> None:
        """Lets a member's open lots last longer, and records those extensions that do. With each
        the moment `alive_at`: what had expired by then stays expired."""

    def endless(self, most: int) -> list[tuple[int, int]]:
        """Some open lots of points that never expire, with their members, by lot."""

    def record(self, extension: Extension) -> None:
        """Records an extension for everybody once: the same kind and end again do nothing."""

    def put(self, lot_ids: Collection[int], until: datetime) -> None:
        """Gives an expiry to lots that had none."""
