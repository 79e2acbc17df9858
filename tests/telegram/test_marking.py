"""What staff format in Telegram comes out as our markup, and nothing they send breaks it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markup import plain_text, problems
from bot.telegram.marking import TAGS, marked
from bot.telegram.translate import translate


def bold(offset: int, length: int, kind: str = "bold", **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("text", "entities", "expected"),
    [
        ("双倍积分", [], ""),
        ("双倍积分", [bold(0, 2)], "<b>双倍</b>积分"),
        ("a 🎂 b", [bold(2, 2)], "a <b>🎂</b> b"),
        ("🎂🎂 c", [bold(5, 1)], "🎂🎂 <b>c</b>"),
        ("1 < 2 & 3", [bold(0, 5)], "<b>1 &lt; 2</b> &amp; 3"),
        ("bold it", [bold(0, 7), bold(5, 2, "italic")], "<b>bold <i>it</i></b>"),
        ("ab", [bold(0, 2), bold(0, 2, "underline")], "<b><u>ab</u></b>"),
        ("old", [bold(0, 3, "strikethrough")], "<s>old</s>"),
        ("q", [bold(0, 1, "expandable_blockquote")], "<blockquote>q</blockquote>"),
        (
            "here",
            [bold(0, 4, "text_link", url="https://a.b/?x=1&y=2")],
            '<a href="https://a.b/?x=1&amp;y=2">here</a>',
        ),
        ("here", [bold(0, 4, "text_link", url="javascript:1")], ""),
        ("here", [bold(0, 4, "text_link", url='https://a"><b>')], ""),
        ("🎂", [bold(1, 1)], ""),  # through half a character
        ("abc", [bold(2, 9)], ""),
        ("abcd", [bold(0, 3), bold(2, 2, "italic")], "<b>abc</b>d"),  # across each other
        ("abc", [bold(0, 3, "mention"), {"type": 5}, bold(0, -1)], ""),
    ],
)
def test_formatting_becomes_markup(text: str, entities: list[Any], expected: str) -> None:
    assert marked(text, entities) == expected


spans = st.builds(
    bold,
    st.integers(-2, 40),
    st.integers(-2, 40),
    st.sampled_from([*TAGS, "text_link", "spoiler"]),
    url=st.sampled_from(["https://a.b/", "x", 'https://"']),
)


@given(st.text(st.characters(blacklist_categories=("Cs",)), max_size=30), st.lists(spans))
def test_whatever_is_formatted_the_markup_is_whole(text: str, entities: list[Any]) -> None:
    found = marked(text, entities)
    assert problems(found) == []
    if found and "<a " not in found:
        assert plain_text(found) == text


def update(**message: Any) -> dict[str, Any]:
    person = {"id": 7, "first_name": "A", "is_bot": False}
    base = {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "from": person}
    return {"update_id": 1, "message": base | message}


def test_a_message_carries_its_markup() -> None:
    inbound = translate(update(text="双倍 <", entities=[bold(0, 2)]), "42")
    assert (inbound.text, inbound.marked) == ("双倍 <", "<b>双倍</b> &lt;")
    plain = translate(update(text="双倍 <"), "42")
    assert (plain.markup, plain.marked) == ("", "双倍 &lt;")


def test_a_caption_carries_its_markup() -> None:
    size = {"file_id": "f", "width": 1, "height": 1}
    sent = update(photo=[size], caption="新品", caption_entities=[bold(0, 2)])
    assert translate(sent, "42").marked == "<b>新品</b>"
