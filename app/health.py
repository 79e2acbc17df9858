"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from app.wiring import Club
from bot.state import StoreUnavailable
from services.ports.post import Route
from storage import lag, migrations
from storage.work import Work

log = logging.getLogger(__name__)
PATIENCE = 3.0


async def readiness(
    club: Club, routes: list[Route], *, started: bool, connected: bool
) -> tuple[bool, dict[str, Any]]:
    """Whether the club can answer, and the parts of that: database, level, platform, lag.

    A platform that does not answer is told but does not count: updates still come in.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            facts = await club.units.read(lambda work: _facts(work, club, routes))
    except (StoreUnavailable, TimeoutError):
        return False, {"ready": False, "database": "unreachable"}
    facts["platform"] = "connected" if connected else "not connected"
    ready = started and facts["level"] == facts["needed_level"]
    return ready, {"ready": ready, **facts}


def _facts(work: Work, club: Club, routes: list[Route]) -> dict[str, Any]:
    return {
        "database": "reachable",
        "level": migrations.current(work.db),
        "needed_level": migrations.newest(),
        "delivery_lag_seconds": round(lag.seconds(work.db, routes, club.clock.now()), 1),
    }
