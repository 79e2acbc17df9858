"""Vouchers: a member's own, and staff marking one as used at the till."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from domain.codes import check_code, foreign_code, show_code
from domain.errors import MemberFrozen
from domain.members import MemberState
from domain.points import day_before
from domain.refusals import BadCode, VoucherNotFound, VoucherNotUsable
from domain.vouchers import Voucher, VoucherState
from services.masks import Masked, masked
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice

MOST_WRONG: Final = 10
WRONG_WITHIN: Final = timedelta(minutes=10)
BOT_NAME: Final = "telegram.username"
LINK: Final = "v_"


@dataclass(frozen=True, slots=True)
class Mine:
    """A voucher as its owner sees it: the state by the clock and the last valid day."""

    voucher: Voucher
    state: VoucherState
    last_day: date


@dataclass(frozen=True, slots=True)
class Shown:
    """A voucher with its code. `link` opens it in a cashier's chat, "" while the bot's name is
    not known. Never to be stored: only reading routes show it."""

    mine: Mine
    code: str
    link: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What the till sees. `wrong`: why there is no voucher (`length`, `characters`, `checksum`,
    `unknown`, `too_often`), and how many tries are left."""

    voucher: Voucher | None = None
    state: VoucherState = VoucherState.ISSUED
    last_day: date | None = None
    member: Masked | None = None
    wrong: str = ""
    tries_left: int = 0


def of_member(work: Work, member_id: int, now: datetime) -> list[Mine]:
    """The member's vouchers: valid ones first, then the newest."""
    zone = work.programmes.current().zone
    mine = [_mine(voucher, zone, now) for voucher in work.vouchers.of_member(member_id)]
    return sorted(mine, key=lambda one: one.state is not VoucherState.ISSUED)


def show(work: Work, member_id: int, voucher_id: int, now: datetime) -> Shown:
    """One of the member's own vouchers with its code; raises VoucherNotFound."""
    voucher = work.vouchers.get(voucher_id)
    if voucher is None or voucher.member_id != member_id:
        raise VoucherNotFound
    mine = _mine(voucher, work.programmes.current().zone, now)
    if mine.state is not VoucherState.ISSUED:
        return Shown(mine, "", "")
    code = work.vouchers.code(voucher_id)
    return Shown(mine, show_code(code), link(work, code))


def link(work: Work, code: str) -> str:
    """The deep link into the bot for a code, "" while the bot's name is not known."""
    name = work.settings.get(BOT_NAME)
    return f"https://t.me/{name}?start={LINK}{code}" if name else ""


# -- at the till ------------------------------------------------------------------------


def scan(work: Work, text: str, staff: Actor, now: datetime) -> Scan:
    """The voucher of a code that staff typed or scanned; every scan is audited, wrong ones are
    limited per person (10 in 10 minutes)."""
    since = now - WRONG_WITHIN
    if work.vouchers.wrong_tries(_who(staff), since) >= MOST_WRONG:
        return Scan(wrong="too_often")
    voucher, wrong = by_code(work, text)
    if voucher is None:
        tries = work.vouchers.count_wrong_try(_who(staff), now, since)
        work.audit.add(staff, "voucher.scan", ("voucher", ""), now, {"wrong": wrong})
        return Scan(wrong=wrong, tries_left=MOST_WRONG - tries)
    return _seen(work, voucher, staff, now)


def by_code(work: Work, text: str) -> tuple[Voucher | None, str]:
    """The voucher of a code, ours or one that another system made and an import brought along;
    without one, why: `length`, `characters`, `checksum`, `unknown`."""
    try:
        code, wrong = check_code(text), "unknown"
    except BadCode as bad:
        code, wrong = foreign_code(text), bad.reason
    voucher = work.vouchers.by_code(code) if code else None
    return voucher, "" if voucher else wrong


def use(work: Work, voucher_id: int, staff: Actor, *, key: str, now: datetime) -> Voucher:
    """Marks a voucher as used, for exactly one caller, with receipts and audit.

    The same key again changes nothing. Raises VoucherNotFound, VoucherNotUsable, MemberFrozen.
    """
    voucher = _get(work, voucher_id)
    owner = work.members.get(voucher.member_id)
    if owner.state is MemberState.FROZEN and voucher.use_key != key:
        raise MemberFrozen()
    if not work.vouchers.use(voucher_id, key, now, staff.staff_id, staff.store_id):
        voucher = _get(work, voucher_id)
        if voucher.use_key == key:
            return voucher
        raise _not_usable(work, voucher, now)
    work.audit.add(staff, "voucher.use", ("voucher", voucher_id), now, {})
    receipt = Notice(
        "voucher.receipt", {"names": dict(voucher.names), "store": _store(work, staff)}
    )
    work.deliveries.to_member(voucher.member_id, receipt, now)
    return _get(work, voucher_id)


def _seen(work: Work, voucher: Voucher, staff: Actor, now: datetime) -> Scan:
    mine = _mine(voucher, work.programmes.current().zone, now)
    detail = {"state": str(mine.state)}
    work.audit.add(staff, "voucher.scan", ("voucher", voucher.id), now, detail)
    return Scan(voucher, mine.state, mine.last_day, masked(work, voucher.member_id))


def _get(work: Work, voucher_id: int) -> Voucher:
    voucher = work.vouchers.get(voucher_id)
    if voucher is None:
        raise VoucherNotFound
    return voucher


def _not_usable(work: Work, voucher: Voucher, now: datetime) -> VoucherNotUsable:
    zone = work.programmes.current().zone
    at = voucher.used_at.isoformat() if voucher.used_at else None
    return VoucherNotUsable(str(voucher.state_at(now)), dict(voucher.names), at, zone)


def _mine(voucher: Voucher, zone: str, now: datetime) -> Mine:
    return Mine(voucher, voucher.state_at(now), day_before(voucher.expires_at, zone))


def _store(work: Work, staff: Actor) -> str:
    store = work.stores.by_id(staff.store_id) if staff.store_id else None
    return store.name if store else ""


def _who(staff: Actor) -> str:
    return f"voucher:{staff.staff_id or staff.name}"
