"""Members' days that go on by themselves, and what an event's file says of invitations."""

from datetime import timedelta
from typing import Any

import pytest

from domain.dates import local_day
from services import content, event_series, event_waves, events
from services.content_files import ContentInvalid
from services.ports.club import Actor
from tests.events.test_cards import agreed
from tests.events.test_seats import EARLY, STAFF, later
from tests.support.club import Club

DAY = timedelta(days=1)
DAYS = """
events:
  - {key: a, name: {zh: 会员日, en: Members' day}, place: {zh: 店, en: Shop},
     starts: "2026-05-31 10:00", ends: "2026-05-31 22:00", open_to_all: true,
     invite: [{before: 2d}],
     repeats: {promotion: member_day, times: 3, renews: true}}
"""


async def imports(club: Club, text: str) -> list[str]:
    done = await club.write(
        lambda work: content.import_events(work, text, Actor("test"), club.clock())
    )
    return [one.key for one in done]


async def planned(club: Club, now: Any) -> list[str]:
    """What the nightly job adds, and the keys there are then."""
    while await club.read(lambda work: event_series.missing(work, now)):
        await club.write(lambda work: event_series.plan_some(work, now))
    return sorted(one.key for one in await club.read(lambda work: work.events.all()))


async def test_a_series_goes_on_by_itself(club: Club) -> None:
    club.clock.now = EARLY
    first = await imports(club, DAYS)
    assert first == ["a-20260618", "a-20260718", "a-20260818"]
    assert await planned(club, EARLY) == first
    july = EARLY + 60 * DAY
    assert await planned(club, july) == [*first, "a-20260918", "a-20261018"]
    new = await club.read(lambda work: work.events.by_key("a-20261018"))
    assert (local_day(new.starts_at, new.zone).day, new.rules.promotion) == (18, "member_day")
    assert new.ends_at - new.starts_at == timedelta(hours=12)
    waves = await club.read(lambda work: work.event_waves.of(new.id))
    assert [new.starts_at - one.due_at for one in waves] == [2 * DAY]
    assert await planned(club, july) == [*first, "a-20260918", "a-20261018"]


async def test_no_day_is_planned_before_the_series_begins(club: Club) -> None:
    club.clock.now = EARLY - 60 * DAY
    first = await imports(club, DAYS)
    assert await planned(club, club.clock()) == first


async def test_a_day_that_was_called_off_does_not_come_back(club: Club) -> None:
    club.clock.now = EARLY
    first = await imports(club, DAYS)
    one = await club.read(lambda work: work.events.by_key(first[1]))
    await club.write(lambda work: events.cancel(work, one.id, STAFF, EARLY))
    assert await planned(club, EARLY) == first
    state = (await club.read(lambda work: work.events.get(one.id))).state
    assert state == "cancelled"


async def test_a_series_that_is_ended_stays_ended(club: Club) -> None:
    club.clock.now = EARLY
    first = await imports(club, DAYS)
    ended = await club.write(lambda work: event_series.end(work, "a", STAFF, EARLY))
    assert sorted(one.key for one in ended) == first
    await later(club, EARLY)
    assert await planned(club, EARLY + 60 * DAY) == first
    assert {one.state for one in await club.read(lambda work: work.events.all())} == {"cancelled"}


FILE = """
events:
  - {{key: b, name: {{zh: 品鉴会, en: Tasting}}, place: {{zh: 店, en: Shop}},
     starts: "2026-06-30 18:30", zone: Asia/Shanghai, {more}}}
"""


async def test_the_waves_of_a_file_are_planned_and_follow_it_until_they_begin(club: Club) -> None:
    club.clock.now = EARLY
    await agreed(club, "Mei")
    club.clock.now = EARLY

    async def waves(more: str) -> list[tuple[int, int | None, str, str]]:
        await imports(club, FILE.format(more=more))
        event = await club.read(lambda work: work.events.by_key("b"))
        found = await club.read(lambda work: work.event_waves.of(event.id))
        return [
            ((event.starts_at - one.due_at).days, one.most, one.written, str(one.state))
            for one in found
        ]

    first = await waves("invite: [{before: 20d, audience: level is gold}, {before: 5d, most: 3}]")
    assert first == [(20, None, "level is gold", "planned"), (5, 3, "", "planned")]
    assert await waves("invite: [{before: 30d}]") == [
        (30, None, "", "planned"),
        (5, 3, "", "stopped"),
    ]
    at = EARLY + 10 * DAY
    club.clock.now = at
    await later(club, at)
    assert await waves("capacity: 9, invite: [{before: 3d}]") == [
        (30, None, "", "done"),
        (5, 3, "", "stopped"),
    ]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("stores: [nowhere]", "nowhere is no store"),
        ("survey: nothing", "nothing is no survey"),
        ("invite: [{before: 1d, audience: levl}]", "cannot be read"),
        ("invite: [{before: soon}]", "must be a time such as"),
        ("invite: [{before: 1d, most: 0}]", "must be 1 or more"),
    ],
)
async def test_what_a_file_may_not_say(club: Club, more: str, said: str) -> None:
    with pytest.raises(ContentInvalid) as refused:
        await imports(club, FILE.format(more=more))
    assert any(said in str(one) for one in refused.value.problems)
    assert await club.read(lambda work: work.events.all()) == []


async def test_a_typed_wave_is_refused_once_answers_are_closed(club: Club) -> None:
    from domain.event_errors import EventTimes

    club.clock.now = EARLY
    await imports(club, FILE.format(more="answers_until: 1d"))
    event = await club.read(lambda work: work.events.by_key("b"))
    asked = {"key": "k", "due_at": event.closes_at, "actor": STAFF, "now": EARLY}
    with pytest.raises(EventTimes):
        await club.write(lambda work: event_waves.plan(work, event.id, **asked))
