"""What an operator leaves behind: running tickets, drafts of campaigns, open requests."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, select, update

from domain.approvals import ApprovalState
from domain.tickets import RUNNING
from storage.tables import approvals, campaigns, tickets

_tickets = tickets.Ticket.__table__  # type: ignore[attr-defined]
_campaigns = campaigns.Campaign.__table__  # type: ignore[attr-defined]
_approvals = approvals.Approval.__table__  # type: ignore[attr-defined]
_DRAFTS: Final = ("draft", "in_review")
_ENDED: Final = ("finished", "cancelled")

_held = (
    select(_tickets.c.id)
    .where(
        _tickets.c.staff_id == bindparam("staff"),
        _tickets.c.state.in_([state.value for state in RUNNING]),
    )
    .order_by(_tickets.c.id)
)
_written = (_campaigns.c.author_id == bindparam("staff"), _campaigns.c.state.in_(_DRAFTS))
_drafts = select(func.count()).select_from(_campaigns).where(*_written)
_move_drafts = update(_campaigns).where(*_written).values(author_id=bindparam("heir"))
_redirect = (
    update(_campaigns)
    .where(_campaigns.c.address_id == bindparam("here"), _campaigns.c.state.not_in(_ENDED))
    .values(address_id=bindparam("there"))
)
_asked = (
    _approvals.c.asked_by == bindparam("staff"),
    _approvals.c.state == ApprovalState.OPEN.value,
)
_requests = select(func.count()).select_from(_approvals).where(*_asked)
_move_requests = update(_approvals).where(*_asked).values(asked_by=bindparam("heir"))


class Handovers:
    """Work that is left behind (services.ports.handovers.Handovers)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def tickets(self, staff_id: int) -> list[int]:
        return list(self._db.execute(_held, {"staff": staff_id}).scalars())

    def drafts(self, staff_id: int) -> int:
        return self._count(_drafts, staff_id)

    def move_drafts(self, staff_id: int, to: int) -> int:
        return self._db.execute(_move_drafts, {"staff": staff_id, "heir": to}).rowcount

    def redirect(self, address_id: int, to: int) -> int:
        return self._db.execute(_redirect, {"here": address_id, "there": to}).rowcount

    def move_requests(self, staff_id: int, to: int) -> int:
        return self._db.execute(_move_requests, {"staff": staff_id, "heir": to}).rowcount

    def requests(self, staff_id: int) -> int:
        return self._count(_requests, staff_id)

    def _count(self, statement: Any, staff_id: int) -> int:
        return int(self._db.execute(statement, {"staff": staff_id}).scalar_one())
