"""The changes that wait for a second person."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, literal_column, select, update

from bot.messages import plain_values
from domain.approvals import Approval, ApprovalState
from services.ports.club import Actor
from storage.dialect import Upsert
from storage.tables import approvals

_approvals = approvals.Approval.__table__  # type: ignore[attr-defined]
_FIELDS = tuple(field.name for field in fields(Approval) if field.name != "values")

_columns = select(*(_approvals.c[name] for name in _FIELDS), _approvals.c.shown)
_get = _columns.where(_approvals.c.id == bindparam("id"))
_by_key = _columns.where(_approvals.c.key == bindparam("key"))
_open = (
    _columns.where(
        _approvals.c.state == literal_column("'open'"),
        _approvals.c.expires_at > bindparam("now"),
    )
    .order_by(_approvals.c.id)
    .limit(bindparam("most"))
)
_lapsed = (
    _columns.where(
        _approvals.c.state == literal_column("'open'"),
        _approvals.c.expires_at <= bindparam("now"),
    )
    .order_by(_approvals.c.expires_at, _approvals.c.id)
    .limit(bindparam("most"))
)
_add = Upsert(approvals.Approval, ("key",))
_settle = (
    update(_approvals)
    .where(_approvals.c.id == bindparam("of"), _approvals.c.state == bindparam("before"))
    .values(
        state=bindparam("after"),
        decider=bindparam("name"),
        decided_by=bindparam("staff"),
        decided_at=bindparam("at"),
    )
)


class Approvals:
    """The register of requests (services.ports.approvals.Approvals)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, approval: Approval, key: str) -> bool:
        row: dict[str, Any] = {name: getattr(approval, name) for name in _FIELDS}
        about = int(approval.subject_id) if approval.subject_kind == "member" else None
        row |= {"key": key, "member_id": about, "state": str(approval.state)}
        row |= {"payload": dict(approval.payload), "shown": plain_values(approval.values)}
        return _add.run(self._db, row) == 1

    def get(self, approval_id: int) -> Approval | None:
        return self._one(_get, id=approval_id)

    def by_key(self, key: str) -> Approval | None:
        return self._one(_by_key, key=key)

    def open(self, now: datetime, most: int) -> list[Approval]:
        rows = self._db.execute(_open, {"now": now, "most": most})
        return [_approval(row) for row in rows.mappings()]

    def lapsed(self, now: datetime, most: int) -> list[Approval]:
        rows = self._db.execute(_lapsed, {"now": now, "most": most})
        return [_approval(row) for row in rows.mappings()]

    def settle(
        self,
        approval_id: int,
        before: ApprovalState,
        after: ApprovalState,
        actor: Actor,
        now: datetime,
    ) -> bool:
        to = {"of": approval_id, "before": str(before), "after": str(after)}
        who = {"name": actor.name, "staff": actor.staff_id, "at": now}
        return self._db.execute(_settle, {**to, **who}).rowcount == 1

    def _one(self, statement: Any, **values: Any) -> Approval | None:
        row = self._db.execute(statement, values).mappings().one_or_none()
        return _approval(row) if row else None


def _approval(row: Any) -> Approval:
    known = {name: row[name] for name in _FIELDS}
    return Approval(**{**known, "state": ApprovalState(row["state"])}, values=row["shown"])
