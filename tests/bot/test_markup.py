"""The neutral markup: what is allowed, plain text, and cutting long texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markup import plain_text, problems, split, with_places


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("<b>12</b> points", "12 points"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ('<a href="https://example.org/x">map</a>', "map (https://example.org/x)"),
        ("<code>1234</code>", "1234"),
    ],
)
def test_plain_text_has_no_markup_and_loses_no_word(marked: str, plain: str) -> None:
    assert plain_text(marked) == plain


@pytest.mark.parametrize(
    "marked", ["<b>x</b>", "<b><i>x</i></b>", '<a href="u">x</a>', "&lt;x&gt;"]
)
def test_good_markup_has_no_problems(marked: str) -> None:
    assert problems(marked) == []


@pytest.mark.parametrize(
    "marked", ["<b>x", "x</b>", "<b><i>x</b></i>", "<script>", "a < b", "<em>x</em>"]
)
def test_bad_markup_is_named(marked: str) -> None:
    assert problems(marked)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("<b>{{ name or “朋友” }}</b>", '<b>{{ name or "朋友" }}</b>'),
        (
            "{% if points &gt; 5 %}x{% endif %} 1 &lt; 2",
            "{% if points > 5 %}x{% endif %} 1 &lt; 2",
        ),
        ("{{ <code>name</code> }}", "{{ name }}"),
        ("<b>a {{ na</b>me }} &lt;", "a {{ name }} &lt;"),
        ("“quoted” &amp; <i>so</i>", "“quoted” &amp; <i>so</i>"),
    ],
)
def test_places_for_values_hold_no_markup(marked: str, expected: str) -> None:
    assert with_places(marked) == expected


@given(st.lists(st.text("abc 你好\n", max_size=60), max_size=40), st.integers(40, 120))
def test_pieces_fit_and_lose_no_character_but_line_ends(lines: list[str], limit: int) -> None:
    text = "\n".join(lines)
    pieces = split(text, limit)
    assert all(len(piece) <= limit for piece in pieces)
    if len(text) > limit:
        assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_line_that_is_too_long_is_cut_without_tearing_a_tag() -> None:
    pieces = split("<b>" + "x&amp;" * 200 + "</b>", 100)
    assert all(len(piece) <= 100 for piece in pieces)
    assert all(problems(piece) == [] for piece in pieces)
    assert "".join(plain_text("".join(pieces)).split()) == "x&" * 200
