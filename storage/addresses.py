"""Chat addresses of members and strangers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select, update

from services.ports.people import AddressRow
from storage.dialect import Upsert, for_update
from storage.tables import chat, people

_addresses = chat.Address.__table__  # type: ignore[attr-defined]
_tombs = people.Tombstone.__table__  # type: ignore[attr-defined]

_all = select(
    _addresses.c.id,
    _addresses.c.channel,
    _addresses.c.account,
    _addresses.c.user,
    _addresses.c.member_id,
    _addresses.c.locale,
    _addresses.c.source,
    _addresses.c.blocked_at,
)
_get = _all.where(_addresses.c.id == bindparam("id"))
_lock = select(_addresses.c.id).where(_addresses.c.id == bindparam("id")).with_for_update()
_find = _all.where(
    _addresses.c.channel == bindparam("channel"),
    _addresses.c.account == bindparam("account"),
    _addresses.c.user == bindparam("user"),
)
_of_member = _all.where(_addresses.c.member_id == bindparam("member")).order_by(
    _addresses.c.id.desc()
)
_change = update(_addresses).where(_addresses.c.id == bindparam("of"))
_belong = _change.values(member_id=bindparam("member"))
_locale = _change.values(locale=bindparam("to"))
_source = _change.where(_addresses.c.source.is_(None)).values(source=bindparam("to"))
# Told again, it is still since the first time.
_blocked = _change.where(_addresses.c.blocked_at.is_(None)).values(blocked_at=bindparam("at"))
_woken = _change.values(blocked_at=None)
_entomb = Upsert(people.Tombstone, ("index",), update=("until",))
_entombed = select(_tombs.c.until).where(_tombs.c.index == bindparam("index"))
_entombed_of = select(_tombs.c.index).where(
    _tombs.c.index.in_(bindparam("indexes", expanding=True)), _tombs.c.until >= bindparam("today")
)


class Addresses:
    """The register of addresses (services.ports.people.Addresses)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def get(self, address_id: int) -> AddressRow:
        row = self._db.execute(_get, {"id": address_id}).one_or_none()
        if row is None:
            raise LookupError(address_id)
        return _address(row)

    def lock(self, address_id: int) -> AddressRow:
        if for_update(self._db):
            self._db.execute(_lock, {"id": address_id})
        return self.get(address_id)

    def find(self, channel: str, account: str, user: str) -> AddressRow | None:
        key = {"channel": channel, "account": account, "user": user}
        row = self._db.execute(_find, key).one_or_none()
        return _address(row) if row else None

    def of_member(self, member_id: int) -> list[AddressRow]:
        return [_address(row) for row in self._db.execute(_of_member, {"member": member_id})]

    def belong(self, address_id: int, member_id: int | None) -> None:
        self._db.execute(_belong, {"of": address_id, "member": member_id})

    def set_locale(self, address_id: int, locale: str) -> None:
        self._db.execute(_locale, {"of": address_id, "to": locale})

    def set_source(self, address_id: int, source: str) -> None:
        self._db.execute(_source, {"of": address_id, "to": source})

    def set_blocked(self, address_id: int, at: datetime | None) -> None:
        if at is None:
            self._db.execute(_woken, {"of": address_id})
        else:
            self._db.execute(_blocked, {"of": address_id, "at": at})

    def entomb(self, index: str, until: date) -> None:
        _entomb.run(self._db, {"index": index, "until": until})

    def entombed(self, index: str, today: date) -> bool:
        until = self._db.execute(_entombed, {"index": index}).scalar_one_or_none()
        return until is not None and until >= today

    def entombed_of(self, indexes: Collection[str], today: date) -> set[str]:
        found = self._db.execute(_entombed_of, {"indexes": list(indexes), "today": today})
        return set(found.scalars())


def _address(row: Any) -> AddressRow:
    kept = (row[0], row[1], row[2], row[3], row[4], row[5] or "", row[6] or "")
    return AddressRow(*kept, row[7] is not None, row[7])
