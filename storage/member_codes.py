"""Members' own codes for the till, sealed and found by keyed hash; whom each operator serves."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, delete, select, update

from services.ports.till import CodeRow, SessionRow
from storage.dialect import Upsert
from storage.tables import till
from storage.vault import Vault

KEPT: Final = timedelta(days=1)

_codes = till.MemberCode.__table__  # type: ignore[attr-defined]
_sessions = till.TillSession.__table__  # type: ignore[attr-defined]
_row = (
    _codes.c.id,
    _codes.c.member_id,
    _codes.c.expires_at,
    _codes.c.used_at,
    _codes.c.used_by,
)
_add = Upsert(till.MemberCode, ("code_index",))
_open = (
    _codes.c.used_at.is_(None),
    _codes.c.expires_at > bindparam("now", type_=_codes.c.expires_at.type),
)
_withdraw = (
    update(_codes)
    .where(_codes.c.member_id == bindparam("of"), *_open)
    .values(expires_at=bindparam("now"))
)
_forget = delete(_codes).where(
    _codes.c.member_id == bindparam("of"), _codes.c.expires_at < bindparam("before")
)
_newest = (
    select(*_row, _codes.c.code)
    .where(_codes.c.member_id == bindparam("of"), *_open)
    .order_by(_codes.c.id.desc())
    .limit(1)
)
_find = select(*_row).where(_codes.c.code_index == bindparam("index"))
_use = (
    update(_codes)
    .where(_codes.c.id == bindparam("of"), *_open)
    .values(used_at=bindparam("now"), used_by=bindparam("by"))
)
_serve = Upsert(
    till.TillSession, ("staff_id",), update=("member_id", "voucher_id", "opened_at", "until")
)
_session = select(
    _sessions.c.member_id, _sessions.c.voucher_id, _sessions.c.opened_at, _sessions.c.until
).where(_sessions.c.staff_id == bindparam("of"), _sessions.c.until > bindparam("now"))
_end = delete(_sessions).where(_sessions.c.staff_id == bindparam("of"))


class MemberCodes:
    """The register of members' own codes (services.ports.till.MemberCodes)."""

    def __init__(self, db: Db, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def add(self, row: CodeRow, code: str) -> bool:
        sealed = {"code": self._vault.seal(code), "code_index": self._index(code)}
        return _add.run(self._db, {**asdict(row), **sealed}) == 1

    def withdraw(self, member_id: int, now: datetime) -> None:
        self._db.execute(_withdraw, {"of": member_id, "now": now})
        self._db.execute(_forget, {"of": member_id, "before": now - KEPT})

    def newest(self, member_id: int, now: datetime) -> tuple[CodeRow, str] | None:
        found = self._db.execute(_newest, {"of": member_id, "now": now}).one_or_none()
        return (CodeRow(*found[:-1]), self._vault.open(found[-1])) if found else None

    def find(self, code: str) -> CodeRow | None:
        found = self._db.execute(_find, {"index": self._index(code)}).one_or_none()
        return CodeRow(*found) if found else None

    def use(self, code_id: int, staff_id: int, now: datetime) -> bool:
        values = {"of": code_id, "by": staff_id, "now": now}
        return self._db.execute(_use, values).rowcount == 1

    def open_session(self, staff_id: int, row: SessionRow) -> None:
        _serve.run(self._db, {"staff_id": staff_id, **asdict(row)})

    def session(self, staff_id: int, now: datetime) -> SessionRow | None:
        found = self._db.execute(_session, {"of": staff_id, "now": now}).one_or_none()
        return SessionRow(*found) if found else None

    def end_session(self, staff_id: int) -> None:
        self._db.execute(_end, {"of": staff_id})

    def _index(self, code: str) -> str:
        return self._vault.index("member code", code)
