"""Plain words in both languages, and what is answered to everything else."""

import pytest

from tests.support.club import Club, Person

WORDS = [
    ("积分", "points.balance"),
    ("我的积分", "points.balance"),
    ("我有多少积分？", "points.balance"),
    ("请问我还有多少积分呀", "points.balance"),
    ("points", "points.balance"),
    ("Points!", "points.balance"),
    ("How many points do I have?", "points.balance"),
    ("hey, how many points have I got now", "points.balance"),
    ("会员卡", "card.shown"),
    ("home", "card.shown"),
    ("你好", "card.shown"),
    ("Hello", "card.shown"),
    ("明细", "history.shown"),
    ("我的消费记录在哪里", "history.shown"),
    ("my purchases", "history.shown"),
    ("Why did I get 128 points?", "history.shown"),
    ("为什么得了128积分", "history.shown"),
    ("这些积分是怎么来的？", "history.shown"),
    ("when do my points expire", "points.balance"),
    ("积分什么时候过期", "points.balance"),
    ("等级", "level.shown"),
    ("怎么升级", "level.shown"),
    ("what is the next level", "level.shown"),
    ("我的资料", "profile.shown"),
    ("my profile please", "profile.shown"),
    ("设置", "settings.shown"),
    ("settings", "settings.shown"),
    ("语言", "settings.language"),
    ("章程", "rules.shown"),
    ("terms and conditions", "rules.shown"),
    ("退订", "settings.stopped"),
    ("帮助", "help.shown"),
    ("help", "help.shown"),
    ("取消", "general.nothing_to_cancel"),
    ("ＰＯＩＮＴＳ", "points.balance"),
]
NOT_UNDERSTOOD = [
    "asdf",
    "?",
    "！！！",
    "😀",
    "",
    "   ",
    "0",
    "很" * 5000,
    "x " * 3000,
    "pointless",
]


@pytest.fixture
async def mei(club: Club) -> Person:
    return await club.person("Mei").joins()


async def test_plain_words_are_understood(mei: Person) -> None:
    for said, answered in WORDS:
        assert (await mei.says(said)).key == answered, said


async def test_what_is_not_understood_gets_a_helpful_answer_with_buttons(mei: Person) -> None:
    for said in NOT_UNDERSTOOD:
        answer = await mei.says(said)
        assert answer.key == "general.unknown", said
        assert mei.button("points")
        assert answer.rows


async def test_pictures_get_a_helpful_answer_too(mei: Person) -> None:
    answer = await mei.sends_photo()
    assert answer.key == "listening.file"
    assert answer.rows


async def test_a_long_text_is_not_searched_for_words(mei: Person) -> None:
    long = "I would like to tell you a long story about my dog and its points of view"
    assert (await mei.says(long)).key == "general.unknown"


async def test_help_lists_what_works(mei: Person) -> None:
    shown = await mei.says("/help")
    for word in ("points", "history", "level", "profile", "settings", "stop"):
        assert word in shown.text


async def test_a_blocked_bot_is_silent_and_comes_back(mei: Person) -> None:
    from bot.messages import Kind

    assert await mei.sends(Kind.BLOCKED) is None
    assert await mei.sends(Kind.UNBLOCKED) is None
    assert (await mei.says("/points")).key == "points.balance"
