"""The staff's group where something was lost: ids of messages, what became of topics."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.markup import plain_text
from bot.messages import Kind
from services import outcomes
from services.ports.post import Route
from storage.work import Work
from tests.flows.grouped import linked, photo
from tests.flows.test_staff_group import heard, opens
from tests.support.club import Club
from tests.support.threads import last_message, operator


async def test_a_reply_to_a_card_whose_id_was_never_learned_finds_its_ticket_by_its_number(
    club: Club,
) -> None:
    anna = await operator(club)
    mei = await club.person("Mei Lin").joins()
    room = await linked(club, anna, forum=False)
    await opens(mei)
    await room.delivers()
    card = plain_text((await room.shown())[-1].text)
    told = await room.says(anna, "So sorry!", reply_to="777", quoted=card, message="50")
    assert told is not None
    assert told.key == "desk.lost"
    assert "went to that ticket" in told.text
    assert await heard(club, mei) == ["ticket.answered"]
    await mei.sends(text="Yes", reply_to=await last_message(club, mei), message="71")
    copy = [message for message in await room.shown() if message.key == "desk.said"][-1]
    await room.says(anna, "Good", reply_to="778", quoted=plain_text(copy.text), message="51")
    assert "Good" in (await mei.hears())[-1].text


async def test_a_reply_to_an_unknown_message_of_ours_is_not_met_with_silence(club: Club) -> None:
    anna = await operator(club)
    stranger = club.person("Passer-by")
    mei = await club.person().joins()
    room = await linked(club, anna, forum=False)
    await opens(mei)
    for quoted in ("", "Hello 123456", "⚠️ Complaint 123456 · Product"):
        told = await room.says(anna, "So sorry!", reply_to="777", quoted=quoted, message="50")
        assert told is not None
        assert told.key == "desk.lost"
        assert "nobody" in told.text
        assert room.button("queue")
    assert await room.says(stranger, "hm", reply_to="777", quoted="x", message="51") is None
    parts = [
        await room.sends(
            anna, Kind.PHOTO, media=photo(one), album="a", reply_to="777", message=one
        )
        for one in ("1", "2")
    ]
    assert [part is not None for part in parts] == [True, False]
    assert await heard(club, mei) == []


async def test_a_topic_of_which_nothing_is_heard_leaves_the_card_in_the_group(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    room = await linked(club, anna)
    await opens(mei)
    club.clock.move(minutes=1)

    def unclear(work: Work) -> None:
        now = club.clock()
        (row,) = work.outbox.claim(
            Route("telegram", "42"), 0, 9, by="x", now=now, before=now, until=now
        )
        last = replace(row, tries=outcomes.MOST_UNCLEAR - 1)
        outcomes.unclear(work, last, "x", now, "no answer")

    await club.write(unclear)
    await room.delivers()
    topic, card = await room.rows()
    assert (topic["state"], card["message"]["key"]) == ("unknown", "desk.card")
    assert "topic" not in card["message"]
    await room.says(anna, "So sorry!", reply_to=card["message_id"], message="50")
    assert await heard(club, mei) == ["ticket.answered"]
    await mei.sends(text="Thanks", reply_to=await last_message(club, mei), message="71")
    await room.delivers()
    assert any("Thanks" in message.text for message in await room.shown())
    assert [row["act"] for row in await room.rows("topic", "topic_rename")] == ["topic"]


@pytest.mark.parametrize("fails", [outcomes.retry, outcomes.moved])
async def test_a_topic_that_cannot_be_asked_for_leaves_the_card_in_the_group(
    club: Club, fails: Callable[..., None]
) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    room = await linked(club, anna)
    await opens(mei)
    club.clock.move(minutes=1)

    def fail(work: Work) -> None:
        now, route = club.clock(), Route("telegram", "42")
        (row,) = work.outbox.claim(route, 0, 9, by="x", now=now, before=now, until=now)
        last = replace(row, tries=outcomes.MOST_TRIES)
        if fails is outcomes.moved:
            outcomes.moved(work, route, last, "x", now, "-1")
        else:
            outcomes.retry(work, last, "x", now, None)

    await club.write(fail)
    assert [row["state"] for row in await room.rows("topic")] == ["dead"]
    assert [message.key for message in await room.shown()] == ["desk.card"]
