"""The ports of tags and of saved audiences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from domain.audience_expressions import Expression
from domain.saved_audiences import DayMoves, SavedAudience
from domain.tags import Tag
from services.ports.audiences import When
from services.ports.club import Actor


class Tags(Protocol):
    """Which tags members carry."""

    def of(self, member_id: int) -> list[Tag]:
        """What the member carries, by name; a tag given by hand and by rule comes once each."""

    def put(self, member_id: int, tag: str, staff_id: int | None, now: datetime) -> bool:
        """Gives a tag by hand; False if the member has it by hand."""

    def put_all(self, member_ids: Sequence[int], tag: str, actor: Actor, now: datetime) -> None:
        """Gives a tag by hand to all of them who do not have it by hand."""

    def carrying(self, member_ids: Sequence[int], tag: str) -> set[int]:
        """Those of them who have it by hand."""

    def laden(self, member_ids: Sequence[int], tag: str, most: int) -> set[int]:
        """Those of them who carry so many others by hand."""

    def take(self, member_id: int, tag: str) -> bool:
        """Takes away what was given by hand; False if there was nothing."""

    def counts(self, most: int) -> list[tuple[str, int]]:
        """Tags with how many active members carry them, the most frequent first."""

    def rename(self, before: str, after: str) -> int:
        """Gives a tag that was given by hand another name for everybody; how many."""

    def drop(self, tag: str) -> int:
        """Takes a tag from everybody who was given it by hand; how many."""


class Moved(NamedTuple):
    """A member who entered or left, as a list shows them."""

    day: int
    number: str
    name: str
    entered: bool


class SavedAudiences(Protocol):
    """The register of saved audiences, and who is in those that are followed."""

    def all(self) -> list[SavedAudience]:
        """Those that are open, by name."""

    def get(self, audience_id: int) -> SavedAudience | None: ...
    def by_name(self, name: str) -> SavedAudience | None:
        """The open one of that name."""

    def add(self, saved: SavedAudience) -> bool:
        """Adds one; False if its name or id is taken."""

    def change(self, audience_id: int, **values: Any) -> None:
        """Overwrites fields by name."""

    def close(self, audience_id: int, now: datetime) -> bool:
        """Closes it for good: nobody is in it any more. Its name is free again."""

    def in_campaigns(self) -> Iterator[tuple[str, Any]]:
        """The audiences of campaigns that are not over: what they are called, and the audience."""

    def reach(self, after: int, most: int) -> tuple[int, int]:
        """How far the next members go by id, and how many they are; active or not."""

    def follow(
        self,
        saved: SavedAudience,
        expression: Expression,
        when: When,
        within: tuple[int, int],
    ) -> tuple[int, int]:
        """Compares members `within` (after, upto) with who is in it: writes down who enters and
        leaves, and makes the tag so; how many entered and left."""

    def forget(self, audience_id: int) -> None:
        """Nobody is in it and nobody carries its tag any more."""

    def number(self, audience_id: int) -> int:
        """How many are in it."""

    def moves(self, audience_id: int, since: int) -> list[DayMoves]:
        """By day, the newest first."""

    def moved(
        self, audience_id: int, since: int, after: tuple[int, int], most: int
    ) -> Sequence[tuple[tuple[int, int], Moved]]:
        """Who entered and left, by day and member, from a place on."""
