"""Paying stored value out: what was paid in goes back, its bonus is taken away with it.

More than the programme lets one person decide needs a second person's yes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from domain import bookings
from domain.approvals import Approval
from domain.bill_errors import PayoutTooMuch
from domain.credit import Part, payout
from domain.errors import BadAmount, ReasonMissing
from domain.ledger import Account, Booked, Entry, Posting, Share
from domain.members import require_active
from domain.money import Money
from domain.payments import BONUS
from domain.points import Lot, Take, Unit
from domain.till import TillEvent, TillKind
from services import (
    adjustments,
    approvals,
    credit_holding,
    finding,
    ledger,
    refunds,
    stored_value,
    till_events,
)
from services.masks import masked
from services.portraits import not_own
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice
from services.ports.sales import VOID

KIND: Final = "credit.payout"
PERMISSION: Final = "points:approve"
PAYOUT: Final = "payout"
PAYOUT_BONUS: Final = "payout_bonus"


@dataclass(frozen=True, slots=True)
class PaidOut:
    """What went out: money to hand over, the bonus that was taken away, what is left."""

    event: TillEvent
    money: Money
    bonus: Money
    total: Money


def preview(work: Work, member_id: int, minor: int) -> Money:
    """The bonus that would be taken away. Raises PayoutTooMuch, BadAmount."""
    parts = _parts(work, member_id, minor)
    return _money(work, sum(part.bonus for part in parts))


def needs_second(work: Work, member_id: int, minor: int, actor: Actor, now: datetime) -> bool:
    """Whether paying out so much needs a second person's yes: with what this operator, or anybody
    to this member, has paid out on the same day, so that nobody gets by in small parts."""
    rules = work.programmes.current().stored_value
    if rules is None or (above := rules.second_above_minor) is None:
        return False
    day = till_events.day_at(work, actor.store_id, now)
    paid = work.till_events.payouts(day, member_id, actor.staff_id)
    to_member = -sum(one.amount_minor for one in paid if one.member_id == member_id)
    by_staff = 0
    if actor.staff_id is not None:
        by_staff = -sum(one.amount_minor for one in paid if one.staff_id == actor.staff_id)
    return minor + max(to_member, by_staff) > above


def pay_out(
    work: Work,
    member_id: int,
    minor: int,
    *,
    reason: str,
    key: str,
    own: int | None,
    actor: Actor,
    now: datetime,
) -> PaidOut | Approval:
    """Pays out principal, the newest top-up's first, or asks for a second person's yes.

    The same key again changes nothing. Raises OwnMembership, ReasonMissing, PayoutTooMuch,
    BadAmount, MemberFrozen, MemberClosed.
    """
    member = finding.standing(work, member_id)
    not_own(own, member.id)
    work.members.lock(member.id)  # what was paid out today is counted by one at a time
    asked = work.approvals.by_key(key) is not None
    done = work.till_events.by_key(_event_key(key)) is not None
    if done or not (asked or needs_second(work, member.id, minor, actor, now)):
        return _book(work, member.id, minor, reason=reason, key=key, actor=actor, now=now)
    reason = _reason(reason)
    require_active(member.state)
    preview(work, member.id, minor)
    who = masked(work, member.id)
    by = [actor.name, str(actor.staff_id or ""), str(actor.store_id or "")]
    payload = {"member": str(member.id), "minor": minor, "reason": reason, "key": key, "by": by}
    values = {
        "name": who.name,
        "number": who.number,
        "amount": {"minor": minor, "currency": work.programmes.current().currency},
        "reason": reason,
    }
    return approvals.ask(
        work,
        KIND,
        ("member", member.id),
        payload,
        permission=PERMISSION,
        actor=actor,
        summary=("credit.payout_asked", values),
        now=now,
        key=key,
    )


def approved(work: Work, payload: Mapping[str, Any], actor: Actor, now: datetime) -> PaidOut:
    """Pays out what a second person has agreed to, in the name of who asked for it."""
    name, staff_id, store_id = payload["by"]
    asker = Actor(name, int(staff_id) if staff_id else None, int(store_id) if store_id else None)
    member_id = finding.standing(work, int(payload["member"])).id
    not_own(_membership(work, actor), member_id)
    return _book(
        work,
        member_id,
        payload["minor"],
        reason=payload["reason"],
        key=payload["key"],
        actor=asker,
        now=now,
    )


def _membership(work: Work, actor: Actor) -> int | None:
    """The operator's own membership, if they have one."""
    found = (one.address_id for one in work.staff.all() if one.id == actor.staff_id)
    address_id = next(found, None)
    return work.addresses.get(address_id).member_id if address_id is not None else None


# -- booking ----------------------------------------------------------------------------


