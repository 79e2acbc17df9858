"""Port of standings: what levels rest on, and whose review is due."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import NamedTuple, Protocol

from domain.standings import Standing


class Kept(NamedTuple):
    """A member whose level is looked at: the level that counts, since when, and at which hours
    they may be told something."""

    id: int
    state: str
    level: str
    level_since: datetime | None
    joined_at: datetime
    zone: str | None
    quiet_from: int | None
    quiet_to: int | None


class Standings(Protocol):
    """What each member's level rests on. Whoever saves holds the member's lock."""

    def of(self, member_ids: Collection[int]) -> dict[int, Standing]:
        """The standings that are kept, by member; who never left the first level may have none."""

    def save(self, standings: Iterable[Standing]) -> None:
        """Keeps standings, new or changed."""

    def members(self, member_ids: Collection[int]) -> list[Kept]:
        """The members as they are, locked until the end of the unit."""

    def reachable(self, member_ids: Collection[int]) -> set[int]:
        """Those who can be written to in a chat."""

    def waiting(self, day: date, most: int) -> list[int]:
        """Members whose review is due on a day, the longest due first."""

    def after(self, member_id: int, most: int) -> list[int]:
        """Active members with a higher id, in order."""

    def activity(
        self, member_ids: Collection[int], since: datetime
    ) -> dict[int, list[tuple[datetime, int]]]:
        """Points for what members did (domain.levels.ACTIVITY_SOURCES) since a moment, by member;
        what belonged to memberships that were merged into theirs is theirs."""

    def growth(self, member_ids: Collection[int]) -> dict[int, int]:
        """The growth value of members who have an account of it."""
