"""Vouchers: a member's own, and staff marking one as used at the till."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from domain.codes import check_code, foreign_code, show_code
from domain.errors import MemberFrozen, Refused
from domain.members import MemberState
from domain.points import day_before
from domain.refusals import BadCode, VoucherNotFound, VoucherNotUsable
from domain.till import TillKind
from domain.till_errors import OwnVoucher, UndoneBefore, VoucherHeld, VoucherTaken
from domain.vouchers import OPEN, Voucher, VoucherState
from services import fulfilling, till_events
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice

BOT_NAME: Final = "telegram.username"
LINK: Final = "v_"
OF_KEY: Final = "\n"
"""Between a key and its till: neither can hold it."""
SYSTEM: Final = Actor("system")


@dataclass(frozen=True, slots=True)
class Mine:
    """A voucher as its owner sees it: the state by the clock and the last valid day."""

    voucher: Voucher
    state: VoucherState
    last_day: date


@dataclass(frozen=True, slots=True)
class Shown:
    """A voucher with its code. `link` opens it in a cashier's chat, "" while the bot's name is
    not known, and for what is to be had at a partner. Never to be stored: only reading routes
    show it."""

    mine: Mine
    code: str
    link: str


def of_member(work: Work, member_id: int, now: datetime) -> list[Mine]:
    """The member's vouchers: valid ones first, then the newest."""
    found = [as_mine(work, voucher, now) for voucher in work.vouchers.of_member(member_id)]
    return sorted(found, key=lambda one: one.state not in OPEN)


def show(work: Work, member_id: int, voucher_id: int, now: datetime) -> Shown:
    """One of the member's own vouchers with its code; raises VoucherNotFound."""
    voucher = work.vouchers.get(voucher_id)
    if voucher is None or voucher.member_id != member_id:
        raise VoucherNotFound
    mine = as_mine(work, voucher, now)
    if mine.state not in OPEN:
        return Shown(mine, "", "")
    code = work.vouchers.code(voucher_id)
    # A partner's scanner wants the code, not the way into our bot.
    lead = "" if voucher.promise.get("partner") else link(work, code)
    return Shown(mine, show_code(code), lead)


def link(work: Work, code: str) -> str:
    """The deep link into the bot for a code, "" while the bot's name is not known."""
    name = work.settings.get(BOT_NAME)
    return f"https://t.me/{name}?start={LINK}{code}" if name else ""


# -- at the till ------------------------------------------------------------------------


def by_code(work: Work, text: str) -> tuple[Voucher | None, str]:
    """The voucher of a code, ours or one that another system made and an import brought along;
    without one, why: `length`, `characters`, `checksum`, `unknown`."""
    try:
        code, wrong = check_code(text), "unknown"
    except BadCode as bad:
        code, wrong = foreign_code(text), bad.reason
    voucher = work.vouchers.by_code(code) if code else None
    return voucher, "" if voucher else wrong


def holder_of(actor: Actor) -> str:
    """What a till's hold is kept under: the operator, or the till system's key and which of its
    tills it is."""
    if actor.staff_id is not None:
        return f"staff:{actor.staff_id}"
    return f"{actor.name}{OF_KEY}{actor.till}" if actor.till else actor.name


def hold(work: Work, voucher_id: int, holder_key: str, now: datetime) -> Voucher:
    """Keeps a voucher for one till for the seconds that the programme says; the same till keeps
    it anew, and one that has lapsed while we were late is extended. Raises VoucherNotFound,
    VoucherHeld, VoucherTaken, VoucherNotUsable."""
    seconds = work.programmes.current().till.hold_seconds
    until = now + timedelta(seconds=seconds)
    held = work.vouchers.hold(voucher_id, holder_key, until, now)
    if not held and fulfilling.revive(work, get(work, voucher_id), SYSTEM, now):
        held = work.vouchers.hold(voucher_id, holder_key, until, now)
    if not held:
        raise _refusal(work, get(work, voucher_id), holder_key, now)
    return get(work, voucher_id)


def release(work: Work, voucher_id: int, holder_key: str, now: datetime) -> bool:
    """Ends the till's hold; False if it had none any more. Raises VoucherNotFound."""
    return work.vouchers.release(get(work, voucher_id).id, holder_key)


