"""What campaigns have brought so far, counted now and then so that lists of many are quick."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from domain.errors import Refused
from services import campaign_figures, campaign_results
from services.ports import Work
from services.ports.campaign_results import Going

SOON: Final = timedelta(minutes=10)
OLD: Final = 100
"""What began a week ago changes little in an hour: figures may be this part of its age old."""
AT_ONCE: Final = 3


class Counted(NamedTuple):
    """The figures (services.campaign_figures) of a campaign as they were counted."""

    campaign_id: int
    data: dict[str, Any]


def stale(work: Work, now: datetime) -> list[int]:
    """Campaigns that are to be counted anew; a cheap read."""
    return [one.id for one in work.campaign_list.going() if _stale(one, now)][:AT_ONCE]


def _stale(one: Going, now: datetime) -> bool:
    if one.figured_at is None:
        return True
    return one.figured_at + max(SOON, (now - one.started_at) / OLD) <= now


def counted(work: Work, now: datetime) -> list[Counted]:
    """Their figures; reads much."""
    found = []
    for campaign_id in stale(work, now):
        try:
            result = campaign_results.of(work, campaign_id, now)
        except Refused:
            continue
        found.append(Counted(campaign_id, campaign_figures.plain(work, result)))
    return found


def keep(work: Work, found: Iterable[Counted], now: datetime) -> None:
    """Keeps them, but of those whose result is kept for good meanwhile."""
    going = {one.id for one in work.campaign_list.going()}
    for one in found:
        if one.campaign_id in going:
            work.campaign_list.keep(one.campaign_id, one.data, now)
