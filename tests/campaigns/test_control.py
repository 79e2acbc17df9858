"""Pause, go on, stop, try again, correct, recall; and how far a campaign is."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from domain.campaign_errors import (
    CampaignNotNow,
    CampaignRecalled,
    CorrectionRunning,
    NothingSent,
    RecallTooLate,
)
from domain.campaigns import CampaignOver
from services import approvals, campaign_steps, campaign_telling, campaigns, posted, wordings
from services.ports.campaigns import Campaign
from services.ports.club import Actor
from storage.work import Work
from tests.support.club import NOW, Club
from tests.support.crowds import ANN, BEN, EVE, Soul, filled, settle, staffed, written
from tests.support.post import ROWS, rows

HOUR = timedelta(hours=1)


@pytest.fixture
async def made(club: Club) -> Campaign:
    """A campaign on its way to six members."""
    await staffed(club)
    await settle(club, [Soul()] * 6)
    return await filled(club)


async def become(club: Club, made: Campaign, members: list[int], **values: Any) -> None:
    """Lets rows of a campaign come to some end."""
    which = update(ROWS).where(ROWS.c.campaign_id == made.id, ROWS.c.member_id.in_(members))
    await club.write(lambda work: work.db.execute(which.values(**values)))


async def sent(club: Club, made: Campaign, members: list[int], *, ago: timedelta) -> None:
    for n in members:
        values = {"state": "sent", "message_id": f"m{n}", "sent_at": NOW - ago}
        await become(club, made, [n], begun_at=NOW - ago, **values)


async def drained(club: Club, now: Any = NOW) -> None:
    while await club.write(lambda work: campaign_steps.advance(work, now)):
        pass


async def look(club: Club, made: Campaign) -> Campaign:
    found: Campaign = await club.read(lambda work: campaigns.find(work, made.id))
    return found


async def test_pause_and_go_on(club: Club, made: Campaign) -> None:
    for act, state in (
        (campaigns.pause, "paused"),
        (campaigns.pause, "paused"),
        (campaigns.resume, "running"),
        (campaigns.resume, "running"),
    ):
        done = await club.write(lambda work, act=act: act(work, made.id, ANN, NOW))
        assert done.state == state
    audit = await club.read(lambda work: work.audit.about(("campaign", made.id)))
    actions = [row["action"] for row in audit]
    assert actions.count("campaign.pause") == actions.count("campaign.resume") == 1


async def test_what_was_stopped_does_not_go_on(club: Club, made: Campaign) -> None:
    await sent(club, made, [1, 2], ago=HOUR)
    await club.write(lambda work: campaigns.stop(work, made.id, ANN, NOW))
    for act in (campaigns.resume, campaigns.pause, campaigns.retry_failed):
        with pytest.raises(CampaignNotNow):
            await club.write(lambda work, act=act: act(work, made.id, ANN, NOW))
    await drained(club)
    now = await club.read(lambda work: campaigns.progress(work, made.id, NOW))
    assert (now.state, now.sent, now.skipped, now.waiting) == ("cancelled", 2, 4, 0)
    assert now.reasons == (("stopped", 4),)
    assert (await look(club, made)).finished_at is not None


async def test_after_the_end_nothing_is_stopped(club: Club, made: Campaign) -> None:
    await sent(club, made, [1, 2, 3, 4, 5, 6], ago=HOUR)
    await drained(club)
    assert (await look(club, made)).state == "finished"
    with pytest.raises(CampaignOver):
        await club.write(lambda work: campaigns.stop(work, made.id, ANN, NOW))


async def test_two_operators_resume_and_stop_at_once(club: Club, made: Campaign) -> None:
    await club.write(lambda work: campaigns.pause(work, made.id, ANN, NOW))
    acts = [
        *(club.write(lambda work: campaigns.resume(work, made.id, ANN, NOW)) for _ in range(4)),
        *(club.write(lambda work: campaigns.stop(work, made.id, EVE, NOW)) for _ in range(4)),
    ]
    outcomes = await asyncio.gather(*acts, return_exceptions=True)
    errors = [one for one in outcomes if isinstance(one, Exception)]
    assert all(isinstance(one, CampaignNotNow) for one in errors)
    assert (await look(club, made)).state == "cancelled"
    audit = await club.read(lambda work: work.audit.about(("campaign", made.id)))
    assert [row["action"] for row in audit].count("campaign.stop") == 1


async def test_only_what_surely_failed_is_tried_again(club: Club, made: Campaign) -> None:
    await sent(club, made, [1], ago=HOUR)
    await become(club, made, [2], state="dead", reason="too_many_tries", tries=300)
    await become(club, made, [3], state="dead", reason="rejected: can't parse entities")
    await become(club, made, [4], state="dead", reason="unreachable")
    await become(club, made, [5], state="unknown", reason="timeout")
    await become(club, made, [6], state="skipped", reason="no_consent")
    await drained(club)
    assert (await look(club, made)).state == "finished"
    now = await club.read(lambda work: campaigns.progress(work, made.id, NOW))
    assert (now.retryable, now.failed, now.unreachable, now.unknown) == (2, 2, 1, 1)
    retry = campaigns.retry_failed
    taps = (club.write(lambda work: retry(work, made.id, ANN, NOW)) for _ in range(2))
    await asyncio.gather(*taps)
    await drained(club)
    found = {row["member_id"]: row for row in await rows(club, campaign_id=made.id)}
    states = [found[n]["state"] for n in range(1, 7)]
    assert states == ["sent", "pending", "pending", "dead", "unknown", "skipped"]
    assert found[2]["tries"] == 0
    assert (await look(club, made)).state == "running"


async def test_trying_again_does_not_wake_a_paused_one(club: Club, made: Campaign) -> None:
    await become(club, made, [1], state="dead", reason="too_many_tries")
    await club.write(lambda work: campaigns.pause(work, made.id, ANN, NOW))
    tried = await club.write(lambda work: campaigns.retry_failed(work, made.id, ANN, NOW))
    assert tried.state == "paused"
    await club.write(lambda work: campaigns.resume(work, made.id, ANN, NOW))
    await drained(club)
    assert {row["state"] for row in await rows(club, campaign_id=made.id)} == {"pending"}


async def test_of_a_stopped_one_nothing_is_sent_again(club: Club, made: Campaign) -> None:
    await become(club, made, [1], state="unknown", reason="timeout")
    await club.write(lambda work: campaigns.stop(work, made.id, ANN, NOW))
    await drained(club)
    (unclear,) = await rows(club, campaign_id=made.id, state="unknown")
    with pytest.raises(CampaignNotNow):
        await club.write(lambda work: posted.send_again(work, unclear["id"], ANN, NOW))


async def test_without_an_author_those_who_answer_for_the_post_hear_of_it(
    club: Club, made: Campaign
) -> None:
    await club.write(lambda work: work.campaigns.change(made.id, ("running",), address_id=0))
    await become(club, made, [1], state="unknown", reason="timeout")
    await become(club, made, [2, 3, 4, 5, 6], state="sent", sent_at=NOW)
    await drained(club)
    for _ in range(2):
        await club.write(lambda work: posted.tell(work, NOW))
    for chat in ("Ann", "Eve"):
        heard = [row["message"]["key"] for row in await rows(club, chat=chat)]
        assert heard == ["broadcast.finished", "post.unknown_told"]


async def test_the_author_hears_of_each_end(club: Club, made: Campaign) -> None:
    await become(club, made, [1, 2, 3, 4, 5], state="sent", sent_at=NOW)
    await become(club, made, [6], state="dead", reason="too_many_tries")
    await drained(club)
    await club.write(lambda work: campaigns.retry_failed(work, made.id, ANN, NOW))
    await drained(club)
    await become(club, made, [6], state="sent", sent_at=NOW)
    await drained(club)
    told = [row for row in await rows(club, chat="Ann") if "finished" in row["message"]["key"]]
    assert [row["message"]["values"]["sent"] for row in told] == [5, 6]


async def test_progress_tells_the_pace_of_the_last_minute(club: Club, made: Campaign) -> None:
    later = NOW + timedelta(minutes=2)
    await sent(club, made, [1], ago=timedelta(0))
    await sent(club, made, [2, 3, 4], ago=timedelta(seconds=-90))
    now = await club.read(lambda work: campaigns.progress(work, made.id, later))
    assert (now.planned, now.sent, now.waiting) == (6, 4, 2)
    assert now.rate == 3 / 60
    assert now.seconds == 40


async def test_who_got_it_is_masked_but_for_owners(club: Club, made: Campaign) -> None:
    await sent(club, made, [1], ago=HOUR)
    await become(club, made, [2], state="dead", reason="unreachable")

    def report(work: Work, actor: Actor) -> list[list[str]]:
        whole = campaigns.begin_report(work, made.id, actor, NOW)
        return list(campaigns.recipients_csv(work, made.id, whole=whole))

    masked = await club.write(lambda work: report(work, ANN))
    assert len(masked) == 6
    assert masked[0][2:] == ["sent", "", "2026-05-20 09:00:00+08:00"]
    assert masked[1][2:] == ["dead", "unreachable", ""]
    assert "Member 1" not in str(masked)
    assert masked[0][0].startswith("••••")
    whole = await club.write(lambda work: report(work, EVE))
    assert whole[0][1] == "Member 1"
    audit = await club.read(lambda work: work.audit.about(("campaign", made.id)))
    assert [row["action"] for row in audit][:2] == ["campaign.export"] * 2


# -- correct and recall -------------------------------------------------------------------


async def correct(
    club: Club, made: Campaign, key: str = "c", actor: Actor = ANN, now: datetime = NOW
) -> Campaign:
    def use(work: Work) -> Campaign:
        texts = {"en": f"Sunday, not Saturday ({key})"}
        other = wordings.save(work, f"campaign:{made.id}", texts, actor=actor, now=now, use=False)
        return campaigns.correct(work, made.id, other.id, actor=actor, key=key, now=now)

    found: Campaign = await club.write(use)
    return found


async def recall(club: Club, made: Campaign, key: str = "r") -> Campaign:
    found: Campaign = await club.write(
        lambda work: campaigns.recall(work, made.id, actor=ANN, key=key, now=NOW)
    )
    return found


async def test_a_correction_edits_what_was_sent(club: Club, made: Campaign) -> None:
    await sent(club, made, [1, 2, 3], ago=HOUR)
    with pytest.raises(CampaignNotNow):
        await correct(club, made)
    await become(club, made, [4, 5, 6], state="dead", reason="unreachable")
    await drained(club)
    other = await correct(club, made)
    assert (other.kind, other.of_id, other.state) == ("correction", made.id, "scheduled")
    await drained(club)
    found = await rows(club, campaign_id=other.id)
    assert [(row["act"], row["target"], row["member_id"]) for row in found] == [
        ("edit", "m1", 1),
        ("edit", "m2", 2),
        ("edit", "m3", 3),
    ]
    assert {row["wording_id"] for row in found} == {other.wording_id}
    assert {(row["purpose"], row["lane"]) for row in found} == {("service", 1)}
    with pytest.raises(CorrectionRunning):
        await correct(club, made, "another")
    assert (await look(club, other)).state == "running"


async def test_a_recall_deletes_the_young_and_names_the_old(club: Club, made: Campaign) -> None:
    await sent(club, made, [1, 2], ago=47 * HOUR)
    await sent(club, made, [3], ago=48 * HOUR)
    await become(club, made, [4, 5, 6], state="unknown", reason="timeout")
    await drained(club)
    other = await recall(club, made)
    assert (await recall(club, made)).id == other.id
    await drained(club)
    found = await rows(club, campaign_id=other.id)
    assert [(row["act"], row["target"], row["state"], row["reason"]) for row in found] == [
        ("delete", "m1", "pending", ""),
        ("delete", "m2", "pending", ""),
        ("delete", "m3", "skipped", "too_old"),
    ]


async def test_a_recall_in_the_middle_stops_first_and_waits_for_what_is_leaving(
    club: Club, made: Campaign
) -> None:
    await sent(club, made, [1, 2], ago=HOUR)
    await become(club, made, [3], state="sending")
    other = await recall(club, made)
    await drained(club)
    assert (await look(club, made)).state == "cancelled"
    assert await rows(club, campaign_id=other.id) == []
    await sent(club, made, [3], ago=timedelta(0))
    await drained(club)
    found = await rows(club, campaign_id=other.id)
    assert [row["target"] for row in found] == ["m1", "m2", "m3"]


async def arrived_in_part(club: Club, made: Campaign) -> int:
    """Four got it, one message failed, of one nobody knows; the row of that one."""
    await sent(club, made, [1, 2, 3, 4], ago=HOUR)
    await become(club, made, [5], state="dead", reason="too_many_tries")
    await become(club, made, [6], state="unknown", reason="timeout")
    await drained(club)
    (unclear,) = await rows(club, campaign_id=made.id, state="unknown")
    return int(unclear["id"])


async def test_what_was_recalled_is_not_sent_again(club: Club, made: Campaign) -> None:
    unclear = await arrived_in_part(club, made)
    await recall(club, made)
    with pytest.raises(CampaignRecalled):
        await club.write(lambda work: campaigns.retry_failed(work, made.id, ANN, NOW))
    with pytest.raises(CampaignRecalled):
        await club.write(lambda work: posted.send_again(work, unclear, ANN, NOW))
    figures = await club.read(lambda work: campaigns.values(work, made.id, NOW))
    assert "campaign.retry" not in str(campaign_telling.buttons(figures))


async def test_what_was_corrected_is_sent_again_with_the_newest_words(
    club: Club, made: Campaign
) -> None:
    unclear = await arrived_in_part(club, made)
    for minutes in (1, 2, 3):
        now = NOW + timedelta(minutes=minutes)
        other = await correct(club, made, f"c{minutes}", now=now)
        await drained(club, now)
        await become(club, other, [1, 2, 3, 4], state="sent", sent_at=now)
        await drained(club, now)
    standing = await club.read(lambda work: campaigns.standing_words(work, made.id))
    assert standing == other.wording_id
    await club.write(lambda work: posted.send_again(work, unclear, ANN, NOW))
    await club.write(lambda work: campaigns.retry_failed(work, made.id, ANN, NOW))
    await drained(club)
    again = await rows(club, campaign_id=made.id, state="pending")
    assert [(row["member_id"], row["wording_id"]) for row in again] == [
        (5, other.wording_id),
        (6, other.wording_id),
    ]


async def test_a_recall_calls_a_correction_off(club: Club) -> None:
    await staffed(club)
    await settle(club, [Soul()] * 51)
    made = await filled_of_many(club)
    waits = await correct(club, made)
    assert waits.state == "in_review"
    await recall(club, made)
    await drained(club)
    assert (await look(club, waits)).state == "cancelled"
    assert len(await rows(club, act="delete")) == 51


async def test_after_two_days_nothing_can_be_recalled(club: Club, made: Campaign) -> None:
    await sent(club, made, [1, 2, 3, 4, 5, 6], ago=49 * HOUR)
    await drained(club)
    with pytest.raises(RecallTooLate):
        await recall(club, made)


async def test_what_nobody_got_cannot_be_corrected(club: Club, made: Campaign) -> None:
    await become(club, made, [1, 2, 3, 4, 5, 6], state="dead", reason="unreachable")
    await drained(club)
    with pytest.raises(NothingSent):
        await correct(club, made)
    with pytest.raises(NothingSent):
        await recall(club, made)


async def test_a_correction_to_many_waits_for_another_operator(club: Club) -> None:
    await staffed(club)
    await settle(club, [Soul()] * 51)
    made = await filled_of_many(club)
    other = await correct(club, made)
    assert other.state == "in_review"
    (one,) = await club.read(lambda work: work.approvals.open(NOW, 5))
    await club.write(lambda work: approvals.decide(work, one.id, True, BEN, NOW))
    await drained(club)
    assert len(await rows(club, campaign_id=other.id)) == 51


async def filled_of_many(club: Club) -> Campaign:
    """Sent to 51 members, as if another one had agreed."""
    made = await written(club)
    changed = {"state": "running", "started_at": NOW}
    await club.write(lambda work: work.campaigns.change(made.id, ("draft",), **changed))
    await drained(club)
    await sent(club, made, list(range(1, 52)), ago=HOUR)
    await drained(club)
    return await look(club, made)
