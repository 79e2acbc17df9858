"""Purchases one by one: booking, waiting for a member, moving to another, voiding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from domain.bill_errors import PurchasePaid
from domain.dates import local_day
from domain.earning import Facts, active_from, earn
from domain.errors import PurchaseNotFound, ReasonMissing, WrongCurrency
from domain.ledger import Account, Entry
from domain.limits import Limits, written
from domain.members import Member, MemberState, require_active
from domain.money import Money
from domain.payments import PaidBy, Payment, check_payments
from domain.points import Lot, Unit
from domain.programme import Programme
from domain.purchases import Order, check_moment, check_order, reduced
from domain.refunds import RefundPolicy, TakenBack, take_back
from services import expiry, growing, levels, lunar, paying, till_events
from services.booking import HISTORY, SOURCE, Incoming, Outcome, book_all, give_for_purchase
from services.limiting import Limiting, too_old
from services.paying import CameBack
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice
from services.ports.sales import BOOKED, VOID, WAITING, Change, Claim, Purchase

MATCHED_AT_ONCE = 500


def book(work: Work, incoming: Incoming, now: datetime, *, tell: bool = True) -> Outcome:
    """Books one purchase of a till, a shop or staff and tells its member. SEMANTICS: Purchases.

    The same order again changes nothing and gives the same outcome. Raises PurchaseInvalid,
    PaymentInvalid, PurchaseTooEarly, WrongCurrency, KeyConflict, NotEnoughPoints, MemberFrozen,
    MemberClosed.
    """
    programme = work.programmes.current()
    order = incoming.order
    check_order(order)
    check_payments(order, incoming.payments)
    if order.currency != programme.currency:
        raise WrongCurrency(order.currency, programme.currency)
    check_moment(order.occurred_at, now, programme.opened_on, programme.zone)
    outcome = book_all(work, [incoming], now, strict=True)[0]
    if tell and outcome.new and outcome.purchase.member_id is not None:
        _tell(work, outcome, incoming.payments, now)
    return outcome


def _tell(work: Work, outcome: Outcome, payments: Sequence[Payment], now: datetime) -> None:
    purchase = outcome.purchase
    assert purchase.member_id is not None
    values = {
        "points": purchase.points,
        "amount": Money(purchase.minor, purchase.currency),
        "paid": _paid(payments, purchase.currency),
        "pending": _usable_from(work, purchase, now),
        "available": work.ledger.summary(purchase.member_id, Unit.POINTS, now).available,
    }
    why = ((("button.why", "history.why", (str(purchase.posting_id),)),),)
    notice = Notice("purchase.booked", values, why, dedupe=f"purchase:{purchase.id}")
    work.deliveries.to_member(purchase.member_id, notice, now)
    if outcome.raised_to:
        occasion = f"purchase:{purchase.id}"
        levels.tell_risen(work, purchase.member_id, outcome.raised_to, occasion, now)


def _paid(payments: Sequence[Payment], currency: str) -> dict[str, object] | None:
    """What of a bill was not paid in money, None for nothing."""
    if not payments:
        return None
    credit = sum(one.minor for one in payments if one.kind is PaidBy.CREDIT)
    return {
        "points": sum(one.points for one in payments),
        "credit": Money(credit, currency) if credit else None,
        "vouchers": sum(one.kind is PaidBy.VOUCHER for one in payments),
    }


def _usable_from(work: Work, purchase: Purchase, now: datetime) -> date | None:
    """The day from which a purchase's points can be used; None when that is now."""
    programme = work.programmes.current()
    start = active_from(programme, purchase.occurred_at)
    return local_day(start, programme.zone) if start > now else None


# -- waiting for a member ---------------------------------------------------------------


def match_waiting(work: Work, member_id: int, now: datetime) -> list[Purchase]:
    """Books the purchases that waited for this member (by number, phone, e-mail, file id).

    Called when a member appears, is claimed, or verifies a phone. Only a rise is told here: the
    caller says what else came of it. Frozen members' purchases go on waiting.
    """
    member = work.members.get(member_id)
    if member.state is not MemberState.ACTIVE:
        return []
    claims = claims_of(work, member)
    booked: list[Purchase] = []
    while some := _match_some(work, claims, member_id, now):
        booked += some
    return booked


