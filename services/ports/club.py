"""Ports of the club itself: programme versions, stores, operators, audit, settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from domain.programme import Programme


@dataclass(frozen=True, slots=True)
class Store:
    """A shop; `zone` is empty where it follows the programme's."""

    id: int
    code: str
    name: str
    city: str = ""
    zone: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Operator:
    """A member of staff; `address_id` is the chat that a one-time code linked."""

    id: int
    name: str
    role: str
    store_id: int | None
    address_id: int | None
    active: bool


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: an operator, or the system by name (`cli`, `api:KEY`). `till`: which
    of a key's tills it is, "" where they are not told apart."""

    name: str
    staff_id: int | None = None
    store_id: int | None = None
    till: str = ""


class Programmes(Protocol):
    """Published versions of the programme."""

    def current(self) -> Programme:
        """The newest version; raises LookupError before the first is published."""

    def version(self, version: int) -> Programme:
        """That version; raises LookupError."""

    def newest(self) -> int:
        """The newest version's number, 0 if none is published."""

    def published(self) -> list[tuple[int, datetime]]:
        """All versions in order, and when each was published."""

    def publish(self, programme: Programme, at: datetime, by: int | None) -> bool:
        """Adds a version; False if it is there already, also if another process adds it now.
        Raises domain.errors.ProgrammeChanged if it exists with other content."""


class Stores(Protocol):
    """The shops."""

    def add(self, store: Store) -> bool:
        """Adds a store; False if its code is taken."""

    def all(self) -> list[Store]:
        """All stores by code."""

    def by_code(self, code: str) -> Store | None: ...
    def by_id(self, store_id: int) -> Store | None: ...


class StaffRegister(Protocol):
    """The operators."""

    def add(self, operator: Operator, at: datetime) -> bool:
        """Adds an operator; False if the name is taken."""

    def all(self) -> list[Operator]: ...
    def by_name(self, name: str) -> Operator | None: ...
    def link(self, staff_id: int, address_id: int) -> None:
        """Binds the operator to a chat address and frees the address of another operator."""

    def set_role(self, staff_id: int, role: str, store_id: int | None) -> None: ...
    def disable(self, staff_id: int) -> None: ...
    def in_roles(self, roles: frozenset[str]) -> list[Operator]:
        """Active operators with one of these roles and a linked chat."""

    def add_code(
        self,
        index: str,
        purpose: str,
        at: datetime,
        expires_at: datetime,
        *,
        staff_id: int | None = None,
        member_id: int | None = None,
    ) -> None:
        """Keeps a one-time code by its blind index."""

    def use_code(self, index: str, purpose: str, now: datetime) -> tuple[int | None, int | None]:
        """Uses a code up and returns (staff id, member id); raises LookupError if it is not
        valid (unknown, used, lapsed, of another purpose)."""

    def peek_code(self, index: str, purpose: str, now: datetime) -> int | None:
        """The member of a code that is still valid, without using it up."""


class Audit(Protocol):
    """The journal of operators' changes."""

    def add(
        self,
        actor: Actor,
        action: str,
        subject: tuple[str, int | str],
        at: datetime,
        detail: Mapping[str, Any],
        reason: str = "",
        *,
        member_id: int | None = None,
    ) -> None:
        """Writes a row; `action` is `noun.verb`, `subject` (kind, id); no personal data.

        `reason`: free text, kept where it can be erased with the member it is about: `member_id`,
        or the subject if that is a member.
        """

    def about(self, subject: tuple[str, int | str]) -> list[dict[str, Any]]:
        """The rows about a subject, newest first."""


class Settings(Protocol):
    """Small facts of the installation by name."""

    def get(self, name: str) -> Any:
        """The value, None if it was never set."""

    def put(self, name: str, value: Any) -> None: ...
