"""Purchases: what a valid order is, and what its refunds leave of it, line by line and exact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from domain.dates import local_day
from domain.errors import (
    AlreadyRefunded,
    PurchaseInvalid,
    PurchaseTooEarly,
    RefundInvalid,
    RefundTooLarge,
)
from domain.money import plain

LARGEST_ORDER_MINOR: Final = 10**11
LARGEST_QUANTITY: Final = 10**6
LONGEST_ID: Final = 100
# Tills' clocks run a little ahead; anything later than this is a wrong date.
FUTURE_GRACE: Final = timedelta(hours=24)


class Line(NamedTuple):
    """One item of an order: what was paid for it after discounts, in minor units."""

    minor: int
    quantity: int = 1
    category: str = ""
    sku: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One purchase as a till, a shop or a file gives it. `minor` is the sum of its lines."""

    source: str
    order_id: str
    occurred_at: datetime
    currency: str
    minor: int
    lines: tuple[Line, ...]
    store: str = ""


class LinesSummary(NamedTuple):
    """Lines that are kept and earn nothing. SEMANTICS: Purchases; shown in an import's report."""

    zero_value: int
    zero_quantity: int


def check_order(order: Order) -> None:
    """Raises PurchaseInvalid for what no club can book. Zero values and zero quantities are
    accepted: free items and weighed goods occur in every till's data; a line of zero value earns
    nothing, a line of zero quantity earns by its value."""
    for text, reason in ((order.source, "source"), (order.order_id, "order_id")):
        if not text.strip() or len(text) > LONGEST_ID or not text.isprintable():
            raise PurchaseInvalid(reason, given=text[:LONGEST_ID])
    if not order.lines:
        raise PurchaseInvalid("no_lines")
    for number, line in enumerate(order.lines, start=1):
        if line.minor < 0 or line.quantity < 0:
            raise PurchaseInvalid("negative", number, plain(line.minor, order.currency))
        if line.minor > LARGEST_ORDER_MINOR:
            raise PurchaseInvalid("too_large", number, plain(line.minor, order.currency))
        if line.quantity > LARGEST_QUANTITY:
            raise PurchaseInvalid("quantity", number, str(line.quantity))
    _check_sum(order)


def _check_sum(order: Order) -> None:
    paid = sum(line.minor for line in order.lines)
    if order.minor > LARGEST_ORDER_MINOR:
        raise PurchaseInvalid("too_large", 0, plain(order.minor, order.currency))
    if order.minor < 0:
        raise PurchaseInvalid("negative", 0, plain(order.minor, order.currency))
    if paid != order.minor:
        given, expected = plain(order.minor, order.currency), plain(paid, order.currency)
        raise PurchaseInvalid("sum", 0, given, expected)


def check_moment(occurred_at: datetime, now: datetime, opened_on: date | None, zone: str) -> None:
    """Raises PurchaseInvalid for the future, PurchaseTooEarly for before the club opened
    (`opened_on` None: an import may bring what happened earlier)."""
    if occurred_at > now + FUTURE_GRACE:
        raise PurchaseInvalid("in_future", given=occurred_at.isoformat())
    if opened_on is not None and (day := local_day(occurred_at, zone)) < opened_on:
        raise PurchaseTooEarly(day, opened_on)


def summary(lines: Sequence[Line]) -> LinesSummary:
    """How many lines have no value, how many no quantity."""
    return LinesSummary(
        sum(line.minor == 0 for line in lines), sum(line.quantity == 0 for line in lines)
    )


