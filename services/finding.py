"""Finding a member by what staff, tills and partners have in hand."""

from __future__ import annotations

from domain.club_errors import SeveralMembers
from domain.codes import check_code
from domain.errors import BadNumber, BadPhone, MemberNotFound, Refused
from domain.members import BODY_DIGITS, Member, MemberState, check_number
from domain.refusals import BadCode
from services.matching import parse_email, parse_member
from services.phones import parse_phone, region_of
from services.ports import Work

_GONE = (MemberState.CLOSED, MemberState.MERGED)
_LONGEST = 100


def find(work: Work, text: str) -> Member:
    """The member of a number, phone, e-mail or voucher code, or of `phone:…`, `email:…`, `ext:…`,
    `telegram:…` (user id). A number of a merged membership leads to the one that was kept.

    Raises MemberNotFound, SeveralMembers, BadNumber, BadPhone.
    """
    text = text.strip()[:_LONGEST]
    found = [standing(work, member_id) for member_id in _ids(work, text)]
    members = {member.id: member for member in found if member.state not in _GONE}
    if not members:
        raise MemberNotFound(text)
    if len(members) > 1:
        raise SeveralMembers(text, len(members))
    return next(iter(members.values()))


def several(work: Work, text: str) -> list[Member]:
    """Every open membership that fits, for the answer to SeveralMembers."""
    found = {one.id: one for one in (standing(work, i) for i in _ids(work, text.strip()))}
    return [member for member in found.values() if member.state not in _GONE]


def standing(work: Work, member_id: int) -> Member:
    """The membership that an id stands for now: merged ones lead to the kept one."""
    member = work.members.get(member_id)
    while member.state is MemberState.MERGED and member.merged_into is not None:
        member = work.members.get(member.merged_into)
    return member


def _ids(work: Work, text: str) -> list[int]:
    if ":" in text or "：" in text:
        return _by_kind(work, text.replace("：", ":"))
    if "@" in text:
        return work.members.by_email(parse_email(text))
    owner = _owner(work, text)
    return _by_digits(work, text) if owner is None else [owner]


def _owner(work: Work, text: str) -> int | None:
    """Whose voucher code the text is, if it is one."""
    try:
        voucher = work.vouchers.by_code(check_code(text))
    except BadCode:
        return None
    return voucher.member_id if voucher else None


def _by_kind(work: Work, text: str) -> list[int]:
    claim = parse_member(text, _region(work))
    if claim.kind == "phone":
        return work.members.by_phone(claim.text)
    if claim.kind == "email":
        return work.members.by_email(claim.text)
    found = work.purchases.match([claim]).get(claim)
    return [] if found is None else [found]


def _by_digits(work: Work, text: str) -> list[int]:
    """A member number if its check digit holds and it is known, else a phone."""
    try:
        number = work.members.by_number(check_number(text))
    except BadNumber as error:
        return _by_phone(work, text, error)
    return [number] if number is not None else _by_phone(work, text, MemberNotFound(text))


def _by_phone(work: Work, text: str, otherwise: Refused) -> list[int]:
    """By phone; raises `otherwise` for what is none (BadPhone for what nearly is one)."""
    try:
        return work.members.by_phone(parse_phone(text, _region(work)))
    except BadPhone as error:
        digits = sum(letter.isdigit() for letter in text)
        raise (error if digits > BODY_DIGITS + 1 else otherwise) from error


def _region(work: Work) -> str:
    return region_of(work.programmes.current().currency)
