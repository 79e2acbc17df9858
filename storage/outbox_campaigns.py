"""Delivery rows of one campaign, and rows listed for operators."""

from __future__ import annotations

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select

from storage.tables import post

_rows = post.Delivery.__table__  # type: ignore[attr-defined]

_refused = (
    select(_rows.c.id)
    .where(
        _rows.c.campaign_id == bindparam("campaign"),
        _rows.c.state == "dead",
        _rows.c.reason == bindparam("why"),
    )
    .limit(bindparam("most"))
)
_listed = (
    select(_rows.c.id, _rows.c.message, _rows.c.reason)
    .where(_rows.c.state == bindparam("wanted"))
    .order_by(_rows.c.id.desc())
    .limit(bindparam("most"))
)


class CampaignRows:
    """What is asked of the rows of one campaign (a part of services.ports.post.Outbox)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def refused(self, campaign_id: int, reason: str, most: int) -> int:
        asked = {"campaign": campaign_id, "why": reason, "most": most}
        return len(self._db.execute(_refused, asked).all())

    def listed(self, state: str, most: int) -> list[tuple[int, str, str]]:
        rows = self._db.execute(_listed, {"wanted": state, "most": most})
        return [(row_id, str(message.get("key", "")), why) for row_id, message, why in rows]