def by_category(lines: Sequence[Line]) -> dict[str, int]:
    """What was paid per category, in minor units."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.category] = sums.get(line.category, 0) + line.minor
    return sums


# -- refunds ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RefundLine:
    """A part of line `line` (from 1): so many pieces, or an amount in minor units."""

    line: int
    quantity: int | None = None
    minor: int | None = None


class Returned(NamedTuple):
    """What has come back of one line so far."""

    minor: int = 0
    quantity: int = 0


Returns = Mapping[int, Returned]  # line number from 1 → returned so far


def refund_whole(order: Order, before: Returns) -> dict[int, Returned]:
    """Everything that is left; raises AlreadyRefunded when nothing is."""
    if before and _left(order, before) == 0:
        raise AlreadyRefunded(order.order_id)
    return {n: Returned(line.minor, line.quantity) for n, line in enumerate(order.lines, 1)}


def refund_amount(order: Order, before: Returns, minor: int) -> dict[int, Returned]:
    """An amount without lines, spread over what is left of the lines by their share, exactly."""
    left = _left(order, before)
    if minor <= 0:
        raise RefundInvalid("nothing")
    if minor > left:
        raise _too_large(order, minor, left)
    after, done, seen = dict(before), 0, 0
    for number, line in enumerate(order.lines, start=1):
        was = before.get(number, Returned())
        seen += line.minor - was.minor
        upto = minor * seen // left
        after[number] = was._replace(minor=was.minor + upto - done)
        done = upto
    return after


def refund_lines(
    order: Order, before: Returns, lines: Sequence[RefundLine]
) -> dict[int, Returned]:
    """Parts of named lines; raises RefundInvalid or RefundTooLarge naming the line."""
    if not lines:
        raise RefundInvalid("nothing")
    after = dict(before)
    for part in lines:
        if not 1 <= part.line <= len(order.lines):
            raise RefundInvalid("line", part.line)
        was = after.get(part.line, Returned())
        after[part.line] = _refund_line(order, order.lines[part.line - 1], was, part)
    return after


def _refund_line(order: Order, line: Line, was: Returned, part: RefundLine) -> Returned:
    if (part.quantity is None) == (part.minor is None):
        raise RefundInvalid("both" if part.quantity is not None else "nothing", part.line)
    if part.minor is not None:
        if part.minor <= 0:
            raise RefundInvalid("nothing", part.line)
        if part.minor > line.minor - was.minor:
            raise _too_large(order, part.minor, line.minor - was.minor, part.line)
        return was._replace(minor=was.minor + part.minor)
    pieces = was.quantity + (part.quantity or 0)
    if (part.quantity or 0) <= 0 or pieces > line.quantity:
        raise RefundInvalid("quantity", part.line)
    # The price of k pieces is counted from the first, so that all pieces together are exact.
    step = line.minor * pieces // line.quantity - line.minor * was.quantity // line.quantity
    if was.minor + step > line.minor:
        raise _too_large(order, step, line.minor - was.minor, part.line)
    return Returned(was.minor + step, pieces)


def _left(order: Order, before: Returns) -> int:
    return order.minor - sum(part.minor for part in before.values())


def _too_large(order: Order, asked: int, left: int, line: int = 0) -> RefundTooLarge:
    return RefundTooLarge(plain(asked, order.currency), plain(left, order.currency), line)


def discounts(order: Order, off: int) -> list[int]:
    """What of each line was not paid in money of the member's own: `off` of the whole order,
    spread over the lines by their share, exactly."""
    done = seen = 0
    parts = []
    for line in order.lines:
        seen += line.minor
        upto = off * seen // order.minor if order.minor else 0
        parts.append(upto - done)
        done = upto
    return parts


def reduced(order: Order, returns: Returns, off: int = 0) -> Order:
    """What points are earned on: the order as if what came back had never been bought, less what
    was not paid in money (`off` of the whole bill).

    Each line keeps its own share of `off`, so that more returns never leave more of any line.
    """
    if not returns and not off:
        return order
    lines = tuple(
        line._replace(minor=_paid(line.minor, off, returns.get(number, Returned()).minor))
        for number, (line, off) in enumerate(
            zip(order.lines, discounts(order, off), strict=True), start=1
        )
    )
    return replace(order, lines=lines, minor=sum(line.minor for line in lines))


def _paid(minor: int, off: int, back: int) -> int:
    return (minor - off) * (minor - back) // minor if minor else 0
