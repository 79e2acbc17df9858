"""Telegram's HTML to entities, entities to the page's HTML, and nothing harmful in between."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.entities import found_entities, parse_html, units
from sandbox.errors import ApiError
from sandbox.rendering import to_html
from tests.sandbox.support import ANN, Phone, Session

BOTS = frozenset({"grocer_bot"})


def _entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain &lt;b&gt; &amp; &quot;x&quot; &#65;", 'plain <b> & "x" A', []),
        ("&nbsp; &copy;", "&nbsp; &copy;", []),
        ("<b>a</b><strong>b</strong>", "ab", [_entity("bold", 0, 1), _entity("bold", 1, 1)]),
        ("🍏<i>x</i>", "🍏x", [_entity("italic", 2, 1)]),
        (
            "<b>a<i>b</i></b>",
            "ab",
            [_entity("bold", 0, 2), _entity("italic", 1, 1)],
        ),
        ("<U>x</u>", "x", [_entity("underline", 0, 1)]),
        ("<del>x</del>", "x", [_entity("strikethrough", 0, 1)]),
        ("<tg-spoiler>x</tg-spoiler>", "x", [_entity("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [_entity("spoiler", 0, 1)]),
        (
            '<a href="https://example.com/?a=1&amp;b=2">x</a>',
            "x",
            [_entity("text_link", 0, 1, url="https://example.com/?a=1&b=2")],
        ),
        (
            '<pre><code class="language-python">x = 1</code></pre>',
            "x = 1",
            [_entity("pre", 0, 5, language="python")],
        ),
        ("<blockquote>x</blockquote>", "x", [_entity("blockquote", 0, 1)]),
        (
            "<blockquote expandable>x</blockquote>",
            "x",
            [_entity("expandable_blockquote", 0, 1)],
        ),
        ("  <b> x </b>  ", "x", [_entity("bold", 0, 1)]),
        ("<b></b>x", "x", []),
    ],
)
def test_html_becomes_text_and_entities(
    source: str, text: str, entities: list[dict[str, Any]]
) -> None:
    assert parse_html(source) == (text, entities)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("ä</b>", "Unexpected end tag at byte offset 2"),
        ("<blink>x</blink>", 'Unsupported start tag "blink" at byte offset 0'),
        ("a < b", "Unclosed start tag at byte offset 2"),
        ("<span>x</span>", 'must have class "tg-spoiler"'),
        ("<script>alert(1)</script>", 'Unsupported start tag "script"'),
    ],
)
def test_bad_html_is_refused_with_the_place(source: str, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_html(source)
    assert refused.value.code == 400
    assert refused.value.description.startswith("Bad Request: can't parse entities: ")
    assert words in refused.value.description


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start a", [("bot_command", "/start")]),
        ("ask /help@grocer_bot!", [("bot_command", "/help@grocer_bot")]),
        ("see https://example.com/a?b=1.", [("url", "https://example.com/a?b=1")]),
        ("t.me/grocer_bot?start=x", [("url", "t.me/grocer_bot?start=x")]),
        ("write a.b@example.org", [("email", "a.b@example.org")]),
        ("🍏 @somebody #fruit", [("mention", "@somebody"), ("hashtag", "#fruit")]),
        ("1/2 and/or #1", []),
    ],
)
def test_links_and_commands_are_found(text: str, found: list[tuple[str, str]]) -> None:
    wide = text.encode("utf-16-le")
    shown = [
        (e["type"], wide[e["offset"] * 2 : (e["offset"] + e["length"]) * 2].decode("utf-16-le"))
        for e in found_entities(text, [])
    ]
    assert shown == found


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<b>a &lt;i&gt;</b>", "<b>a &lt;i&gt;</b>"),
        ("<b>a<i>b</i>c</b>", "<b>a<i>b</i>c</b>"),
        ('<a href="javascript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href="data:text/html,x">x</a>', "<a>x</a>"),
        (
            "<a href=\"https://a.example/'onx='\">x</a>",
            '<a href="https://a.example/&#x27;onx=&#x27;" target="_blank" '
            'rel="noopener noreferrer">x</a>',
        ),
        (
            '<a href="https://t.me/grocer_bot?start=src_7">go</a>',
            '<a href="https://t.me/grocer_bot?start=src_7" data-bot="grocer_bot" '
            'data-start="src_7">go</a>',
        ),
    ],
)
def test_the_page_gets_safe_html(source: str, html: str) -> None:
    text, entities = parse_html(source)
    assert to_html(text, entities, BOTS) == html


@given(
    text=st.text(st.sampled_from("ab<>&\"'/中 "), max_size=30),
    marks=st.lists(
        st.tuples(
            st.sampled_from(["bold", "code", "pre", "text_link", "url", "spoiler", "mention"]),
            st.integers(0, 35),
            st.integers(1, 35),
        ),
        max_size=6,
    ),
)
def test_any_text_with_any_entities_renders_balanced_and_escaped(
    text: str, marks: list[tuple[str, int, int]]
) -> None:
    from html.parser import HTMLParser

    entities = [_entity(k, o, n, url="javascript:x") for k, o, n in marks]
    stack: list[str] = []
    seen: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag in {"b", "code", "pre", "a", "span"}
            assert not [name for name, _ in attrs if name.startswith("on")]
            stack.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert stack.pop() == tag

        def handle_data(self, data: str) -> None:
            seen.append(data)

    reader = Reader()
    reader.feed(to_html(text, entities))
    reader.close()
    assert stack == []
    assert "".join(seen) == text


def test_lengths_are_utf16_units() -> None:
    assert units("a🍏中") == 4


async def test_entities_outside_the_text_are_refused(session: Session, started: Phone) -> None:
    wrong = [{"type": "bold", "offset": 0, "length": 9}]
    answer = await session.call("sendMessage", chat_id=ANN, text="abc", entities=wrong)
    assert "ends after the end of the text" in answer.refusal
    wrong[0] |= {"type": "blinking", "length": 1}
    answer = await session.call("sendMessage", chat_id=ANN, text="abc", entities=wrong)
    assert "Unsupported type" in answer.refusal


async def test_what_persons_type_is_shown_as_typed(session: Session, started: Phone) -> None:
    await started.write("<img src=x onerror=alert(1)> & <b>")
    assert (await started.last())["html"] == "&lt;img src=x onerror=alert(1)&gt; &amp; &lt;b&gt;"
