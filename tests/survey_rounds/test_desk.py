"""Staff send, end and decide in the chat; members come to their own surveys."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.flows.staffed import operator
from tests.support.club import NOW, Club, Person
from tests.survey_rounds.support import (
    PLAIN,
    SECRET,
    at,
    finishes,
    members,
    newest,
    saved,
    steps,
    written,
)


async def shown(club: Club, key: str, locale: str = "en") -> Person:
    """An operator with the card of a survey before them."""
    ann = await operator(club, "operator", "Ann", locale)
    await ann.says("/surveys")
    await ann.taps("surveys.show", str((await newest(club, key)).id))
    return ann


@pytest.mark.parametrize(
    ("locale", "open_", "asks", "sent"),
    [
        ("en", "🟢 open", "Invite <b>3</b> members", "are leaving"),
        ("zh", "🟢 进行中", "将邀请 <b>3</b> 位会员", "正在发出"),
    ],
)
async def test_staff_see_how_it_stands_and_send(
    club: Club, locale: str, open_: str, asks: str, sent: str
) -> None:
    await members(club, 4)
    wave = await saved(club, replace(PLAIN, send_at=None))
    await finishes(club, 1, wave)
    ann = await shown(club, "plain", locale)
    assert open_ in ann.seen[-1].text
    assert "100" in ann.seen[-1].text
    assert asks in (await ann.taps("surveys.ask_send")).text
    await steps(club)
    assert await written(club) == []
    answer = await ann.taps("surveys.send")
    assert sent in answer.text
    await steps(club)
    assert [one[0] for one in await written(club)] == [2, 3, 4]
    nobody = await ann.taps("surveys.ask_send")
    assert len(nobody.rows) == 1, "there is only the way back"


async def test_it_ends_after_a_question_and_only_once(club: Club) -> None:
    await saved(club, PLAIN)
    ann = await shown(club, "plain")
    await ann.taps("surveys.ask_close")
    assert (await newest(club, "plain")).closes_at is None
    assert "has ended" in (await ann.taps("surveys.close")).text
    await steps(club)
    assert (await ann.taps("surveys.close")).key == "survey_post.closed"


@pytest.mark.parametrize("intent", ["surveys.extend", "surveys.discard"])
async def test_too_few_are_decided_by_a_tap_and_by_nobody_else(club: Club, intent: str) -> None:
    ann = await operator(club, "operator", "Ann")
    await members(club, 2)
    wave = await saved(club, replace(SECRET, send_at=None, closes_at=NOW + timedelta(days=1)))
    await finishes(club, 1, wave)
    at(club, days=1, hours=2)
    await steps(club)
    heard = await ann.hears()
    assert "1 anonymous answer is too few" in heard[-1].text
    first = await ann.taps(intent)
    assert first.key in ("survey_post.extended", "survey_post.discarded")
    assert (await ann.taps(intent)).key == "survey_post.decided"


async def test_nobody_manages_without_permission(
    club: Club,
) -> None:
    await saved(club, replace(PLAIN, send_at=None))
    mei = await club.person("Mei").joins()
    assert (await mei.says("/surveys")).key == (await mei.says("/nothing")).key
    carl = await operator(club, "till", "Carl")
    assert "surveys.show" not in str((await carl.says("/surveys")).rows)
