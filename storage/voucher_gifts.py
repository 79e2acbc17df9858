"""Links by which vouchers are handed on: tokens sealed, found by keyed hash."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, or_, select, update

from domain.handing import Handing, HandingState
from domain.vouchers import OPEN, VoucherState
from services.ports.handing import HandedOn
from storage.dialect import Upsert
from storage.tables import benefits, till
from storage.vault import Vault

_gifts = till.VoucherGift.__table__  # type: ignore[attr-defined]
_vouchers = benefits.Voucher.__table__  # type: ignore[attr-defined]
HANDED = "handed"
"""`vouchers.source` of one that somebody was given by another member."""

_columns = select(*(_gifts.c[name] for name in Handing.__dataclass_fields__))
_get = _columns.where(_gifts.c.id == bindparam("id"))
_by_token = _columns.where(_gifts.c.token_index == bindparam("index"))
_open_of = _columns.where(_gifts.c.open_voucher == bindparam("voucher"))
_token = select(_gifts.c.token).where(_gifts.c.id == bindparam("id"))
_add = Upsert(till.VoucherGift, ("open_voucher",))
_close = (
    update(_gifts)
    .where(_gifts.c.id == bindparam("of"), _gifts.c.state == HandingState.OPEN.value)
    .values(
        state=bindparam("to"),
        taker_id=bindparam("taker"),
        done_at=bindparam("now"),
        open_voucher=None,
    )
)
_pass_on = (
    update(_vouchers)
    .where(
        _vouchers.c.id == bindparam("of"),
        _vouchers.c.member_id == bindparam("giver"),
        _vouchers.c.expires_at > bindparam("now", type_=_vouchers.c.expires_at.type),
        _vouchers.c.state.in_([state.value for state in OPEN]),
        or_(
            _vouchers.c.state == VoucherState.ISSUED.value,
            _vouchers.c.held_until.is_(None),
            _vouchers.c.held_until <= bindparam("now", type_=_vouchers.c.held_until.type),
        ),
    )
    .values(
        member_id=bindparam("taker"),
        state=VoucherState.ISSUED.value,
        code=bindparam("sealed"),
        code_index=bindparam("index"),
        source=HANDED,
        held_until=None,
        hold_key=None,
    )
)
_given = (
    select(_vouchers.c.promise, _gifts.c.done_at, _gifts.c.taker_id)
    .select_from(_gifts.join(_vouchers, _vouchers.c.id == _gifts.c.voucher_id))
    .where(
        _gifts.c.giver_id.in_(bindparam("givers", expanding=True)),
        _gifts.c.state == HandingState.TAKEN.value,
    )
    .order_by(_gifts.c.id.desc())
    .limit(bindparam("most"))
)


class VoucherGifts:
    """The register of links (services.ports.handing.Handings)."""

    def __init__(self, db: Db, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def add(self, handing: Handing, token: str) -> bool:
        row: dict[str, Any] = {
            name: getattr(handing, name) for name in Handing.__dataclass_fields__
        }
        row |= {"state": handing.state.value, "open_voucher": handing.voucher_id}
        row |= {"token": self._vault.seal(token), "token_index": self._index(token)}
        return _add.run(self._db, row) == 1

    def get(self, handing_id: int) -> Handing | None:
        return self._one(_get, id=handing_id)

    def by_token(self, token: str) -> Handing | None:
        return self._one(_by_token, index=self._index(token))

    def open_of(self, voucher_id: int) -> Handing | None:
        return self._one(_open_of, voucher=voucher_id)

    def token(self, handing_id: int) -> str:
        sealed = self._db.execute(_token, {"id": handing_id}).scalar_one_or_none()
        if sealed is None:
            raise LookupError(handing_id)
        return self._vault.open(sealed)

    def close(
        self, handing_id: int, state: HandingState, now: datetime, taker_id: int | None = None
    ) -> bool:
        values = {"of": handing_id, "to": state.value, "taker": taker_id, "now": now}
        return bool(self._db.execute(_close, values).rowcount == 1)

    def pass_on(self, voucher_id: int, from_id: int, to_id: int, code: str, now: datetime) -> bool:
        values = {"of": voucher_id, "giver": from_id, "taker": to_id, "now": now}
        sealed = {"sealed": self._vault.seal(code), "index": self._vault.index("voucher", code)}
        return bool(self._db.execute(_pass_on, {**values, **sealed}).rowcount == 1)

    def given(self, member_ids: Collection[int], most: int) -> list[HandedOn]:
        asked = {"givers": list(member_ids), "most": most}
        found = self._db.execute(_given, asked)
        return [HandedOn(promise["names"], at, taker) for promise, at, taker in found]

    def _index(self, token: str) -> str:
        return self._vault.index("handing", token)

    def _one(self, statement: Any, **key: Any) -> Handing | None:
        row = self._db.execute(statement, key).mappings().one_or_none()
        return Handing(**{**row, "state": HandingState(row["state"])}) if row else None
