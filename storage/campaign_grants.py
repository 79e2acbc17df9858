"""What campaigns gave, each member once, and what of their budget is spent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import and_, bindparam, delete, exists, func, or_, select, update

from domain.vouchers import VoucherState
from services.ports.campaign_plans import Grant, Sums, Unused
from storage.dialect import Upsert
from storage.tables import benefits, campaigns, ledger, post

_campaigns = campaigns.Campaign.__table__  # type: ignore[attr-defined]
_grants = campaigns.CampaignGrant.__table__  # type: ignore[attr-defined]
_subjects = campaigns.CampaignSubject.__table__  # type: ignore[attr-defined]
_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_lots = ledger.Lot.__table__  # type: ignore[attr-defined]
_vouchers = benefits.Voucher.__table__  # type: ignore[attr-defined]

_FIELDS = tuple(Grant.__dataclass_fields__)
_add = Upsert(campaigns.CampaignGrant, ("campaign_id", "member_id"))
_mine = _rows.c.campaign_id == bindparam("campaign")
_given = exists().where(
    _grants.c.campaign_id == _rows.c.campaign_id, _grants.c.member_id == _rows.c.member_id
)
_owed = (
    select(_rows.c.member_id)
    .where(
        _mine,
        _rows.c.member_id > bindparam("after"),
        _rows.c.member_id <= bindparam("upto"),
        _rows.c.state == "pending",
        ~_given,
    )
    .order_by(_rows.c.member_id)
)
_cost = bindparam("minor", type_=_campaigns.c.spent_minor.type)
_spend = (
    update(_campaigns)
    .where(
        _campaigns.c.id == bindparam("of"),
        or_(
            _cost <= 0,
            _campaigns.c.budget_minor.is_(None),
            _campaigns.c.spent_minor + _cost <= _campaigns.c.budget_minor,
        ),
    )
    .values(spent_minor=_campaigns.c.spent_minor + _cost)
)
_refuse = (
    update(_rows)
    .where(_mine, _rows.c.member_id == bindparam("member"), _rows.c.state == "pending")
    .values(state="skipped", reason=bindparam("why"))
)


def _beyond(table: Any) -> Any:
    return delete(table).where(
        table.c.campaign_id == bindparam("campaign"),
        table.c.member_id > bindparam("after"),
        table.c.member_id <= bindparam("upto"),
    )


_unwritten = (_beyond(_rows), _beyond(_subjects))
_revoked_too = func.count(_grants.c.revoked_at)
_sums = select(
    func.count(),
    func.coalesce(func.sum(_grants.c.points), 0),
    func.coalesce(func.sum(_grants.c.cost_minor), 0),
    _revoked_too,
).where(_grants.c.campaign_id == bindparam("of"))
_now = bindparam("now", type_=_vouchers.c.expires_at.type)
_lasts = or_(_lots.c.expires_at.is_(None), _lots.c.expires_at > _now)
_theirs = and_(
    _lots.c.posting_id == _grants.c.posting_id, _lots.c.member_id == _grants.c.member_id
)
_points_left = exists().where(_theirs, _lots.c.left > 0, _lasts)
_free = or_(
    _vouchers.c.state == VoucherState.ISSUED.value,
    and_(_vouchers.c.state == VoucherState.HELD.value, _vouchers.c.held_until <= _now),
)
_voucher_unused = exists().where(
    _vouchers.c.id == _grants.c.voucher_id,
    _vouchers.c.member_id == _grants.c.member_id,
    _vouchers.c.expires_at > _now,
    _free,
)
_unused = (
    select(*(_grants.c[name] for name in _FIELDS))
    .where(
        _grants.c.campaign_id == bindparam("of"),
        _grants.c.revoked_at.is_(None),
        or_(_points_left, _voucher_unused),
    )
    .order_by(_grants.c.member_id)
    .limit(bindparam("most"))
)
_kept = (_grants.c.campaign_id == bindparam("of"), _grants.c.revoked_at.is_(None))
_unspent = (
    select(func.count(_grants.c.member_id.distinct()), func.coalesce(func.sum(_lots.c.left), 0))
    .select_from(_grants.join(_lots, _theirs))
    .where(*_kept, _lots.c.left > 0, _lasts)
)
_untaken = select(func.count()).select_from(_grants).where(*_kept, _voucher_unused)
_revoke = (
    update(_grants)
    .where(
        _grants.c.campaign_id == bindparam("of"),
        _grants.c.member_id == bindparam("member"),
        _grants.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("at"), cost_minor=bindparam("stays"))
)


class CampaignGrants:
    """What campaigns gave (services.ports.campaign_plans.CampaignGrants)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def owed(self, campaign_id: int, within: tuple[int, int]) -> list[int]:
        return list(self._db.execute(_owed, _bounds(campaign_id, within)).scalars())

    def spend(self, campaign_id: int, minor: int) -> bool:
        return bool(self._db.execute(_spend, {"of": campaign_id, "minor": minor}).rowcount)

    def add(self, grant: Grant) -> bool:
        return _add.run(self._db, {name: getattr(grant, name) for name in _FIELDS}) == 1

    def refuse(self, campaign_id: int, member_id: int, reason: str) -> None:
        asked = {"campaign": campaign_id, "member": member_id, "why": reason}
        self._db.execute(_refuse, asked)

    def unwrite(self, campaign_id: int, within: tuple[int, int]) -> None:
        for statement in _unwritten:
            self._db.execute(statement, _bounds(campaign_id, within))

    def sums(self, campaign_id: int) -> Sums:
        row = self._db.execute(_sums, {"of": campaign_id}).one()
        return Sums(*(int(value) for value in row))

    def unused(self, campaign_id: int, now: datetime, most: int) -> list[Grant]:
        asked = {"of": campaign_id, "now": now, "most": most}
        return [Grant(*row) for row in self._db.execute(_unused, asked)]

    def unused_sums(self, campaign_id: int, now: datetime) -> Unused:
        asked = {"of": campaign_id, "now": now}
        members, points = self._db.execute(_unspent, asked).one()
        return Unused(members, int(points), self._db.execute(_untaken, asked).scalar_one())

    def revoked(self, grant: Grant, at: datetime, cost_minor: int) -> bool:
        of = {"of": grant.campaign_id, "member": grant.member_id}
        return bool(self._db.execute(_revoke, {**of, "at": at, "stays": cost_minor}).rowcount)


def _bounds(campaign_id: int, within: tuple[int, int]) -> dict[str, int]:
    return {"campaign": campaign_id, "after": within[0], "upto": within[1]}
