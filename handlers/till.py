"""The till: staff type or scan a member's voucher code, see it, and mark it as used."""

from bot.flow import Flow, Step
from bot.messages import Button, Reply
from domain.vouchers import VoucherState
from handlers import joining, menu
from handlers.parts import number
from handlers.turns import Turn, actor
from services import vouchers
from services.vouchers import LINK, Scan

FLOW = Flow("till", (Step("code"),))
NEXT = Button("button.till_next", "till")


def ask(turn: Turn) -> Reply:
    """`/till CODE`; without a code it is asked for."""
    if turn.args:
        return _look(turn, " ".join(turn.args))
    turn.start(FLOW)
    return Reply("till.ask")


def code(turn: Turn) -> Reply:
    """A code that was typed after `/till`."""
    return _look(turn, turn.text)


def opened(turn: Turn, payload: str) -> Reply:
    """The link of a voucher's QR code: for staff the till, to anybody else it says nothing."""
    if not turn.person.may("voucher:use"):
        return joining.start(turn)
    return _look(turn, payload.removeprefix(LINK))


def use(turn: Turn) -> Reply:
    """The voucher is handed in; both sides get a receipt."""
    used = vouchers.use(turn.work, number(turn), actor(turn), key=turn.nonce, now=turn.now)
    values = {"names": dict(used.names), "at": used.used_at, "zone": _zone(turn)}
    return Reply("till.used", values, ((NEXT, menu.CARD),), edit=True)


def _look(turn: Turn, text: str) -> Reply:
    scan = vouchers.scan(turn.work, text, actor(turn), turn.now)
    if scan.voucher is None or scan.member is None:
        return Reply("till.wrong", {"wrong": scan.wrong, "tries_left": scan.tries_left})
    turn.end()
    valid = scan.state is VoucherState.ISSUED
    use_it = Button("button.till_use", "till.use", (str(scan.voucher.id),), effect=True)
    rows = ((use_it,), (Button("button.later", "card"),)) if valid else ((NEXT, menu.CARD),)
    return Reply("till.card", _values(turn, scan), rows)


def _values(turn: Turn, scan: Scan) -> dict[str, object]:
    assert scan.voucher is not None
    assert scan.member is not None
    return {
        "names": dict(scan.voucher.names),
        "terms": dict(scan.voucher.terms),
        "state": str(scan.state),
        "last_day": scan.last_day,
        "used_at": scan.voucher.used_at,
        "zone": _zone(turn),
        "name": scan.member.name,
        "member": scan.member.number,
        "level": dict(scan.member.level),
    }


def _zone(turn: Turn) -> str:
    return turn.work.programmes.current().zone
