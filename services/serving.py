"""Serving a member at the till: what the cashier sees, and what is confirmed or refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.money import Money
from domain.points import Unit
from domain.till_errors import HoldOver, SessionOver
from domain.vouchers import OPEN, Voucher
from services import member_codes, scanning, vouchers
from services.finding import standing
from services.kinds import kind_of
from services.masks import Masked, masked
from services.member_codes import Session
from services.ports import Work
from services.ports.club import Actor
from services.scanning import Scan
from services.vouchers import Mine

CONFIRM_WITHIN: Final = timedelta(minutes=10)
"""How long after its hold a cashier may still confirm what nobody else has looked at since."""


@dataclass(frozen=True, slots=True)
class Served:
    """The member whom a cashier serves. `vouchers`: those that can be used; `credit`: None where
    the club keeps no stored value; `blocked`: it is not to be spent."""

    member_id: int
    member: Masked
    points: int
    credit: Money | None
    blocked: bool
    vouchers: tuple[Mine, ...]
    until: datetime


def served(work: Work, session: Session, now: datetime) -> Served:
    """What the cashier of a session sees; of a session by a voucher just that."""
    programme, member_id = work.programmes.current(), session.member_id
    mine = [one for one in vouchers.of_member(work, member_id, now) if one.state in OPEN]
    if session.voucher_id is not None:
        mine = [one for one in mine if one.voucher.id == session.voucher_id]
    credit = None
    if programme.stored_value is not None:
        has = work.ledger.summary(member_id, Unit.CREDIT, now).spendable
        credit = Money(max(has, 0), programme.currency)
    return Served(
        member_id,
        masked(work, member_id),
        work.ledger.summary(member_id, Unit.POINTS, now).spendable,
        credit,
        work.credit_blocks.get(member_id) is not None,
        tuple(mine),
        session.until,
    )


def voucher(work: Work, voucher_id: int, staff: Actor, now: datetime) -> Scan:
    """A voucher of the member who is served, held without its code. Raises SessionOver."""
    found = vouchers.get(work, voucher_id)
    session = member_codes.session(work, found.member_id, staff, now)
    if session.voucher_id not in (None, voucher_id):
        raise SessionOver
    return scanning.look(work, voucher_id, staff, now)


def confirm(
    work: Work, voucher_id: int, staff: Actor, *, key: str, now: datetime, own: int | None
) -> Voucher:
    """Uses a voucher that this cashier has looked at; raises as vouchers.use, and HoldOver when
    that is too long ago or was ended."""
    found = vouchers.get(work, voucher_id)
    holder = vouchers.holder_of(staff)
    free = found.state_at(now) in OPEN and not found.held_by_another(holder, now)
    if free and not _looked_at(found, holder, now):
        raise HoldOver
    return vouchers.use(work, voucher_id, staff, key=key, now=now, own=own)


def _looked_at(found: Voucher, holder: str, now: datetime) -> bool:
    if found.hold_key != holder or found.held_until is None:
        return False
    return now < found.held_until + CONFIRM_WITHIN


def refuse(work: Work, voucher_id: int, staff: Actor, now: datetime) -> Voucher:
    """The voucher is not used: others may look at it at once."""
    if vouchers.release(work, voucher_id, vouchers.holder_of(staff), now):
        work.audit.add(staff, "voucher.refuse", ("voucher", voucher_id), now, {})
    return vouchers.get(work, voucher_id)


def bill_for(work: Work, voucher_id: int, staff: Actor, now: datetime) -> Session:
    """The session for a bill with a voucher that this cashier holds: the running one with its
    member, else one for this voucher alone. Raises HoldOver."""
    found = vouchers.get(work, voucher_id)
    if found.hold_key != vouchers.holder_of(staff) or found.state_at(now) not in OPEN:
        raise HoldOver
    member_id = standing(work, found.member_id).id
    session = member_codes.current(work, staff, now)
    if session and session.member_id == member_id and session.voucher_id in (None, voucher_id):
        return session
    return member_codes.open_by_voucher(work, member_id, voucher_id, staff, now)


def on_bill(found: Voucher) -> bool:
    """Whether a voucher lowers a bill."""
    return kind_of(found.promise["kind"]).on_bill
