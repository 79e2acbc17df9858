"""Members' own codes for the till (会员码), and the session that one opens for a cashier.

A code is good once and for some minutes. Whoever scans it serves that member, and nobody else,
until the session is over or the next member comes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.codes import MEMBER_BITS, make_member_code
from domain.till_errors import SessionOver
from services.finding import standing
from services.ports import Work
from services.ports.club import Actor
from services.ports.till import CodeRow, SessionRow
from services.vouchers import BOT_NAME

LINK: Final = "m_"
SESSION: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class MemberCode:
    """A member's own code. `code` and `link` ("" while the bot's name is not known) are secret:
    only reading routes and pictures that are drawn when sent show them."""

    id: int
    code: str
    link: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """Whom an operator may serve, until when. `voucher_id`: the session was opened by that
    voucher, so nothing else of the member's may be used: neither points nor stored value nor
    another voucher."""

    member_id: int
    until: datetime
    voucher_id: int | None = None


def fresh(work: Work, member_id: int, now: datetime) -> MemberCode:
    """A new code; the one before is good no longer. Raises MemberFrozen, MemberClosed."""
    work.members.lock(member_id)
    work.members.get(member_id).may_move_points()
    work.member_codes.withdraw(member_id, now)
    seconds = work.programmes.current().till.code_seconds
    row = CodeRow(work.new_id(), member_id, now + timedelta(seconds=seconds))
    code = make_member_code(secrets.randbits(MEMBER_BITS))
    while not work.member_codes.add(row, code):
        code = make_member_code(secrets.randbits(MEMBER_BITS))
    return MemberCode(row.id, code, link(work, code), row.expires_at)


def shown(work: Work, member_id: int, now: datetime) -> MemberCode | None:
    """The member's code that is good now, None if there is none."""
    found = work.member_codes.newest(member_id, now)
    if found is None:
        return None
    row, code = found
    return MemberCode(row.id, code, link(work, code), row.expires_at)


def link(work: Work, code: str) -> str:
    """The deep link into the bot, "" while the bot's name is not known."""
    name = work.settings.get(BOT_NAME)
    return f"https://t.me/{name}?start={LINK}{code}" if name else ""


# -- at the till ------------------------------------------------------------------------


def open_by_code(work: Work, row: CodeRow, staff: Actor, now: datetime) -> Session | None:
    """The session that a member's code opens, once; None if it is good no longer. Whoever scanned
    it may scan it again while they serve its member."""
    assert staff.staff_id is not None
    member_id = standing(work, row.member_id).id
    if not work.member_codes.use(row.id, staff.staff_id, now):
        session = current(work, staff, now)
        again = row.used_by == staff.staff_id and session and session.member_id == member_id
        return session if again else None
    work.audit.add(staff, "till.serve", ("member", member_id), now, {"by": "code"})
    return _open(work, member_id, None, staff, now)


def open_by_voucher(
    work: Work, member_id: int, voucher_id: int, staff: Actor, now: datetime
) -> Session:
    """A session for a bill with that one voucher, whose code was scanned."""
    work.audit.add(staff, "till.serve", ("member", member_id), now, {"by": "voucher"})
    return _open(work, member_id, voucher_id, staff, now)


def _open(
    work: Work, member_id: int, voucher_id: int | None, staff: Actor, now: datetime
) -> Session:
    assert staff.staff_id is not None
    row = SessionRow(member_id, voucher_id, now, now + SESSION)
    work.member_codes.open_session(staff.staff_id, row)
    return Session(member_id, row.until, voucher_id)


def current(work: Work, staff: Actor, now: datetime) -> Session | None:
    """Whom the operator serves now; a merged membership leads to the kept one."""
    row = work.member_codes.session(staff.staff_id, now) if staff.staff_id is not None else None
    if row is None:
        return None
    return Session(standing(work, row.member_id).id, row.until, row.voucher_id)


def session(work: Work, member_id: int, staff: Actor, now: datetime) -> Session:
    """The operator's session with this member; raises SessionOver if there is none (any more)."""
    found = current(work, staff, now)
    if found is None or found.member_id != standing(work, member_id).id:
        raise SessionOver
    return found


def end(work: Work, staff: Actor) -> None:
    """The operator serves nobody any more."""
    if staff.staff_id is not None:
        work.member_codes.end_session(staff.staff_id)
