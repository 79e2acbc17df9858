"""Stored value (会员储值): paying in with a bonus on top, undoing it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from domain import bookings
from domain.bill_errors import TopUpSpent, TopUpTooSmall
from domain.club_errors import ReceiptTaken
from domain.ledger import Booked, Kind, Posting, Share
from domain.money import Money
from domain.payments import BONUS, PRINCIPAL
from domain.points import Unit
from domain.programme import Programme
from domain.purchases import Line, Order
from domain.till import TillEvent, TillKind
from domain.till_errors import TopUpUndone
from services import counter, finding, ledger, levels, purchases, till_events
from services.booking import Incoming, Outcome
from services.counter import AGAIN, Left
from services.credit_holding import check_ceiling, rules
from services.portraits import not_own
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice
from services.ports.sales import Claim

EARNED: Final = "topup"
"""The source of the purchase that stands for a top-up, where these bring the points."""


@dataclass(frozen=True, slots=True)
class TopUp:
    """So much money that a member pays in. `place` and `number` name the receipt; `own`: the
    membership of who enters it, if they have one."""

    member_id: int
    minor: int
    place: str
    number: str
    own: int | None = None
    store_id: int | None = None


@dataclass(frozen=True, slots=True)
class ToppedUp:
    """A top-up that was booked: what was paid in, what the club gave on top, what the member has
    now, the points it brought. `new` is False for one that was booked before."""

    event: TillEvent
    paid: Money
    bonus: Money
    total: Money
    points: int
    new: bool
    left: Left = field(default_factory=lambda: Left(None, None))


# -- paying in --------------------------------------------------------------------------


def offered(work: Work, member_id: int, minor: int) -> int:
    """What the club gives on top of a top-up, in minor units. Raises CreditOff, TopUpTooSmall,
    CreditCeiling."""
    programme, found = work.programmes.current(), rules(work)
    amount = Money(minor, programme.currency)
    if minor < max(found.least_minor, 1):
        raise TopUpTooSmall(amount, Money(max(found.least_minor, 1), programme.currency))
    counter.check_receipt(programme, amount)
    bonus = found.bonus(minor)
    check_ceiling(work, member_id, minor + bonus)
    return bonus


def top_up(work: Work, asked: TopUp, actor: Actor, now: datetime) -> ToppedUp:
    """Books a top-up with its bonus and tells the member. SEMANTICS: Stored value.

    Principal and bonus are lots of their own, so that each returns to its own. One receipt is
    booked once: the same again changes nothing. Raises CreditOff, TopUpTooSmall, CreditCeiling,
    OwnMembership, MemberFrozen, MemberClosed, BadReceipt, ReceiptTaken, TopUpUndone,
    ReceiptOverLimit, ShiftReceiptsUsed, ShiftMoneyUsed.
    """
    programme = work.programmes.current()
    member_id = finding.standing(work, asked.member_id).id
    not_own(asked.own, member_id)
    number = counter.read_number(asked.number)
    work.members.lock(member_id)
    key, before = _receipt(work, asked.place, number, actor)
    if before is not None:
        return _again(work, before, (member_id, asked.minor, number), actor, now)
    work.members.get(member_id).may_move_points()
    amount = Money(asked.minor, programme.currency)
    if actor.staff_id is not None:
        counter.check_receipt(programme, amount)
    bonus = offered(work, member_id, asked.minor)
    topup_id = work.new_id()
    paid = _book(work, member_id, asked.minor, bonus, topup_id, actor, now)
    amount = Money(asked.minor, programme.currency)
    counter.use_shift(work, programme, amount, actor, now)
    earned = _earn(work, programme, member_id, asked, topup_id, actor, now)
    event = till_events.record(
        work,
        TillKind.TOPUP,
        actor,
        now,
        key=key,
        member_id=member_id,
        purchase_id=earned.purchase.id if earned else None,
        posting_id=paid.id,
        amount_minor=asked.minor,
        credit_minor=asked.minor + bonus,
    )
    if event.posting_id != paid.id:  # another till was quicker with this receipt
        raise ReceiptTaken(number, event.day, Money(event.amount_minor, programme.currency))
    detail = {"paid": asked.minor, "bonus": bonus, "posting": str(paid.id)}
    work.audit.add(actor, "credit.topup", ("member", member_id), now, detail)
    done = _done(work, event, new=True)
    _tell(work, done, earned, now)
    return replace(done, left=counter.left(work, programme, actor, now))


def _receipt(work: Work, place: str, number: str, actor: Actor) -> tuple[str, TillEvent | None]:
    """The journal's key of a receipt, and the top-up that has it. What was undone keeps its key:
    when staff enter the receipt again it is booked as `A-77#2`. A till system that sends it again
    only has not heard of its own success; raises TopUpUndone."""
    found, times = number, 1
    while True:
        key = f"topup:{place}:{found}"
        before = work.till_events.by_key(key)
        if before is None or work.till_events.undo_of(before.id) is None:
            return key, before
        if actor.staff_id is None:
            raise TopUpUndone(number)
        times += 1
        found = f"{number}{AGAIN}{times}"


def _again(
    work: Work, before: TillEvent, asked: tuple[int, int, str], actor: Actor, now: datetime
) -> ToppedUp:
    member_id, minor, number = asked
    same = (before.member_id, before.amount_minor, before.staff_id)
    if same != (member_id, minor, actor.staff_id):
        currency = work.programmes.current().currency
        raise ReceiptTaken(number, before.day, Money(before.amount_minor, currency))
    left = counter.left(work, work.programmes.current(), actor, now)
    return replace(_done(work, before, new=False), left=left)


def _book(
    work: Work,
    member_id: int,
    minor: int,
    bonus: int,
    topup_id: int,
    actor: Actor,
    now: datetime,
) -> Posting:
    """The two postings; the principal's lot is the older one and so is spent first."""

    def give(amount: int, kind: str, key: str) -> Posting | None:
        return ledger.give(
            work,
            member_id,
            amount,
            unit=Unit.CREDIT,
            kind=Kind.BONUS,
            key=key,
            source=(kind, topup_id),
            now=now,
            actor=actor,
        )

    paid = give(minor, PRINCIPAL, f"topup:{topup_id}")
    give(bonus, BONUS, f"topup:{topup_id}:bonus")
    assert paid is not None
    return paid


