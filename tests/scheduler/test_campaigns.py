"""What the clock does of campaigns: nothing while a restored backup is held; their cards."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from domain.restoring import Gap
from scheduler.worker import Worker
from services import campaign_steps, campaigns, post, restoring
from services.ports.campaigns import Campaign
from storage.tables import campaigns as tables
from storage.work import Work
from tests.support.club import NOW, Club
from tests.support.crowds import ANN, Soul, begun, filled, settle, staffed, written
from tests.support.post import ROWS, FakeChannel, RealTime, clocks, rows

AFTER = NOW + timedelta(hours=3)


@pytest.fixture
async def crowd(club: Club) -> Club:
    await staffed(club)
    await settle(club, [Soul()] * 6)
    return club


@pytest.fixture
def worker(crowd: Club, channel: FakeChannel, real: RealTime) -> Worker:
    at = clocks(crowd, real)
    return Worker(crowd.units, crowd.renderer, [channel], clocks=at, rate=25, holder="w")


async def restored(club: Club) -> None:
    """The backup is of NOW and two hours are lost."""
    club.clock.now = AFTER

    def write(work: Work) -> None:
        restoring.begin(work, Gap(NOW, NOW + timedelta(hours=2)), AFTER, ANN)
        post.hold_restored(work, AFTER)

    await club.write(write)


async def drained(club: Club) -> None:
    while await club.write(lambda work: campaign_steps.advance(work, AFTER)):
        pass


async def look(club: Club, made: Campaign) -> Campaign:
    found: Campaign = await club.read(lambda work: campaigns.find(work, made.id))
    return found


async def test_what_was_to_begin_before_a_backup_does_not_begin_while_it_is_held(
    crowd: Club, worker: Worker
) -> None:
    made = await written(crowd)
    await crowd.write(lambda work: campaigns.submit(work, made.id, actor=ANN, key="q", now=NOW))
    await restored(crowd)
    await worker.drain()
    assert (await look(crowd, made)).state == "scheduled"
    await crowd.write(lambda work: post.hold(work, False, ANN, AFTER))
    await worker.drain()
    paused = await look(crowd, made)
    assert (paused.state, paused.reason) == ("paused", "restored")
    await crowd.write(lambda work: campaigns.resume(work, made.id, ANN, AFTER))
    await drained(crowd)
    going = await look(crowd, made)
    assert (going.state, going.started_at) == ("running", AFTER)


async def test_recipients_that_a_backup_does_not_have_yet_are_unknown_too(crowd: Club) -> None:
    made = await begun(crowd)
    await crowd.write(lambda work: campaign_steps.fill(work, work.campaigns.get(made.id), NOW, 3))
    await restored(crowd)
    await crowd.write(lambda work: post.hold(work, False, ANN, AFTER))
    await crowd.write(lambda work: campaigns.resume(work, made.id, ANN, AFTER))
    await drained(crowd)
    found = {(row["state"], row["reason"]) for row in await rows(crowd, campaign_id=made.id)}
    assert found == {("unknown", "restored")}


async def test_the_pace_of_the_first_minute_is_that_of_its_seconds(crowd: Club) -> None:
    made = await filled(crowd)
    at = NOW + timedelta(seconds=2)
    sent = update(ROWS).where(ROWS.c.campaign_id == made.id, ROWS.c.member_id <= 4)
    values = {"state": "sent", "sent_at": NOW + timedelta(seconds=1)}
    await crowd.write(lambda work: work.db.execute(sent.values(**values)))
    told = await crowd.read(lambda work: campaigns.progress(work, made.id, at))
    assert (told.rate, told.seconds) == (2.0, 1)


async def test_a_last_card_that_could_not_be_written_is_tried_again(
    crowd: Club, worker: Worker, channel: FakeChannel
) -> None:
    made = await filled(crowd)
    assert ANN.staff_id is not None
    chat = ANN.staff_id
    await crowd.write(lambda work: campaigns.watch(work, made.id, chat, "m1"))
    await worker._show()
    card = ROWS.c.dedupe == f"card:{made.id}:{chat}"
    sending = update(ROWS).where(card).values(state="sending")
    await crowd.write(lambda work: work.db.execute(sending))
    await crowd.write(lambda work: campaigns.stop(work, made.id, ANN, NOW))
    await drained(crowd)
    crowd.clock.move(seconds=5)
    await worker._show()
    free = update(ROWS).where(card).values(state="sent")
    await crowd.write(lambda work: work.db.execute(free))
    await worker._show()
    cards = tables.CampaignCard.__table__  # type: ignore[attr-defined]
    shown = await crowd.read(lambda work: work.db.execute(cards.select()).one().shown)
    (row,) = [row for row in await rows(crowd) if row["dedupe"] == f"card:{made.id}:{chat}"]
    assert (shown, row["state"]) == ("over", "pending")
    assert row["message"]["values"]["state"] == "cancelled"
