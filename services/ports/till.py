"""Ports of the till: its journal, members' own codes and sessions, wrong codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from domain.till import TillEvent


class TillEvents(Protocol):
    """What happened at tills; lines are only ever added."""

    def add(self, event: TillEvent) -> bool:
        """Adds a line; False if its key is there, or what it undoes was undone before."""

    def get(self, event_id: int) -> TillEvent | None: ...
    def by_key(self, key: str) -> TillEvent | None: ...
    def undo_of(self, event_id: int) -> TillEvent | None:
        """The line that took another one back."""

    def of_voucher(self, voucher_id: int) -> TillEvent | None:
        """The newest time a voucher was used, undone or not."""

    def of_purchase(self, purchase_id: int) -> TillEvent | None:
        """The bill of a purchase."""

    def refunds_of(self, purchase_id: int) -> list[TillEvent]:
        """What came back of a purchase, in order."""

    def of_day(
        self, day: date, store_id: int | None = None, staff_id: int | None = None
    ) -> list[TillEvent]:
        """All lines of a local day in order; None: of every store, of everybody."""

    def payouts(self, day: date, member_id: int, staff_id: int | None) -> list[TillEvent]:
        """What was paid out on a day to a member, or by an operator."""


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A member's own code as it is kept; `used_by`: the operator who scanned it."""

    id: int
    member_id: int
    expires_at: datetime
    used_at: datetime | None = None
    used_by: int | None = None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """Whom an operator serves; `voucher_id`: only that may be used."""

    member_id: int
    voucher_id: int | None
    opened_at: datetime
    until: datetime


class MemberCodes(Protocol):
    """Members' own codes, sealed and found by keyed hash, and the operators' sessions."""

    def add(self, row: CodeRow, code: str) -> bool:
        """Adds a code; False if it is taken."""

    def withdraw(self, member_id: int, now: datetime) -> None:
        """No code of the member is good any more; those of yesterday are forgotten."""

    def newest(self, member_id: int, now: datetime) -> tuple[CodeRow, str] | None:
        """The member's code that is good now, and its text."""

    def find(self, code: str) -> CodeRow | None: ...
    def use(self, code_id: int, staff_id: int, now: datetime) -> bool:
        """Uses a code that is good; True for exactly one caller."""

    def open_session(self, staff_id: int, row: SessionRow) -> None:
        """The operator serves this member from now on, and no other."""

    def session(self, staff_id: int, now: datetime) -> SessionRow | None: ...
    def end_session(self, staff_id: int) -> None: ...


class WrongCodes(Protocol):
    """Wrong codes: of somebody since their first one, and of everybody in an hour."""

    def spent(self, who: str, since: datetime) -> int:
        """What the wrong codes of somebody have cost, if the first one came after a time."""

    def add(self, who: str, cost: int, now: datetime, since: datetime) -> int:
        """Adds to it, from zero again if the first one came before `since`."""

    def hour(self, hour: str) -> int:
        """How many there were in an hour."""

    def add_hour(self, hour: str) -> int:
        """Counts one more."""

    def alarm(self, hour: str) -> bool:
        """True for the one caller in that hour who is to tell the operators."""
