"""Goodwill: points or a voucher straight from a ticket, within the operator's budget of the day.

SEMANTICS: Complaints. What is above the budget, or much at once, needs a second operator's yes. It
is in the ledger with the ticket, and each row has exactly its posting or its voucher.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from zlib import crc32

from domain.approvals import Approval
from domain.benefits import Benefit
from domain.dates import local_day
from domain.errors import KeyConflict
from domain.members import require_active
from domain.points import Unit
from domain.service_errors import GoodwillGone, GoodwillTooLarge
from domain.service_rules import Goodwill
from domain.tickets import Event, Ticket
from services import approvals, ledger, portraits, presents, relay, relay_places
from services.masks import masked
from services.ports import Work
from services.ports.club import Actor
from services.ports.goodwill import Given
from services.ports.post import Notice
from services.ticket_finding import leading
from services.ticket_words import happened

KIND: Final = "goodwill.give"
PERMISSION: Final = "goodwill:approve"
SOURCE: Final = "ticket"
MOST: Final = 100_000
"""So many points at once at most, whoever agrees."""


@dataclass(frozen=True, slots=True)
class Gift:
    """What is to be given: points, or the voucher of the benefit with a key."""

    points: int = 0
    benefit_key: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """What an operator can give now: at most `points` alone (less than nothing is nothing) and so
    many `vouchers` of the `benefits`."""

    points: int
    vouchers: int
    benefits: tuple[Benefit, ...]


def budget(work: Work, actor: Actor, now: datetime) -> Budget:
    """What is left of the operator's budget of the day, and what may be given at once alone."""
    rules = work.programmes.current().service.goodwill
    day = _day(work, now)
    points = rules.points_per_day - work.adjustments.used(_who(actor, "points"), day)
    vouchers = rules.vouchers_per_day - work.adjustments.used(_who(actor, "vouchers"), day)
    alone = points if rules.second_above is None else min(points, rules.second_above)
    found = [presents.benefit_of(work, key) for key in rules.vouchers]
    benefits = tuple(one for one in found if one is not None and not one.stopped)
    return Budget(max(alone, 0), max(vouchers, 0), benefits)


def give(
    work: Work, ticket_id: int, gift: Gift, *, key: str, actor: Actor, now: datetime
) -> Given | Approval:
    """Gives points or a voucher to the ticket's member, who is told; or asks a second operator
    where it is more than the operator may give alone. The same key again changes nothing.

    Raises TicketNotFound, GoodwillTooLarge, GoodwillGone, OwnMembership, MemberFrozen,
    MemberClosed, KeyConflict.
    """
    ticket = leading(work, ticket_id)
    if before := work.goodwill.by_key(key):
        return _same(before, gift, key)
    work.members.lock(ticket.member_id)
    _check(work, ticket, gift, actor)
    asked = work.approvals.by_key(key) is not None
    if asked or not _take(work, gift, actor, now):
        return _ask(work, ticket, gift, key, actor, now)
    return _book(work, ticket, gift, key, actor, None, now)


def approved(work: Work, payload: Mapping[str, Any], actor: Actor, now: datetime) -> Given:
    """Gives what a second operator has agreed to; it is not of anybody's budget. Raises as
    `give`."""
    ticket = leading(work, int(payload["ticket"]))
    name, staff_id = payload["by"]
    asker = Actor(name, int(staff_id) if staff_id else None)
    gift = Gift(int(payload["points"]), payload["benefit"])
    work.members.lock(ticket.member_id)
    _check(work, ticket, gift, actor)
    asked = work.approvals.by_key(payload["key"])
    approval_id = asked.id if asked else None
    return _book(work, ticket, gift, payload["key"], asker, approval_id, now)


def given(work: Work, ticket_id: int) -> list[Given]:
    """What was given from a ticket, oldest first."""
    return work.goodwill.of_ticket(ticket_id)


def token(key: str) -> str:
    """What a button carries of a benefit's key, which may be long."""
    return f"{crc32(key.encode()):x}"


def benefit_key(work: Work, given: str) -> str:
    """The key of a benefit whose voucher may be given, by its token; raises GoodwillGone."""
    rules = work.programmes.current().service.goodwill
    found = next((key for key in rules.vouchers if token(key) == given), None)
    if found is None:
        raise GoodwillGone({})
    return found


# -- before it is given -----------------------------------------------------------------


def _same(before: Given, gift: Gift, key: str) -> Given:
    if (before.points, before.benefit_key) != (gift.points, gift.benefit_key):
        raise KeyConflict(key)
    return before


def _check(work: Work, ticket: Ticket, gift: Gift, actor: Actor) -> None:
    """What would be refused anyway is refused before anybody is asked."""
    portraits.not_own(_membership(work, actor), ticket.member_id)
    require_active(work.members.get(ticket.member_id).state)
    if gift.benefit_key:
        _benefit(work, gift.benefit_key)
    elif not 0 < gift.points <= MOST:
        raise GoodwillTooLarge(MOST)


def _membership(work: Work, actor: Actor) -> int | None:
    """The operator's own membership, if they have one."""
    found = (one.address_id for one in work.staff.all() if one.id == actor.staff_id)
    address_id = next(found, None)
    return work.addresses.get(address_id).member_id if address_id is not None else None


