"""The journal of operators' changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, insert, select

from services.ports.club import Actor
from storage.ids import Ids
from storage.tables import club

_audit = club.Audit.__table__  # type: ignore[attr-defined]
_reasons = club.AuditReason.__table__  # type: ignore[attr-defined]
_add = insert(_audit)
_add_reason = insert(_reasons)
_about = (
    select(_audit, func.coalesce(_reasons.c.reason, "").label("reason"))
    .select_from(_audit.outerjoin(_reasons, _reasons.c.audit_id == _audit.c.id))
    .where(_audit.c.subject_kind == bindparam("kind"), _audit.c.subject_id == bindparam("id"))
    .order_by(_audit.c.id.desc())
)


class Audit:
    """The journal (services.ports.club.Audit)."""

    def __init__(self, db: Db, ids: Ids) -> None:
        self._db = db
        self._ids = ids

    def add(
        self,
        actor: Actor,
        action: str,
        subject: tuple[str, int | str],
        at: datetime,
        detail: Mapping[str, Any],
        reason: str = "",
        *,
        member_id: int | None = None,
    ) -> None:
        audit_id = self._ids.next()
        who = {"staff_id": actor.staff_id, "staff_name": actor.name, "store_id": actor.store_id}
        what = {"action": action, "subject_kind": subject[0], "subject_id": str(subject[1])}
        when = {"id": audit_id, "at": at, "detail": dict(detail)}
        self._db.execute(_add, {**who, **what, **when})
        if reason:
            about = member_id or (subject[1] if subject[0] == "member" else None)
            row = {"audit_id": audit_id, "member_id": about, "reason": reason}
            self._db.execute(_add_reason, row)

    def about(self, subject: tuple[str, int | str]) -> list[dict[str, Any]]:
        rows = self._db.execute(_about, {"kind": subject[0], "id": str(subject[1])})
        return [dict(row) for row in rows.mappings()]
