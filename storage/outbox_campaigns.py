"""Delivery rows of one campaign, and rows listed for operators."""

from __future__ import annotations

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, select, update

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
_states = (
    select(_rows.c.state, _rows.c.reason, func.count())
    .where(_rows.c.campaign_id == bindparam("campaign"))
    .group_by(_rows.c.state, _rows.c.reason)
)
_is_open = (
    select(_rows.c.id)
    .where(
        _rows.c.campaign_id == bindparam("campaign"),
        _rows.c.state.in_(["pending", "claimed", "sending"]),
    )
    .limit(1)
)
_skip_campaign = (
    update(_rows)
    .where(
        _rows.c.id.in_(
            select(_rows.c.id)
            .where(_rows.c.campaign_id == bindparam("campaign"), _rows.c.state == "pending")
            .limit(bindparam("most"))
            .with_for_update(skip_locked=True)
        )
    )
    .values(state="skipped", reason="stopped")
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

    def is_open(self, campaign_id: int) -> bool:
        return self._db.execute(_is_open, {"campaign": campaign_id}).first() is not None

    def states(self, campaign_id: int) -> dict[tuple[str, str], int]:
        rows = self._db.execute(_states, {"campaign": campaign_id})
        return {(state, reason): count for state, reason, count in rows}

    def skip_campaign(self, campaign_id: int, most: int) -> int:
        asked = {"campaign": campaign_id, "most": most}
        return int(self._db.execute(_skip_campaign, asked).rowcount)

    def listed(self, state: str, most: int) -> list[tuple[int, str, str]]:
        rows = self._db.execute(_listed, {"wanted": state, "most": most})
        return [(row_id, str(message.get("key", "")), why) for row_id, message, why in rows]
