"""Bills that were worked out here, by their purchase."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, insert, select

from domain.bill_rules import BillStep
from domain.bills import Step
from services.ports.bills import KeptBill
from storage.tables import till

_bills = till.Bill.__table__  # type: ignore[attr-defined]
_add = insert(_bills)
_get = select(_bills).where(_bills.c.purchase_id == bindparam("of"))


class Bills:
    """The register of bills (services.ports.bills.Bills)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, bill: KeptBill) -> None:
        steps = [_plain(step) for step in bill.steps]
        values = {"purchase_id": bill.purchase_id, "gross_minor": bill.gross, "steps": steps}
        self._db.execute(_add, values)

    def get(self, purchase_id: int) -> KeptBill | None:
        row = self._db.execute(_get, {"of": purchase_id}).one_or_none()
        if row is None:
            return None
        return KeptBill(row.purchase_id, row.gross_minor, tuple(map(_step, row.steps)))


def _plain(step: Step) -> dict[str, Any]:
    """A step as JSON; ids are texts, for not every reader holds 63 bits."""
    voucher = None if step.voucher_id is None else str(step.voucher_id)
    return {**asdict(step), "kind": str(step.kind), "voucher_id": voucher}


def _step(row: dict[str, Any]) -> Step:
    voucher = row["voucher_id"]
    found = None if voucher is None else int(voucher)
    return Step(BillStep(row["kind"]), row["before"], row["off"], row["points"], found)
