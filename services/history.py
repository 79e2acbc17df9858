"""A member's history: every posting, and why it is as large as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.ledger import Share
from domain.money import Money
from domain.points import Unit
from domain.programme import Programme
from services import gifting, goodwill
from services.ports import Work
from services.ports.points import HistoryRow
from services.ports.sales import Purchase

PAGE = 8
CAPS = ("cap", "cap_day", "cap_month", "cap_holding")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation.

    `kind`: base, level, rule, cap, too_old, refund or other; `names`: what the programme of that
    version calls the rule or level, by language (empty if it has no name).
    """

    kind: str
    key: str
    names: Mapping[str, str]
    factor: str
    points: int


@dataclass(frozen=True, slots=True)
class Item:
    """One posting as a member sees it. `paid`, `store` and `order` belong to purchases (for
    goodwill `order` is the ticket), `rate` to the programme of the time: so many points for every
    so much money. `other`: the end of the number of who gave or was given a gift, "" if they have
    left. `currency` is for credit."""

    posting_id: int
    kind: str
    amount: int
    at: datetime
    source: str
    paid: Money | None
    store: str
    reason: str
    lines: tuple[Line, ...]
    order: str = ""
    rate: tuple[int, Money] | None = None
    unit: Unit = Unit.POINTS
    other: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some postings, the newest first; `before` asks for the page after this one."""

    items: tuple[Item, ...]
    before: int | None


def page(
    work: Work,
    member_id: int,
    before_id: int | None = None,
    size: int = PAGE,
    unit: Unit = Unit.POINTS,
) -> Page:
    """A page of a member's postings in a unit with the explanation of each."""
    rows = work.ledger.history(member_id, unit, before_id, size + 1)
    shown = rows[:size]
    shown_items = tuple(items(work, shown, unit))
    return Page(shown_items, shown[-1].posting_id if len(rows) > size else None)


def explain(work: Work, member_id: int, posting_id: int, unit: Unit = Unit.POINTS) -> Item:
    """One posting of the member, explained; raises LookupError for another member's."""
    rows = work.ledger.history(member_id, unit, posting_id + 1, 1)
    if not rows or rows[0].posting_id != posting_id:
        raise LookupError(posting_id)
    return items(work, rows, unit)[0]


def items(work: Work, rows: list[HistoryRow], unit: Unit) -> list[Item]:
    """Postings as their member sees them, in the order given."""
    bought = work.purchases.by_posting([row.posting_id for row in rows]) if rows else {}
    stores = {store.id: store.name for store in work.stores.all()} if bought else {}
    return [_item(work, row, bought.get(row.posting_id), stores, unit) for row in rows]


def _item(
    work: Work,
    row: HistoryRow,
    purchase: Purchase | None,
    stores: Mapping[int, str],
    unit: Unit,
) -> Item:
    programme = work.programmes.version(row.rule_version)
    return Item(
        row.posting_id,
        row.kind,
        row.amount,
        row.at,
        row.source_type,
        Money(purchase.minor, purchase.currency) if purchase else None,
        stores.get(purchase.store_id or 0, "") if purchase else "",
        row.reason,
        tuple(line(programme, share) for share in row.explanation),
        purchase.order_id if purchase else _ticket(work, row),
        _rate(programme, unit),
        unit,
        _other(work, row),
        programme.currency,
    )


def _rate(programme: Programme, unit: Unit) -> tuple[int, Money]:
    """So many points or so much growth for every so much money."""
    rules = programme.growth if unit is Unit.GROWTH else programme.earning
    return (rules.points, Money(rules.per_minor, programme.currency))


def _other(work: Work, row: HistoryRow) -> str:
    """The end of the other member's number, of a gift."""
    if row.source_type != gifting.SOURCE:
        return ""
    return gifting.tail(work.members.get(int(row.source_id)))


def _ticket(work: Work, row: HistoryRow) -> str:
    """The number of the ticket that the posting is goodwill for, as people say it."""
    if row.source_type != goodwill.SOURCE or not row.source_id.isdecimal():
        return ""
    ticket = work.tickets.get(int(row.source_id))
    return str(ticket.number) if ticket else ""


def line(programme: Programme, share: Share) -> Line:
    """One share of an explanation with the names its programme gives it."""
    kind, _, rest = share.rule.partition(":")
    if kind == "level":
        names = programme.level(rest).names
        return Line("level", rest, names, share.factor, share.points)
    if kind in ("base", "growth", "too_old", *CAPS):
        shown = "cap" if kind in CAPS else "base" if kind == "growth" else kind
        return Line(shown, kind, {}, share.factor, share.points)
    if share.rule.startswith("refund."):
        return Line("refund", share.rule.partition(".")[2], {}, share.factor, share.points)
    names = programme.rule_names(share.rule) or {}
    return Line("rule" if names else "other", share.rule, names, share.factor, share.points)
