"""Port of the contact budget: when members were written to, and what tells of care to come."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from domain.birthdays import Birthday


class Waiting(NamedTuple):
    """A message of care that is written and not sent yet."""

    id: int
    rule: str
    due_at: datetime


@dataclass(slots=True)
class History:
    """One member's: when a message that counts was begun, by delivery id; what care waits."""

    begun: dict[int, datetime] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Facts:
    """What tells when a member's care comes. `zone` "" is the programme's; `agreed`: to care."""

    joined_at: datetime
    zone: str
    birthday: Birthday | None
    agreed: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A member as far as sending goes. `chats`: addresses, `reachable` those not blocked; `zone`
    "" is the programme's; `agreed`: to the purpose that was asked for."""

    number: str
    name: str
    state: str
    locale: str
    zone: str
    quiet_from: int | None
    quiet_to: int | None
    chats: int
    reachable: int
    agreed: bool


class Contacts(Protocol):
    """Reads of the budget, for many members at once."""

    def history(
        self, member_ids: Collection[int], since: datetime, now: datetime
    ) -> Mapping[int, History]:
        """By member, those merged into them included; who has no history is missing. What is
        claimed and not yet begun counts as begun `now`."""

    def facts(self, member_ids: Collection[int]) -> Mapping[int, Facts]:
        """By member."""

    def people(self, member_ids: Collection[int], purpose: str) -> Mapping[int, Person]:
        """By member."""
