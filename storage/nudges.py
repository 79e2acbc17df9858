"""What was told of tickets' deadlines, and which are near."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection as Db
from sqlalchemy import Select, and_, bindparam, case, exists, func, literal, or_, select

from domain.deadlines import Clock, Stage
from domain.tickets import TicketState
from services.ports.nudges import Horizon, Near
from storage.dialect import Upsert
from storage.prepared import Prepared
from storage.tables import tickets
from storage.types import Instant

_tickets = tickets.Ticket.__table__  # type: ignore[attr-defined]
_nudges = tickets.TicketNudge.__table__  # type: ignore[attr-defined]
_RUNS: Final = (TicketState.OPEN.value, TicketState.ASSIGNED.value)
"""Whose clocks run; a ticket that waits for its member keeps none."""


def _at(name: str) -> Any:
    return bindparam(name, type_=Instant())


def _near(clock: Clock) -> Select[Any]:
    deadline = _COLUMN[clock]
    stage = case(
        (deadline <= _at("late"), Stage.LATE.value),
        (deadline <= _at("escalate"), Stage.ESCALATE.value),
        else_=Stage.REMIND.value,
    )
    told = exists().where(
        and_(
            _nudges.c.ticket_id == _tickets.c.id,
            _nudges.c.clock == clock.value,
            _nudges.c.deadline == deadline,
            _nudges.c.stage >= stage,
        )
    )
    return (
        select(_tickets.c.id, deadline, stage)
        .where(
            deadline <= _at("remind"),
            deadline.is_not(None),
            _tickets.c.priority == bindparam("priority"),
            _tickets.c.state.in_(_RUNS),
            ~told,
        )
        .order_by(deadline, _tickets.c.id)
        .limit(bindparam("most"))
    )


def _following(clock: Clock) -> Select[Any]:
    deadline = _COLUMN[clock]
    return select(func.min(deadline)).where(
        deadline > _at("after"),
        deadline.is_not(None),
        _tickets.c.priority == bindparam("priority"),
        _tickets.c.state.in_(_RUNS),
    )


_COLUMN: Final = {Clock.ANSWER: _tickets.c.due_at, Clock.RESOLVE: _tickets.c.resolve_by}
_NEAR: Final = {clock: _near(clock) for clock in Clock}
_FOLLOWING: Final = {clock: _following(clock) for clock in Clock}
# By the two indexes of the columns; which of the tickets run is looked at afterwards.
_any_clock = Prepared(
    select(literal(1)).where(or_(*(exists().where(at.is_not(None)) for at in _COLUMN.values())))
)
_note = Upsert(tickets.TicketNudge, ("ticket_id", "clock", "deadline", "stage"))
_told = select(_nudges.c.stage).where(
    _nudges.c.ticket_id == bindparam("ticket"),
    _nudges.c.clock == bindparam("of"),
    _nudges.c.deadline == _at("by"),
)


class Nudges:
    """The register of what was told (services.ports.nudges.Nudges)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def any_clock(self) -> bool:
        return _any_clock.row(self._db, {}) is not None

    def near(self, horizon: Horizon, most: int) -> list[Near]:
        asked = {
            "priority": horizon.priority,
            "remind": horizon.remind,
            "escalate": horizon.escalate,
            "late": horizon.late,
            "most": most,
        }
        rows = self._db.execute(_NEAR[horizon.clock], asked)
        return [Near(id_, horizon.clock, by, Stage(stage)) for id_, by, stage in rows]

    def note(self, near: Near, now: datetime) -> bool:
        if any(stage >= near.stage for stage in self._stages(near)):
            return False
        row = {"ticket_id": near.ticket_id, "clock": near.clock.value, "at": now}
        row |= {"deadline": near.deadline, "stage": int(near.stage)}
        return _note.run(self._db, row) == 1

    def told(self, near: Near, stage: Stage) -> bool:
        return stage in self._stages(near)

    def first_after(self, clock: Clock, priority: int, after: datetime) -> datetime | None:
        found: datetime | None = self._db.execute(
            _FOLLOWING[clock], {"priority": priority, "after": after}
        ).scalar_one()
        return found

    def _stages(self, near: Near) -> list[int]:
        asked = {"ticket": near.ticket_id, "of": near.clock.value, "by": near.deadline}
        return list(self._db.execute(_told, asked).scalars())
