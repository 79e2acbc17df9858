"""Where a person stands: who they are to us and their conversation; protocols for the stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.messages import Address


class StoreUnavailable(Exception):
    """The database cannot commit: whoever sent the event must deliver it again."""


@dataclass(frozen=True, slots=True)
class Staff:
    """The operator behind an address and what they may do (permissions `noun:verb`)."""

    id: int
    name: str
    role: str
    store_id: int | None
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes: the known address, the member it belongs to, the operator it is linked to."""

    address_id: int | None
    locale: str
    member_id: int | None = None
    zone: str = ""
    staff: Staff | None = None
    blocked: bool = False

    def may(self, permission: str) -> bool:
        """Whether the person is an operator with this permission; nobody is by default."""
        return self.staff is not None and permission in self.staff.permissions


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as a row: flow and step, its data (plain JSON), version, end."""

    flow: str = ""
    step: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0
    expires_at: datetime | None = None

    def active(self, now: datetime) -> bool:
        return bool(self.flow) and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class State:
    """All that is loaded before a message is routed, in one query."""

    person: Person
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class Received:
    """An inbox row: its own never-reused id, and the stored answer if the update was done."""

    id: int
    new: bool
    answer: Mapping[str, Any] | None = None


def moment(person: Person, conversation: Conversation, *, private: bool) -> int:
    """What a button that belongs to this moment of a conversation carries, 0 outside of one; in a
    group the person too, for everybody there sees the button."""
    if not conversation.flow:
        return 0
    whose = 0 if private else person.address_id or 0
    return (whose << _VERSIONS) + conversation.version


_VERSIONS = 24  # bits


class Conversations(Protocol):
    """Store of persons' states."""

    def load(self, address: Address, hint: str) -> State:
        """The state without a lock; a stranger gets an empty one with the hinted locale."""

    def lock(self, address: Address, hint: str) -> State:
        """The state with the address's row locked, made first if it is missing."""

    def save(self, address_id: int, chat: str, conversation: Conversation) -> None:
        """Writes the conversation; its version must be one more than the stored one."""


class Inbox(Protocol):
    """Store of what came in and what was answered (UNIQUE channel, account, update id)."""

    def receive(
        self, address: Address, update_id: str, now: datetime, address_id: int | None
    ) -> Received:
        """Inserts the row, or finds the one that is there."""

    def find(self, address: Address, update_id: str) -> Received | None:
        """The row of an update that was done before, None for a new one."""

    def answer(self, inbox_id: int, answer: Mapping[str, Any] | None) -> None:
        """Keeps the rendered answer with the row."""

    def bury(self, channel: str, account: str, update_id: str, raw: str, why: str) -> None:
        """Puts an update that cannot be handled to the dead letters."""
