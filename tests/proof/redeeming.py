"""Redeeming, giving back and the till, for processes that are killed in the middle of it."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from domain.benefits import Benefit
from domain.members import Member, MemberState
from domain.points import Unit
from domain.staff import OWNER
from domain.till_errors import UndoneBefore
from services import benefits, cancelling, joining, ledger, undoing, vouchers, waiting
from services.ports.club import Actor, Operator
from storage.work import Work
from tests.proof import killing
from tests.support.club import NOW

MEI, WANG = 7_000_000_002, 7_000_000_003
CLERK = Actor("Li", 11)
"""An owner: may undo what was done at a till."""
_COFFEE = Benefit(
    id=0,
    key="coffee",
    kind="gift",
    names={"zh": "咖啡", "en": "Coffee"},
    price=100,
    valid_days=30,
    stock=1,
    per_member=2,
    cancel_hours=48,
    ready_days=2,
)


def build(url: str) -> None:
    """A club in which all this is about to be done."""
    killing.build(url, fill)


def fill(work: Work) -> None:
    """Mei has the only coffee and is kept a tea; Wang waits for coffee; there is cake."""
    work.staff.add(Operator(11, "Li", OWNER, None, None, True), NOW)
    for member_id in (MEI, WANG):
        joining.add_member(
            work, Member(member_id, "", MemberState.ACTIVE, level="member", joined_at=NOW)
        )
        work.members.accept_charter(
            member_id, work.programmes.current().charter.version, "test", NOW
        )
        for part in (150, 250):
            ledger.bonus(
                work, member_id, part, key=f"{member_id}:{part}", source=("t", 1), now=NOW
            )
    for benefit in (
        _COFFEE,
        replace(_COFFEE, key="tea", stock=0, price=60),
        replace(_COFFEE, key="cake", stock=5, price=170),
    ):
        work.benefits.save(benefit, benefit.key, NOW)
    benefits.redeem(work, MEI, of(work, "coffee"), key="before", now=NOW)
    waiting.join(work, WANG, of(work, "coffee"), NOW)
    waiting.join(work, MEI, of(work, "tea"), NOW)
    assert work.benefits.change_stock(of(work, "tea"), 1)
    waiting.stock_came(work, of(work, "tea"), NOW)


def of(work: Work, key: str) -> int:
    return next(one.id for one in work.benefits.all() if one.key == key)


def _had(work: Work) -> int:
    voucher = work.vouchers.by_key("before")
    assert voucher is not None
    return voucher.id


def _redeem(work: Work) -> Any:
    return benefits.redeem(work, MEI, of(work, "cake"), key="tap", now=NOW)


def _take_offer(work: Work) -> Any:
    return benefits.redeem(work, MEI, of(work, "tea"), key="tap", now=NOW)


def _cancel(work: Work) -> Any:
    return cancelling.cancel(work, MEI, _had(work), now=NOW)


def _hold(work: Work) -> Any:
    return vouchers.hold(work, _had(work), vouchers.holder_of(CLERK), NOW)


def _used(work: Work) -> Any:
    return vouchers.use(work, _had(work), CLERK, key="scan", now=NOW)


def _undo(work: Work) -> Any:
    """Whoever asks again is told that it was undone."""
    event = work.till_events.by_key("use:scan")
    assert event is not None
    with suppress(UndoneBefore):
        undoing.undo(work, event.id, "wrong one", undoing.Undoer(CLERK, OWNER), NOW)
    return work.vouchers.get(_had(work))


@dataclass(frozen=True)
class Seen:
    """Mei's points, and of a benefit what is left, what is kept for somebody and the vouchers."""

    points: int
    left: int
    kept: int
    vouchers: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """What is done to a benefit (again gives the same answer), what is seen before and after it,
    and what has to be done first."""

    do: Any
    key: str
    before: Seen
    after: Seen
    first: Any = None


_HAS = Seen(300, 0, 0, ("issued",))
_HELD, _USED = replace(_HAS, vouchers=("held",)), replace(_HAS, vouchers=("used",))
STEPS = {
    "redeem": Step(_redeem, "cake", Seen(300, 5, 0, ()), Seen(130, 4, 0, ("issued",))),
    "take an offer": Step(_take_offer, "tea", Seen(300, 0, 1, ()), Seen(240, 0, 0, ("issued",))),
    "give back": Step(_cancel, "coffee", _HAS, Seen(400, 0, 1, ("cancelled",))),
    "hold": Step(_hold, "coffee", _HAS, _HELD),
    "use": Step(_used, "coffee", _HELD, _USED, _hold),
    "undo": Step(_undo, "coffee", _USED, _HAS, _used),
}


def seen(work: Work, key: str) -> Seen:
    """What there is of a benefit now."""
    benefit = next(one for one in work.benefits.all() if one.key == key)
    waits = [work.waits.of_member(member_id).get(benefit.id) for member_id in (MEI, WANG)]
    mine = [one for one in work.vouchers.of_member(MEI) if one.benefit_id == benefit.id]
    return Seen(
        work.ledger.account(MEI, Unit.POINTS).wallet,
        benefit.stock or 0,
        sum(1 for wait in waits if wait is not None and wait.is_offered(NOW)),
        tuple(str(one.state) for one in mine),
    )
