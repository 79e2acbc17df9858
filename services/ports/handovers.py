"""The port of what an operator leaves behind."""

from __future__ import annotations

from typing import Protocol


class Handovers(Protocol):
    """Work in an operator's name that has not come to its end."""

    def tickets(self, staff_id: int) -> list[int]:
        """The running tickets that they have, the oldest first."""

    def drafts(self, staff_id: int) -> int:
        """How many of their campaigns are written or looked at still."""

    def move_drafts(self, staff_id: int, to: int) -> int:
        """Makes another operator the author of those; how many."""

    def redirect(self, address_id: int, to: int) -> int:
        """What unfinished campaigns have to say goes to another address, 0 for everybody who may
        send campaigns; how many."""

    def move_requests(self, staff_id: int, to: int) -> int:
        """Open requests are asked by another operator now, who is told what becomes of them; how
        many."""

    def requests(self, staff_id: int) -> int:
        """How many of their requests nobody has decided yet."""