def claims_of(work: Work, member: Member) -> list[Claim]:
    """What an order may say of its buyer and mean this member; a phone that they only typed may
    be anybody's and is not among it."""
    claims = [Claim("number", member.number)]
    if member.phone and work.members.extras(member.id)["phone_index"]:
        claims.append(Claim("phone", member.phone))
    claims += [Claim("email", member.email.casefold())] if member.email else []
    claims += [Claim("external", member.external_id)] if member.external_id else []
    return claims


def _match_some(work: Work, claims: list[Claim], member_id: int, now: datetime) -> list[Purchase]:
    return _take(work, work.purchases.waiting(claims, MATCHED_AT_ONCE), member_id, now)


def _take(
    work: Work, waiting: list[int], member_id: int, now: datetime, *, tell: bool = True
) -> list[Purchase]:
    """Books those of the orders that still wait, unless the member may not earn any more."""
    work.members.lock(member_id)
    if work.members.get(member_id).state is not MemberState.ACTIVE:
        return []
    found = [work.purchases.get(one) for one in waiting]
    work.purchases.claim([(one.source, one.order_id) for one in found])
    found = [work.purchases.get(one.id) for one in found]
    left = [one for one in found if one.state == WAITING]
    return [award(work, one, member_id, now, "matched", tell=tell) for one in left]


def match_left(work: Work, now: datetime, most: int) -> int:
    """Books waiting purchases that name an active member by now (one was imported beside the
    member's joining); how many were booked. Only claims that wait and have a member are read, and
    nobody is woken by it."""
    left: dict[int, list[int]] = {}
    for purchase_id, member_id in work.purchases.left(most):
        left.setdefault(member_id, []).append(purchase_id)
    return sum(len(_take(work, left[one], one, now, tell=False)) for one in sorted(left))


def award(
    work: Work, purchase: Purchase, member_id: int, now: datetime, why: str, *, tell: bool = True
) -> Purchase:
    """Gives a stored purchase that has no member to one: earns, raises the level, of which the
    member is told.

    Earns what is left of the purchase after refunds, under the current programme; a waiting one
    from before the window for late matching earns nothing. The member is locked by the caller.
    Raises MemberFrozen, MemberClosed.
    """
    if purchase.state == BOOKED:
        return purchase
    programme = work.programmes.current()
    member = work.members.get(member_id)
    require_active(member.state)
    level = programme.level(member.level).key
    account = work.ledger.account(member_id, Unit.POINTS)
    limiting = Limiting(work, programme, [member_id], [purchase.day], now)
    limits = _limits(work, limiting, member, purchase, account, matched=why == "matched")
    born = member.birthday
    celebrates = born and lunar.is_month(purchase.day, born.month, lunar=born.lunar)
    facts = Facts(level, bool(celebrates), limits)
    returns = work.purchases.returns(purchase.id)
    order = reduced(order_of(work, purchase), returns, purchase.off_minor)
    earned = earn(programme, order, facts)
    key = f"purchase:{purchase.id}:{work.new_id()}"
    booked = give_for_purchase(work, programme, account, purchase, earned, key=key)
    work.ledger.append(booked, purchase.content_hash)
    counted = 0 if limits.too_old is not None else order.minor
    grown = 0 if limits.brought else counted
    given = replace(
        _freed(purchase, BOOKED),
        member_id=member_id,
        level=facts.level,
        birthday_month=facts.birthday_month,
        rule_version=programme.version,
        posting_id=booked.posting.id,
        points=earned.points,
        growth=_grow(work, programme, purchase, member_id, grown, key),
        basis_minor=counted,
        limits=written(limits),
    )
    work.purchases.assign(given)
    limiting.note(given, earned)
    work.earnings.add_uses(limiting.uses)
    expiry.extend_all(work, programme, [(member_id, purchase.occurred_at)], SOURCE, now)
    raised = levels.climb(work, member_id, now, why, str(purchase.id))
    if raised and tell:
        levels.tell_risen(work, member_id, raised, f"purchase:{why}:{purchase.id}", now)
    return given


