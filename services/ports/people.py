"""Ports of members and the addresses at which they are reached."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from domain.members import Member


@dataclass(frozen=True, slots=True)
class AddressRow:
    """A known address. `blocked` as the platform told, and since when."""

    id: int
    channel: str
    account: str
    user: str
    member_id: int | None
    locale: str
    source: str
    blocked: bool
    blocked_at: datetime | None = None


class Members(Protocol):
    """Members by id. Phone and e-mail are sealed and indexed here; callers see plain values."""

    def add(self, member: Member) -> bool:
        """Adds a member; False if the number or external id is taken."""

    def get(self, member_id: int) -> Member:
        """The member; raises LookupError."""

    def change(self, member_id: int, **values: Any) -> None:
        """Overwrites fields by the names of domain.members.Member (`birthday` included), and
        the columns `phone_verified`, `claimed_at`, `closed_at`, `level_since`, `quiet_from`,
        `quiet_to` (hours), `birthday_changed_at` (None while it is the first one told).

        `phone_index=None` beside a phone that nobody vouches for: it is kept and finds nobody.
        """

    def known(self, member_id: int) -> tuple[Member, bool]:
        """The member and whether their phone is verified, in one read; raises LookupError."""

    def extras(self, member_id: int) -> dict[str, Any]:
        """The columns that Member does not carry; `phone_index` is None for a phone that was only
        typed."""

    def lock(self, member_id: int) -> None:
        """Locks the member's row until the end of the unit (nothing to do on SQLite)."""

    def lock_all(self, member_ids: Collection[int]) -> None:
        """Locks many in the order of their ids, so that two that do so never wait in a ring."""

    def by_number(self, number: str) -> int | None: ...
    def by_phone(self, phone: str) -> list[int]:
        """Ids of members, neither closed nor merged, with that E.164 phone."""

    def by_email(self, email: str) -> list[int]: ...
    def by_external_id(self, external_id: str) -> int | None: ...

    def accept_charter(self, member_id: int, version: int, channel: str, at: datetime) -> None:
        """Records the acceptance of a version of the club rules, once."""

    def consents(self, member_id: int) -> dict[str, bool]:
        """The consents as they stand, by purpose; purposes never touched are missing."""

    def set_consent(
        self, member_id: int, purpose: str, given: bool, channel: str, at: datetime
    ) -> None:
        """Adds a change of consent."""


class Addresses(Protocol):
    """Chat addresses."""

    def get(self, address_id: int) -> AddressRow:
        """The address; raises LookupError."""

    def lock(self, address_id: int) -> AddressRow:
        """The address, locked until the end of the unit; raises LookupError."""

    def find(self, channel: str, account: str, user: str) -> AddressRow | None: ...
    def of_member(self, member_id: int) -> list[AddressRow]:
        """The member's addresses, newest first."""

    def belong(self, address_id: int, member_id: int | None) -> None:
        """Binds the address to a member (None: to nobody)."""

    def set_locale(self, address_id: int, locale: str) -> None: ...
    def set_source(self, address_id: int, source: str) -> None:
        """Keeps how the person came, at first touch only."""

    def set_blocked(self, address_id: int, at: datetime | None) -> None: ...
    def entomb(self, index: str, until: date) -> None:
        """Remembers an erased person by keyed hash until that day."""

    def entombed(self, index: str, today: date) -> bool:
        """Whether an erased person of that keyed hash is still remembered."""

    def entombed_of(self, indexes: Collection[str], today: date) -> set[str]:
        """Those of the keyed hashes that are still remembered."""
