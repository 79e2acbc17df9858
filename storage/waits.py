"""Places on the waiting lists of benefits: each step is taken by exactly one caller."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, exists, func, or_, select, update

from domain.waiting import Wait, WaitState
from storage.dialect import Upsert
from storage.ids import Ids
from storage.prepared import Prepared
from storage.tables import benefits, catalogue
from storage.types import from_millis

_waits = catalogue.BenefitWait.__table__  # type: ignore[attr-defined]
_benefits = benefits.Benefit.__table__  # type: ignore[attr-defined]

_FIELDS = ("id", "benefit_id", "member_id", "state", "since", "offered_until")
_columns = select(*(_waits.c[name] for name in _FIELDS))
_of_benefit = _waits.c.benefit_id == bindparam("benefit")
_is_waiting = _waits.c.state == WaitState.WAITING.value
_is_offered = _waits.c.state == WaitState.OFFERED.value

_join = Upsert(catalogue.BenefitWait, ("member_id", "benefit_id", "active"))
_of_member = Prepared(
    _columns.where(_waits.c.member_id == bindparam("member"), _waits.c.active == 1)
)
_first = _columns.where(_of_benefit, _is_waiting).order_by(_waits.c.id).limit(1)
_late = _columns.where(
    _of_benefit, _is_offered, _waits.c.offered_until <= bindparam("now")
).order_by(_waits.c.id)
_waiting = select(func.count()).select_from(_waits).where(_of_benefit, _is_waiting)
_this = update(_waits).where(_waits.c.id == bindparam("of"))
_offer = _this.where(_is_waiting).values(
    state=WaitState.OFFERED.value,
    offered_at=bindparam("now"),
    offered_until=bindparam("until"),
)
_take = _this.where(_is_offered, _waits.c.offered_until > bindparam("now")).values(
    state=WaitState.TAKEN.value, voucher_id=bindparam("voucher"), active=None
)
_leave = _this.where(_waits.c.state == bindparam("before")).values(
    state=bindparam("after"), active=None
)
_due = (
    select(_benefits.c.id)
    .where(
        _benefits.c.id > bindparam("after"),
        or_(
            exists().where(
                _waits.c.benefit_id == _benefits.c.id,
                _is_offered,
                _waits.c.offered_until <= bindparam("now"),
            ),
            or_(_benefits.c.stock > 0, _benefits.c.stock.is_(None))
            & _benefits.c.stopped.is_(False)
            & exists().where(_waits.c.benefit_id == _benefits.c.id, _is_waiting),
        ),
    )
    .order_by(_benefits.c.id)
    .limit(bindparam("most"))
)


class Waits:
    """The waiting lists (services.ports.catalogue.Waits)."""

    def __init__(self, db: Db, ids: Ids) -> None:
        self._db = db
        self._ids = ids

    def join(self, benefit_id: int, member_id: int, now: datetime) -> bool:
        row = {
            "id": self._ids.next(),
            "benefit_id": benefit_id,
            "member_id": member_id,
            "active": 1,
            "state": WaitState.WAITING.value,
            "since": now,
        }
        return _join.run(self._db, row) == 1

    def of_member(self, member_id: int) -> dict[int, Wait]:
        rows = _of_member.rows(self._db, {"member": member_id})
        return {row[1]: _read(row) for row in rows}

    def first(self, benefit_id: int) -> Wait | None:
        row = self._db.execute(_first, {"benefit": benefit_id}).one_or_none()
        return _wait(row) if row else None

    def offer(self, wait_id: int, now: datetime, until: datetime) -> bool:
        return self._did(_offer, {"of": wait_id, "now": now, "until": until})

    def take(self, wait_id: int, voucher_id: int, now: datetime) -> bool:
        return self._did(_take, {"of": wait_id, "voucher": voucher_id, "now": now})

    def leave(self, wait_id: int, state: str, *, offered: bool) -> bool:
        before = WaitState.OFFERED if offered else WaitState.WAITING
        return self._did(_leave, {"of": wait_id, "before": before.value, "after": state})

    def lapsed(self, benefit_id: int, now: datetime) -> list[Wait]:
        rows = self._db.execute(_late, {"benefit": benefit_id, "now": now})
        return [_wait(row) for row in rows]

    def waiting(self, benefit_id: int) -> int:
        return int(self._db.execute(_waiting, {"benefit": benefit_id}).scalar_one())

    def to_serve(self, now: datetime, after: int, most: int) -> list[int]:
        values = {"now": now, "after": after, "most": most}
        return list(self._db.execute(_due, values).scalars())

    def _did(self, statement: Any, values: dict[str, Any]) -> bool:
        return int(self._db.execute(statement, values).rowcount) == 1


def _wait(row: Any) -> Wait:
    return Wait(row[0], row[1], row[2], WaitState(row[3]), row[4], row[5])


def _read(row: Any) -> Wait:
    """A row as the database holds it."""
    until = None if row[5] is None else from_millis(row[5])
    return Wait(row[0], row[1], row[2], WaitState(row[3]), from_millis(row[4]), until)