def _benefit(work: Work, key: str) -> Benefit:
    """A benefit whose voucher may be given; raises GoodwillGone."""
    found = presents.benefit_of(work, key)
    rules = work.programmes.current().service.goodwill
    if found is None or found.stopped or key not in rules.vouchers:
        raise GoodwillGone(dict(found.names) if found else {})
    return found


def _take(work: Work, gift: Gift, actor: Actor, now: datetime) -> bool:
    """Uses the operator's budget of the day, by one conditional UPDATE; False if the operator may
    not give so much alone."""
    rules: Goodwill = work.programmes.current().service.goodwill
    if actor.staff_id is None:
        return False
    day = _day(work, now)
    if gift.benefit_key:
        return work.adjustments.take(_who(actor, "vouchers"), day, 1, rules.vouchers_per_day)
    if rules.second_above is not None and gift.points > rules.second_above:
        return False
    return work.adjustments.take(_who(actor, "points"), day, gift.points, rules.points_per_day)


def _who(actor: Actor, what: str) -> str:
    return f"goodwill.{what}:{actor.staff_id}"


def _day(work: Work, now: datetime) -> date:
    return local_day(now, work.programmes.current().zone)


def _ask(
    work: Work, ticket: Ticket, gift: Gift, key: str, actor: Actor, now: datetime
) -> Approval:
    staff_id = "" if actor.staff_id is None else str(actor.staff_id)
    payload = {
        "ticket": str(ticket.id),
        "points": gift.points,
        "benefit": gift.benefit_key,
        "key": key,
        "by": [actor.name, staff_id],
    }
    who = masked(work, ticket.member_id)
    values = {
        "ticket": ticket.number,
        "name": who.name,
        "number": who.number,
        "points": gift.points,
        "voucher": names(work, gift),
    }
    return approvals.ask(
        work,
        KIND,
        ("member", ticket.member_id),
        payload,
        permission=PERMISSION,
        actor=actor,
        summary=("goodwill.asked", values),
        now=now,
        key=key,
    )


def _what(work: Work, gift: Gift) -> str:
    """What was given, as the ticket's history keeps it in every language."""
    called = names(work, gift)
    return " / ".join(dict.fromkeys(called.values())) if called else f"+{gift.points}"


def names(work: Work, gift: Gift) -> dict[str, str] | None:
    """What the voucher that is to be given is called, None for points."""
    found = presents.benefit_of(work, gift.benefit_key) if gift.benefit_key else None
    return dict(found.names) if found else None


# -- giving it --------------------------------------------------------------------------


def _book(
    work: Work,
    ticket: Ticket,
    gift: Gift,
    key: str,
    actor: Actor,
    approval_id: int | None,
    now: datetime,
) -> Given:
    row_id = work.new_id()
    posting_id, voucher_id = _hand_out(work, ticket, gift, row_id, actor, now)
    row = Given(
        id=row_id,
        ticket_id=ticket.id,
        staff_id=actor.staff_id,
        points=gift.points,
        benefit_key=gift.benefit_key,
        approval_id=approval_id,
        posting_id=posting_id,
        voucher_id=voucher_id,
        at=now,
    )
    if not work.goodwill.add(row, key):
        raise KeyConflict(key)
    happened(work, ticket, Event.GOODWILL, now, by=actor, value=_what(work, gift))
    detail = {"points": gift.points, "voucher": gift.benefit_key, "goodwill": str(row_id)}
    work.audit.add(actor, "goodwill.give", ("ticket", ticket.id), now, detail)
    _tell(work, ticket, row, actor, now)
    return row


def _hand_out(
    work: Work, ticket: Ticket, gift: Gift, row_id: int, actor: Actor, now: datetime
) -> tuple[int | None, int | None]:
    """The posting, or the voucher; raises GoodwillGone."""
    key = f"goodwill:{row_id}"
    if gift.benefit_key:
        got = presents.present(work, ticket.member_id, gift.benefit_key, key=key, now=now)
        if got is None:
            raise GoodwillGone(names(work, gift) or {})
        return None, got.id
    source = (SOURCE, ticket.id)
    posting = ledger.bonus(
        work, ticket.member_id, gift.points, key=key, source=source, now=now, actor=actor
    )
    return posting.id if posting else None, None


def _tell(work: Work, ticket: Ticket, row: Given, actor: Actor, now: datetime) -> None:
    """The member hears of it where the ticket is; so does the staff's group."""
    values = {
        "number": ticket.number,
        "staff": actor.name,
        "points": row.points,
        "voucher": names(work, Gift(row.points, row.benefit_key)),
        "available": work.ledger.summary(ticket.member_id, Unit.POINTS, now).available,
    }
    label = "vouchers" if row.benefit_key else "points"
    button = (((f"button.{label}", label, ()),),)
    notice = Notice("goodwill.told", values, button, dedupe=f"goodwill:{row.id}")
    place = relay_places.of_member(work, ticket)
    if place is not None:
        relay_places.send(work, ticket, place, notice, now)
    for place in relay_places.of_staff(work, ticket, now):
        if place.group is not None:
            once = f"goodwill:{row.id}:{place.key}"
            seen = replace(notice, key="goodwill.given", buttons=(), dedupe=once)
            relay_places.send(work, ticket, place, seen, now)
    relay.moved(work, ticket, Event.GOODWILL, now)
