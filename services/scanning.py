"""Scanning at the till: a voucher's code or a member's own, typed, scanned or opened by a link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain.codes import check_member_code
from domain.errors import Refused
from domain.refusals import BadCode
from domain.till_errors import CodesLocked, CodeUnknown, VoucherHeld
from domain.vouchers import Voucher, VoucherState
from domain.wrong_codes import UNKNOWN, WITHIN
from services import member_codes, vouchers, wrong_codes
from services.masks import Masked, masked
from services.member_codes import Session
from services.ports import Work
from services.ports.club import Actor
from services.ports.till import CodeRow
from services.vouchers import Seen
from services.wrong_codes import Caller

TOO_OFTEN: Final = "too_often"
STALE: Final = "stale"
OWN: Final = "own"
_STARTS: Final = (vouchers.LINK, member_codes.LINK)


@dataclass(frozen=True, slots=True)
class Scan:
    """What the till sees: a voucher, or the session with a member whose own code it was.

    `state` of the voucher by the clock, as this till has it (`held`: for this till); `elsewhere`:
    the till that looks at it now; `used`: who used it. `wrong`: why there is nothing (`length`,
    `characters`, `checksum`, `unknown`, `stale` for a member's code that was good once,
    `own` for what is the operator's own, `too_often`), and how many tries are left.
    """

    voucher: Voucher | None = None
    state: VoucherState = VoucherState.ISSUED
    last_day: date | None = None
    member: Masked | None = None
    session: Session | None = None
    elsewhere: Seen | None = None
    used: Seen | None = None
    wrong: str = ""
    tries_left: int = 0


def scan(
    work: Work, text: str, staff: Actor, now: datetime, *, own: int | None = None, at: str = ""
) -> Scan:
    """Looks up what staff typed or scanned, audited; a voucher that can be used is held for them.

    `own`: their own membership; `at`: their chat account, for the limit of wrong codes.
    """
    caller = wrong_codes.caller_of(staff, at)
    if wrong_codes.is_locked(work, caller, now):
        return Scan(wrong=TOO_OFTEN)
    text = bare(text)
    if row := _member_code(work, text):
        return _member(work, row, staff, now, own)
    voucher, wrong = vouchers.by_code(work, text)
    if voucher is None:
        return _wrong(work, caller, _said(text, wrong), staff, now)
    if own is not None and voucher.member_id == own:
        work.audit.add(staff, "voucher.scan", ("voucher", voucher.id), now, {"wrong": OWN})
        return Scan(wrong=OWN)
    return look(work, voucher.id, staff, now)


def look(work: Work, voucher_id: int, staff: Actor, now: datetime) -> Scan:
    """A voucher for the till, held if it can be used. Raises VoucherNotFound."""
    elsewhere = None
    try:
        vouchers.hold(work, voucher_id, vouchers.holder_of(staff), now)
    except VoucherHeld:
        elsewhere = vouchers.held_by(work, vouchers.get(work, voucher_id))
    except Refused:
        pass  # used, expired, cancelled: the card says so
    voucher = vouchers.get(work, voucher_id)
    mine = vouchers.as_mine(work, voucher, now)
    detail = {"state": str(mine.state)}
    work.audit.add(staff, "voucher.scan", ("voucher", voucher.id), now, detail)
    return Scan(
        voucher,
        mine.state,
        mine.last_day,
        masked(work, voucher.member_id),
        elsewhere=elsewhere,
        used=vouchers.used_by(work, voucher),
    )


# -- till systems -----------------------------------------------------------------------


def note_refused(work: Work, text: str, why: str, actor: Actor, now: datetime) -> None:
    """Writes down that a till system could not have a voucher."""
    voucher, _ = vouchers.by_code(work, bare(text))
    if voucher is not None:
        work.audit.add(actor, "voucher.scan", ("voucher", voucher.id), now, {"wrong": why})


def check_open(work: Work, caller: Caller, now: datetime) -> None:
    """Raises CodesLocked while a till system may try no code."""
    if wrong_codes.is_locked(work, caller, now):
        raise CodesLocked(int(WITHIN.total_seconds()) // 60)


def find(work: Work, text: str, caller: Caller, now: datetime) -> Voucher:
    """The voucher of a code that a till system sent. Raises CodesLocked, CodeUnknown; the caller
    then has the wrong code counted (`note_wrong`), in a unit of its own."""
    check_open(work, caller, now)
    voucher, wrong = vouchers.by_code(work, bare(text))
    if voucher is None:
        raise CodeUnknown(_said(bare(text), wrong))
    return voucher


def note_wrong(work: Work, caller: Caller, reason: str, actor: Actor, now: datetime) -> None:
    """Counts a wrong code of a till system, with audit."""
    _wrong(work, caller, reason, actor, now)


def note_not_theirs(work: Work, caller: Caller, text: str, actor: Actor, now: datetime) -> None:
    """Counts a code that came with a bill and is of no voucher of its member."""
    _, wrong = vouchers.by_code(work, bare(text))
    _wrong(work, caller, _said(bare(text), wrong or UNKNOWN), actor, now)


# -- reading what was scanned -----------------------------------------------------------


def bare(text: str) -> str:
    """The code alone of what a camera or a scanner has read: perhaps a whole link."""
    text = text.strip()[:200].rpartition("start=")[2].strip()
    for start in _STARTS:
        if text.casefold().startswith(start):
            return text[len(start) :]
    return text


def _member_code(work: Work, text: str) -> CodeRow | None:
    try:
        return work.member_codes.find(check_member_code(text))
    except BadCode:
        return None


def _member(work: Work, row: CodeRow, staff: Actor, now: datetime, own: int | None) -> Scan:
    if own is not None and row.member_id == own:
        work.audit.add(staff, "till.scan", ("member", row.member_id), now, {"wrong": OWN})
        return Scan(wrong=OWN)
    session = member_codes.open_by_code(work, row, staff, now)
    if session is None:
        work.audit.add(staff, "till.scan", ("member", row.member_id), now, {"wrong": STALE})
        return Scan(wrong=STALE)
    return Scan(member=masked(work, session.member_id), session=session)


def _said(text: str, wrong: str) -> str:
    """A member's code whose checksum holds is none that was mistyped."""
    try:
        check_member_code(text)
    except BadCode as bad:
        return bad.reason if wrong == "length" and bad.reason == "checksum" else wrong
    return "unknown"


def _wrong(work: Work, caller: Caller, reason: str, staff: Actor, now: datetime) -> Scan:
    left = wrong_codes.count(work, caller, reason, now)
    work.audit.add(staff, "voucher.scan", ("voucher", ""), now, {"wrong": reason})
    return Scan(wrong=reason, tries_left=left)
