"""Members: profile, rules accepted, consents. Phone and e-mail are sealed on the way in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, insert, select, update

from domain.birthdays import Birthday
from domain.members import Gender, Member, MemberState
from storage.dialect import Upsert, for_update
from storage.ids import Ids
from storage.prepared import Mapped, Prepared
from storage.tables import people
from storage.vault import Vault

_members = people.Member.__table__  # type: ignore[attr-defined]
_consents = people.Consent.__table__  # type: ignore[attr-defined]

_OPEN = (MemberState.ACTIVE.value, MemberState.FROZEN.value)
_EXTRAS = (
    "phone_verified",
    "phone_index",
    "claimed_at",
    "closed_at",
    "level_since",
    "quiet_from",
    "quiet_to",
    "birthday_changed_at",
)

_number = Upsert(people.Member, ("number",))
_get = Mapped(select(_members).where(_members.c.id == bindparam("id")))
_lock = Prepared(
    select(_members.c.id).where(_members.c.id == bindparam("id")).with_for_update(),
    dialects=("postgresql",),
)
_lock_all = (
    select(_members.c.id)
    .where(_members.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_members.c.id)
    .with_for_update()
)
_by_number = select(_members.c.id).where(_members.c.number == bindparam("number"))
_by_external = select(_members.c.id).where(_members.c.external_id == bindparam("external"))
_open = select(_members.c.id).where(_members.c.state.in_(_OPEN)).order_by(_members.c.joined_at)
_by_phone = _open.where(_members.c.phone_index == bindparam("index"))
_by_email = _open.where(_members.c.email_index == bindparam("index"))
_accept = Upsert(people.Acceptance, ("member_id", "version"))
_consent = insert(_consents)
_consented = (
    select(_consents.c.purpose, _consents.c.given)
    .where(_consents.c.member_id == bindparam("member"))
    .order_by(_consents.c.id)
)


@cache
def _change(columns: tuple[str, ...]) -> Prepared:
    """The UPDATE of those columns."""
    values = {name: bindparam(name, type_=_members.c[name].type) for name in columns}
    return Prepared(update(_members).where(_members.c.id == bindparam("of_member")).values(values))


class Members:
    """The register of members (services.ports.people.Members)."""

    def __init__(self, db: Db, ids: Ids, vault: Vault) -> None:
        self._db = db
        self._ids = ids
        self._vault = vault

    def add(self, member: Member) -> bool:
        if member.external_id and self.by_external_id(member.external_id) is not None:
            return False
        fields = {name: getattr(member, name) for name in Member.__dataclass_fields__}
        return _number.run(self._db, {"phone_verified": False, **self._columns(fields)}) == 1

    def get(self, member_id: int) -> Member:
        return self._member(self._row(member_id))

    def extras(self, member_id: int) -> dict[str, Any]:
        row = self._row(member_id)
        return {name: row[name] for name in _EXTRAS}

    def change(self, member_id: int, **values: Any) -> None:
        columns = self._columns(values)
        _change(tuple(columns)).run(self._db, {**columns, "of_member": member_id})

    def known(self, member_id: int) -> tuple[Member, bool]:
        row = self._row(member_id)
        return self._member(row), bool(row["phone_verified"])

    def lock(self, member_id: int) -> None:
        if for_update(self._db):
            _lock.rows(self._db, {"id": member_id})

    def lock_all(self, member_ids: Collection[int]) -> None:
        if member_ids and for_update(self._db):
            self._db.execute(_lock_all, {"ids": list(member_ids)})

    def by_number(self, number: str) -> int | None:
        return self._db.execute(_by_number, {"number": number}).scalar_one_or_none()

    def by_external_id(self, external_id: str) -> int | None:
        return self._db.execute(_by_external, {"external": external_id}).scalar_one_or_none()

    def by_phone(self, phone: str) -> list[int]:
        index = self._vault.index("phone", phone)
        return list(self._db.execute(_by_phone, {"index": index}).scalars())

    def by_email(self, email: str) -> list[int]:
        index = self._vault.index("email", email.casefold())
        return list(self._db.execute(_by_email, {"index": index}).scalars())

    def accept_charter(self, member_id: int, version: int, channel: str, at: datetime) -> None:
        row = {"id": self._ids.next(), "member_id": member_id, "version": version}
        _accept.run(self._db, {**row, "channel": channel, "accepted_at": at})
        self.change(member_id, charter_version=version, charter_accepted_at=at)

    def consents(self, member_id: int) -> dict[str, bool]:
        rows = self._db.execute(_consented, {"member": member_id})
        return {purpose: given for purpose, given in rows}

    def set_consent(
        self, member_id: int, purpose: str, given: bool, channel: str, at: datetime
    ) -> None:
        row = {"id": self._ids.next(), "member_id": member_id, "purpose": purpose}
        self._db.execute(_consent, {**row, "given": given, "channel": channel, "changed_at": at})

    def _row(self, member_id: int) -> Any:
        row = _get.row(self._db, {"id": member_id})
        if row is None:
            raise LookupError(member_id)
        return row

    def _columns(self, values: dict[str, Any]) -> dict[str, Any]:
        """Fields of a member as columns: birthday split, phone and e-mail sealed and indexed."""
        columns = dict(values)
        if "birthday" in columns:
            birthday: Birthday | None = columns.pop("birthday")
            columns["birth_month"] = birthday.month if birthday else None
            columns["birth_day"] = birthday.day if birthday else None
            columns["birth_year"] = birthday.year if birthday else None
            columns["birth_lunar"] = bool(birthday and birthday.lunar)
        if "zone" in columns:  # what has no zone is found as NULL
            columns["zone"] = columns["zone"] or None
        for name in ("phone", "email"):
            if name in columns:
                plain: str | None = columns[name]
                shape = plain.casefold() if plain and name == "email" else plain
                columns[name] = self._vault.seal(plain) if plain else None
                found_by = self._vault.index(name, shape) if shape else None
                columns.setdefault(f"{name}_index", found_by)
        if "preferences" in columns:
            columns["preferences"] = list(columns["preferences"] or ())
        return columns

    def _member(self, row: Any) -> Member:
        values = {name: row[name] for name in Member.__dataclass_fields__ if name != "birthday"}
        values["state"] = MemberState(row["state"])
        values["gender"] = Gender(row["gender"]) if row["gender"] else None
        values["locale"] = row["locale"] or ""
        values["preferences"] = tuple(row["preferences"] or ())
        for name in ("phone", "email"):
            values[name] = self._vault.open(row[name]) if row[name] else None
        values["birthday"] = _born(row)
        return Member(**values)


def _born(row: Any) -> Birthday | None:
    month, day = row["birth_month"], row["birth_day"]
    if not month or not day:
        return None
    return Birthday(month, day, row["birth_year"], row["birth_lunar"])
