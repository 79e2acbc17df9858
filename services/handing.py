"""A member hands a voucher to another by a link. Who takes it gets it under a new code."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.codes import BITS, make_code
from domain.handing import Handing, HandingState, lasts_until
from domain.handing_errors import CannotHandOn, HandingGone
from domain.members import Member, MemberState, mask_name
from domain.refusals import VoucherNotFound
from domain.vouchers import Voucher, VoucherState
from services import charters, fulfilling, gifting
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice
from services.vouchers import BOT_NAME

LINK: Final = "g_"
TOKEN_BYTES: Final = 16
MOST_GIVEN: Final = 100


@dataclass(frozen=True, slots=True)
class Link:
    """What the giver passes on; `url` is "" while the bot's name is not known. Never to be
    stored: only reading routes show it."""

    handing: Handing
    voucher: Voucher
    token: str
    url: str


@dataclass(frozen=True, slots=True)
class Offered:
    """What who opens a link sees: the voucher without its code, and who hands it on."""

    handing: Handing
    voucher: Voucher
    giver: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A voucher that a member has handed on, and to whom, as much as they may see."""

    names: Mapping[str, str]
    at: datetime
    name: str
    tail: str


# -- the giver --------------------------------------------------------------------------


def allowed(work: Work, voucher: Voucher, now: datetime) -> bool:
    """Whether its owner can hand a voucher on now. A partner's code cannot be exchanged for
    another, so it stays with whoever has seen it."""
    if voucher.state_at(now) is not VoucherState.ISSUED or not voucher.promise.get("giftable"):
        return False
    benefit = work.benefits.get(voucher.benefit_id)
    return benefit is not None and not benefit.imported_codes


def offer(work: Work, member_id: int, voucher_id: int, now: datetime) -> Handing:
    """Puts a voucher into a link; one that is still open is given again. Until it is taken the
    voucher stays the giver's, to be used or given back.

    Raises VoucherNotFound, CannotHandOn, MemberFrozen, MemberClosed, RulesNotAccepted.
    """
    work.members.lock(member_id)
    giver = work.members.get(member_id)
    giver.may_move_points()
    charters.require_accepted(work, giver)
    voucher = _own(work, member_id, voucher_id)
    if not allowed(work, voucher, now):
        state = voucher.state_at(now)
        why = "never" if state is VoucherState.ISSUED else str(state)
        raise CannotHandOn(why, dict(voucher.names))
    if (before := open_of(work, voucher_id, now)) is not None:
        return before
    until = lasts_until(now, voucher.expires_at)
    made = Handing(work.new_id(), voucher_id, member_id, HandingState.OPEN, now, until)
    if not work.voucher_gifts.add(made, secrets.token_urlsafe(TOKEN_BYTES)):
        raise RuntimeError("a voucher came into two links at the same moment")
    return made


def open_of(work: Work, voucher_id: int, now: datetime) -> Handing | None:
    """The link that a voucher is in; one whose time is over is ended first where it is written."""
    found = work.voucher_gifts.open_of(voucher_id)
    if found is not None and found.state_at(now) is HandingState.LAPSED:
        work.voucher_gifts.close(found.id, HandingState.LAPSED, now)
        return None
    return found


def is_open(work: Work, voucher: Voucher, now: datetime) -> bool:
    """Whether a voucher is in a link that can be used."""
    found = work.voucher_gifts.open_of(voucher.id)
    return found is not None and found.state_at(now) is HandingState.OPEN


def link(work: Work, member_id: int, voucher_id: int, now: datetime) -> Link:
    """The open link of one's own voucher. Raises VoucherNotFound, HandingGone."""
    voucher = _own(work, member_id, voucher_id)
    found = work.voucher_gifts.open_of(voucher_id)
    if found is None or found.state_at(now) is not HandingState.OPEN:
        raise HandingGone("lapsed" if found else "unknown")
    token = work.voucher_gifts.token(found.id)
    name = work.settings.get(BOT_NAME)
    url = f"https://t.me/{name}?start={LINK}{token}" if name else ""
    return Link(found, voucher, token, url)


