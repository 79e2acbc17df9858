"""Drafts, and who may let them go: what was approved is what is sent."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.approvals import NotOwnApproval
from domain.campaign_errors import (
    AudienceMissing,
    AudienceUnknown,
    CampaignNotDraft,
    CampaignWordless,
    ListHasUnknown,
    PaidOff,
    SendTimePast,
    SendTimeSkipped,
    SendTimeUnreadable,
)
from domain.campaigns import Audience, AudienceKind, BroadcastForNobody, read_time
from domain.errors import Refused
from services import approvals, campaign_steps, campaigns, wordings
from services.ports.campaigns import Campaign
from services.ports.club import Actor
from storage.work import Work
from tests.support.club import NOW, Club
from tests.support.crowds import ANN, BEN, EVE, Soul, settle, staffed, written
from tests.support.post import rows

MANY = [Soul()] * 51  # one more than one operator may write to alone
Use = Callable[[Work], Any]


async def asked(club: Club, key: str = "d", actor: Actor = ANN) -> Campaign:
    made = await written(club, key=key)
    found: Campaign = await club.write(
        lambda work: campaigns.submit(work, made.id, actor=actor, key=f"s{key}", now=NOW)
    )
    return found


async def decided(club: Club, actor: Actor, yes: bool = True) -> str:
    """What became of the one request that waits."""

    def decide(work: Work) -> str:
        (one,) = work.approvals.open(NOW, 5)
        return str(approvals.decide(work, one.id, yes, actor, NOW).state)

    found: str = await club.write(decide)
    return found


async def state(club: Club, made: Campaign) -> str:
    found = await club.read(lambda work: campaigns.find(work, made.id))
    return str(found.state)


async def test_few_need_nobody_else(club: Club) -> None:
    await staffed(club)
    await settle(club, MANY[:50])
    made = await asked(club)
    assert made.state == "scheduled"
    assert await club.read(lambda work: work.approvals.open(NOW, 5)) == []


async def test_many_wait_for_another_operator(club: Club) -> None:
    await staffed(club)
    await settle(club, MANY)
    made = await asked(club)
    assert made.state == "in_review"
    assert not await club.read(lambda work: campaign_steps.due(work, NOW + timedelta(days=9)))
    assert await decided(club, BEN) == "approved"
    found = await club.read(lambda work: campaigns.find(work, made.id))
    assert (found.state, found.approver_id) == ("scheduled", BEN.staff_id)
    while await club.write(lambda work: campaign_steps.advance(work, NOW)):
        pass
    assert len(await rows(club, campaign_id=made.id)) == 51
    audit = await club.read(lambda work: work.audit.about(("campaign", made.id)))
    actions = [row["action"].partition(".")[2] for row in reversed(audit)]
    assert actions == ["draft", "change", "change", "submit", "approve", "start"]


async def test_who_wrote_it_does_not_approve_it(club: Club) -> None:
    """Neither who asks nor who wrote a part of it, though another one asks."""
    await staffed(club)
    await settle(club, MANY)
    made = await written(club, actor=EVE)
    await club.write(lambda work: campaigns.submit(work, made.id, actor=ANN, key="s", now=NOW))
    with pytest.raises(NotOwnApproval):
        await decided(club, EVE)
    assert await state(club, made) == "in_review"
    assert await decided(club, BEN) == "approved"


def _words(work: Work, made: Campaign) -> None:
    key, texts = f"campaign:{made.id}", {"en": "Something else"}
    other = wordings.save(work, key, texts, actor=ANN, now=NOW, use=False)
    campaigns.set_words(work, made.id, other.id, ANN, NOW)


CHANGES: dict[str, Callable[[Work, Campaign], object]] = {
    "words": _words,
    "audience": lambda work, made: campaigns.set_audience(
        work, made.id, Audience(AudienceKind.LEVEL, ("member",)), ANN, NOW
    ),
    "time": lambda work, made: campaigns.set_time(
        work, made.id, NOW + timedelta(hours=1), ANN, NOW
    ),
    "list": lambda work, made: campaigns.take_list(
        work, made.id, campaigns.ListReport(tuple(range(1, 52)), 51), actor=ANN, now=NOW
    ),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_a_change_after_the_asking_makes_the_approval_stale(club: Club, what: str) -> None:
    await staffed(club)
    await settle(club, MANY)
    made = await asked(club)
    await club.write(lambda work: CHANGES[what](work, made))
    assert await state(club, made) == "draft"
    assert await decided(club, BEN) == "stale"
    assert await state(club, made) == "draft"


async def test_asked_again_after_a_change_the_old_request_approves_nothing(club: Club) -> None:
    await staffed(club)
    await settle(club, MANY)
    made = await asked(club)
    await club.write(lambda work: _words(work, made))
    await club.write(lambda work: campaigns.submit(work, made.id, actor=ANN, key="2", now=NOW))
    old, new = await club.read(lambda work: work.approvals.open(NOW, 5))
    decide = approvals.decide
    first = await club.write(lambda work: decide(work, old.id, True, BEN, NOW))
    assert (first.state, await state(club, made)) == ("stale", "in_review")
    second = await club.write(lambda work: decide(work, new.id, True, BEN, NOW))
    assert (second.state, await state(club, made)) == ("approved", "scheduled")


async def test_what_is_declined_is_a_draft_again(club: Club) -> None:
    await staffed(club)
    await settle(club, MANY)
    made = await asked(club)
    assert await decided(club, BEN, yes=False) == "declined"
    assert await state(club, made) == "draft"
    again = await club.write(
        lambda work: campaigns.submit(work, made.id, actor=ANN, key="again", now=NOW)
    )
    assert again.state == "in_review"


async def test_what_nobody_decides_is_a_draft_again(club: Club) -> None:
    await staffed(club)
    await settle(club, MANY)
    made = await asked(club)
    await club.write(lambda work: approvals.lapse(work, NOW + timedelta(days=8), 10))
    assert await state(club, made) == "draft"


async def test_eight_taps_at_once_ask_once(club: Club) -> None:
    await staffed(club)
    await settle(club, MANY)
    made = await written(club)

    def tap(work: Work) -> object:
        return campaigns.submit(work, made.id, actor=ANN, key="one", now=NOW)

    await asyncio.gather(*(club.write(tap) for _ in range(8)))
    assert len(await club.read(lambda work: work.approvals.open(NOW, 5))) == 1


async def test_approve_and_stop_at_once_end_in_one_of_them(club: Club) -> None:
    await staffed(club)
    await settle(club, MANY)
    made = await asked(club)
    stop = club.write(lambda work: campaigns.stop(work, made.id, ANN, NOW))
    outcomes = await asyncio.gather(decided(club, BEN), stop, return_exceptions=True)
    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert await state(club, made) == "cancelled"
    assert not await club.read(lambda work: campaign_steps.due(work, NOW))


async def test_what_was_approved_cannot_be_changed(club: Club) -> None:
    await staffed(club)
    await settle(club, [Soul()])
    made = await asked(club)
    with pytest.raises(CampaignNotDraft):
        await club.write(lambda work: _words(work, made))


async def test_only_what_was_approved_begins(club: Club) -> None:
    """Somebody has changed the row behind our back."""
    await staffed(club)
    await settle(club, [Soul()])
    made = await asked(club)
    await club.write(
        lambda work: work.campaigns.change(made.id, ("scheduled",), approved_hash="other")
    )
    await club.write(lambda work: campaign_steps.advance(work, NOW))
    assert await state(club, made) == "draft"
    assert await rows(club, campaign_id=made.id) == []


# -- what is refused ----------------------------------------------------------------------


async def test_what_is_missing_is_said(club: Club) -> None:
    await staffed(club)

    async def refused(kind: type[Refused], use: Use) -> None:
        with pytest.raises(kind):
            await club.write(use)

    made = await club.write(
        lambda work: campaigns.draft(work, author=ANN, address_id=71, key="k", now=NOW)
    )

    def ask(work: Work) -> object:
        return campaigns.submit(work, made.id, actor=ANN, key="s", now=NOW)

    await refused(CampaignWordless, ask)
    await club.write(lambda work: _words(work, made))
    await refused(AudienceMissing, ask)
    nowhere = Audience(AudienceKind.STORE, ("nowhere",))
    await refused(
        AudienceUnknown, lambda work: campaigns.set_audience(work, made.id, nowhere, ANN, NOW)
    )
    await club.write(lambda work: campaigns.set_audience(work, made.id, Audience(), ANN, NOW))
    await refused(BroadcastForNobody, ask)
    await refused(PaidOff, lambda work: campaigns.set_paid(work, made.id, True, ANN, NOW))
    early = NOW - timedelta(minutes=1)
    await refused(SendTimePast, lambda work: campaigns.set_time(work, made.id, early, ANN, NOW))


async def test_a_list_with_unknown_lines_waits_for_a_word(club: Club) -> None:
    await staffed(club)
    await settle(club, [Soul(), Soul()])
    made = await written(club)
    report = campaigns.ListReport((1, 2), 3, ((2, "somebody"),))

    def ask(work: Work) -> Campaign:
        return campaigns.submit(work, made.id, actor=ANN, key="s", now=NOW)

    await club.write(lambda work: campaigns.take_list(work, made.id, report, actor=ANN, now=NOW))
    with pytest.raises(ListHasUnknown):
        await club.write(ask)
    await club.write(lambda work: campaigns.accept_list(work, made.id, actor=ANN, now=NOW))
    assert (await club.write(ask)).state == "scheduled"


TIMES = [
    ("2026-05-21 10:00", "2026-05-21T02:00"),
    ("明天 10:00", "2026-05-21T02:00"),
    ("明天上午10点", "2026-05-21T02:00"),
    ("今晚8点30分", "2026-05-20T12:30"),
    ("tomorrow 9:15pm", "2026-05-21T13:15"),
    ("18:30", "2026-05-20T10:30"),
    ("9:00", "2026-05-21T01:00"),
    ("6月1日 10:00", "2026-06-01T02:00"),
    ("1-5 10:00", "2027-01-05T02:00"),
    ("2026/6/1 10:00", "2026-06-01T02:00"),
]


@pytest.mark.parametrize(("said", "meant"), TIMES)
def test_times_are_read_as_people_write_them(said: str, meant: str) -> None:
    at = read_time(said, "Asia/Shanghai", NOW)
    assert at == datetime.fromisoformat(meant).replace(tzinfo=UTC)


def test_a_time_in_the_gap_of_the_clocks_is_refused_with_the_next_one() -> None:
    with pytest.raises(SendTimeSkipped) as caught:
        read_time("2027-03-28 02:30", "Europe/Berlin", NOW)
    assert caught.value.next == datetime(2027, 3, 28, 1, tzinfo=UTC)
    twice = read_time("2026-10-25 02:30", "Europe/Berlin", NOW)
    assert twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("said", ["", "soon", "25:00", "2-30 10:00", "2026-13-01 10:00", "1" * 99])
def test_what_is_no_time_is_refused(said: str) -> None:
    with pytest.raises(SendTimeUnreadable):
        read_time(said, "Asia/Shanghai", NOW)


def test_the_next_29_february_of_a_year_without_one_is_refused() -> None:
    with pytest.raises(SendTimeUnreadable):
        read_time("2-29 10:00", "UTC", datetime(2028, 3, 5, tzinfo=UTC))


def test_a_time_that_is_over_is_refused() -> None:
    with pytest.raises(SendTimePast):
        read_time("2026-05-20 09:59", "Asia/Shanghai", NOW)
