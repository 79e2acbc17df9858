"""What staff see of a ticket on its card: who, what about, until when, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from domain.money import Money
from domain.points import Unit
from domain.service_rules import Priority
from domain.tickets import DONE, Ticket
from services.masks import masked
from services.ports import Work

Rows = tuple[tuple[tuple[str, str, tuple[str, ...]], ...], ...]
LINES: Final = 6
EARLIER: Final = 50
LONGEST_TITLE: Final = 128


def values(work: Work, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Everything a card tells."""
    member, known = masked(work, ticket.member_id), work.members.get(ticket.member_id)
    others = work.tickets.of_member(ticket.member_id, EARLIER)
    return {
        **line(work, ticket, now),
        "name": member.name,
        "member": member.number,
        "level": dict(member.level),
        "points": work.ledger.summary(ticket.member_id, Unit.POINTS, now).available,
        "since": known.joined_at.date(),
        "open": sum(one.id != ticket.id and one.state not in DONE for one in others),
        "before": sum(one.id < ticket.id for one in others),
        "subject": subject(work, ticket),
        "alarm": ticket.alarm,
    }


def line(work: Work, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """What every mention of a ticket to staff needs."""
    programme = work.programmes.current()
    first = min((at for at in (ticket.due_at, ticket.resolve_by) if at), default=None)
    return {
        "number": ticket.number,
        "kind": str(ticket.kind),
        "category": category_names(work, ticket.category),
        "priority": int(ticket.priority),
        "state": str(ticket.state_at(now)),
        "staff": holder(work, ticket),
        "due_at": ticket.due_at,
        "resolve_by": ticket.resolve_by,
        "left": minutes(now, first),
        "zone": programme.zone,
        "rating": ticket.rating,
    }


def minutes(now: datetime, until: datetime | None) -> int | None:
    """Whole minutes that are left, negative ones when it is late; None without a moment."""
    return None if until is None else int((until - now).total_seconds() // 60)


def category_names(work: Work, key: str) -> dict[str, str]:
    """What a category is called, in every language; nothing for a kind that has none."""
    categories = work.programmes.current().service.categories
    return next((dict(one.names) for one in categories if one.key == key), {})


def holder(work: Work, ticket: Ticket) -> str:
    """The name of the operator who has it, "" for nobody."""
    return next((one.name for one in work.staff.all() if one.id == ticket.staff_id), "")


def subject(work: Work, ticket: Ticket) -> Mapping[str, Any] | None:
    """The order or voucher that a ticket is about."""
    if ticket.subject_id is None:
        return None
    if ticket.subject_kind == "purchase":
        return _purchase(work, ticket.subject_id)
    voucher = work.vouchers.get(ticket.subject_id)
    if voucher is None:
        return None
    benefit = work.benefits.get(voucher.benefit_id)
    return {"kind": "voucher", "names": dict(benefit.names) if benefit else {}, "lines": []}


def _purchase(work: Work, purchase_id: int) -> Mapping[str, Any]:
    bought = work.purchases.get(purchase_id)
    lines = work.purchases.lines(purchase_id)
    return {
        "kind": "purchase",
        "order": bought.order_id,
        "day": bought.day,
        "amount": Money(bought.minor - bought.refunded_minor, bought.currency),
        "lines": [
            {"name": one.name or one.sku or one.category, "quantity": one.quantity}
            for one in lines[:LINES]
        ],
        "more": max(0, len(lines) - LINES),
    }


def title(work: Work, ticket: Ticket, language: str, now: datetime) -> str:
    """The name of a ticket's topic, in the group's language; at most 128 characters (Bot API:
    createForumTopic)."""
    state = ticket.state_at(now)
    urgent = ticket.priority == Priority.URGENT or ticket.alarm
    mark = "✅" if state in DONE else "❗" if urgent else "🟡"
    names = category_names(work, ticket.category)
    category = names.get(language) or next(iter(names.values()), "")
    parts = (f"{mark} {ticket.number}", category, masked(work, ticket.member_id).name)
    return " · ".join(part for part in parts if part)[:LONGEST_TITLE]


def buttons(ticket: Ticket, now: datetime, *, topic: bool) -> Rows:
    """What can be done from a card; in a topic whatever is written is the answer."""
    this = (str(ticket.id),)
    if ticket.state_at(now) in DONE:
        return (
            (("desk.button_reopen", "desk.reopen", this), ("desk.button_more", "desk.more", this)),
        )
    take = () if ticket.staff_id else (("button.ticket_take", "ticket.take", this),)
    answer = () if topic else (("button.ticket_answer", "ticket.reply", this),)
    return (
        *(((*take, *answer),) if take or answer else ()),
        (("desk.button_ready", "desk.ready", this), ("desk.button_note", "desk.note", this)),
        (
            ("desk.button_goodwill", "goodwill", this),
            ("button.ticket_resolve", "ticket.resolve", this),
        ),
        (("desk.button_more", "desk.more", this),),
    )
