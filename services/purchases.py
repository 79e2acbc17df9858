"""Purchases one by one: booking, waiting for a member, moving to another, voiding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from domain import levels
from domain.dates import local_day
from domain.earning import Facts, active_from, earn, hundredths
from domain.errors import PurchaseNotFound, ReasonMissing, WrongCurrency
from domain.ledger import Entry
from domain.members import MemberState, require_active
from domain.money import Money
from domain.points import Lot, Unit
from domain.programme import Programme
from domain.purchases import Order, check_moment, check_order, reduced
from domain.refunds import RefundPolicy, TakenBack, take_back
from services.booking import SOURCE, Incoming, Outcome, book_all, give_for_purchase
from services.levels import bases
from services.ports import Work
from services.ports.club import Actor
from services.ports.points import LevelStep
from services.ports.post import Notice
from services.ports.sales import BOOKED, VOID, WAITING, Change, Claim, Purchase

MATCHED_AT_ONCE = 500


def book(work: Work, incoming: Incoming, now: datetime, *, tell: bool = True) -> Outcome:
    """Books one purchase of a till, a shop or staff and tells its member. SEMANTICS: Purchases.

    The same order again changes nothing and gives the same outcome. Raises PurchaseInvalid,
    PurchaseTooEarly, WrongCurrency, KeyConflict, MemberFrozen, MemberClosed.
    """
    programme = work.programmes.current()
    order = incoming.order
    check_order(order)
    if order.currency != programme.currency:
        raise WrongCurrency(order.currency, programme.currency)
    check_moment(order.occurred_at, now, programme.opened_on, programme.zone)
    outcome = book_all(work, [incoming], now, strict=True)[0]
    if tell and outcome.new and outcome.purchase.member_id is not None:
        _tell(work, outcome, now)
    return outcome


def _tell(work: Work, outcome: Outcome, now: datetime) -> None:
    purchase = outcome.purchase
    assert purchase.member_id is not None
    values = {
        "points": purchase.points,
        "amount": Money(purchase.minor, purchase.currency),
        "pending": _usable_from(work, purchase, now),
        "available": work.ledger.summary(purchase.member_id, Unit.POINTS, now).available,
    }
    why = ((("button.why", "history.why", (str(purchase.posting_id),)),),)
    notice = Notice("purchase.booked", values, why, dedupe=f"purchase:{purchase.id}")
    work.deliveries.to_member(purchase.member_id, notice, now)
    if outcome.raised_to:
        tell_level(work, purchase.member_id, outcome.raised_to, f"purchase:{purchase.id}", now)


def _usable_from(work: Work, purchase: Purchase, now: datetime) -> date | None:
    """The day from which a purchase's points can be used; None when that is now."""
    programme = work.programmes.current()
    start = active_from(programme, purchase.occurred_at)
    return local_day(start, programme.zone) if start > now else None


def tell_level(work: Work, member_id: int, level: str, occasion: str, now: datetime) -> None:
    """Tells a member of the level they have risen to."""
    programme = work.programmes.current()
    found = programme.level(level)
    factor = hundredths(found.multiplier)
    values = {"names": dict(found.names), "emoji": found.emoji, "multiplier": factor}
    notice = Notice("purchase.level", values, dedupe=f"level:{occasion}")
    work.deliveries.to_member(member_id, notice, now)


# -- waiting for a member ---------------------------------------------------------------


def match_waiting(work: Work, member_id: int, now: datetime) -> list[Purchase]:
    """Books the purchases that waited for this member (by number, phone, e-mail, file id).

    Called when a member appears, is claimed, or verifies a phone. Nothing is told here: the
    caller says what came of it. Frozen members' purchases go on waiting.
    """
    member = work.members.get(member_id)
    if member.state is not MemberState.ACTIVE:
        return []
    claims = [Claim("number", member.number)]
    claims += [Claim("phone", member.phone)] if member.phone else []
    claims += [Claim("email", member.email.casefold())] if member.email else []
    claims += [Claim("external", member.external_id)] if member.external_id else []
    booked: list[Purchase] = []
    while some := _match_some(work, claims, member_id, now):
        booked += some
    return booked


def _match_some(work: Work, claims: list[Claim], member_id: int, now: datetime) -> list[Purchase]:
    waiting = work.purchases.waiting(claims, MATCHED_AT_ONCE)
    work.members.lock(member_id)
    found = [work.purchases.get(one) for one in waiting]
    work.purchases.claim([(one.source, one.order_id) for one in found])
    found = [work.purchases.get(one.id) for one in found]
    return [award(work, one, member_id, now, "matched") for one in found if one.state == WAITING]


