"""Members: their states, their speakable checked number, and how much of a person is shown."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.birthdays import Birthday
from domain.errors import BadName, BadNumber, MemberClosed, MemberFrozen

BODY_DIGITS: Final = 8
LONGEST_NAME: Final = 40
_DASHES: Final = "-‐‑‒–—−_.·"


class MemberState(StrEnum):
    """SEMANTICS: Members. A frozen member may read, but neither earn nor spend."""

    ACTIVE = "active"
    FROZEN = "frozen"
    CLOSED = "closed"
    MERGED = "merged"


class Gender(StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Member:
    """One person's membership. `id` is random and the only thing the ledger knows of them."""

    id: int
    number: str
    state: MemberState
    level: str
    joined_at: datetime
    locale: str = "zh"
    zone: str | None = None
    name: str | None = None
    form_of_address: str | None = None
    birthday: Birthday | None = None
    birthday_set_at: datetime | None = None
    phone: str | None = None
    email: str | None = None
    city: str | None = None
    gender: Gender | None = None
    preferences: tuple[str, ...] = ()
    charter_version: int | None = None
    charter_accepted_at: datetime | None = None
    source: str | None = None
    external_id: str | None = None
    merged_into: int | None = None

    @property
    def shown_number(self) -> str:
        return show_number(self.number)

    def may_move_points(self) -> None:
        """Raises MemberFrozen or MemberClosed when the member may neither earn nor spend."""
        require_active(self.state)


def require_active(state: MemberState) -> None:
    """Raises MemberFrozen or MemberClosed unless points may move."""
    if state is MemberState.FROZEN:
        raise MemberFrozen()
    if state is not MemberState.ACTIVE:
        raise MemberClosed()


# -- member number ----------------------------------------------------------------------


def check_digit(body: str) -> str:
    """The ISO/IEC 7064 MOD 11,10 check digit of a digit string."""
    product = 10
    for digit in body:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def make_number(body: int) -> str:
    """The member number for a body below 10**8: eight digits and the check digit."""
    if not 0 <= body < 10**BODY_DIGITS:
        raise ValueError(f"the body of a member number has {BODY_DIGITS} digits")
    digits = f"{body:0{BODY_DIGITS}d}"
    return digits + check_digit(digits)


def new_number(below: Callable[[int], int]) -> str:
    """A random number; `below(n)` gives a random int in 0 ≤ x < n (from `secrets`)."""
    return make_number(below(10**BODY_DIGITS))


def check_number(text: str) -> str:
    """The nine digits of a typed number: spaces, dashes, full-width digits and `#` are forgiven.

    Raises BadNumber with what is wrong: length, characters, check_digit.
    """
    digits = "".join(
        c for c in unicodedata.normalize("NFKC", text) if not c.isspace() and c not in _DASHES
    ).removeprefix("#")
    if not digits.isascii() or not digits.isdigit():
        raise BadNumber(text, "characters")
    if len(digits) != BODY_DIGITS + 1:
        raise BadNumber(text, "length")
    if check_digit(digits[:-1]) != digits[-1]:
        raise BadNumber(text, "check_digit")
    return digits


def show_number(number: str) -> str:
    """`123456789` as it is shown and spoken: `1234 5678 9`."""
    return f"{number[:4]} {number[4:8]} {number[8:]}"


# -- names and masks --------------------------------------------------------------------


def check_name(text: str) -> str:
    """A name in one field, trimmed, inner white space made single; raises BadName."""
    name = " ".join(text.split())
    if not name:
        raise BadName(text, LONGEST_NAME, "empty")
    if len(name) > LONGEST_NAME:
        raise BadName(text[:LONGEST_NAME], LONGEST_NAME, "too_long")
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") for c in name):
        raise BadName(text, LONGEST_NAME, "characters")
    if not any(c.isalnum() for c in name):
        raise BadName(text, LONGEST_NAME, "characters")
    return name


def mask_phone(phone: str) -> str:
    """`+8613812345678` → `138****5678`; other countries keep their prefix: `+1 *****2671`."""
    digits = phone.removeprefix("+")
    if phone.startswith("+86") and len(digits) == 13:
        return f"{digits[2:5]}****{digits[9:]}"
    if len(digits) < 8:
        return "*" * len(digits)
    return f"+{digits[:2]}{'*' * (len(digits) - 6)}{digits[-4:]}"


def mask_email(email: str) -> str:
    """`li.wei@example.com` → `l***@example.com`."""
    name, at, host = email.partition("@")
    return f"{name[:1]}***{at}{host}" if at else "***"


def mask_name(name: str) -> str:
    """`王小明` → `王**`, `Anna Berg` → `A*** B***`: never the length of a Latin name."""
    return " ".join(_mask_word(word) for word in name.split())


def _mask_word(word: str) -> str:
    if word.isascii() or not "一" <= word[0] <= "鿿":
        return f"{word[0]}***"
    return word[0] + "*" * max(len(word) - 1, 1)
