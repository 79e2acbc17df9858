"""Recipients are the audience's rule: for random clubs, in slices, with crashes, by two."""

import asyncio
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from domain.campaigns import Audience, AudienceKind
from services import campaign_steps, campaigns
from services.audience_scope import asked_at
from services.ports.audiences import When
from services.ports.campaigns import Campaign
from storage.tables import campaigns as tables
from storage.tables import chat, people, post, purchases
from storage.work import Work
from tests.support.club import NOW, Club
from tests.support.crowds import (
    ANN,
    Soul,
    begun,
    chat_of,
    filled,
    gets_it,
    settle,
    staffed,
    written,
)
from tests.support.post import rows

ZONES = ("", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati", "Europe/Berlin")
souls = st.lists(
    st.builds(
        Soul,
        state=st.sampled_from(["active", "active", "active", "frozen", "closed", "merged"]),
        level=st.sampled_from(["member", "silver", "gold"]),
        said=st.lists(st.booleans(), max_size=3).map(tuple),
        chats=st.lists(
            st.tuples(st.booleans(), st.sampled_from(["en", "zh", ""])), max_size=3
        ).map(tuple),
        zone=st.sampled_from(ZONES),
        quiet=st.none() | st.tuples(st.integers(0, 23), st.integers(0, 23)),
        locale=st.sampled_from(["", "en", "zh"]),
        bought=st.lists(
            st.tuples(
                st.sampled_from(["north", "south"]),
                st.sampled_from([0, 200, 364, 365, 366, 900]),
                st.sampled_from(["booked", "booked", "void"]),
            ),
            max_size=2,
        ).map(tuple),
        listed=st.booleans(),
    ),
    min_size=1,
    max_size=14,
)
audiences = st.one_of(
    st.just(Audience()),
    st.sets(st.sampled_from(["member", "silver", "gold"]), min_size=1).map(
        lambda levels: Audience(AudienceKind.LEVEL, tuple(levels))
    ),
    st.sets(st.sampled_from(["north", "south"]), min_size=1).map(
        lambda stores: Audience(AudienceKind.STORE, tuple(stores))
    ),
    st.just(Audience(AudienceKind.LIST)),
)
_numbers = count(1)


@given(crowd=souls, audience=audiences, slice_of=st.integers(1, 5), crashes=st.integers(0, 7))
@settings(max_examples=20)
async def test_recipients_are_the_rule_of_the_audience(
    club: Club, crowd: list[Soul], audience: Audience, slice_of: int, crashes: int
) -> None:
    await _emptied(club)
    await settle(club, crowd)
    made = await _running(club, audience, crowd)
    for turn in count():
        if crashes >> (turn % 3) & 1:
            with pytest.raises(ZeroDivisionError):
                await club.write(lambda work: _crashed(work, made, slice_of))
        if not await club.write(lambda work: _filled(work, made, slice_of)):
            break
    found = await rows(club, campaign_id=made.id)
    wanted = {n: chat_of(n, soul) for n, soul in enumerate(crowd, 1) if gets_it(soul, audience)}
    assert {row["member_id"]: row["chat"] for row in found} == wanted
    assert len(found) == len(wanted)
    for row in found:
        soul = crowd[row["member_id"] - 1]
        assert row["locale"] == _language(soul), soul
        assert row["due_at"] >= NOW
        assert row["state"] == "pending"
    counted = await club.read(lambda work: work.audiences.count(made.id, audience, _when(work)))
    assert sum(counted.values()) == len(wanted)
    more = await club.read(
        lambda work: work.audiences.more_than(made.id, audience, _when(work), len(wanted))
    )
    assert not more


def _language(soul: Soul) -> str:
    chats = [locale for blocked, locale in soul.chats if not blocked]
    return soul.locale or chats[-1] or "zh"


def _when(work: Work) -> When:
    return asked_at(work, NOW)


async def _emptied(club: Club) -> None:
    def write(work: Work) -> None:
        for table in (
            *(post.Delivery, tables.CampaignListed, tables.Campaign, purchases.Purchase),
            *(people.Consent, chat.Address, people.Member),
        ):
            work.db.execute(delete(table.__table__))  # type: ignore[attr-defined]

    await club.write(write)


async def _running(club: Club, audience: Audience, crowd: list[Soul]) -> Campaign:
    made = Campaign(
        id=next(_numbers),
        kind="broadcast",
        state="running",
        purpose="promotions",
        content={},
        author_id=0,
        address_id=0,
        made_at=NOW,
        started_at=NOW,
        audience=audience.dump(),
    )

    def write(work: Work) -> None:
        work.campaigns.add(made)
        work.campaigns.put_list(made.id, [n for n, s in enumerate(crowd, 1) if s.listed])

    await club.write(write)
    return made


def _filled(work: Work, made: Campaign, most: int) -> bool:
    return campaign_steps.fill(work, work.campaigns.get(made.id), NOW, most)


def _crashed(work: Work, made: Campaign, most: int) -> None:
    _filled(work, made, most)
    raise ZeroDivisionError


async def test_two_workers_write_each_recipient_once(club: Club) -> None:
    await staffed(club)
    await settle(club, [Soul()] * 40)
    made = await begun(club)

    def part(work: Work) -> bool:
        work.campaigns.lock(made.id)
        campaign = work.campaigns.get(made.id)
        return campaign.filled_at is None and campaign_steps.fill(work, campaign, NOW, 7)

    async def works() -> None:
        while await club.write(part):
            pass

    await asyncio.gather(works(), works())
    found = await rows(club, campaign_id=made.id)
    assert sorted(row["member_id"] for row in found) == list(range(1, 41))
    assert len({row["id"] for row in found}) == 40


async def test_who_is_in_the_night_gets_it_in_their_morning(club: Club) -> None:
    await staffed(club)
    zones = ["", "America/New_York", "Europe/Berlin"]
    await settle(club, [Soul(zone=zone) for zone in zones] + [Soul(quiet=(9, 12))])
    made = await filled(club)  # ten in the morning in Shanghai
    due = {row["member_id"]: row["due_at"] for row in await rows(club, campaign_id=made.id)}
    # New York has 22:00, Berlin 04:00; the last one does not want to be disturbed before noon.
    hours = {1: 0, 2: 10, 3: 4, 4: 2}
    assert due == {n: NOW + timedelta(hours=after) for n, after in hours.items()}


async def test_the_words_are_not_copied_into_the_rows(club: Club) -> None:
    await staffed(club)
    await settle(club, [Soul()])
    made = await filled(club)
    (row,) = await rows(club, campaign_id=made.id)
    assert row["wording_id"] == made.wording_id
    assert row["message"]["values"] == {}
    assert row["dedupe"] is None
    assert (row["lane"], row["purpose"], row["surely"]) == (2, "promotions", False)


async def test_a_campaign_begins_at_its_time_and_not_before(club: Club) -> None:
    await staffed(club)
    await settle(club, [Soul()])
    made = await written(club)
    later = NOW + timedelta(hours=3)
    await club.write(lambda work: campaigns.set_time(work, made.id, later, ANN, NOW))
    await club.write(lambda work: campaigns.submit(work, made.id, actor=ANN, key="k", now=NOW))
    for now, state in ((NOW, "scheduled"), (later - timedelta(seconds=1), "scheduled")):
        assert not await club.read(lambda work, now=now: campaign_steps.due(work, now))
        found = await club.read(lambda work: campaigns.find(work, made.id))
        assert found.state == state
    assert await club.read(lambda work: campaign_steps.due(work, later))
    while await club.write(lambda work: campaign_steps.advance(work, later)):
        pass
    assert len(await rows(club, campaign_id=made.id)) == 1