def award(work: Work, purchase: Purchase, member_id: int, now: datetime, why: str) -> Purchase:
    """Gives a stored purchase that has no member to one: earns, raises the level.

    Earns what is left of the purchase after refunds, under the current programme. The member is
    locked by the caller. Raises MemberFrozen, MemberClosed.
    """
    if purchase.state == BOOKED:
        return purchase
    programme = work.programmes.current()
    member = work.members.get(member_id)
    require_active(member.state)
    order = order_of(work, purchase)
    month = member.birthday.month if member.birthday else None
    level = member.level or programme.first_level.key
    facts = Facts(level, month == purchase.day.month)
    earned = earn(programme, reduced(order, work.purchases.returns(purchase.id)), facts)
    account = work.ledger.account(member_id, Unit.POINTS)
    key = f"purchase:{purchase.id}:{work.new_id()}"
    booked = give_for_purchase(work, programme, account, purchase, earned, key=key)
    work.ledger.append(booked, purchase.content_hash)
    given = replace(
        purchase,
        state=BOOKED,
        member_id=member_id,
        level=facts.level,
        birthday_month=facts.birthday_month,
        rule_version=programme.version,
        posting_id=booked.posting.id,
        points=earned.points,
        returned_points=0,
    )
    work.purchases.assign(given)
    raise_level(work, programme, member_id, now, why, str(purchase.id))
    return given


def raise_level(
    work: Work, programme: Programme, member_id: int, now: datetime, why: str, source: str
) -> str | None:
    """Raises a member's level to what the purchases stored so far are good for."""
    member = work.members.get(member_id)
    joined = local_day(member.joined_at, programme.zone)
    basis = bases(work, programme, {member_id: joined}, now)[member_id]
    today = local_day(now, programme.zone)
    current = member.level or programme.first_level.key
    level = levels.raised(programme.levels, current, basis, today)
    if level.key == current:
        return None
    work.levels.record([LevelStep(member_id, now, current, level.key, why, source)])
    return level.key


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
    """A corrected purchase, and what was taken back from the member it was booked on."""

    purchase: Purchase
    taken: TakenBack | None


def void(work: Work, purchase_id: int, *, reason: str, actor: Actor, now: datetime) -> Moved:
    """Takes a purchase out of its member's account, with a reason; it stays on record as void."""
    return _correct(work, purchase_id, None, reason=reason, actor=actor, now=now)


def move(
    work: Work, purchase_id: int, member_id: int, *, reason: str, actor: Actor, now: datetime
) -> Moved:
    """Books a purchase on another member, with a reason. Doing it twice changes nothing."""
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
    taken = _take_all(work, purchase, actor, now) if purchase.member_id else None
    freed = _freed(purchase, VOID if member_id is None else WAITING)
    work.purchases.assign(freed)
    if member_id is not None:
        freed = award(work, freed, member_id, now, "moved")
    change = Change(
        purchase_id, now, action, purchase.member_id, member_id, actor.staff_id, reason.strip()
    )
    work.purchases.add_change(change)
    detail = {"from": purchase.member_id, "to": member_id, "points": purchase.points}
    work.audit.add(actor, action, ("purchase", purchase_id), now, detail, reason.strip())
    return Moved(freed, taken)


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
    )


def _take_all(work: Work, purchase: Purchase, actor: Actor, now: datetime) -> TakenBack:
    """Takes back what a purchase still stands for. A correction may leave a debt, whatever the
    refund policy: the points were never this member's."""
    assert purchase.member_id is not None
    number = work.new_id()
    entry = Entry(
        number,
        f"correct:{purchase.id}:{number}",
        now,
        "correction",
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
        policy=RefundPolicy.UNLIMITED,
    )
    work.ledger.append(result.booked, "")
    return result.arithmetic


def own_lots(purchase: Purchase, lots: Iterable[Lot]) -> frozenset[int]:
    """Which of a member's lots a purchase made; in a merge lots change hands, not their source."""
    made = (SOURCE, str(purchase.id))
    return frozenset(lot.id for lot in lots if (lot.source_type, lot.source_id) == made)


def newest(work: Work, member_id: int, size: int = 5) -> Sequence[Purchase]:
    """A member's newest purchases."""
    return work.purchases.of_member(member_id, size)
