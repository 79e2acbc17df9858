"""Vouchers at tills that have their own system: held, used, released. Codes come in the path and
stand nowhere else."""

from __future__ import annotations

from api import replies, requests
from api.common import plain
from api.operations import Call
from api.problems import at
from api.shapes import instant
from domain import money
from domain.errors import Refused
from domain.refusals import VoucherNotUsable
from domain.till_errors import CodeUnknown, VoucherHeld, VoucherTaken
from domain.vouchers import Voucher
from services import scanning, serving, vouchers, wrong_codes
from services.answers import OK, Answer
from services.booking import store_id
from services.kinds import kind_of
from services.masks import masked
from services.ports.club import Actor
from services.wrong_codes import Caller


def hold(call: Call) -> Answer:
    """Keeps a voucher for this till, and says what it is."""
    body: requests.Holding = call.body
    found = _find(call)
    actor = _actor(call, body)
    held = vouchers.hold(call.work, found.id, vouchers.holder_of(actor), call.now)
    detail = {"state": str(held.state)}
    call.work.audit.add(actor, "voucher.scan", ("voucher", held.id), call.now, detail)
    return _answer(call, held, body.amount)


def use(call: Call) -> Answer:
    """Marks a voucher as used, once."""
    found = _find(call)
    actor = _actor(call, call.body)
    key = "api:" + call.work.vault.index("effect", f"{call.caller.id}:{call.once}")
    return _answer(call, vouchers.use(call.work, found.id, actor, key=key, now=call.now))


def release(call: Call) -> Answer:
    """Ends the hold of this till; without one nothing happens."""
    found = _find(call)
    return _answer(call, serving.refuse(call.work, found.id, _actor(call, call.body), call.now))


def refused(call: Call, error: Refused) -> None:
    """Counts a wrong code, and writes down who asked for a voucher that they could not have."""
    actor = Actor(call.caller.actor)
    if isinstance(error, CodeUnknown):
        scanning.note_wrong(call.work, _caller(call), error.reason, actor, call.now)
    elif isinstance(error, VoucherHeld | VoucherTaken | VoucherNotUsable):
        scanning.note_refused(call.work, call.path["code"], error.code, actor, call.now)


def check_open(call: Call) -> None:
    """Raises CodesLocked while the caller may try no code."""
    scanning.check_open(call.work, _caller(call), call.now)


def note_not_theirs(call: Call, code: str) -> None:
    """Counts a code that came with a bill and is of no voucher of its member."""
    actor = Actor(call.caller.actor)
    scanning.note_not_theirs(call.work, _caller(call), code, actor, call.now)


def _find(call: Call) -> Voucher:
    return scanning.find(call.work, call.path["code"], _caller(call), call.now)


def _caller(call: Call) -> Caller:
    return wrong_codes.caller_of(Actor(call.caller.actor), call.whence)


def _actor(call: Call, body: requests.Till) -> Actor:
    return Actor(call.caller.actor, None, store_id(call.work, body.store or ""), body.till or "")


def _answer(call: Call, voucher: Voucher, amount: str | None = None) -> Answer:
    programme = call.work.programmes.current()
    member = call.work.members.get(voucher.member_id)
    mine = vouchers.as_mine(call.work, voucher, call.now)
    kind = kind_of(voucher.promise["kind"])
    level, off = programme.level(member.level), None
    if amount is not None:
        with at("/amount"):
            minor = money.parse_money(amount, programme.currency).minor
        if kind.on_bill:
            detail = voucher.promise.get("detail") or {}
            off = money.plain(kind.takes_off(detail, minor, level), programme.currency)
    reply = replies.AtTill(
        voucher_id=str(voucher.id),
        state=str(mine.state),
        kind=kind.key,
        names=dict(voucher.names),
        terms=dict(voucher.terms),
        last_day=mine.last_day.isoformat(),
        member=masked(call.work, voucher.member_id).number,
        level=level.key,
        takes_off=off,
        held_until=instant(voucher.held_until) if voucher.held_until else None,
        used_at=instant(voucher.used_at) if voucher.used_at else None,
    )
    return Answer(OK, plain(reply), voucher.member_id)
