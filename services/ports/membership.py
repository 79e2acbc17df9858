"""Ports of what we hold about a person, and of merged memberships."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol


class Reach(NamedTuple):
    """Where a person was reached."""

    channel: str
    account: str
    user: str


class MyData(Protocol):
    """Everything that is held about a person, over all tables."""

    def memberships(self, member_id: int) -> list[int]:
        """The membership and those that were merged into it."""

    def export(self, member_ids: list[int]) -> dict[str, list[dict[str, Any]]]:
        """All rows about the person by what they are, ids as text, times in ISO 8601."""

    def open_vouchers(self, member_ids: list[int]) -> int: ...
    def open_tickets(self, member_ids: list[int]) -> int: ...

    def erase(self, member_ids: list[int], at: datetime) -> list[Reach]:
        """Empties or deletes everything personal; the members' rows stay, closed, under their
        random ids. Returns where the person was reached."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Two memberships became one. `undo`: what is needed to part them (ids and names of fields,
    nothing personal)."""

    id: int
    kept_id: int
    merged_id: int
    by_staff: int | None
    merged_at: datetime
    undone_at: datetime | None = None
    undo: Mapping[str, Any] = field(default_factory=dict)


Moved = dict[str, list[int]]


class Merges(Protocol):
    """Merged memberships."""

    def add(self, merge: Merge) -> None: ...
    def get(self, merge_id: int) -> Merge | None: ...
    def newest(self, member_id: int) -> Merge | None:
        """The newest merge, not undone, that made this membership what it is."""

    def undone(self, merge_id: int, at: datetime) -> bool:
        """Marks a merge undone; False if it was before."""

    def close_into(self, member_id: int, kept_id: int) -> bool:
        """Turns an active membership into a merged one; False if it is not active."""

    def open_again(self, member_id: int) -> bool:
        """Turns a merged membership into an active one; False if it is not merged."""

    def move(self, from_id: int, to_id: int) -> Moved:
        """Gives the rows that belong to the membership to another and names them, by table. What
        the other has already (an answer to the same survey) stays."""

    def move_back(self, moved: Moved, from_id: int, to_id: int) -> None:
        """Gives these rows back, those that still belong to `from_id`."""
