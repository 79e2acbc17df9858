"""Vouchers: sealed codes found by keyed hash, each used at most once; and wrong tries."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    exists,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy import Connection as Db

from domain.partners import known_by
from domain.vouchers import OPEN, Voucher, VoucherState
from services.ports.benefits import Origin
from storage.dialect import Upsert
from storage.prepared import Mapped
from storage.tables import benefits, till
from storage.vault import Vault

_vouchers = benefits.Voucher.__table__  # type: ignore[attr-defined]
_gifts = till.VoucherGift.__table__  # type: ignore[attr-defined]
_tries = benefits.WrongTry.__table__  # type: ignore[attr-defined]
_FIELDS = tuple(field.name for field in fields(Voucher))

_columns = select(*(_vouchers.c[name] for name in _FIELDS))
_get = Mapped(_columns.where(_vouchers.c.id == bindparam("id")))
_by_key = Mapped(_columns.where(_vouchers.c.key == bindparam("key")))
_by_code = Mapped(_columns.where(_vouchers.c.code_index == bindparam("index")))
_of_member = _columns.where(_vouchers.c.member_id == bindparam("member")).order_by(
    _vouchers.c.id.desc()
)
_code = select(_vouchers.c.code).where(_vouchers.c.id == bindparam("id"))
_issue = Upsert(benefits.Voucher, ("key",))
_now = bindparam("now", type_=_vouchers.c.expires_at.type)


def open_to(holder: ColumnElement[Any]) -> ColumnElement[bool]:
    """Issued and still valid, looked at by nobody else than a holder (bind `now`, too). What
    changes an open voucher asks this in its UPDATE."""
    held = and_(
        _vouchers.c.state == VoucherState.HELD.value,
        or_(_vouchers.c.held_until <= _now, _vouchers.c.hold_key == holder),
    )
    issued = _vouchers.c.state == VoucherState.ISSUED.value
    return and_(or_(issued, held), _vouchers.c.expires_at > _now)


_HOLDER = bindparam("holder", type_=_vouchers.c.hold_key.type)
_hold = (
    update(_vouchers)
    .where(_vouchers.c.id == bindparam("of"), open_to(_HOLDER))
    .values(
        state=VoucherState.HELD.value, held_until=bindparam("until"), hold_key=bindparam("holder")
    )
)
_NOT_HELD: dict[str, Any] = {"held_until": None, "hold_key": None}
_release = (
    update(_vouchers)
    .where(
        _vouchers.c.id == bindparam("of"),
        _vouchers.c.state == VoucherState.HELD.value,
        _vouchers.c.hold_key == bindparam("by"),
    )
    .values(state=VoucherState.ISSUED.value, **_NOT_HELD)
)
_use = (
    update(_vouchers)
    .where(_vouchers.c.id == bindparam("of"), open_to(_HOLDER))
    .values(
        state=VoucherState.USED.value,
        used_at=bindparam("now"),
        used_by=bindparam("staff"),
        used_store=bindparam("store"),
        use_key=bindparam("by_key"),
        **_NOT_HELD,
    )
)
_cancel = (
    update(_vouchers)
    .where(
        _vouchers.c.id == bindparam("of"),
        _vouchers.c.member_id == bindparam("member"),
        open_to(literal("")),
    )
    .values(state=VoucherState.CANCELLED.value, cancelled_at=bindparam("now"), **_NOT_HELD)
)
_returned = (
    update(_vouchers)
    .where(_vouchers.c.id == bindparam("of"))
    .values(return_posting_id=bindparam("posting"))
)
_handed_on = exists().where(_gifts.c.voucher_id == _vouchers.c.id, _gifts.c.state == "taken")
_origin = select(
    _vouchers.c.posting_id, _vouchers.c.stocked, _vouchers.c.source, _handed_on.label("handed_on")
).where(_vouchers.c.id == bindparam("id"))
_extend = (
    update(_vouchers)
    .where(
        _vouchers.c.id == bindparam("of"),
        _vouchers.c.state.in_([str(state) for state in OPEN]),
        _vouchers.c.expires_at < bindparam("until", type_=_vouchers.c.expires_at.type),
    )
    .values(expires_at=bindparam("until"))
)
_reopen = (
    update(_vouchers)
    .where(
        _vouchers.c.id == bindparam("of"),
        _vouchers.c.state == VoucherState.USED.value,
        _vouchers.c.use_key == bindparam("by_key"),
        _vouchers.c.expires_at > _now,
    )
    .values(
        state=VoucherState.ISSUED.value, used_at=None, used_by=None, used_store=None, use_key=None
    )
)
_in_a_link = exists().where(_gifts.c.open_voucher == _vouchers.c.id, _gifts.c.until > _now)
_ends_between = _columns.where(
    _vouchers.c.member_id == bindparam("member"),
    _vouchers.c.state.in_([str(state) for state in OPEN]),
    _vouchers.c.expires_at >= bindparam("since"),
    _vouchers.c.expires_at < bindparam("until"),
    ~_in_a_link,
).order_by(_vouchers.c.expires_at, _vouchers.c.id)
_count = select(_tries.c.tries, _tries.c.since).where(_tries.c.who == bindparam("who"))
_first_try = Upsert(benefits.WrongTry, ("who",))
_next_try = update(_tries).where(_tries.c.who == bindparam("by")).values(tries=_tries.c.tries + 1)
_again = (
    update(_tries)
    .where(_tries.c.who == bindparam("by"), _tries.c.since <= bindparam("before"))
    .values(tries=0, since=bindparam("now"))
)


class Vouchers:
    """The register of vouchers (services.ports.benefits.Vouchers)."""

    def __init__(self, db: Db, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def issue(
        self,
        voucher: Voucher,
        code: str,
        *,
        key: str,
        posting_id: int | None,
        source: str,
        stocked: bool = False,
    ) -> bool:
        row: dict[str, Any] = {name: getattr(voucher, name) for name in _FIELDS}
        row |= {"state": str(voucher.state), "promise": dict(voucher.promise)}
        row |= {"key": key, "posting_id": posting_id, "source": source, "stocked": stocked}
        row |= {"code": self._vault.seal(code), "code_index": self._index(code)}
        return _issue.run(self._db, row) == 1

    def get(self, voucher_id: int) -> Voucher | None:
        return self._one(_get, id=voucher_id)

    def by_key(self, key: str) -> Voucher | None:
        return self._one(_by_key, key=key)

    def by_code(self, code: str) -> Voucher | None:
        return self._one(_by_code, index=self._index(code))

    def code(self, voucher_id: int) -> str:
        sealed = self._db.execute(_code, {"id": voucher_id}).scalar_one_or_none()
        if sealed is None:
            raise LookupError(voucher_id)
        return self._vault.open(sealed)

    def of_member(self, member_id: int) -> list[Voucher]:
        rows = self._db.execute(_of_member, {"member": member_id})
        return [_voucher(row) for row in rows.mappings()]

    def ends_between(
        self, member_id: int, since: datetime, until: datetime, now: datetime
    ) -> list[Voucher]:
        asked = {"member": member_id, "since": since, "until": until, "now": now}
        return [_voucher(row) for row in self._db.execute(_ends_between, asked).mappings()]

    def origin(self, voucher_id: int) -> Origin:
        row = self._db.execute(_origin, {"id": voucher_id}).one_or_none()
        if row is None:
            raise LookupError(voucher_id)
        return Origin(row[0], bool(row[1]), row[2], bool(row[3]))

    def cancel(self, voucher_id: int, member_id: int, now: datetime) -> bool:
        values = {"of": voucher_id, "member": member_id, "now": now}
        return bool(self._db.execute(_cancel, values).rowcount == 1)

    def returned(self, voucher_id: int, posting_id: int) -> None:
        self._db.execute(_returned, {"of": voucher_id, "posting": posting_id})

    def hold(self, voucher_id: int, holder: str, until: datetime, now: datetime) -> bool:
        values = {"of": voucher_id, "holder": holder, "until": until, "now": now}
        return bool(self._db.execute(_hold, values).rowcount == 1)

    def release(self, voucher_id: int, holder: str) -> bool:
        values = {"of": voucher_id, "by": holder}
        return bool(self._db.execute(_release, values).rowcount == 1)

    def use(
        self,
        voucher_id: int,
        key: str,
        now: datetime,
        staff_id: int | None,
        store_id: int | None,
        holder: str = "",
    ) -> bool:
        who = {"staff": staff_id, "store": store_id, "by_key": key, "holder": holder}
        return bool(self._db.execute(_use, {"of": voucher_id, "now": now, **who}).rowcount == 1)

    def extend(self, voucher_id: int, until: datetime) -> bool:
        return self._db.execute(_extend, {"of": voucher_id, "until": until}).rowcount == 1

    def reopen(self, voucher_id: int, key: str, now: datetime) -> bool:
        values = {"of": voucher_id, "by_key": key, "now": now}
        return bool(self._db.execute(_reopen, values).rowcount == 1)

    def wrong_tries(self, who: str, since: datetime) -> int:
        row = self._db.execute(_count, {"who": who}).one_or_none()
        return row[0] if row and row[1] > since else 0

    def count_wrong_try(self, who: str, now: datetime, since: datetime) -> int:
        _first_try.run(self._db, {"who": who, "since": now, "tries": 0})
        self._db.execute(_again, {"by": who, "before": since, "now": now})
        self._db.execute(_next_try, {"by": who})
        return self.wrong_tries(who, since)

    def _index(self, code: str) -> str:
        return self._vault.index("voucher", known_by(code))

    def _one(self, statement: Mapped, **key: Any) -> Voucher | None:
        row = statement.row(self._db, key)
        return _voucher(row) if row else None


def _voucher(row: Any) -> Voucher:
    return Voucher(**{**row, "state": VoucherState(row["state"])})
