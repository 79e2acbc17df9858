"""Messages and campaigns of the hours that a restored database does not know of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, literal_column, or_, update

from domain.campaigns import CampaignState
from services.ports.post import REPLY
from storage.tables import campaigns, post

_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_campaigns = campaigns.Campaign.__table__  # type: ignore[attr-defined]

_doubt = (
    update(_rows)
    .where(
        _rows.c.state.in_([literal_column(f"'{s}'") for s in ("pending", "claimed", "sending")]),
        _rows.c.due_at <= bindparam("until"),
        or_(_rows.c.lane != REPLY, _rows.c.made_at < bindparam("before")),
    )
    .values(state="unknown", reason=bindparam("why"), claimed_by=None, claimed_until=None)
)
_pause = (
    update(_campaigns)
    .where(
        _campaigns.c.state.in_([CampaignState.RUNNING.value, CampaignState.SCHEDULED.value]),
        _campaigns.c.finished_at.is_(None),
        func.coalesce(_campaigns.c.send_at, _campaigns.c.started_at, _campaigns.c.made_at)
        <= bindparam("until"),
    )
    .values(state=CampaignState.PAUSED.value, reason=bindparam("why"))
)
_doubt_new = (
    update(_rows)
    .where(
        _rows.c.campaign_id == bindparam("campaign"),
        _rows.c.state == "pending",
        _rows.c.made_at == bindparam("made"),
    )
    .values(state="unknown", reason=bindparam("why"))
)


class Doubts:
    """What is in doubt (services.ports.restoring.Doubts)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def doubt(self, until: datetime, written_before: datetime, reason: str) -> int:
        values = {"until": until, "before": written_before, "why": reason}
        return int(self._db.execute(_doubt, values).rowcount)

    def doubt_new(self, campaign_id: int, made_at: datetime, reason: str) -> int:
        values = {"campaign": campaign_id, "made": made_at, "why": reason}
        return int(self._db.execute(_doubt_new, values).rowcount)

    def pause(self, until: datetime, reason: str) -> int:
        return int(self._db.execute(_pause, {"until": until, "why": reason}).rowcount)
