"""Which delivery rows can be claimed: those of no campaign by lane, those of campaigns one
campaign after another, so that neither a long nor a paused one stands before the others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import and_, bindparam, exists, literal_column, or_, select, update

from domain.campaigns import CampaignKind, CampaignState
from services.ports.post import OPTIONAL, SERVICE, Going, Route, Waiting
from storage.tables import campaigns, post

_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_campaigns = campaigns.Campaign.__table__  # type: ignore[attr-defined]

# Written out, so that both databases see that their partial index fits.
pending = _rows.c.state == literal_column("'pending'")
of_none = _rows.c.campaign_id.is_(None)
of_one = _rows.c.campaign_id.is_not(None)
# Parameters of an UPDATE may not be called like columns, or they are taken for new values.
here = and_(_rows.c.channel == bindparam("on_channel"), _rows.c.account == bindparam("on_account"))
due = and_(pending, here, _rows.c.due_at <= bindparam("now"))
columns = tuple(_rows.c[name] for name in Waiting.__dataclass_fields__)


def claiming(*conditions: Any, ordered: bool) -> Any:
    """The statement that claims the due rows of these conditions."""
    which = select(_rows.c.id).where(due, *conditions)
    if ordered:
        which = which.order_by(_rows.c.due_at, _rows.c.id).limit(bindparam("most"))
    # SQLite has one writer, so it leaves the locking clause out.
    chosen = which.with_for_update(skip_locked=True)
    return (
        update(_rows)
        .where(_rows.c.id.in_(chosen))
        .values(state="claimed", claimed_by=bindparam("by"), claimed_until=bindparam("until"))
        .returning(*columns)
    )


def on(route: Route) -> dict[str, Any]:
    """The parameters of `here`."""
    return {"on_channel": route.channel, "on_account": route.account}


def _next(*conditions: Any) -> Any:
    """The first campaign in the index that has waiting rows, of these conditions."""
    found = select(_rows.c.campaign_id).where(pending, here, of_one, *conditions)
    return found.order_by(_rows.c.campaign_id).limit(1).scalar_subquery()


# From campaign to campaign in the index, over all the rows of each in one step.
_first = select(_next().label("id")).cte("waiting_campaigns", recursive=True)
_with_rows = _first.union_all(
    select(_next(_rows.c.campaign_id > _first.c.id)).where(_first.c.id.is_not(None))
)
# One that is over has rows again when somebody sends an unclear one again.
_lets_go = or_(
    _campaigns.c.state == CampaignState.RUNNING.value, _campaigns.c.finished_at.is_not(None)
)
_broadcast = _campaigns.c.kind == CampaignKind.BROADCAST.value
_has_due = exists().where(due, _rows.c.campaign_id == _campaigns.c.id)
_going = (
    select(_campaigns.c.id, _broadcast, _campaigns.c.paid)
    .join(_with_rows, _with_rows.c.id == _campaigns.c.id)
    .where(_lets_go, _has_due)
    .order_by(_campaigns.c.id)
)
_oldest = (
    select(_rows.c.due_at)
    .where(due, of_one, _rows.c.campaign_id == bindparam("campaign"))
    .order_by(_rows.c.due_at)
    .limit(1)
)
_claim_of = claiming(of_one, _rows.c.campaign_id == bindparam("campaign"), ordered=True)


def going(db: Db, route: Route, now: datetime) -> list[Going]:
    """The campaigns that have something to send at this moment and are not paused."""
    found = db.execute(_going, {**on(route), "now": now})
    return [Going(of, OPTIONAL if first else SERVICE, paid) for of, first, paid in found]


def oldest(db: Db, route: Route, now: datetime) -> list[datetime]:
    """Since when each of those campaigns has something that is due."""
    asked = [{**on(route), "now": now, "campaign": one.id} for one in going(db, route, now)]
    return [db.execute(_oldest, values).scalar_one() for values in asked]


def claim_of(db: Db, values: dict[str, Any]) -> list[Waiting]:
    """Claims rows of one campaign."""
    return claimed(db, _claim_of, values)


def claimed(db: Db, statement: Any, values: dict[str, Any]) -> list[Waiting]:
    """What a claiming statement has claimed, the longest due first."""
    rows = [Waiting(*row) for row in db.execute(statement, values)]
    return sorted(rows, key=lambda row: (row.due_at, row.id))
