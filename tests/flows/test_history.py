"""The history as a dialogue: pages, and why each posting is as large as it is."""

import pytest

from bot.markup import problems
from bot.messages import Kind
from tests.flows.talk import HOSTILE, buys, intents, labels, points
from tests.support.club import Club, Person


@pytest.fixture
async def mei(club: Club) -> Person:
    return await club.person("Mei").joins()


async def test_the_newest_come_first_with_sign_what_and_when(mei: Person) -> None:
    await buys(mei, 128)
    shown = await mei.says("/history")
    lines = [line for line in shown.text.splitlines() if line[:2] in ("1.", "2.")]
    assert lines == [
        "1. <b>+128</b> Purchase · 20 May 2026",
        "2. <b>+50</b> Welcome gift · 20 May 2026",
    ]
    assert "¥128.00" in shown.text
    assert labels(shown)[:2] == ["1", "2"]


async def test_why_did_i_get_these_points(mei: Person) -> None:
    mei.club.clock.move(days=29)  # the 18th of June is members' day
    await buys(mei, 600)
    await buys(mei, 128, "A-18")
    await mei.says("/history")
    why = await mei.taps("history.why")
    assert why.edit
    for part in (
        "<b>+281</b> points · Purchase",
        "¥128.00 · A-18",
        "+128 · 1 for every ¥1.00",
        "+12 · Silver × 1.1",
        "+141 · Double points on members&#39; day × 2",
        "= <b>+281</b>, rounded down once at the end",
    ):
        assert part in why.text, part


async def test_why_in_chinese(club: Club) -> None:
    li = await club.person("李", "zh-hans").joins()
    await buys(li, 128)
    shown = await li.says("积分明细")
    assert "<b>+128</b> 消费 · 2026年5月20日" in shown.text
    why = await li.taps("history.why")
    assert "+128 · 每消费 ¥1.00 得 1" in why.text


async def test_pages_go_back_in_time_and_return(mei: Person) -> None:
    for number in range(9):
        await buys(mei, 10 + number, f"B-{number}")
    newest = await mei.says("/history")
    assert "<b>+18</b>" in newest.text
    assert "Welcome" not in newest.text
    older = await mei.taps("history")
    assert older.edit
    assert "Welcome gift" in older.text
    assert "history" not in intents(mei, older)[:-3] or "« Newest" in labels(older)
    again = await mei.taps("history", "new")
    assert again.text == newest.text


async def test_back_from_the_arithmetic_shows_the_page_again(mei: Person) -> None:
    await buys(mei, 128)
    await mei.says("/history")
    await mei.taps("history.why")
    back = await mei.taps("history")
    assert back.key == "history.shown"
    assert "<b>+128</b>" in back.text


async def test_a_new_member_sees_the_welcome_gift(mei: Person) -> None:
    shown = await mei.says("/history")
    assert "Welcome gift" in shown.text


@pytest.mark.parametrize("word", ["abc", "-1", "0", "9" * 19, "9" * 40, "٣", "<b>"])
async def test_a_page_that_is_none_is_still_answered(mei: Person, word: str) -> None:
    assert (await mei.says(f"/history {word}")).key == "history.shown"


async def test_another_members_posting_is_not_shown(club: Club, mei: Person) -> None:
    other = await club.person().joins()
    await buys(mei, 128)
    await mei.says("/history")
    stolen = mei.button("history.why").payload
    answer = await other.sends(Kind.TAP, payload=stolen)
    assert answer is not None
    assert answer.key == "general.expired"
    action = club.signer.unpack(stolen, mei.user)
    forged = club.signer.pack(action, other.user)
    answer = await other.sends(Kind.TAP, payload=forged)
    assert answer is not None
    assert answer.key == "history.shown"
    assert "+128" not in answer.text


async def test_reading_the_history_moves_no_points(mei: Person) -> None:
    before = await points(mei)
    for _ in range(3):
        await mei.says("/history")
        await mei.taps("history.why")
    assert await points(mei) == before


async def test_an_order_number_that_looks_like_markup_is_harmless(mei: Person) -> None:
    await buys(mei, 128, HOSTILE)
    await mei.says("/history")
    why = await mei.taps("history.why")
    assert problems(why.text) == []
    assert "<script>" not in why.text
