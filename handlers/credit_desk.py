"""A member's stored value for operators: paying it out, blocking it, lifting a block."""

from __future__ import annotations

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.approvals import Approval
from domain.errors import Refused
from domain.members import Member
from domain.money import Money, parse_money
from domain.points import Unit
from handlers import history as postings
from handlers.parts import CANCEL, number, refusal
from handlers.portrait import back_to
from handlers.turns import Turn, actor
from services import (
    adjustments,
    credit_blocking,
    credit_holding,
    history,
    masks,
    paying_out,
    portraits,
)
from services.finding import standing

PAYOUT = Flow("payout", (Step("amount"), Step("reason"), Step("sure")))
BLOCKING = Flow("blocking", (Step("reason"),))
STOP: Rows = ((CANCEL,),)
NEWEST = 5


def _others(turn: Turn, member_id: int) -> Member:
    """The member, who is not the operator themselves."""
    member = standing(turn.work, member_id)
    portraits.not_own(turn.person.member_id, member.id)
    return member


def show(turn: Turn) -> Reply:
    """What a member has, the newest entries, and what this operator may do."""
    member = _others(turn, number(turn))
    has = credit_holding.held(turn.work, member.id)
    blocked = turn.work.credit_blocks.get(member.id)
    page = history.page(turn.work, member.id, size=NEWEST, unit=Unit.CREDIT)
    zone = turn.work.programmes.current().zone
    values = {
        **_masked(turn, member.id),
        "total": _money(turn, has.total),
        "principal": _money(turn, has.principal),
        "bonus": _money(turn, has.bonus),
        "blocked": blocked is not None,
        "blocked_at": blocked.at if blocked else None,
        "own": blocked is not None and blocked.staff_id is None,
        "items": [postings.shown(item, zone) for item in page.items],
        "zone": zone,
    }
    return Reply("credit.desk", values, _rows(turn, member, has.principal, blocked is not None))


def _rows(turn: Turn, member: Member, principal: int, blocked: bool) -> Rows:
    this = (str(member.id),)
    label, intent = ("unblock", "blocking.lift") if blocked else ("block", "blocking.start")
    offered = (
        ("credit:payout", principal > 0, Button("credit.button_payout", "payout.start", this)),
        ("credit:block", True, Button(f"credit.button_{label}", intent, this)),
    )
    mine = tuple(button for needs, when, button in offered if when and turn.person.may(needs))
    return (mine, *back_to(member.id))


# -- paying out -------------------------------------------------------------------------


def start(turn: Turn) -> Reply:
    """Asks how much is paid out."""
    member = _others(turn, number(turn))
    most = credit_holding.held(turn.work, member.id).principal
    turn.start(PAYOUT, member=str(member.id))
    every = Button("credit.button_payout_all", "payout.all", here=True, values=_all(turn, most))
    values = {**_masked(turn, member.id), "most": _money(turn, most)}
    return Reply("credit.payout_amount", values, ((every,), (CANCEL,)))


def _all(turn: Turn, most: int) -> dict[str, Money]:
    return {"amount": _money(turn, most)}


def everything(turn: Turn) -> Reply:
    """All that was paid in."""
    return _how_much(turn, credit_holding.held(turn.work, int(turn.data["member"])).principal)


def take_amount(turn: Turn) -> Reply:
    """A part of it."""
    try:
        minor = parse_money(turn.text, turn.work.programmes.current().currency).minor
        return _how_much(turn, minor)
    except Refused as refused:
        return refusal(refused, STOP)


def _how_much(turn: Turn, minor: int) -> Reply:
    bonus = paying_out.preview(turn.work, int(turn.data["member"]), minor)
    turn.go("reason", minor=minor)
    values = {"amount": _money(turn, minor), "bonus": bonus if bonus else None}
    return Reply("credit.payout_reason", values, STOP)


def take_reason(turn: Turn) -> Reply:
    """The reason, then a last look."""
    turn.go("sure", reason=adjustments.short(turn.text))
    return sure(turn)


def sure(turn: Turn) -> Reply:
    """What goes out, what is taken away, whether a second person has to agree."""
    member_id, minor = int(turn.data["member"]), int(turn.data["minor"])
    bonus = paying_out.preview(turn.work, member_id, minor)
    second = paying_out.needs_second(turn.work, member_id, minor, actor(turn), turn.now)
    values = {
        **_masked(turn, member_id),
        "amount": _money(turn, minor),
        "bonus": bonus if bonus else None,
        "reason": turn.data["reason"],
        "second": second,
    }
    label = "button.adjust_ask" if second else "credit.button_payout_do"
    do = Button(label, "payout.do", effect=True, here=True)
    return Reply("credit.payout_sure", values, ((do,), (CANCEL,)))


def do(turn: Turn) -> Reply:
    """Pays it out, or asks a second person."""
    member = _others(turn, int(turn.data["member"]))
    minor = int(turn.data["minor"])
    done = paying_out.pay_out(
        turn.work,
        member.id,
        minor,
        reason=turn.data["reason"],
        key=turn.nonce,
        own=turn.person.member_id,
        actor=actor(turn),
        now=turn.now,
    )
    turn.end()
    if isinstance(done, Approval):
        values: dict[str, object] = {"amount": _money(turn, minor)}
        return Reply("credit.payout_waiting", values, back_to(member.id), edit=True)
    values = {
        "money": done.money,
        "bonus": done.bonus if done.bonus else None,
        "total": done.total,
    }
    return Reply("credit.payout_done", values, back_to(member.id), edit=True)


# -- blocking ---------------------------------------------------------------------------


def ask_reason(turn: Turn) -> Reply:
    """Why it is blocked, or the block lifted."""
    member = _others(turn, number(turn))
    on = turn.intent == "blocking.start"
    turn.start(BLOCKING, member=str(member.id), on=on)
    return Reply("credit.block_reason", {**_masked(turn, member.id), "blocks": on}, STOP)


def block(turn: Turn) -> Reply:
    """Blocks it or lifts the block, with the reason that was typed."""
    member, on = _others(turn, int(turn.data["member"])), bool(turn.data["on"])
    change = credit_blocking.block if on else credit_blocking.unblock
    change(turn.work, member.id, turn.text, actor(turn), turn.now)
    turn.end()
    return Reply("credit.block_done", {"blocks": on}, back_to(member.id))


# -- what is shown ----------------------------------------------------------------------


def _masked(turn: Turn, member_id: int) -> dict[str, object]:
    seen = masks.masked(turn.work, member_id)
    return {"name": seen.name, "number": seen.number}


def _money(turn: Turn, minor: int) -> Money:
    return Money(minor, turn.work.programmes.current().currency)
