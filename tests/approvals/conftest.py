"""A club on both databases in turn, with a change that needs a second person."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

import pytest

from domain.approvals import ApprovalOutdated
from domain.errors import NotEnoughPoints
from services import approval_kinds
from services.ports import Work
from services.ports.club import Actor
from tests.support.club import Club, programme


@pytest.fixture
async def club(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Club]:
    # Of the kinds that the club has, the texts are there; what it does is ours.
    module = sys.modules[__name__].__name__
    monkeypatch.setitem(approval_kinds.KINDS, "points.adjust", f"{module}:carry_out")
    opened = await Club(database_url, programme()).open()
    yield opened
    await opened.close()


def carry_out(work: Work, payload: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    """Counts how often it was done, or does what the payload says."""
    if payload["how"] == "outdated":
        raise ApprovalOutdated()
    work.settings.put("done", (work.settings.get("done") or 0) + 1)
    if payload["how"] == "refused" and not work.settings.get("enough"):
        raise NotEnoughPoints(1, 2)
