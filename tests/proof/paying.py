"""Bills and top-ups, for processes that are killed in the middle of them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.benefits import Benefit
from domain.codes import make_code
from domain.members import Member, MemberState
from domain.points import Unit
from domain.vouchers import Voucher, VoucherState
from services import joining, ledger, settling, stored_value
from services.billing import Asked
from services.ports.club import Actor
from services.stored_value import TopUp
from storage.work import Work
from tests.proof import killing
from tests.support.club import NOW

MEI = 7_000_000_004
CLERK = Actor("till")
_TEN_OFF = Benefit(
    0, "ten", "discount", {"zh": "减 10", "en": "10 off"}, 0, 30, detail={"amount_minor": 1000}
)


def build(url: str) -> None:
    """A club in which Mei is about to pay."""
    killing.build(url, fill)


def fill(work: Work) -> None:
    """Mei has 500 points, a top-up of 200 yuan with its bonus, and a voucher for 10 yuan off."""
    joining.add_member(work, Member(MEI, "", MemberState.ACTIVE, level="diamond", joined_at=NOW))
    ledger.bonus(work, MEI, 500, key="gift", source=("test", 1), now=NOW)
    stored_value.top_up(work, TopUp(MEI, 20000, "x", "T-0"), CLERK, NOW)
    work.benefits.save(_TEN_OFF, "ten", NOW)
    (benefit,) = work.benefits.all()
    until = NOW + timedelta(days=30)
    voucher = Voucher(1, benefit.id, MEI, VoucherState.ISSUED, benefit.promise(), 0, NOW, until)
    assert work.vouchers.issue(voucher, make_code(1), key="v", posting_id=None, source="test")


def _bill(work: Work) -> Any:
    """100 yuan: 5 % off, the voucher, 300 points, 50 yuan of stored value."""
    asked = Asked(MEI, 10000, (1,), 300, 5000)
    done = settling.settle(work, asked, settling.Ticket("x", "R-1"), None, CLERK, NOW)
    return done.kept, done.purchase.id


def _undo(work: Work) -> Any:
    (bought,) = work.purchases.stored([("x", "R-1")]).values()
    event = work.till_events.of_purchase(bought.id)
    assert event is not None
    settling.undo(work, event, reason="slip", actor=CLERK, now=NOW)
    return event


def _top_up(work: Work) -> Any:
    return stored_value.top_up(work, TopUp(MEI, 50000, "x", "T-1"), CLERK, NOW).event


@dataclass(frozen=True)
class Seen:
    """Mei's points and stored value, her voucher, how many lines the till's journal has."""

    points: int
    credit: int
    voucher: str
    lines: int


@dataclass(frozen=True)
class Step:
    """What is done (again gives the same answer), what is seen before and after, what is done
    first."""

    do: Any
    before: Seen
    after: Seen
    first: Any = None


_RICH = Seen(500, 21000, "issued", 1)
_PAID = Seen(200 + 8200 * 150 // 100 // 100, 16000, "used", 3)
STEPS = {
    "bill": Step(_bill, _RICH, _PAID),
    "take back": Step(_undo, _PAID, Seen(500, 21000, "issued", 5), _bill),
    "top up": Step(_top_up, _RICH, Seen(500, 75000, "issued", 2)),
}


def seen(work: Work) -> Seen:
    """What there is now."""
    voucher = work.vouchers.get(1)
    assert voucher is not None
    return Seen(
        work.ledger.account(MEI, Unit.POINTS).wallet,
        work.ledger.account(MEI, Unit.CREDIT).wallet,
        str(voucher.state),
        len(work.till_events.of_day((NOW + timedelta(hours=8)).date())),
    )
