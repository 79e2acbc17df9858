"""Finding a member by what staff, tills and partners have in hand; what staff look up is limited
and audited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.club_errors import SeveralMembers
from domain.codes import check_code
from domain.counter import TooManyLooks
from domain.errors import BadNumber, BadPhone, MemberNotFound, Refused
from domain.members import BODY_DIGITS, Member, MemberState, check_number
from domain.refusals import BadCode
from services.matching import parse_email, parse_member
from services.phones import parse_phone, region_of
from services.ports import Work
from services.ports.club import Actor

_GONE = (MemberState.CLOSED, MemberState.MERGED)
_KINDS = frozenset({"phone", "email", "telegram", "ext"})
_LONGEST = 100
MOST_LOOKS: Final = 120
LOOKS_WITHIN: Final = timedelta(hours=1)
MOST_WRONG: Final = 10
WRONG_WITHIN: Final = timedelta(minutes=10)


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


# -- staff look -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """What a look-up has found: a member, or why there is none."""

    member: Member | None = None
    refused: Refused | None = None

    @property
    def problem(self) -> Refused:
        """Why there is no member."""
        assert self.refused is not None
        return self.refused


def look(work: Work, text: str, actor: Actor, now: datetime) -> Look:
    """As `find`, for an operator: audited, and limited so that nobody fishes for members.

    What is not found is no error here, for the try must be counted. `refused`: as `find` raises,
    and TooManyLooks.
    """
    looks, wrong = f"look:{actor.staff_id}", f"look:wrong:{actor.staff_id}"
    since, wrong_since = now - LOOKS_WITHIN, now - WRONG_WITHIN
    if work.vouchers.wrong_tries(looks, since) >= MOST_LOOKS:
        return Look(refused=TooManyLooks(int(LOOKS_WITHIN.total_seconds()) // 60))
    if work.vouchers.wrong_tries(wrong, wrong_since) >= MOST_WRONG:
        return Look(refused=TooManyLooks(int(WRONG_WITHIN.total_seconds()) // 60))
    work.vouchers.count_wrong_try(looks, now, since)
    try:
        found = Look(member=find(work, text))
    except Refused as refused:
        found = Look(refused=refused)
        if not isinstance(refused, SeveralMembers):
            work.vouchers.count_wrong_try(wrong, now, wrong_since)
    _audit(work, text, found, actor, now)
    return found


def _audit(work: Work, text: str, found: Look, actor: Actor, now: datetime) -> None:
    """By what was looked and whether somebody was found; what was typed is not kept."""
    detail = {"by": _kind(work, text), "outcome": found.refused.code if found.refused else "found"}
    member_id = found.member.id if found.member else ""
    work.audit.add(actor, "member.look", ("member", member_id), now, detail)


def _kind(work: Work, text: str) -> str:
    if ":" in text or "：" in text:
        kind = text.replace("：", ":").partition(":")[0].strip().casefold()
        return kind if kind in _KINDS else "other"
    if "@" in text:
        return "email"
    if _is(check_number, text):
        return "number"
    return "voucher" if _is(check_code, _code(text)) else "phone"


def names_one(work: Work, text: str) -> bool:
    """Whether a text is a member number, a voucher code or a phone as a whole, whoever's."""
    return (
        _is(check_number, text)
        or _is(check_code, _code(text))
        or _is(lambda given: parse_phone(given, _region(work)), text)
    )


def is_number(work: Work, text: str) -> bool:
    """Whether a text is the number of a member: such a one ends where it ends, though with what
    is typed behind it it may look like a phone."""
    return _is(check_number, text) and work.members.by_number(check_number(text)) is not None


def _is(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except Refused:
        return False
    return True


def _code(text: str) -> str:
    """The code in the link of a voucher's QR picture, or the text itself."""
    return text.rpartition("start=")[2].strip().removeprefix("v_")


# -- the ways to find -------------------------------------------------------------------


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
    if "start=" in text:
        text = _code(text)
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
