"""The card of a message to many: on its way, put right afterwards."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.messages import Rendered
from tests.flows.hall import Hall, make_hall, sent, started, written
from tests.flows.talk import intents
from tests.support.club import Club, Person
from tests.support.threads import operator


@pytest.fixture
async def hall(club: Club) -> AsyncIterator[Hall]:
    made = await make_hall(club)
    yield made
    await made.worker.stop()


async def _do(person: Person, *taps: str) -> Rendered:
    for one in taps:
        answer = await person.taps(one)
    return answer


async def test_a_paused_one_sends_nothing_until_it_goes_on(hall: Hall) -> None:
    ann = await operator(hall.club)
    await started(hall, ann)
    paused = await _do(ann, "campaign.show", "campaign.pause")
    assert "Paused" in paused.text
    await hall.drained()
    assert hall.got() == []
    ben = await operator(hall.club, "Ben")
    await ben.says("/broadcast")
    await _do(ben, "campaign.show", "campaign.resume")
    assert "Sending" in (await _do(ann, "campaign.resume")).text
    await hall.drained()
    await hall.drained()
    assert len(hall.got()) == 3


async def test_stop_asks_once_and_keeps_back_what_has_not_left(hall: Hall) -> None:
    ann = await operator(hall.club)
    await started(hall, ann)
    asked = await _do(ann, "campaign.show", "campaign.stop")
    assert asked.key == "broadcast.sure_stop"
    assert "3 messages have not left yet" in asked.text
    stopped = await ann.taps("campaign.halt")
    assert "Stopped" in stopped.text
    await hall.drained()
    assert hall.got() == []
    assert {row["reason"] for row in await hall.rows()} == {"stopped"}
    assert (await ann.taps("campaign.stop")).key == "broadcast.progress"


async def test_who_leaves_meanwhile_gets_nothing_and_it_is_said_why(hall: Hall) -> None:
    ann = await operator(hall.club)
    await started(hall, ann)
    await hall.members[0].says("/stop")
    await hall.drained()
    assert len(hall.got()) == 2
    assert "has not agreed to such messages: 1" in (await ann.taps("campaign.show")).text


async def test_failed_ones_are_tried_again(hall: Hall) -> None:
    ann = await operator(hall.club)
    await started(hall, ann)
    hall.channel.faults[hall.members[0].user] = "bad message"
    await hall.drained()
    shown = await ann.taps("campaign.show")
    assert "Failed 1" in shown.text
    hall.channel.faults.clear()
    await ann.taps("campaign.retry")
    await hall.drained()
    assert len(hall.got()) == 3


async def test_an_unknown_outcome_leads_to_its_list(hall: Hall) -> None:
    ann = await operator(hall.club)
    await started(hall, ann)
    hall.channel.faults[hall.members[0].user] = "broken"
    await hall.drained()
    hall.channel.faults.clear()
    shown = await ann.taps("campaign.show")
    assert "Outcome unknown 1" in shown.text
    assert "post.unknown" in intents(ann, shown)


async def test_who_got_it_is_a_file(hall: Hall) -> None:
    ann = await operator(hall.club)
    await sent(ann)
    await hall.drained()
    await ann.taps("campaign.show")
    assert (await ann.taps("campaign.report")).key == "broadcast.report_coming"
    await hall.drained()
    (file,) = hall.channel.files
    rows: list[list[Any]] = json.loads(file.content)
    assert [row[2] for row in rows] == ["sent"] * 3


async def test_a_correction_changes_what_was_sent(hall: Hall) -> None:
    ann = await operator(hall.club)
    await sent(ann)
    await hall.drained()
    await ann.taps("campaign.show")
    assert (await ann.taps("campaign.correct")).key == "broadcast.ask_correction"
    assert (await ann.says("{% if %}")).key == "wording.refused"
    sure = await ann.says("Next weekend, really")
    assert sure.key == "broadcast.correction"
    assert "Next weekend, really" in sure.text
    await ann.taps("correct.now")
    await hall.drained()
    changed = {chat for act, chat, _, text in hall.channel.changes if "really" in text}
    assert {person.user for person in hall.members} <= changed


async def test_a_second_correction_keeps_what_the_first_changed(hall: Hall) -> None:
    ann = await operator(hall.club)
    await written(ann)
    await ann.taps("draft.text", "zh")
    await ann.says("下周末见")
    await ann.taps("draft.review")
    await ann.taps("draft.submit")
    await hall.drained()
    original = str((await hall.rows())[0]["campaign_id"])
    for zh, en in (("周日见", ""), ("", "On Sunday")):
        await ann.says("/broadcast")
        await ann.taps("campaign.show", original)
        await ann.taps("campaign.correct")
        for words in (zh, en):
            sure = await (ann.says(words) if words else ann.taps("correct.same"))
        await ann.taps("correct.now")
        await hall.drained()
    assert "周日见" in sure.text
    assert "On Sunday" in sure.text


async def test_a_recall_deletes_what_was_sent(hall: Hall) -> None:
    ann = await operator(hall.club)
    await sent(ann)
    await hall.drained()
    await ann.taps("campaign.show")
    assert "48 hours" in (await ann.taps("campaign.recall")).text
    await ann.taps("campaign.undo")
    await hall.drained()
    gone = {chat for act, chat, _, _ in hall.channel.changes if act == "delete"}
    assert gone == {person.user for person in hall.members}


async def test_after_two_days_there_is_nothing_to_recall(hall: Hall) -> None:
    ann = await operator(hall.club)
    await sent(ann)
    await hall.drained()
    await _do(ann, "campaign.show", "campaign.recall")
    hall.club.clock.move(hours=49)
    assert (await ann.taps("campaign.undo")).key == "campaign.recall_too_late"