def _limits(
    work: Work,
    limiting: Limiting,
    member: Member,
    purchase: Purchase,
    account: Account,
    *,
    matched: bool,
) -> Limits:
    """What limits a purchase that finds its member late. SEMANTICS: Purchases."""
    programme = work.programmes.current()
    if purchase.channel == HISTORY:
        return Limits(brought=True)
    if matched and (days := too_old(programme, purchase.day, member.joined_at)) is not None:
        return Limits(too_old=days)
    first = not any(day.largest for day in work.purchases.days([member.id])[member.id])
    return limiting.limits(account, purchase.day, first=first)


def _grow(
    work: Work, programme: Programme, purchase: Purchase, member_id: int, minor: int, key: str
) -> int:
    account = work.ledger.account(member_id, Unit.GROWTH)
    booked = growing.give(work, programme, account, purchase, minor, key)
    if booked is None:
        return 0
    work.ledger.append(booked, "")
    return booked.posting.amount


def order_of(work: Work, purchase: Purchase) -> Order:
    """The order as it came, rebuilt from what is stored."""
    store = work.stores.by_id(purchase.store_id) if purchase.store_id else None
    return Order(
        purchase.source,
        purchase.order_id,
        purchase.occurred_at,
        purchase.currency,
        purchase.minor,
        work.purchases.lines(purchase.id),
        store.code if store else "",
    )


def find(work: Work, source: str, order_id: str) -> Purchase:
    """A purchase by source and order id; raises PurchaseNotFound."""
    purchase = work.purchases.stored([(source, order_id)]).get((source, order_id))
    if purchase is None:
        raise PurchaseNotFound(order_id)
    return purchase


def locked(work: Work, purchase_id: int, other: int | None = None) -> Purchase:
    """A purchase with its member locked, and the `other` member.

    A merge may move it while the lock is waited for, so it is asked again whose it is. The order
    is claimed by the caller, so that nobody else books or corrects it meanwhile.
    """
    purchase = work.purchases.get(purchase_id)
    while True:
        owner = purchase.member_id
        if members := {one for one in (owner, other) if one is not None}:
            work.purchases.lock(members)
            purchase = work.purchases.get(purchase_id)
        if purchase.member_id == owner:
            return purchase


# -- booked on the wrong member ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moved:
    """A corrected purchase, and what was taken back from the member it was booked on. `back`:
    what returned to its own of what it was paid with."""

    purchase: Purchase
    taken: TakenBack | None
    back: CameBack = field(default_factory=CameBack)


def void(work: Work, purchase_id: int, *, reason: str, actor: Actor, now: datetime) -> Moved:
    """Takes a purchase out of its member's account, with a reason; it stays on record as void. A
    bill of ours, or one entered for its points, is taken back in the till's journal, too."""
    done = _correct(work, purchase_id, None, reason=reason, actor=actor, now=now)
    line = till_events.line_of(work, purchase_id)
    if line is not None and work.till_events.undo_of(line.id) is None:
        till_events.take_back(work, line, actor, now)
    return done


def move(
    work: Work, purchase_id: int, member_id: int, *, reason: str, actor: Actor, now: datetime
) -> Moved:
    """Books a purchase on another member, with a reason. Doing it twice changes nothing.

    Raises PurchasePaid where points, stored value or a voucher paid a part: they would return to
    their member, and the other would have what nobody paid for.
    """
    return _correct(work, purchase_id, member_id, reason=reason, actor=actor, now=now)


