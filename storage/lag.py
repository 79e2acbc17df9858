"""How long the oldest message that is due has been waiting."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, literal_column, select

from services.ports.post import LANES, Route
from storage import outbox_claims
from storage.tables import post

_rows = post.Delivery.__table__  # type: ignore[attr-defined]

# One lane at a time, so that the partial index answers with its first row.
_oldest = select(func.min(_rows.c.due_at)).where(
    _rows.c.state == literal_column("'pending'"),
    _rows.c.channel == bindparam("channel"),
    _rows.c.account == bindparam("account"),
    _rows.c.lane == bindparam("in_lane"),
    _rows.c.campaign_id.is_(None),
    _rows.c.due_at <= bindparam("now"),
)


def seconds(db: Connection, routes: list[Route], now: datetime) -> float:
    """Seconds of club time since the oldest waiting message became due, 0 if none waits."""
    found = [
        db.execute(_oldest, {**route._asdict(), "in_lane": lane, "now": now}).scalar_one()
        for route in routes
        for lane in LANES
    ]
    found += [at for route in routes for at in outbox_claims.oldest(db, route, now)]
    return max(((now - due).total_seconds() for due in found if due), default=0.0)
