"""Who is claimed beside campaigns: care first, then every campaign its fair share."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from services import campaign_steps, campaigns, post
from services.filling import FILLERS
from services.ports.campaigns import Campaign
from services.ports.post import Notice, Route, Waiting
from storage import lag
from tests.support.club import NOW, Club
from tests.support.crowds import ANN, Soul, filled, settle, staffed
from tests.support.post import rows

ROUTE = Route("telegram", "42")
GREETING = Notice(
    "care.birthday_gift", {"points": 8}, purpose="promotions", due_at=NOW + timedelta(minutes=1)
)


@pytest.fixture
async def crowd(club: Club) -> Club:
    await staffed(club)
    await settle(club, [Soul()] * 20)
    return club


async def take(club: Club, most: int, now: datetime, turn: int = 0) -> list[Waiting]:
    claim = post.Claim(ROUTE, "x", now + timedelta(hours=1), (most,) * 3, most, (), turn)
    taken = await club.write(lambda work: post.take(work, claim, FILLERS, now))
    return list(taken.rows)


async def test_care_does_not_wait_behind_a_campaign(crowd: Club) -> None:
    await filled(crowd)
    await crowd.write(lambda work: work.deliveries.to_member(3, GREETING, NOW))
    first = await take(crowd, 5, NOW + timedelta(hours=2))
    assert Counter(row.campaign_id is None for row in first) == {True: 1, False: 4}


async def test_a_paused_campaign_is_in_nobodys_way_and_goes_on_at_once(crowd: Club) -> None:
    made = await filled(crowd)
    now = NOW + timedelta(hours=2)
    await crowd.write(lambda work: campaigns.pause(work, made.id, ANN, now))
    assert await take(crowd, 50, now) == []
    assert not await crowd.read(lambda work: post.is_due(work, ROUTE, now))
    assert await crowd.read(lambda work: lag.seconds(work.db, [ROUTE], now)) == 0
    await crowd.write(lambda work: campaigns.resume(work, made.id, ANN, now))
    assert await crowd.read(lambda work: post.is_due(work, ROUTE, now))
    assert await crowd.read(lambda work: lag.seconds(work.db, [ROUTE], now)) > 0
    assert len(await take(crowd, 50, now)) == 20


async def test_what_was_claimed_before_a_pause_waits_for_its_end(crowd: Club) -> None:
    made, now = await filled(crowd), NOW + timedelta(hours=2)
    taken = await take(crowd, 5, now)
    await crowd.write(lambda work: campaigns.pause(work, made.id, ANN, now))
    begun = await crowd.write(lambda work: post.begin(work, ROUTE, taken, "x", now, now))
    assert begun.ids == set()
    await crowd.write(lambda work: campaigns.resume(work, made.id, ANN, now))
    assert len(await take(crowd, 50, now)) == 20


async def claimed(club: Club, *made: Campaign) -> list[int]:
    """How many rows of each were claimed, whatever the contact budget said of them."""
    found = Counter(row["campaign_id"] for row in await rows(club) if row["state"] != "pending")
    return [found[one.id] for one in made]


async def test_campaigns_share_the_room_that_is_left(crowd: Club) -> None:
    one, other = await filled(crowd, key="one"), await filled(crowd, key="other")
    now = NOW + timedelta(hours=2)
    await take(crowd, 6, now)
    assert await claimed(crowd, one, other) == [3, 3]
    for turn in (0, 1):
        await take(crowd, 1, now, turn)
    assert await claimed(crowd, one, other) == [4, 4]
    await crowd.write(lambda work: campaigns.pause(work, one.id, ANN, now))
    await take(crowd, 6, now)
    assert await claimed(crowd, one, other) == [4, 10]


async def test_an_unclear_message_of_a_campaign_that_is_over_leaves_when_sent_again(
    crowd: Club,
) -> None:
    made, now = await filled(crowd), NOW + timedelta(hours=2)
    for row in await take(crowd, 50, now):
        await crowd.write(
            lambda work, row=row: work.outbox.close(row, by="x", state="unknown", reason="")
        )
    while await crowd.write(lambda work: campaign_steps.advance(work, now)):
        pass
    (first, *_) = await rows(crowd, campaign_id=made.id)
    assert await crowd.write(lambda work: post.resend(work, first["id"], ANN, now))
    assert [row.id for row in await take(crowd, 50, now)] == [first["id"]]
