"""A club on both databases in turn, and campaigns put into it row by row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from services.ports.campaigns import Campaign
from storage.tables import campaigns, post, purchases
from storage.work import Work
from tests.support.club import NOW, Club, programme
from tests.support.crowds import Soul, settle, staffed

DAY = timedelta(days=1)
BEGAN = NOW - 10 * DAY
CAMPAIGN = 9001


@pytest.fixture
async def club(database_url: str) -> AsyncIterator[Club]:
    opened = await Club(database_url, programme()).open()
    yield opened
    await opened.close()


@dataclass(frozen=True)
class Part:
    """A member's part in a campaign: `state` of their row ("" for none), hours after the beginning
    when it was sent; `bought`: (hours after the beginning, minor, refunded, state)."""

    letter: str = ""
    held: bool = False
    state: str = "sent"
    reason: str = ""
    sent: int = 1
    bought: tuple[tuple[int, int, int, str], ...] = ()
    clicked: tuple[str, ...] = ()


async def campaign(
    club: Club, parts: Iterable[Part], *, grouped: bool = True, **fields: Any
) -> Campaign:
    """A finished campaign with its members, of ids from 1 on."""
    some = list(parts)
    await staffed(club)
    await settle(club, [Soul()] * len(some))
    given = {
        "finished_at": BEGAN + timedelta(hours=30),
        "filled_at": BEGAN,
        "started_at": BEGAN,
        "state": "finished",
        "planned": len(some),
        **fields,
    }
    made = Campaign(
        id=CAMPAIGN,
        kind="broadcast",
        purpose="promotions",
        content={"by": ["71"]},
        author_id=71,
        address_id=71,
        made_at=BEGAN - DAY,
        **given,
    )

    def write(work: Work) -> None:
        work.campaigns.add(made)
        for number, part in enumerate(some, 1):
            for table, row in _rows(number, part, grouped=grouped):
                work.db.execute(insert(table.__table__), [row])

    await club.write(write)
    return made


def _rows(n: int, part: Part, *, grouped: bool) -> list[tuple[Any, dict[str, Any]]]:
    of = {"campaign_id": CAMPAIGN, "member_id": n}
    found: list[tuple[Any, dict[str, Any]]] = []
    if grouped:
        subject = {**of, "letter": part.letter, "held": part.held, "at": BEGAN}
        found.append((campaigns.CampaignSubject, subject))
    if part.state and not part.held:
        found.append((post.Delivery, delivery(n, part)))
    for at, (hours, minor, refunded, state) in enumerate(part.bought):
        bought = purchase(n, at, BEGAN + timedelta(hours=hours), minor)
        found.append((purchases.Purchase, bought | {"refunded_minor": refunded, "state": state}))
    for target in part.clicked:
        click = {**of, "target": target, "first_at": NOW, "last_at": NOW, "times": 2}
        found.append((campaigns.CampaignClick, click))
    return found


def delivery(n: int, part: Part) -> dict[str, Any]:
    sent = BEGAN + timedelta(hours=part.sent) if part.state == "sent" else None
    return {
        "id": 700_000 + n,
        "channel": "telegram",
        "account": "42",
        "chat": f"u{n}-0",
        "user": f"u{n}-0",
        "address_id": n * 100,
        "member_id": n,
        "campaign_id": CAMPAIGN,
        "purpose": "promotions",
        "lane": 2,
        "surely": False,
        "locale": "en",
        "message": {},
        "state": part.state,
        "reason": part.reason,
        "made_at": BEGAN,
        "due_at": BEGAN,
        "sent_at": sent,
        "message_id": str(5000 + n),
    }


def purchase(n: int, at: int, when: datetime, minor: int) -> dict[str, Any]:
    return {
        "id": n * 1000 + at,
        "source": "till",
        "order_id": f"{n}-{at}",
        "content_hash": "",
        "state": "booked",
        "member_id": n,
        "occurred_at": when,
        "day": when.date().toordinal(),
        "currency": "CNY",
        "minor": minor,
        "channel": "api",
        "received_at": when,
        "level": "member",
        "birthday_month": False,
        "rule_version": 1,
    }
