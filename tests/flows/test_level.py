"""The level as a dialogue: the ladder, what is missing, what each step gives."""

import pytest

from tests.flows.talk import buys
from tests.support.club import Club, programme


async def test_what_is_missing_to_the_next_level(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 128)
    shown = await mei.says("/level")
    for part in (
        "You are <b>Member</b>",
        "On to 🥈 Silver",
        "Spend ¥372.00 more in all",
        "One purchase of ¥200.00 or more",
        "🙂 Member · 1 × ← you",
        "💎 Diamond · 1.5 ×",
    ):
        assert part in shown.text, part


async def test_a_level_rises_with_the_purchase(club: Club) -> None:
    mei = await club.person(locale="zh-hans").joins()
    await buys(mei, 200)
    shown = await mei.says("我的等级")
    assert "您目前是<b>银卡会员</b>" in shown.text
    assert "1.1 倍积分" in shown.text
    assert "升级到 🥇 金卡会员" in shown.text


async def test_the_highest_level_has_nothing_above(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 5000)
    shown = await mei.says("/level")
    assert "highest level" in shown.text
    assert "On to" not in shown.text
    assert "On to" not in (await mei.says("/card")).text


@pytest.mark.parametrize(
    ("locale", "parts"),
    [
        ("en", ("all of these", "0 of 5 purchases a month", "of 200 activity")),
        ("zh-hans", ("需全部达成", "月均消费 0 / 5 次", "/ 200")),
    ],
)
async def test_a_ladder_that_asks_for_everything(
    database_url: str, locale: str, parts: tuple[str, ...]
) -> None:
    club = await Club(database_url, programme("four-seasons")).open()
    try:
        mei = await club.person(locale=locale).joins()
        shown = await mei.says("/level")
        for part in parts:
            assert part in shown.text, part
    finally:
        await club.close()