def _earn(
    work: Work,
    programme: Programme,
    member_id: int,
    asked: TopUp,
    topup_id: int,
    actor: Actor,
    now: datetime,
) -> Outcome | None:
    """Where points come from topping up it counts as a purchase, by the same rules; spending
    what was paid in brings none then."""
    if rules(work).earns != "topup":
        return None
    store = work.stores.by_id(asked.store_id) if asked.store_id else None
    order = Order(
        EARNED,
        str(topup_id),
        now,
        programme.currency,
        asked.minor,
        (Line(asked.minor),),
        store.code if store else "",
    )
    claims = (Claim("number", work.members.get(member_id).number),)
    incoming = Incoming(order, claims, EARNED, actor.staff_id, asked.store_id)
    return purchases.book(work, incoming, now, tell=False)


def _done(work: Work, event: TillEvent, *, new: bool) -> ToppedUp:
    assert event.member_id is not None
    currency = work.programmes.current().currency
    bonus = event.credit_minor - event.amount_minor
    total = work.ledger.account(event.member_id, Unit.CREDIT).wallet
    purchase = work.purchases.get(event.purchase_id) if event.purchase_id else None
    return ToppedUp(
        event,
        Money(event.amount_minor, currency),
        Money(bonus, currency),
        Money(total, currency),
        purchase.points if purchase else 0,
        new,
    )


def _tell(work: Work, done: ToppedUp, earned: Outcome | None, now: datetime) -> None:
    member_id = done.event.member_id
    assert member_id is not None
    values = {
        "paid": done.paid,
        "bonus": done.bonus if done.bonus else None,
        "total": done.total,
        "points": done.points,
        "store": _store_name(work, done.event.store_id),
    }
    notice = Notice("credit.topped_up", values, dedupe=f"topup:{done.event.id}")
    work.deliveries.to_member(member_id, notice, now)
    if earned and earned.raised_to:
        occasion = f"purchase:{earned.purchase.id}"
        levels.tell_risen(work, member_id, earned.raised_to, occasion, now)


def _store_name(work: Work, store_id: int | None) -> str:
    store = work.stores.by_id(store_id) if store_id else None
    return store.name if store else ""


# -- undoing ----------------------------------------------------------------------------


def undo(work: Work, event: TillEvent, *, reason: str, actor: Actor, now: datetime) -> bool:
    """Takes a top-up back, with its bonus and the points it brought; the member is told. False if
    it was taken back before. Raises TopUpSpent once some of it was spent. Who may do so is asked
    before, see services.undoing."""
    assert event.member_id is not None
    assert event.posting_id is not None
    paid = work.ledger.posting(event.posting_id)
    work.members.lock(paid.member_id)
    if work.till_events.undo_of(event.id) is not None:
        return False
    bonus = work.ledger.by_key(f"{paid.key}:bonus")
    for one in (paid, bonus[0]) if bonus else (paid,):
        work.ledger.append(_reversed(work, one, reason, actor, now), "")
    if event.purchase_id is not None:
        purchases.void(work, event.purchase_id, reason=reason, actor=actor, now=now)
    till_events.take_back(work, event, actor, now)
    counter.give_back(work, event.staff_id, event.store_id, event.amount_minor, event.at)
    detail = {"paid": event.amount_minor, "posting": str(paid.id)}
    work.audit.add(actor, "credit.undo", ("member", event.member_id), now, detail, reason)
    done = _done(work, event, new=False)
    values = {"paid": done.paid, "bonus": done.bonus if done.bonus else None, "total": done.total}
    notice = Notice("credit.told_undone", values, dedupe=f"undo:{event.id}")
    work.deliveries.to_member(event.member_id, notice, now)
    return True


def _reversed(work: Work, posting: Posting, reason: str, actor: Actor, now: datetime) -> Booked:
    """The opposite posting; raises TopUpSpent unless all of it is still there."""
    programme = work.programmes.current()
    lots = work.ledger.lots_by_id([lot.id for lot in posting.lots_made])
    if spent := sum(lot.amount - lot.left for lot in lots.values()):
        raise TopUpSpent(Money(spent, programme.currency))
    shares = (Share("reversed", programme.version, "", -posting.amount),)
    source = (posting.source_type, posting.source_id)
    entry = ledger.entry_of(f"undo:{posting.key}", source, now, programme.version, actor, shares)
    entry = replace(entry, id=work.new_id())
    booked = bookings.reverse(
        work.ledger.account(posting.member_id, Unit.CREDIT),
        entry,
        posting,
        lots,
        reversed_before=work.ledger.is_reversed(posting.id),
        until=None,
        new_id=work.new_id,
    )
    work.ledger.add_reason(entry.id, posting.member_id, reason)
    return booked
