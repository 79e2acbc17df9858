"""Campaigns and the audience that a consent gives."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import and_, bindparam, exists, func, select, update

from domain.members import MemberState
from services.ports.care import Campaign
from services.ports.post import Recipient
from storage.dialect import Upsert, for_update
from storage.tables import campaigns, chat, people

_campaigns = campaigns.Campaign.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_consents = people.Consent.__table__  # type: ignore[attr-defined]
_addresses = chat.Address.__table__  # type: ignore[attr-defined]

_add = Upsert(campaigns.Campaign, ("id",))
_all = select(*(_campaigns.c[name] for name in Campaign.__dataclass_fields__))
_get = _all.where(_campaigns.c.id == bindparam("of"))
_lock = select(_campaigns.c.id).where(_campaigns.c.id == bindparam("of")).with_for_update()
_open = _all.where(_campaigns.c.finished_at.is_(None)).order_by(_campaigns.c.id)
_move = (
    update(_campaigns)
    .where(
        _campaigns.c.id == bindparam("of"),
        _campaigns.c.state.in_(bindparam("before", expanding=True)),
    )
    .values(state=bindparam("after"), reason=bindparam("why"))
)
_fill = (
    update(_campaigns)
    .where(_campaigns.c.id == bindparam("of"))
    .values(reached=bindparam("last"), filled_at=bindparam("at"))
)
_finish = (
    update(_campaigns)
    .where(_campaigns.c.id == bindparam("of"), _campaigns.c.finished_at.is_(None))
    .values(finished_at=bindparam("at"))
)

_later = _consents.alias("later")
_newest = ~exists().where(
    _later.c.member_id == _consents.c.member_id,
    _later.c.purpose == _consents.c.purpose,
    _later.c.id > _consents.c.id,
)
_other = _addresses.alias("other")
_preferred = ~exists().where(
    _other.c.member_id == _addresses.c.member_id,
    _other.c.blocked_at.is_(None),
    _other.c.id > _addresses.c.id,
)
_willing = and_(
    _consents.c.purpose == bindparam("for_purpose"),
    _consents.c.given,
    _newest,
    _members.c.state == MemberState.ACTIVE.value,
)
_reachable = exists().where(
    _addresses.c.member_id == _members.c.id, _addresses.c.blocked_at.is_(None)
)
_given = _consents.join(_members, _members.c.id == _consents.c.member_id)
_count = select(func.count()).select_from(_given).where(_willing, _reachable)


# A page in two steps: who once agreed, by the index alone; who of them can be written to. In one
# statement PostgreSQL joins whole tables before it takes the first hundred.
_candidates = (
    select(_consents.c.member_id)
    .where(
        _consents.c.purpose == bindparam("for_purpose"),
        _consents.c.given,
        _consents.c.member_id > bindparam("after"),
    )
    .distinct()
    .order_by(_consents.c.member_id)
    .limit(bindparam("most"))
)
_audience = (
    select(
        _members.c.id,
        _addresses.c.id,
        _addresses.c.channel,
        _addresses.c.account,
        _addresses.c.user,
        func.coalesce(_members.c.locale, _addresses.c.locale, ""),
        func.coalesce(_members.c.zone, ""),
        _members.c.quiet_from,
        _members.c.quiet_to,
    )
    .select_from(_given.join(_addresses, _addresses.c.member_id == _members.c.id))
    .where(
        _consents.c.member_id.in_(bindparam("ids", expanding=True)),
        _willing,
        _addresses.c.blocked_at.is_(None),
        _preferred,
    )
    .order_by(_members.c.id)
)


class Campaigns:
    """The register of campaigns (services.ports.care.Campaigns)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, campaign: Campaign) -> bool:
        row = {name: getattr(campaign, name) for name in Campaign.__dataclass_fields__}
        return _add.run(self._db, row) == 1

    def get(self, campaign_id: int) -> Campaign:
        row = self._db.execute(_get, {"of": campaign_id}).one_or_none()
        if row is None:
            raise LookupError(campaign_id)
        return Campaign(*row)

    def lock(self, campaign_id: int) -> None:
        if for_update(self._db):
            self._db.execute(_lock, {"of": campaign_id})

    def open(self) -> list[Campaign]:
        return [Campaign(*row) for row in self._db.execute(_open)]

    def move(self, campaign_id: int, before: tuple[str, ...], after: str, reason: str) -> bool:
        values = {"of": campaign_id, "before": list(before), "after": after, "why": reason}
        return self._changed(_move, values)

    def fill(self, campaign_id: int, reached: int, filled_at: datetime | None) -> None:
        self._changed(_fill, {"of": campaign_id, "last": reached, "at": filled_at})

    def finish(self, campaign_id: int, at: datetime) -> bool:
        return self._changed(_finish, {"of": campaign_id, "at": at})

    def audience(self, purpose: str, after: int, most: int) -> tuple[list[Recipient], int | None]:
        asked = {"for_purpose": purpose, "after": after, "most": most}
        ids = list(self._db.execute(_candidates, asked).scalars())
        if not ids:
            return [], None
        rows = self._db.execute(_audience, {"for_purpose": purpose, "ids": ids})
        return [Recipient(*row) for row in rows], ids[-1] if len(ids) == most else None

    def count(self, purpose: str) -> int:
        return int(self._db.execute(_count, {"for_purpose": purpose}).scalar_one())

    def _changed(self, statement: Any, values: dict[str, Any]) -> bool:
        return bool(self._db.execute(statement, values).rowcount)
