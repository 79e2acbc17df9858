"""Messages to groups of the staff: they are nobody's own, and what a group lacks is found out."""

from datetime import timedelta
from typing import Any

import pytest

from services import staff_groups
from services.ports.post import Notice
from services.ports.staff_groups import DESK, GroupChat, StaffGroup
from tests.support.club import NOW, Club
from tests.support.post import FakeChannel, RealTime, rows, sender

LATER = timedelta(seconds=11)
PLACE = GroupChat("telegram", "42", "-1001")
TALK = Notice("desk.problem", {"name": "Desk", "why": "gone"}, topic="40")


async def link(club: Club) -> int:
    group = StaffGroup(club.shared.ids.next(), *PLACE, "Desk", DESK, True, locale="en")
    kept = await club.units.write(lambda work: work.staff_groups.save(group, NOW))
    return int(kept.id)


async def say(club: Club, group: int, notice: Notice) -> int | None:
    def write(work: Any) -> Any:
        return work.deliveries.to_group(group, PLACE, notice, club.clock(), locale="en")

    made = await club.units.write(write)
    club.clock.now += LATER  # what was just written is its writer's to send
    return int(made) if made else None


async def test_a_group_is_written_to_in_its_language_and_topic(
    club: Club, channel: FakeChannel, real: RealTime
) -> None:
    group = await link(club)
    media = ({"reference": "P", "kind": "photo", "other": 1},)
    assert await say(club, group, Notice(TALK.key, TALK.values, media=media, quote="3", topic="4"))
    assert await sender(club, channel, real).drain() == 1
    (message,) = channel.messages
    assert (channel.journal[0][0], message.locale) == ("-1001", "en")
    assert (message.media[0].reference, message.quote, message.topic) == ("P", "3", "4")
    (row,) = await rows(club)
    assert (row["address_id"], row["member_id"], row["user"], row["state"]) == (
        None,
        None,
        "",
        "sent",
    )


async def test_an_occasion_is_told_to_a_group_once(club: Club) -> None:
    group = await link(club)
    once = Notice(TALK.key, TALK.values, dedupe="said:1:group")
    assert [bool(await say(club, group, once)) for _ in range(2)] == [True, False]


async def test_a_topic_is_made_and_who_waits_for_it_hears_of_it(
    club: Club, channel: FakeChannel, real: RealTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[int, str]] = []
    monkeypatch.setattr(
        staff_groups, "topic_made", lambda _work, of, topic, _now: heard.append((of, topic))
    )
    group = await link(club)
    made = await say(club, group, Notice("desk.topic", {"name": "#100001"}, act="topic"))
    shut = Notice("desk.topic", {}, act="topic_close", target="1001")
    await say(club, group, shut)
    assert await sender(club, channel, real).drain() == 2
    assert channel.changes == [
        ("topic", "-1001", "", "#100001"),
        ("topic_close", "-1001", "1001", ""),
    ]
    assert heard == [(made, "1001")]
    assert {row["message_id"] for row in await rows(club)} == {"1001"}


@pytest.mark.parametrize(
    ("trouble", "why"),
    [("no topics", "no_topics"), ("no rights", "no_rights"), ("kicked", "gone")],
)
async def test_what_a_group_lacks_is_kept_with_it(
    club: Club, channel: FakeChannel, real: RealTime, trouble: str, why: str
) -> None:
    group = await link(club)
    await say(club, group, TALK)
    channel.faults["-1001"] = trouble
    await sender(club, channel, real).drain()
    found = await club.units.read(lambda work: work.staff_groups.by_chat(PLACE))
    assert found.problem == why
    assert [row["state"] for row in await rows(club)] == ["dead"]


async def test_a_topic_that_was_deleted_is_told_and_the_group_is_well(
    club: Club, channel: FakeChannel, real: RealTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Any] = []
    monkeypatch.setattr(
        staff_groups, "topic_gone", lambda _work, place, topic, _now: heard.append((place, topic))
    )
    group = await link(club)
    channel.faults["-1001"] = "topic gone"
    await say(club, group, TALK)
    await say(club, group, Notice("desk.topic", {}, act="topic_close", target="41"))
    await sender(club, channel, real).drain()
    assert heard == [(PLACE, "40"), (PLACE, "41")]
    found = await club.units.read(lambda work: work.staff_groups.by_chat(PLACE))
    assert found.problem == ""


async def test_a_group_with_a_new_id_is_known_under_it(
    club: Club, channel: FakeChannel, real: RealTime
) -> None:
    group = await link(club)
    await say(club, group, TALK)
    channel.faults["-1001"] = "moved"
    one = sender(club, channel, real)
    await one.drain()
    await one.drain()  # what waits again while the first look ends
    assert channel.to("-1009") == [TALK.key]
    found = await club.units.read(lambda work: work.staff_groups.get(group))
    assert found.chat == "-1009"


async def test_a_desk_that_cannot_follow_does_not_make_a_topic_twice(
    club: Club, channel: FakeChannel, real: RealTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("the desk is in disorder")

    monkeypatch.setattr(staff_groups, "topic_made", broken)
    group = await link(club)
    await say(club, group, Notice("desk.topic", {"name": "#100001"}, act="topic"))
    assert await sender(club, channel, real).drain() == 1
    assert [row["state"] for row in await rows(club)] == ["sent"]