def withdraw(work: Work, member_id: int, voucher_id: int, now: datetime) -> bool:
    """Makes the link of one's own voucher useless; False if there was none. Raises
    VoucherNotFound: it is another's, and so it was too late."""
    work.members.lock(member_id)
    _own(work, member_id, voucher_id)
    found = work.voucher_gifts.open_of(voucher_id)
    return found is not None and work.voucher_gifts.close(found.id, HandingState.WITHDRAWN, now)


def given(work: Work, member_id: int) -> list[Gone]:
    """What a member has handed on, the newest first."""
    everyone = work.mydata.memberships(member_id)
    return [
        Gone(one.names, one.at, *_seen(work.members.get(one.taker_id)))
        for one in work.voucher_gifts.given(everyone, MOST_GIVEN)
    ]


# -- the taker --------------------------------------------------------------------------


def opened(work: Work, token: str, now: datetime) -> Offered:
    """What a link leads to; raises HandingGone."""
    found = work.voucher_gifts.by_token(token)
    return _offered(work, found, now)


def offered(work: Work, handing_id: int, now: datetime) -> Offered:
    """As `opened`, for somebody who has opened the link before."""
    return _offered(work, work.voucher_gifts.get(handing_id), now)


def take(work: Work, member_id: int, handing_id: int, now: datetime) -> Voucher:
    """Makes the voucher the taker's under a new code, for exactly one of them; the same one again
    changes nothing. It counts to no limit of theirs. The giver is told.

    Raises HandingGone, MemberFrozen, MemberClosed, RulesNotAccepted.
    """
    seen = work.voucher_gifts.get(handing_id)
    if seen is None:
        raise HandingGone("unknown")
    for one in sorted({member_id, _voucher(work, seen).member_id}):
        work.members.lock(one)
    handing = work.voucher_gifts.get(handing_id)
    if handing is not None and handing.taker_id == member_id:
        return _voucher(work, handing)
    found = _offered(work, handing, now)
    taker = work.members.get(member_id)
    taker.may_move_points()
    charters.require_accepted(work, taker)
    if found.voucher.member_id == member_id:
        raise HandingGone("own")
    _pass_on(work, found, taker, now)
    return _voucher(work, found.handing)


def _pass_on(work: Work, found: Offered, taker: Member, now: datetime) -> None:
    voucher = found.voucher
    if not work.voucher_gifts.close(found.handing.id, HandingState.TAKEN, now, taker.id):
        raise HandingGone("taken")
    code = make_code(secrets.randbits(BITS))
    if not work.voucher_gifts.pass_on(voucher.id, voucher.member_id, taker.id, code, now):
        raise HandingGone("used_up")
    fulfilling.passed_on(work, voucher.id, taker.id)
    detail = {"handing": str(found.handing.id)}
    work.audit.add(Actor("member"), "voucher.hand_on", ("voucher", voucher.id), now, detail)
    name, tail = _seen(taker)
    told = Notice("handing.told", {"names": dict(voucher.names), "name": name, "tail": tail})
    work.deliveries.to_member(voucher.member_id, told, now)


def _offered(work: Work, handing: Handing | None, now: datetime) -> Offered:
    if handing is None:
        raise HandingGone("unknown")
    state = handing.state_at(now)
    if state is not HandingState.OPEN:
        raise HandingGone(str(state))
    voucher = _voucher(work, handing)
    giver = work.members.get(voucher.member_id)
    if giver.state is not MemberState.ACTIVE or voucher.state_at(now) is not VoucherState.ISSUED:
        raise HandingGone("used_up")
    return Offered(handing, voucher, mask_name(giver.name or ""))


def _own(work: Work, member_id: int, voucher_id: int) -> Voucher:
    voucher = work.vouchers.get(voucher_id)
    if voucher is None or voucher.member_id != member_id:
        raise VoucherNotFound
    return voucher


def _voucher(work: Work, handing: Handing) -> Voucher:
    voucher = work.vouchers.get(handing.voucher_id)
    assert voucher is not None
    return voucher


def _seen(member: Member) -> tuple[str, str]:
    return mask_name(member.name or ""), gifting.tail(member)
