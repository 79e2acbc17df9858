"""The API's stored answers: claimed first, so that of many copies one does the work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError

from services.ports.answers import Stored
from storage.dialect import Upsert
from storage.tables import club

_answers = club.Answer.__table__  # type: ignore[attr-defined]
_mine = (_answers.c.scope == bindparam("of_scope")) & (_answers.c.key == bindparam("of_key"))
_claim = Upsert(club.Answer, ("scope", "key"))
_get = select(_answers.c.content_hash, _answers.c.status, _answers.c.body).where(_mine)
_keep = (
    update(_answers)
    .where(_mine)
    .values(
        status=bindparam("with_status"),
        body=bindparam("with_body"),
        member_id=bindparam("with_member"),
    )
)
_UNDECIDED = 0
Collision = IntegrityError
"""Two units wrote the same unique thing at the same moment; the second can be tried again."""


class Answers:
    """The register of answers (services.ports.answers.Answers)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def claim(self, scope: str, key: str, content_hash: str, at: datetime) -> Stored | None:
        row = {"scope": scope, "key": key, "content_hash": content_hash, "at": at}
        # PostgreSQL lets the second claimant wait here for the first one's commit.
        if _claim.run(self._db, {**row, "status": _UNDECIDED, "body": {}, "member_id": None}):
            return None
        found = self._db.execute(_get, {"of_scope": scope, "of_key": key}).one()
        return Stored(*found)

    def keep(self, scope: str, key: str, status: int, body: Any, member_id: int | None) -> None:
        mine = {"of_scope": scope, "of_key": key}
        values = {"with_status": status, "with_body": body, "with_member": member_id}
        self._db.execute(_keep, {**mine, **values})
