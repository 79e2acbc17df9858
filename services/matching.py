"""How a till, a shop or a file may name a member, in one agreed form each."""

from __future__ import annotations

import re

from domain.errors import BadEmail, BadNumber, Refused
from domain.members import check_number
from services.phones import parse_phone
from services.ports import Work
from services.ports.sales import Claim

_EMAIL = re.compile(r"[^@\s<>\"',;]{1,64}@[^@\s<>\"',;]+\.[^@\s<>\"',;.]{2,}")
LONGEST_EXTERNAL = 100


def parse_email(text: str) -> str:
    """An e-mail address, trimmed and in small letters; raises BadEmail."""
    email = text.strip().casefold()
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise BadEmail(text[:254])
    return email


def parse_member(text: str, region: str = "CN") -> Claim:
    """A member number, or `phone:…`, `email:…`, `telegram:…`, `ext:…` (SURFACE: API).

    Raises BadNumber, BadPhone, BadEmail.
    """
    kind, colon, rest = text.strip().partition(":")
    match kind.casefold() if colon else "":
        case "phone":
            return Claim("phone", parse_phone(rest, region))
        case "email":
            return Claim("email", parse_email(rest))
        case "telegram" if rest.strip().isascii() and rest.strip().isdigit():
            return Claim("telegram", rest.strip())
        case "ext" if 0 < len(rest.strip()) <= LONGEST_EXTERNAL:
            return Claim("external", rest.strip())
        case "telegram" | "ext":
            raise BadNumber(text[:LONGEST_EXTERNAL], "characters")
    return Claim("number", check_number(text))


def claims(
    member: str | None, phone: str | None, email: str | None, region: str = "CN"
) -> tuple[Claim, ...]:
    """All that an order says of its buyer, the surest first; empty parts are left out."""
    found = [parse_member(member, region)] if member else []
    if phone:
        found.append(Claim("phone", parse_phone(phone, region)))
    if email:
        found.append(Claim("email", parse_email(email)))
    return tuple(found)


def find(work: Work, text: str, region: str = "CN") -> int | None:
    """The member that a text names, None for nobody; merged members are followed."""
    try:
        claim = parse_member(text, region)
    except Refused:
        return None
    return work.purchases.match([claim]).get(claim)
