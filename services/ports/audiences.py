"""Port of audiences that are expressions: counted, sampled and tried, beside any campaign."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from domain.audience_expressions import Expression


@dataclass(frozen=True, slots=True)
class When:
    """The moment for which an audience is looked for, in the programme's zone. `store_day`: who
    bought in a store after this local day is one of its members; `today`: both as date.toordinal
    counts; `lunar_month`: the month of the Chinese calendar."""

    now: datetime
    zone: str
    today: int
    store_day: int
    lunar_month: int


class Some(NamedTuple):
    """A member of an audience, as a sample shows them."""

    id: int
    number: str
    name: str
    level: str


class Meant(Protocol):
    """Who is meant by an expression in which saved audiences are written out."""

    def number(self, expression: Expression, when: When) -> tuple[int, int]:
        """How many active members are meant, and how many of them agreed to promotions and have
        a chat that is not blocked."""

    def active(self) -> int:
        """How many active members there are."""

    def some(self, expression: Expression, when: When, after: int, most: int) -> list[Some]:
        """Active members who are meant, by id from `after` on."""

    def among(self, expression: Expression, when: When, member_ids: Collection[int]) -> set[int]:
        """Those of the members who are active and meant."""

    def spellings(self, fact: str, most: int) -> list[str]:
        """The cities, sources or tags that members have, the categories bought lately, the most
        frequent first."""

    def saved(self, name: str) -> Any | None:
        """The expression of a saved audience as domain.audience_expressions.dump wrote it."""

    def saved_names(self, most: int) -> list[str]:
        """Names of saved audiences, those changed last first."""
