"""The level as a dialogue: the ladder, what is missing, what each step gives."""

import pytest

from services.level_history import SIZE
from services.ports.points import LevelStep
from tests.flows.talk import buys
from tests.support.club import NOW, Club, programme
from tests.support.threads import offer


async def test_what_is_missing_to_the_next_level(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 128)
    shown = await mei.says("/level")
    for part in (
        "You are <b>Member</b>",
        "On to 🥈 Silver",
        "Spend ¥372.00 more in all",
        "One purchase of ¥200.00 or more",
        "Valid without end",
    ):
        assert part in shown.text, part


@pytest.mark.parametrize(
    ("locale", "parts"),
    [
        (
            "en",
            (
                "🙂 <b>Member</b> ← you",
                "yours from the first day",
                "· ¥500.00 spent in all",
                "· or one purchase of ¥200.00",
                "💎 <b>Diamond</b>",
                "· 1.5 × the points",
                "· exclusive: Lounge",
            ),
        ),
        (
            "zh-hans",
            ("🙂 <b>普通会员</b> ← 您在这里", "· 或近 12 个月消费满 ¥3,000.00", "· 专享：休息室"),
        ),
    ],
)
async def test_the_whole_ladder_is_a_second_page(
    club: Club, locale: str, parts: tuple[str, ...]
) -> None:
    await offer(club, key="lounge", names={"zh": "休息室", "en": "Lounge"}, levels=("diamond",))
    mei = await club.person(locale=locale).joins()
    await mei.says("/level")
    shown = await mei.taps("level.ladder")
    for part in parts:
        assert part in shown.text, part
    assert (await mei.taps("level")).key == "level.shown"


async def test_the_record_of_levels_is_paged(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 200)
    await mei.says("/level")
    shown = await mei.taps("level.record")
    for part in ("🙂 Joined as Member", "🥈 Rose to Silver", "valid until 31 May 2027"):
        assert part in shown.text, part
    assert shown.text.index("Rose") < shown.text.index("Joined")
    member = await mei.member_id()
    steps = [LevelStep(member, NOW, "a", "gold", "review", "", "prolonged")] * SIZE
    await club.write(lambda work: work.levels.record(steps))
    await mei.taps("level.record")
    assert "Joined" not in mei.seen[-1].text
    older = await mei.taps("level.record", str(SIZE))
    assert "Joined as Member" in older.text
    assert (await mei.taps("level.record", "0")).text != older.text


async def test_the_page_says_until_when_and_what_then(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 1000)
    shown = await mei.says("/level")
    assert "Valid until <b>31 May 2027</b>" in shown.text
    assert "it becomes 🥈 Silver on 1 Jul 2027" in shown.text
    await buys(mei, 1000, "A-18")
    shown = await mei.says("/level")
    assert "it is prolonged by itself" in shown.text


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
