"""`/checkin` as a member meets it: said and answered, in both languages."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app import menus
from handlers.menu import left_out
from tests.flows.talk import intents
from tests.support.club import Club

SAID = [
    ("zh", "签到", "✅ 签到成功，+2 积分"),
    ("zh", "打卡", "✅ 签到成功，+2 积分"),
    ("zh", "/checkin", "✅ 签到成功，+2 积分"),
    ("en", "check in", "✅ Checked in: +2 points"),
    ("en", "Check-in!", "✅ Checked in: +2 points"),
]


@pytest.mark.parametrize(("locale", "said", "answered"), SAID)
async def test_words_check_in(club: Club, locale: str, said: str, answered: str) -> None:
    mei = await club.person("Mei", locale).joins()
    answer = await mei.says(said)
    assert answer.key == "checkin.done"
    assert answer.text.replace("<b>", "").replace("</b>", "").startswith(answered)


async def test_one_tap_on_the_card_and_a_second_one_says_when(club: Club) -> None:
    mei = await club.person("Mei", "zh").joins()
    await mei.says("/card")
    first = await mei.taps("checkin")
    assert first.text.count("⚪") == 6
    assert "🟢 近 7 天" in first.text
    assert "再连续签到 6 天，额外获得 10 积分" in first.text
    again = await mei.taps("checkin")
    assert "您今天已签到，获得了 2 积分" in again.text
    assert "2026年5月21日 00:00" in again.text


async def test_a_day_later_it_counts_on(club: Club) -> None:
    mei = await club.person("Mei").joins()
    await mei.says("/checkin")
    club.clock.now += timedelta(days=1)
    assert "2</b> days in a row" in (await mei.says("/checkin")).text


async def test_the_seventh_day_says_what_the_row_has_given(club: Club) -> None:
    mei = await club.person("Mei", "zh").joins()
    for _ in range(7):
        answer = await mei.says("签到")
        club.clock.now += timedelta(days=1)
    assert "+12 积分" in answer.text
    assert "其中 10 积分来自连续签到" in answer.text
    assert "⚪" not in answer.text


async def test_the_history_says_what_it_was_for(club: Club) -> None:
    mei = await club.person("Mei").joins()
    await mei.says("/checkin")
    assert "heck-in" in (await mei.says("/history")).text


async def test_a_club_without_check_in_does_not_offer_it(club: Club) -> None:
    mei = await club.person("Mei").joins()
    assert "checkin" in intents(mei, await mei.says("/card"))
    without = replace(club.programme, version=2, checkin=None)
    await club.write(lambda w: w.programmes.publish(without, club.clock(), None))
    assert "checkin" not in intents(mei, await mei.says("/card"))
    assert (await mei.says("/checkin")).key == "checkin.none"
    assert "checkin" not in {one.command for one in menus.entries(left_out(without))}


async def test_a_stranger_is_invited(club: Club) -> None:
    assert (await club.person("Bo").says("/checkin")).key == "join.invitation"
