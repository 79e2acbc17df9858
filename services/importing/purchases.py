"""Imports a file of purchases: check it whole, then write it in batches that can be resumed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar

from domain.errors import PurchaseInvalid
from domain.programme import Programme
from domain.purchases import Line, Order, check_order
from services.booking import Incoming, book_all, fingerprint
from services.importing import reading
from services.importing.purchase_cells import COLUMNS, Cells, head
from services.importing.report import FileRefused, Findings
from services.importing.staging import Row, Staging, grouped
from services.importing.units import Progress, Units
from services.ports import Work
from services.ports.sales import BOOKED, WAITING

T = TypeVar("T")
BATCH_SECONDS: Final = 0.045  # the writer is not held longer than about 50 ms
_SMALLEST, _LARGEST = 10, 400
_COMPARED: Final = 400
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Result:
    """What an import found and did. Lines of zero value are kept and earn nothing; lines of zero
    quantity are kept and earn by their value."""

    orders: int = 0
    lines: int = 0
    minor: int = 0
    zero_values: int = 0
    zero_quantities: int = 0
    known: int = 0
    booked: int = 0
    waiting: int = 0
    points: int = 0
    currency: str = ""


async def import_purchases(
    units: Units,
    path: Path,
    now: datetime,
    *,
    dry_run: bool = False,
    progress: Progress = lambda _stage, _done, _all: None,
) -> Result:
    """Imports a file. SURFACE: CSV purchases.

    Raises FileRefused with all problems, and then nothing was written. Orders that are there
    already with the same content are left alone, so that a broken import is completed and a
    second one changes nothing. Nobody is sent anything.
    """
    programme = await units.read_long(lambda work: work.programmes.current())
    stores = await units.read_long(lambda work: work.purchases.store_ids())
    result, findings = Result(currency=programme.currency), Findings()
    cells = Cells(programme, stores, now, findings)
    with Staging() as staging:
        await asyncio.to_thread(_stage, path, cells, staging, result, progress)
        await _compare(units, staging, programme, stores, result, findings)
        if findings:
            raise FileRefused(findings)
        result.zero_values, result.zero_quantities = cells.zero_values, cells.zero_quantities
        if not dry_run:
            await _write(units, staging, programme, stores, now, result, progress)
    return result


def _stage(path: Path, cells: Cells, staging: Staging, result: Result, progress: Progress) -> None:
    size = path.stat().st_size
    read = reading.rows(path, COLUMNS, cells.findings, lambda n: progress("check", n, size))
    for number, texts in read:
        result.lines += 1
        row = cells.read(number, texts)
        if row is not None and not cells.findings:
            staging.add(row)
    progress("check", size, size)
    if not result.lines and not cells.findings:
        cells.findings.add(0, "", "has no rows")
    if cells.findings:
        raise FileRefused(cells.findings)


# -- orders as a whole ------------------------------------------------------------------


async def _compare(
    units: Units,
    staging: Staging,
    programme: Programme,
    stores: dict[str, int],
    result: Result,
    findings: Findings,
) -> None:
    """Checks each order as a whole, and against what is stored; keeps what is to be written."""
    groups = grouped(staging.by_order())
    while some := await asyncio.to_thread(_take, groups, _COMPARED):
        orders = [(rows, order) for rows in some if (order := _order(rows, programme, findings))]
        result.orders += len(some)
        result.minor += sum(order.minor for _, order in orders)
        known = await units.read_long(partial(_known, orders=orders, findings=findings))
        result.known += len(known)
        for rows, order in orders:
            if (order.source, order.order_id) not in known:
                staging.add_order(order.source, order.order_id, _who(rows), head(rows[0].head).at)


def _take(groups: Iterator[T], count: int) -> list[T]:
    return list(islice(groups, count))


def _who(rows: Sequence[Row]) -> str:
    """What the orders of one member have in common, so that a batch touches few members."""
    claims = head(rows[0].head).claims
    return f"{claims[0].kind}={claims[0].text}" if claims else ""


def _order(rows: Sequence[Row], programme: Programme, findings: Findings) -> Order | None:
    """The order of some rows; None when they do not belong together."""
    first = rows[0]
    for before, row in pairwise(rows):
        if row.head != first.head:
            advice = f"member, time or store differ from row {first.row} of the same order"
            findings.add(row.row, "order_id", advice)
            return None
        if row.line == before.line:
            advice = f"number {row.line} is there twice in this order (row {before.row})"
            if not row.line:
                advice = f"number the rows of this order 1, 2, 3 … (it began in row {before.row})"
            findings.add(row.row, "line", advice)
            return None
    order = Order(
        first.source,
        first.order_id,
        _EPOCH + timedelta(milliseconds=head(first.head).at),
        programme.currency,
        sum(row.minor for row in rows),
        tuple(Line(row.minor, row.quantity, row.category, row.sku, row.name) for row in rows),
        head(first.head).store,
    )
    try:
        check_order(order)
    except PurchaseInvalid as refused:
        findings.add(first.row, "amount", f"the order cannot be booked: {refused.reason}")
        return None
    return order


def _known(
    work: Work, orders: Sequence[tuple[Sequence[Row], Order]], findings: Findings
) -> set[tuple[str, str]]:
    """The orders that are stored already; other content under the same id is a fault."""
    stored = work.purchases.stored([(order.source, order.order_id) for _, order in orders])
    if not stored:
        return set()
    for rows, order in orders:
        before = stored.get((order.source, order.order_id))
        asked = before and fingerprint(work, order, head(rows[0].head).claims)
        if before is not None and before.content_hash != asked:
            advice = "is booked already with other content; an order never changes"
            findings.add(rows[0].row, "order_id", advice)
    return set(stored)


# -- writing ----------------------------------------------------------------------------


async def _write(
    units: Units,
    staging: Staging,
    programme: Programme,
    stores: dict[str, int],
    now: datetime,
    result: Result,
    progress: Progress,
) -> None:
    """Batch by batch, each one transaction, as large as the writer may be held for."""
    groups, size, done, there = grouped(staging.by_member()), _SMALLEST, 0, staging.orders()
    unfound = Findings()
    progress("write", 0, there)
    while some := await asyncio.to_thread(_take, groups, size):
        batch = [_incoming(rows, programme, stores, unfound) for rows in some]
        counts, seconds = await units.write(partial(_book, batch=batch, now=now))
        for name, count in counts.items():
            setattr(result, name, getattr(result, name) + count)
        done += len(some)
        progress("write", done, there)
        fitting = int(len(some) * BATCH_SECONDS / max(seconds, 0.001))
        size = max(_SMALLEST, min(_LARGEST, fitting, size * 2))


def _incoming(
    rows: Sequence[Row], programme: Programme, stores: dict[str, int], findings: Findings
) -> Incoming:
    order = _order(rows, programme, findings)
    assert order is not None
    store = stores.get(order.store)
    return Incoming(order, head(rows[0].head).claims, "import", None, store)


def _book(work: Work, batch: Sequence[Incoming], now: datetime) -> tuple[dict[str, int], float]:
    """Books a batch; what came of it, and how long it took."""
    began = monotonic()
    outcomes = book_all(work, batch, now, strict=False)
    states = [outcome.purchase.state for outcome in outcomes]
    counts = {
        "booked": states.count(BOOKED),
        "waiting": states.count(WAITING),
        "points": sum(outcome.purchase.points for outcome in outcomes),
    }
    return counts, monotonic() - began