def use(
    work: Work,
    voucher_id: int,
    staff: Actor,
    *,
    key: str,
    now: datetime,
    own: int | None = None,
) -> Voucher:
    """Marks a voucher as used, for exactly one caller, with receipt, journal and audit.

    The same key again changes nothing. `own`: the operator's own membership. Raises
    VoucherNotFound, VoucherHeld, VoucherTaken, VoucherNotUsable, MemberFrozen, OwnVoucher,
    UndoneBefore.
    """
    voucher = get(work, voucher_id)
    if voucher.use_key == key:
        return voucher
    if work.till_events.by_key(f"use:{key}") is not None:
        voucher = get(work, voucher_id)  # the same tap may have used it a moment ago
        if voucher.use_key == key:
            return voucher
        raise UndoneBefore  # this very effect was taken back since
    if own is not None and voucher.member_id == own:
        raise OwnVoucher
    if work.members.get(voucher.member_id).state is MemberState.FROZEN:
        raise MemberFrozen()
    fulfilling.revive(work, voucher, staff, now)
    holder = holder_of(staff)
    if not work.vouchers.use(voucher_id, key, now, staff.staff_id, staff.store_id, holder):
        voucher = get(work, voucher_id)
        if voucher.use_key == key:
            return voucher
        raise _refusal(work, voucher, holder, now)
    work.audit.add(staff, "voucher.use", ("voucher", voucher_id), now, {})
    till_events.record(
        work,
        TillKind.USE,
        staff,
        now,
        key=f"use:{key}",
        member_id=voucher.member_id,
        voucher_id=voucher_id,
    )
    fulfilling.handed_over(work, voucher_id, staff, now)
    receipt = Notice(
        "voucher.receipt", {"names": dict(voucher.names), "store": _store(work, staff)}
    )
    work.deliveries.to_member(voucher.member_id, receipt, now)
    return get(work, voucher_id)


def get(work: Work, voucher_id: int) -> Voucher:
    voucher = work.vouchers.get(voucher_id)
    if voucher is None:
        raise VoucherNotFound
    return voucher


def _refusal(work: Work, voucher: Voucher, holder: str, now: datetime) -> Refused:
    """Why a till cannot have a voucher: who has it, or had it, and since when."""
    zone, names = work.programmes.current().zone, dict(voucher.names)
    if voucher.held_by_another(holder, now):
        held = held_by(work, voucher)
        return VoucherHeld(names, held.by, held.store, held.at.isoformat(), zone)
    if voucher.state is VoucherState.USED and (used := used_by(work, voucher)):
        return VoucherTaken(names, used.by, used.store, used.at.isoformat(), zone)
    at = voucher.used_at.isoformat() if voucher.used_at else None
    return VoucherNotUsable(str(voucher.state_at(now)), names, at, zone)


@dataclass(frozen=True, slots=True)
class Seen:
    """Who had a voucher in hand, where and when. `by` and `store` may be ""."""

    by: str
    store: str
    at: datetime


def held_by(work: Work, voucher: Voucher) -> Seen:
    """The till that looks at a held voucher, and since when."""
    assert voucher.held_until is not None
    since = voucher.held_until - timedelta(seconds=work.programmes.current().till.hold_seconds)
    kind, _, who = (voucher.hold_key or "").partition(":")
    if kind != "staff":
        return Seen(who.replace(OF_KEY, " / "), "", since)
    staff = next((one for one in work.staff.all() if str(one.id) == who), None)
    name = staff.name if staff else ""
    return Seen(name, _store_name(work, staff.store_id if staff else None), since)


def used_by(work: Work, voucher: Voucher) -> Seen | None:
    """Who used a voucher; None where that is not known."""
    if voucher.used_at is None:
        return None
    store = _store_name(work, voucher.used_store)
    staff = next((one for one in work.staff.all() if one.id == voucher.used_by), None)
    if staff is not None:
        return Seen(staff.name, store, voucher.used_at)
    rows = work.audit.about(("voucher", voucher.id))
    by = next((row["staff_name"] for row in rows if row["action"] == "voucher.use"), "")
    return Seen(by.removeprefix("api:"), store, voucher.used_at)


def as_mine(work: Work, voucher: Voucher, now: datetime) -> Mine:
    """A voucher with its state by the clock and its last valid day."""
    zone, kept = work.programmes.current().zone, fulfilling.as_kept(work, voucher, now)
    return Mine(voucher, kept.state_at(now), day_before(kept.expires_at, zone))


def _store(work: Work, staff: Actor) -> str:
    return _store_name(work, staff.store_id)


def _store_name(work: Work, store_id: int | None) -> str:
    store = work.stores.by_id(store_id) if store_id else None
    return store.name if store else ""
