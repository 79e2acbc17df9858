"""Imports a file of purchases: check it whole, then write it in batches that can be resumed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from time import monotonic
from typing import Any, Final

from domain.errors import PurchaseInvalid
from domain.programme import Programme
from domain.purchases import Line, Order, check_order
from services.booking import Incoming, book_all, fingerprint
from services.importing import reading
from services.importing.purchase_cells import COLUMNS, Cells, head
from services.importing.report import FileRefused, Findings
from services.ports import Work
from services.ports.sales import BOOKED, WAITING, Claim
from services.ports.staging import Progress, Row, Staging

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


class PurchaseImport:
    """The import of one file (services.ports.staging.Job). SURFACE: CSV purchases.

    Orders that are there already with the same content are left alone, so that a broken import
    is completed and a second one changes nothing. Nobody is sent anything.
    """

    channel = "import"

    def __init__(
        self,
        path: Path,
        now: datetime,
        staging: Staging,
        progress: Progress,
        findings: Findings | None = None,
    ) -> None:
        self.result = Result()
        self._path, self._now, self._staging, self._progress = path, now, staging, progress
        self._findings = Findings() if findings is None else findings
        self._groups: Iterator[Sequence[Row]] = iter(())
        self._size, self._done, self._there = _SMALLEST, 0, 0

    # -- checking -----------------------------------------------------------------------

    def begin(self, work: Work) -> None:
        self._programme: Programme = work.programmes.current()
        self._stores = work.purchases.store_ids()
        self.result.currency = self._programme.currency

    def read(self) -> None:
        size, findings = self._path.stat().st_size, self._findings
        cells = Cells(self._programme, self._stores, self._now, findings)
        for number, texts in reading.rows(
            self._path, COLUMNS, findings, lambda done: self._progress("check", done, size)
        ):
            self.result.lines += 1
            row = cells.read(number, texts)
            if row is not None and not findings:
                self._staging.add(row)
        self._progress("check", size, size)
        if not self.result.lines and not findings:
            findings.add(0, "", "has no rows")
        if findings:
            raise FileRefused(findings)
        self.result.zero_values = cells.zero_values
        self.result.zero_quantities = cells.zero_quantities
        self._groups = _grouped(self._staging.by_order())

    def unchecked(self) -> Sequence[Sequence[Row]]:
        return list(islice(self._groups, _COMPARED))

    def compare(self, work: Work, some: Sequence[Sequence[Row]]) -> None:
        """Each order as a whole, and against what is stored: other content under the same id is
        a fault."""
        found = [(rows, _order(rows, self._programme, self._findings)) for rows in some]
        orders = [(rows, order) for rows, order in found if order is not None]
        stored = work.purchases.stored([(order.source, order.order_id) for _, order in orders])
        self.result.orders += len(some)
        self.result.known += len(stored)
        for rows, order in orders:
            self.result.minor += order.minor
            first = head(rows[0].head)
            before = stored.get((order.source, order.order_id))
            if before is None:
                who = _who(self.claims(rows))
                self._staging.add_order(order.source, order.order_id, who, first.at)
            elif before.content_hash != fingerprint(work, order, self.claims(rows)):
                advice = "is booked already with other content; an order never changes"
                self._findings.add(rows[0].row, "order_id", advice)

    def claims(self, rows: Sequence[Row]) -> tuple[Claim, ...]:
        """What an order says of its buyer."""
        return head(rows[0].head).claims

    def accept(self) -> None:
        if self._findings:
            raise FileRefused(self._findings)
        self._groups = _grouped(self._staging.by_member())
        self._there = self._staging.orders()

    # -- writing ------------------------------------------------------------------------

    def batch(self) -> list[Incoming]:
        """As many orders as the writer may be held for."""
        self._progress("write", self._done, self._there)
        return [self._incoming(rows) for rows in islice(self._groups, self._size)]

    def _incoming(self, rows: Sequence[Row]) -> Incoming:
        order = _order(rows, self._programme, self._findings)
        assert order is not None
        store = self._stores.get(order.store)
        return Incoming(order, self.claims(rows), self.channel, None, store)

    def write(self, work: Work, batch: Sequence[Incoming]) -> tuple[dict[str, int], float]:
        """What came of the batch, and how long it took in seconds."""
        began = monotonic()
        outcomes = book_all(work, batch, self._now, strict=False)
        states = [outcome.purchase.state for outcome in outcomes]
        counts = {
            "booked": states.count(BOOKED),
            "waiting": states.count(WAITING),
            "points": sum(outcome.purchase.points for outcome in outcomes),
        }
        return counts, monotonic() - began

    def wrote(self, batch: Sequence[Any], done: tuple[dict[str, int], float]) -> None:
        counts, seconds = done
        for name, count in counts.items():
            setattr(self.result, name, getattr(self.result, name) + count)
        self._done += len(batch)
        fitting = int(len(batch) * BATCH_SECONDS / max(seconds, 0.001))
        self._size = max(_SMALLEST, min(_LARGEST, fitting, self._size * 2))


def _grouped(rows: Iterator[Row]) -> Iterator[Sequence[Row]]:
    """The rows of each order, which come together."""
    group: list[Row] = []
    for row in rows:
        if group and (row.order_id != group[0].order_id or row.source != group[0].source):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _who(claims: Sequence[Claim]) -> str:
    """What the orders of one member have in common, so that a batch touches few members."""
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
