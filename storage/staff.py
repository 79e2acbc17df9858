"""The operators and the one-time codes that link chats."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, insert, select, update

from services.ports.club import Operator
from storage.dialect import Upsert
from storage.tables import club, people

_staff = club.Staff.__table__  # type: ignore[attr-defined]
_codes = people.LinkCode.__table__  # type: ignore[attr-defined]

_columns = (
    _staff.c.id,
    _staff.c.name,
    _staff.c.role,
    _staff.c.store_id,
    _staff.c.address_id,
    _staff.c.active,
)
_add = Upsert(club.Staff, ("name",))
_all = select(*_columns).order_by(_staff.c.name)
_by_name = select(*_columns).where(_staff.c.name == bindparam("name"))
_free = update(_staff).where(_staff.c.address_id == bindparam("address")).values(address_id=None)
_link = (
    update(_staff).where(_staff.c.id == bindparam("of")).values(address_id=bindparam("address"))
)
_disable = (
    update(_staff).where(_staff.c.id == bindparam("of")).values(active=False, address_id=None)
)
_role = (
    update(_staff)
    .where(_staff.c.id == bindparam("of"))
    .values(role=bindparam("to"), store_id=bindparam("store"))
)
_in_roles = select(*_columns).where(
    _staff.c.active,
    _staff.c.address_id.is_not(None),
    _staff.c.role.in_(bindparam("roles", expanding=True)),
)
_add_code = insert(_codes)
_use_code = (
    update(_codes)
    .where(
        _codes.c.code_index == bindparam("index"),
        _codes.c.purpose == bindparam("wanted"),
        _codes.c.used_at.is_(None),
        _codes.c.expires_at > bindparam("now"),
    )
    .values(used_at=bindparam("now"))
    .returning(_codes.c.staff_id, _codes.c.member_id)
)


_peek_code = select(_codes.c.member_id).where(
    _codes.c.code_index == bindparam("index"),
    _codes.c.purpose == bindparam("wanted"),
    _codes.c.used_at.is_(None),
    _codes.c.expires_at > bindparam("now"),
)


class StaffRegister:
    """The register of operators (services.ports.club.StaffRegister)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, operator: Operator, at: datetime) -> bool:
        row = {name: getattr(operator, name) for name in Operator.__dataclass_fields__}
        return _add.run(self._db, {**row, "added_at": at}) == 1

    def all(self) -> list[Operator]:
        return [Operator(*row) for row in self._db.execute(_all)]

    def by_name(self, name: str) -> Operator | None:
        row = self._db.execute(_by_name, {"name": name}).one_or_none()
        return Operator(*row) if row else None

    def link(self, staff_id: int, address_id: int) -> None:
        self._db.execute(_free, {"address": address_id})
        self._db.execute(_link, {"of": staff_id, "address": address_id})

    def set_role(self, staff_id: int, role: str, store_id: int | None) -> None:
        self._db.execute(_role, {"of": staff_id, "to": role, "store": store_id})

    def disable(self, staff_id: int) -> None:
        self._db.execute(_disable, {"of": staff_id})

    def in_roles(self, roles: frozenset[str]) -> list[Operator]:
        rows = self._db.execute(_in_roles, {"roles": sorted(roles)})
        return [Operator(*row) for row in rows]

    def add_code(
        self,
        index: str,
        purpose: str,
        at: datetime,
        expires_at: datetime,
        *,
        staff_id: int | None = None,
        member_id: int | None = None,
    ) -> None:
        code: dict[str, Any] = {"code_index": index, "purpose": purpose, "made_at": at}
        code |= {"expires_at": expires_at, "staff_id": staff_id, "member_id": member_id}
        self._db.execute(_add_code, code)

    def use_code(self, index: str, purpose: str, now: datetime) -> tuple[int | None, int | None]:
        used = {"index": index, "wanted": purpose, "now": now}
        row = self._db.execute(_use_code, used).one_or_none()
        if row is None:
            raise LookupError(purpose)
        return row[0], row[1]

    def peek_code(self, index: str, purpose: str, now: datetime) -> int | None:
        used = {"index": index, "wanted": purpose, "now": now}
        return self._db.execute(_peek_code, used).scalar_one_or_none()
