"""Campaigns as lists show them, and what was counted of them last."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, or_, select

from domain.campaigns import CampaignKind, CampaignState
from services.ports.campaign_results import Going
from services.ports.campaigns import Campaign
from storage.dialect import Upsert
from storage.tables import campaigns

_campaigns = campaigns.Campaign.__table__  # type: ignore[attr-defined]
_figures = campaigns.CampaignFigures.__table__  # type: ignore[attr-defined]

_me = bindparam("me", type_=_campaigns.c.author_id.type)
_seen = or_(
    _campaigns.c.state != CampaignState.DRAFT.value, _campaigns.c.author_id == _me, _me < 0
)
_count = select(func.count()).select_from(_campaigns).where(_seen)
# Rows are wide, so that the page is found by the ids alone.
_ids = (
    select(_campaigns.c.id)
    .where(_seen)
    .order_by(_campaigns.c.made_at.desc(), _campaigns.c.id.desc())
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_page = (
    select(*(_campaigns.c[name] for name in Campaign.__dataclass_fields__))
    .where(_campaigns.c.id.in_(_ids))
    .order_by(_campaigns.c.made_at.desc(), _campaigns.c.id.desc())
)
_some: Any = bindparam("ids", expanding=True)
_results = select(_campaigns.c.id, _campaigns.c.result).where(
    _campaigns.c.id.in_(_some), _campaigns.c.result.is_not(None)
)
_counted = select(_figures.c.campaign_id, _figures.c.data).where(_figures.c.campaign_id.in_(_some))
_going = (
    select(_campaigns.c.id, _campaigns.c.started_at, _figures.c.at)
    .select_from(_campaigns.outerjoin(_figures, _figures.c.campaign_id == _campaigns.c.id))
    .where(
        _campaigns.c.started_at.is_not(None),
        _campaigns.c.result.is_(None),
        _campaigns.c.kind == CampaignKind.BROADCAST.value,
    )
    .order_by(func.coalesce(_figures.c.at, _campaigns.c.started_at), _campaigns.c.id)
)
_keep = Upsert(campaigns.CampaignFigures, ("campaign_id",), ("at", "data"))


class CampaignList:
    """Campaigns as lists show them (services.ports.campaign_results.CampaignList)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def count(self, staff_id: int) -> int:
        return int(self._db.execute(_count, {"me": staff_id}).scalar_one())

    def page(self, staff_id: int, skip: int, most: int) -> list[Campaign]:
        asked = {"me": staff_id, "skip": skip, "most": most}
        return [Campaign(*row) for row in self._db.execute(_page, asked)]

    def figures(self, campaign_ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
        asked = {"ids": list(campaign_ids)}
        found: dict[int, Mapping[str, Any]] = {}
        for statement in (_counted, _results) if campaign_ids else ():
            found |= {one: data for one, data in self._db.execute(statement, asked)}
        return found

    def going(self) -> list[Going]:
        return [Going(*row) for row in self._db.execute(_going)]

    def keep(self, campaign_id: int, data: Mapping[str, Any], at: datetime) -> None:
        _keep.run(self._db, {"campaign_id": campaign_id, "at": at, "data": dict(data)})
