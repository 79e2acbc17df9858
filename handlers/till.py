"""The till: staff scan or type a voucher's code or a member's own, see it, confirm or refuse."""

from __future__ import annotations

from datetime import timedelta

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.till_errors import OwnVoucher
from domain.vouchers import VoucherState
from handlers import award, joining, menu, till_undo
from handlers.parts import CANCEL, number, refusal
from handlers.turns import Turn, actor
from services import member_codes, scanning, serving
from services.kinds import kind_of
from services.scanning import Scan
from services.serving import Served
from services.till_events import zone_at

FLOW = Flow("till", (Step("code"),), timeout=timedelta(hours=2))
NEXT = Button("button.till_next", "till")
LISTED = 8


def ask(turn: Turn) -> Reply:
    """`/till CODE`; without a code it is asked for, and nobody is served any more."""
    if turn.args:
        return _look(turn, " ".join(turn.args))
    member_codes.end(turn.work, actor(turn))
    turn.start(FLOW)
    return Reply("till.ask", {}, ((CANCEL,),))


def code(turn: Turn) -> Reply:
    """A code that was typed after `/till`."""
    return _look(turn, turn.text)


def opened(turn: Turn, payload: str) -> Reply:
    """The link of a QR code: for staff the till, to anybody else it says nothing."""
    if not turn.person.may("voucher:use"):
        return joining.start(turn)
    return _look(turn, payload)


def member(turn: Turn) -> Reply:
    """The card of the member who is served, as a button shows it again."""
    session = member_codes.session(turn.work, number(turn), actor(turn), turn.now)
    return _member(turn, serving.served(turn.work, session, turn.now))


def voucher(turn: Turn) -> Reply:
    """A voucher of the member who is served, without its code."""
    return _card(turn, serving.voucher(turn.work, number(turn), actor(turn), turn.now))


def use(turn: Turn) -> Reply:
    """The voucher is handed in; both sides get a receipt."""
    used = serving.confirm(
        turn.work,
        number(turn),
        actor(turn),
        key=turn.nonce,
        now=turn.now,
        own=turn.person.member_id,
    )
    turn.start(FLOW)
    minutes = turn.work.programmes.current().till.undo_minutes
    values = {
        "names": dict(used.names),
        "at": used.used_at,
        "zone": _zone(turn),
        "undo_minutes": minutes,
    }
    event = turn.work.till_events.of_voucher(used.id)
    undo = ((till_undo.button(event.id),),) if event and minutes else ()
    return Reply("till.used", values, (*undo, *back(turn, used.member_id)), edit=True)


def refuse(turn: Turn) -> Reply:
    """The voucher stays valid, and others may look at it at once."""
    kept = serving.refuse(turn.work, number(turn), actor(turn), turn.now)
    turn.start(FLOW)
    rows = back(turn, kept.member_id)
    return Reply("till.refused", {"names": dict(kept.names)}, rows, edit=True)


def to_award(turn: Turn) -> Reply:
    """A purchase of the member who is served, without asking who it is."""
    session = member_codes.session(turn.work, number(turn), actor(turn), turn.now)
    return award.of_member(turn, session.member_id)


# -- what is shown ----------------------------------------------------------------------


def _look(turn: Turn, text: str) -> Reply:
    address = turn.inbound.address
    at = f"{address.channel}:{address.account}:{address.user}"
    own = turn.person.member_id
    scan = scanning.scan(turn.work, text, actor(turn), turn.now, own=own, at=at)
    turn.start(FLOW)
    if scan.session is not None:
        return _member(turn, serving.served(turn.work, scan.session, turn.now))
    if scan.wrong == scanning.OWN:
        return refusal(OwnVoucher(), ((CANCEL,),))
    if scan.voucher is None:
        values = {"wrong": scan.wrong, "tries_left": scan.tries_left}
        return Reply("till.wrong", values, ((CANCEL,),))
    return _card(turn, scan)


def _card(turn: Turn, scan: Scan) -> Reply:
    assert scan.voucher is not None
    return Reply("till.card", _values(turn, scan), _rows(turn, scan))


def _rows(turn: Turn, scan: Scan) -> Rows:
    assert scan.voucher is not None
    found = str(scan.voucher.id)
    if scan.state is not VoucherState.HELD or scan.elsewhere:
        return (*till_undo.offered(turn, scan.voucher.id), (NEXT, menu.CARD))
    use_it = Button("button.till_use", "till.use", (found,), effect=True)
    refused = Button("button.till_refuse", "till.refuse", (found,))
    bill: Rows = ()
    if serving.on_bill(scan.voucher) and turn.person.may("purchase:book"):
        bill = ((Button("bill.button_with", "bill.with", (found,)),),)
    return (*bill, (use_it,), (refused,))


def _values(turn: Turn, scan: Scan) -> dict[str, object]:
    assert scan.voucher is not None
    assert scan.member is not None
    seen = scan.elsewhere or scan.used
    return {
        "names": dict(scan.voucher.names),
        "terms": dict(scan.voucher.terms),
        "kind": kind_of(scan.voucher.promise["kind"]).key,
        "state": "elsewhere" if scan.elsewhere else str(scan.state),
        "last_day": scan.last_day,
        "by": seen.by if seen else "",
        "store": seen.store if seen else "",
        "at": seen.at if seen else None,
        "zone": _zone(turn),
        "name": scan.member.name,
        "member": scan.member.number,
        "level": dict(scan.member.level),
    }


def _member(turn: Turn, seen: Served) -> Reply:
    values = {
        "name": seen.member.name,
        "member": seen.member.number,
        "level": dict(seen.member.level),
        "points": seen.points,
        "credit": seen.credit,
        "blocked": seen.blocked,
        "vouchers": len(seen.vouchers),
        "shown": min(len(seen.vouchers), LISTED),
        "until": seen.until,
        "zone": _zone(turn),
    }
    return Reply("till.member", values, _member_rows(turn, seen))


def _member_rows(turn: Turn, seen: Served) -> Rows:
    vouchers_of = tuple(
        (
            Button(
                "button.till_voucher",
                "till.voucher",
                (str(one.voucher.id),),
                values={"names": dict(one.voucher.names), "last_day": one.last_day},
            ),
        )
        for one in seen.vouchers[:LISTED]
    )
    return (*vouchers_of, *_does(turn, seen), (NEXT,))


def _does(turn: Turn, seen: Served) -> Rows:
    """What the cashier may do for the member who is served."""
    of = (str(seen.member_id),)
    stored = turn.work.programmes.current().stored_value is not None
    does = (
        ("purchase:book", True, Button("bill.button_start", "bill.start", of)),
        ("purchase:book", True, Button("button.till_award", "till.award", of)),
        ("credit:topup", stored, Button("credit.button_topup", "topup.start", of)),
    )
    may = [button for needs, there, button in does if there and turn.person.may(needs)]
    return tuple(tuple(may[at : at + 2]) for at in range(0, len(may), 2))


def back(turn: Turn, member_id: int) -> Rows:
    """To the member who is served, if that is still this one, and to the next."""
    session = member_codes.current(turn.work, actor(turn), turn.now)
    if session is None or session.member_id != member_id or session.voucher_id is not None:
        return ((NEXT, menu.CARD),)
    return ((Button("button.till_member", "till.member", (str(member_id),)), NEXT),)


def _zone(turn: Turn) -> str:
    return zone_at(turn.work, actor(turn).store_id)