def _book(
    work: Work,
    member_id: int,
    minor: int,
    *,
    reason: str,
    key: str,
    actor: Actor,
    now: datetime,
) -> PaidOut:
    reason = _reason(reason)
    work.members.lock(member_id)
    if before := work.till_events.by_key(_event_key(key)):
        return _done(work, before)
    require_active(work.members.get(member_id).state)
    parts = _parts(work, member_id, minor)
    takes = [Take(part.lot_id, part.principal) for part in parts]
    posting = _take(work, member_id, takes, (PAYOUT, f"payout:{key}"), actor, now)
    gone = [take for part in parts for take in part.bonus_takes]
    if gone:
        _take(work, member_id, gone, (PAYOUT_BONUS, f"payout:{key}:bonus"), actor, now)
    work.ledger.add_reason(posting.id, member_id, reason)
    _return_points(work, parts, posting.id, actor, now)
    bonus = sum(part.bonus for part in parts)
    event = till_events.record(
        work,
        TillKind.PAYOUT,
        actor,
        now,
        key=_event_key(key),
        member_id=member_id,
        posting_id=posting.id,
        amount_minor=-minor,
        credit_minor=-minor - bonus,
    )
    detail = {"paid": minor, "bonus": bonus, "posting": str(posting.id)}
    work.audit.add(actor, KIND, ("member", member_id), now, detail, reason)
    done = _done(work, event)
    values = {
        "money": done.money,
        "bonus": done.bonus if done.bonus else None,
        "total": done.total,
        "reason": reason,
    }
    notice = Notice("credit.told_paid_out", values, dedupe=f"payout:{event.id}")
    work.deliveries.to_member(member_id, notice, now)
    return done


def _take(
    work: Work,
    member_id: int,
    takes: Sequence[Take],
    source_and_key: tuple[str, str],
    actor: Actor,
    now: datetime,
) -> Posting:
    source, key = source_and_key
    amount, version = sum(take.amount for take in takes), work.programmes.newest()
    entry = ledger.entry_of(
        key, (source, ""), now, version, actor, (Share(source, version, "", -amount),)
    )

    def decide(account: Account, entry: Entry) -> Booked:
        return bookings.withdraw(account, entry, takes)

    return ledger.book(work, member_id, entry, (source, amount), decide, unit=Unit.CREDIT)


def _return_points(
    work: Work, parts: Sequence[Part], posting_id: int, actor: Actor, now: datetime
) -> None:
    """Where the top-up brought points, its purchase gets smaller by what goes out."""
    by_topup: dict[str, int] = {}
    for part in parts:
        by_topup[part.source_id] = by_topup.get(part.source_id, 0) + part.principal
    for topup_id, minor in by_topup.items():
        bought = (stored_value.EARNED, topup_id)
        earned = work.purchases.stored([bought]).get(bought)
        if earned is None or earned.state == VOID:
            continue
        asked = refunds.Asked(
            stored_value.EARNED,
            topup_id,
            f"payout:{posting_id}:{topup_id}",
            now,
            minor,
            staff_id=actor.staff_id,
            store_id=actor.store_id,
        )
        refunds.refund(work, asked, now, tell=False)


def _parts(work: Work, member_id: int, minor: int) -> tuple[Part, ...]:
    """Which lots it comes out of, and the bonus that goes with each."""
    currency = work.programmes.current().currency
    if minor <= 0:
        raise BadAmount("", currency, "negative" if minor else "zero")
    lots = work.ledger.lots(member_id, Unit.CREDIT)
    most = credit_holding.held_in(lots).principal
    if minor > most:
        raise PayoutTooMuch(Money(minor, currency), Money(most, currency))
    return payout(lots, minor, dict(_given(work, lots)))


def _given(work: Work, lots: Sequence[Lot]) -> Iterator[tuple[str, tuple[int, int]]]:
    """What each top-up was: paid in, and given on top."""
    for topup_id in {lot.source_id for lot in lots if lot.source_type != BONUS}:
        paid = work.ledger.by_key(f"topup:{topup_id}")
        bonus = work.ledger.by_key(f"topup:{topup_id}:bonus")
        if paid and bonus:
            yield topup_id, (paid[0].amount, bonus[0].amount)


def _done(work: Work, event: TillEvent) -> PaidOut:
    assert event.member_id is not None
    total = work.ledger.account(event.member_id, Unit.CREDIT).wallet
    bonus = event.amount_minor - event.credit_minor
    money = _money(work, -event.amount_minor)
    return PaidOut(event, money, _money(work, bonus), _money(work, total))


def _event_key(key: str) -> str:
    return f"payout:{key}"


def _money(work: Work, minor: int) -> Money:
    return Money(minor, work.programmes.current().currency)


def _reason(text: str) -> str:
    if not (reason := adjustments.short(text)):
        raise ReasonMissing(KIND)
    return reason
