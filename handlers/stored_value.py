"""`/credit` for members: what they have, block it; topping up at the till by staff."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.errors import Refused
from domain.money import Money
from domain.points import Unit
from domain.till_errors import SessionOver
from handlers import history as postings
from handlers import menu, till, till_undo
from handlers.parts import CANCEL, number, refusal
from handlers.turns import Turn, actor, member_id
from services import (
    awarding,
    counter,
    credit_blocking,
    credit_holding,
    history,
    masks,
    member_codes,
    portraits,
    stored_value,
)
from services.stored_value import TopUp

TOPUP = Flow("topup", (Step("amount"), Step("receipt"), Step("sure")), timedelta(hours=1))
STOP: Rows = ((CANCEL,),)
NEWEST = 5
SELF = "blocked by the member"


# -- the member's own -------------------------------------------------------------------


def show(turn: Turn) -> Reply:
    """What there is, paid in and given on top, and the newest entries."""
    return _mine(turn)


def _mine(turn: Turn, *, edit: bool = False) -> Reply:
    me, programme = member_id(turn), turn.work.programmes.current()
    has = credit_holding.held(turn.work, me)
    blocked = turn.work.credit_blocks.get(me)
    if programme.stored_value is None and not has.total:
        return Reply("credit.none", {}, ((menu.CARD,),))
    page = history.page(turn.work, me, size=NEWEST, unit=Unit.CREDIT)
    values = {
        **_held(turn, me),
        "blocked": blocked is not None,
        "items": [postings.shown(item, programme.zone) for item in page.items],
        "tiers": _tiers(turn),
    }
    more = Button("credit.button_history", "history", ("new", str(Unit.CREDIT)))
    block = Button("credit.button_block", "credit.block")
    rows: Rows = ((block,),) if has.total and blocked is None else ()
    return Reply("credit.shown", values, (*rows, (more, menu.CARD)), edit=edit)


def ask_block(turn: Turn) -> Reply:
    """Says what blocking means before it is done: only the shop lifts it."""
    do = Button("credit.button_block_do", "credit.block_do", effect=True)
    return Reply("credit.block_sure", {}, ((do,), (Button("button.later", "credit"),)), edit=True)


def block(turn: Turn) -> Reply:
    """Nobody can spend it for now."""
    credit_blocking.block(turn.work, member_id(turn), SELF, None, turn.now)
    return _mine(turn, edit=True)


# -- topping up, at the till ------------------------------------------------------------


def start(turn: Turn) -> Reply:
    """Asks how much the member who is served pays in; shows what is given on top."""
    session = member_codes.session(turn.work, number(turn), actor(turn), turn.now)
    if session.voucher_id is not None:
        raise SessionOver
    member = turn.work.members.get(session.member_id)
    portraits.not_own(turn.person.member_id, member.id)
    member.may_move_points()
    rules = credit_holding.rules(turn.work)
    turn.start(TOPUP, member=str(member.id))
    values = {
        **_masked(turn),
        **_held(turn, member.id),
        "least": _money(turn, rules.least_minor),
        "ceiling": _money(turn, rules.ceiling_minor),
        "tiers": _tiers(turn),
    }
    return Reply("credit.topup_amount", values, STOP)


def take_amount(turn: Turn) -> Reply:
    """How much, perhaps with the receipt number behind it."""
    member = int(turn.data["member"])
    try:
        amount, receipt = awarding.read_paid(turn.work, turn.text)
        bonus = stored_value.offered(turn.work, member, amount.minor)
    except Refused as refused:
        return refusal(refused, STOP)
    turn.go("receipt", minor=amount.minor)
    if receipt:
        return _receipt(turn, receipt)
    values = {"paid": amount, "bonus": _money(turn, bonus) if bonus else None}
    return Reply("credit.topup_receipt", values, STOP)


def take_receipt(turn: Turn) -> Reply:
    """Which receipt; one of a store is paid in once."""
    return _receipt(turn, turn.text)


def _receipt(turn: Turn, text: str) -> Reply:
    try:
        receipt = counter.read_number(text)
    except Refused as refused:
        return refusal(refused, STOP)
    turn.go("sure", receipt=receipt)
    return sure(turn)


def sure(turn: Turn) -> Reply:
    """What is paid in and given on top, and the button that books it."""
    member, minor = int(turn.data["member"]), int(turn.data["minor"])
    bonus = stored_value.offered(turn.work, member, minor)
    has = credit_holding.held(turn.work, member).total
    values = {
        **_masked(turn),
        "paid": _money(turn, minor),
        "bonus": _money(turn, bonus) if bonus else None,
        "after": _money(turn, has + minor + bonus),
        "receipt": turn.data["receipt"],
    }
    do = Button(
        "credit.button_topup_do",
        "topup.do",
        effect=True,
        here=True,
        values={"amount": values["paid"]},
    )
    return Reply("credit.topup_sure", values, ((do,), (CANCEL,)))


def do(turn: Turn) -> Reply:
    """Books it; the member is told by the same transaction."""
    member, staff = int(turn.data["member"]), actor(turn)
    session = member_codes.session(turn.work, member, staff, turn.now)
    receipt = turn.data["receipt"]
    asked = TopUp(
        session.member_id,
        int(turn.data["minor"]),
        counter.source(turn.work, staff),
        receipt,
        turn.person.member_id,
        staff.store_id,
    )
    done = stored_value.top_up(turn.work, asked, staff, turn.now)
    minutes = turn.work.programmes.current().till.undo_minutes
    values = {
        **_masked(turn),
        "paid": done.paid,
        "bonus": done.bonus if done.bonus else None,
        "total": done.total,
        "points": done.points,
        "receipt": receipt,
        "receipts_left": done.left.receipts,
        "money_left": done.left.money,
        "undo_minutes": minutes,
    }
    turn.start(till.FLOW)
    undo = ((till_undo.button(done.event.id),),) if minutes else ()
    return Reply("credit.topup_done", values, (*undo, *till.back(turn, member)), edit=True)


# -- what is shown ----------------------------------------------------------------------


def _held(turn: Turn, member: int) -> dict[str, Any]:
    has = credit_holding.held(turn.work, member)
    return {
        "total": _money(turn, has.total),
        "principal": _money(turn, has.principal),
        "bonus": _money(turn, has.bonus),
    }


def _tiers(turn: Turn) -> list[dict[str, Money]]:
    """What is given on top, from which amount on."""
    rules = turn.work.programmes.current().stored_value
    tiers = sorted(rules.bonuses, key=lambda one: one.from_minor) if rules else []
    return [
        {"pays": _money(turn, one.from_minor), "gives": _money(turn, one.bonus_minor)}
        for one in tiers
    ]


def _masked(turn: Turn) -> dict[str, object]:
    seen = masks.masked(turn.work, int(turn.data["member"]))
    return {"name": seen.name, "number": seen.number, "level": dict(seen.level)}


def _money(turn: Turn, minor: int) -> Money:
    return Money(minor, turn.work.programmes.current().currency)
