"""Tickets as the staff look for them: each list one query over a partial index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, case, func, select

from domain.tickets import DONE, RUNNING, Ticket, TicketKind, TicketState
from services.ports.staff_groups import QueueCounts
from storage.tables import tickets
from storage.types import Instant

_t = tickets.Ticket.__table__  # type: ignore[attr-defined]
_columns = select(*(_t.c[field.name] for field in fields(Ticket)))
# Written out, not bound: only so do both planners see that the partial indexes hold all of it.
_RUNS = _t.c.state.in_(
    bindparam("runs", [state.value for state in RUNNING], expanding=True, literal_execute=True)
)
_IS_MINE = (
    _RUNS,
    _t.c.staff_id == bindparam("staff"),
    _t.c.due_at.is_not(None),
)
_IS_NEW = (_RUNS, _t.c.state == TicketState.OPEN.value)
_IS_WAITING = (_RUNS, _t.c.state == TicketState.WAITING.value)
_until = bindparam("until", type_=Instant())
_OWED = (_t.c.due_at.is_not(None), _t.c.due_at < _until)
_TO_SETTLE = (_t.c.resolve_by.is_not(None), _t.c.resolve_by < _until)
_soon = select(_t.c.id).where(*_OWED).union(select(_t.c.id).where(*_TO_SETTLE)).subquery()
_NEAR = (_t.c.id.in_(select(_soon.c.id)), _RUNS)
_first = case(
    (_t.c.due_at.is_(None), _t.c.resolve_by),
    (_t.c.resolve_by.is_(None), _t.c.due_at),
    (_t.c.due_at < _t.c.resolve_by, _t.c.due_at),
    else_=_t.c.resolve_by,
)


def _page(statement: Any) -> Any:
    return statement.limit(bindparam("most")).offset(bindparam("skip"))


_mine = _page(_columns.where(*_IS_MINE).order_by(_t.c.due_at, _t.c.id))
_new = _page(_columns.where(*_IS_NEW).order_by(_t.c.priority.desc(), _t.c.due_at, _t.c.id))
_near = _page(_columns.where(*_NEAR).order_by(_first, _t.c.id))
_waiting = _page(_columns.where(*_IS_WAITING).order_by(_t.c.id))
_done = _page(
    _columns.where(
        _t.c.done_at >= bindparam("since", type_=Instant()),
        _t.c.state.in_([state.value for state in DONE]),
        _t.c.merged_into.is_(None),
    ).order_by(_t.c.done_at.desc(), _t.c.id.desc())
)


def _count(*where: Any) -> Any:
    return select(func.count()).select_from(_t).where(*where).scalar_subquery()


_counts = select(_count(*_IS_MINE), _count(*_IS_NEW), _count(*_NEAR), _count(*_IS_WAITING))
_loads = (
    select(_t.c.staff_id, func.count())
    .where(_RUNS, _t.c.staff_id.is_not(None))
    .group_by(_t.c.staff_id)
)


class TicketQueue:
    """The lists of the queue (services.ports.staff_groups.TicketQueue)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def mine(self, staff_id: int, most: int, skip: int) -> list[Ticket]:
        return self._many(_mine, staff=staff_id, most=most, skip=skip)

    def new(self, most: int, skip: int) -> list[Ticket]:
        return self._many(_new, most=most, skip=skip)

    def near(self, until: datetime, most: int, skip: int) -> list[Ticket]:
        return self._many(_near, until=until, most=most, skip=skip)

    def waiting(self, most: int, skip: int) -> list[Ticket]:
        return self._many(_waiting, most=most, skip=skip)

    def done(self, since: datetime, most: int, skip: int) -> list[Ticket]:
        return self._many(_done, since=since, most=most, skip=skip)

    def counts(self, staff_id: int, until: datetime) -> QueueCounts:
        return QueueCounts(*self._db.execute(_counts, {"staff": staff_id, "until": until}).one())

    def loads(self) -> Mapping[int, int]:
        return {staff: many for staff, many in self._db.execute(_loads)}

    def _many(self, statement: Any, **key: Any) -> list[Ticket]:
        return [_ticket(row) for row in self._db.execute(statement, key).mappings()]


def _ticket(row: Any) -> Ticket:
    typed = {"kind": TicketKind(row["kind"]), "state": TicketState(row["state"])}
    return Ticket(**{**row, **typed})