def _correct(
    work: Work,
    purchase_id: int,
    member_id: int | None,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Moved:
    action = "purchase.void" if member_id is None else "purchase.move"
    if not reason.strip():
        raise ReasonMissing(action)
    before = work.purchases.get(purchase_id)
    work.purchases.claim([(before.source, before.order_id)])
    purchase = locked(work, purchase_id, member_id)
    if purchase.member_id == member_id and purchase.state != WAITING:
        return Moved(purchase, None)
    if member_id is not None:
        require_active(work.members.get(member_id).state)
        check_movable(work, purchase_id)
    why = ("void" if member_id is None else "correction", reason.strip())
    taken, back = None, CameBack()
    if purchase.member_id:
        taken, back = _take_all(work, purchase, why, actor, now)
    freed = _freed(purchase, VOID if member_id is None else WAITING)
    work.purchases.assign(freed)
    work.earnings.drop_uses(purchase.id)
    if purchase.member_id is not None:
        levels.corrected(work, purchase.member_id, now)
    if member_id is not None:
        freed = award(work, freed, member_id, now, "moved")
    change = Change(
        purchase_id, now, action, purchase.member_id, member_id, actor.staff_id, reason.strip()
    )
    work.purchases.add_change(change)
    detail = {"from": purchase.member_id, "to": member_id, "points": purchase.points}
    work.audit.add(actor, action, ("purchase", purchase_id), now, detail, reason.strip())
    return Moved(freed, taken, back)


def check_movable(work: Work, purchase_id: int) -> None:
    """Raises PurchasePaid for a purchase that was paid with more than money, unless all of that
    has come back."""
    if any(row.left for row in work.earnings.payments(purchase_id)):
        raise PurchasePaid()


def _freed(purchase: Purchase, state: str) -> Purchase:
    return replace(
        purchase,
        state=state,
        member_id=None,
        level="",
        birthday_month=False,
        posting_id=None,
        points=0,
        returned_points=0,
        taken_points=0,
        lapsed_points=0,
        growth=0,
        returned_growth=0,
        basis_minor=0,
        limits="",
    )


def _take_all(
    work: Work, purchase: Purchase, why: tuple[str, str], actor: Actor, now: datetime
) -> tuple[TakenBack, CameBack]:
    """Takes back what a purchase still stands for, and gives back what it was paid with. A
    correction may leave a debt, whatever the refund policy: the points were never this member's.
    `why`: `void` or `correction`, and the reason as the member reads it.
    """
    assert purchase.member_id is not None
    number = work.new_id()
    key = f"correct:{purchase.id}:{number}"
    left = purchase.minor - purchase.refunded_minor
    back = paying.give_back(work, purchase, left, key=key, now=now, actor=actor)
    growing.take(work, purchase, 0, key=key, now=now)
    entry = Entry(
        number,
        key,
        now,
        why[0],
        str(purchase.id),
        purchase.rule_version,
        (),
        actor.staff_id,
        actor.store_id,
    )
    lots = work.ledger.lots(purchase.member_id, Unit.POINTS)
    result = take_back(
        work.ledger.account(purchase.member_id, Unit.POINTS),
        entry,
        given=purchase.points,
        before=purchase.returned_points,
        kept=0,
        own_lot_ids=own_lots(purchase, lots),
        lots=lots,
        policy=reach(work, purchase.member_id, RefundPolicy.UNLIMITED),
        lapsed=lapsed(work, purchase, lots, now),
    )
    work.ledger.append(result.booked, "")
    work.ledger.add_reason(number, purchase.member_id, why[1])
    return result.arithmetic, back


def reach(work: Work, member_id: int, policy: RefundPolicy) -> RefundPolicy:
    """How far points may be taken back from a member: who has left owes nothing."""
    if work.members.get(member_id).state is MemberState.CLOSED:
        return RefundPolicy.WITHIN_BALANCE
    return policy


def lapsed(work: Work, purchase: Purchase, lots: Iterable[Lot], now: datetime) -> int:
    """Points of a purchase that expired unspent, posted or not, and that no refund has counted
    yet. `lots`: the member's open ones."""
    if not purchase.points or purchase.member_id is None:
        return 0
    own = work.earnings.own_lots(purchase, work.mydata.memberships(purchase.member_id))
    open_ones = sum(lot.left for lot in lots if lot.id in own and lot.is_expired(now))
    return work.earnings.expired_of(own) + open_ones - purchase.lapsed_points


def own_lots(purchase: Purchase, lots: Iterable[Lot]) -> frozenset[int]:
    """Which of a member's lots a purchase made; in a merge lots change hands, not their source."""
    made = (SOURCE, str(purchase.id))
    return frozenset(lot.id for lot in lots if (lot.source_type, lot.source_id) == made)


def newest(work: Work, member_id: int, size: int = 5) -> Sequence[Purchase]:
    """A member's newest purchases."""
    return work.purchases.of_member(member_id, size)
