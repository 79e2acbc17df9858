"""The port of named service persons (专属客服)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol


class ServicePersons(Protocol):
    """Whom a member's tickets go to first."""

    def of(self, member_id: int) -> int | None:
        """The operator, None while the member has none."""

    def give(self, member_id: int, staff_id: int, now: datetime) -> None:
        """Gives the member that operator, whoever it was before."""

    def begin(self, member_id: int, staff_id: int, now: datetime) -> bool:
        """Gives the member that operator if they have none yet; False if they have one."""

    def take_back(self, member_id: int) -> bool:
        """The member has none any more; False if there was none."""

    def loads(self, staff_ids: Collection[int]) -> dict[int, int]:
        """How many members each of them looks after."""

    def members(self, staff_id: int) -> list[int]:
        """The members that an operator looks after."""

    def move(self, staff_id: int, to: int | None, now: datetime) -> int:
        """Gives all members of an operator to another one, or to none; how many."""
