"""Counted links: found in words, led over our address, opened by their token alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campaign_links import countable, led, link_id, links, opened, token
from domain.wordings import WordingButton, content

KEY = b"a key of the tests"
SHOP = "https://shop.example/a?b=1&c=2"
WAY = "https://club.example/r/TOKEN"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Look at https://shop.example/new.", {"https://shop.example/new"}),
        ("看看https://shop.example/new，很好", {"https://shop.example/new"}),
        ("(https://shop.example/a)", {"https://shop.example/a"}),
        ("https://shop.example/a_(b)", {"https://shop.example/a_(b)"}),
        ('<a href="https://shop.example/a?b=1&amp;c=2">here</a>', {SHOP}),
        ("https://shop.example/a?b=1&amp;c=2", {SHOP}),
        ('<a href="tg://resolve?domain=x">chat</a>', set()),
        ('<a href="javascript:alert(1)">chat</a>', set()),
        ("<code>https://shop.example/a</code>", set()),
        ("https://shop.example/?n={{ name }}", set()),
        ('<a href="https://shop.example/?n={{ name }}">x</a>', set()),
        ("nothing here", set()),
    ],
)
def test_addresses_are_found_in_texts(text: str, found: set[str]) -> None:
    assert links(content({"en": text})) == found


def test_addresses_are_found_in_buttons_and_all_languages() -> None:
    rows = ((WordingButton({"en": "Shop"}, url=SHOP), WordingButton({"en": "Card"}, "card")),)
    made = content({"zh": "https://a.example/zh", "en": "https://a.example/en"}, rows)
    assert links(made) == {SHOP, "https://a.example/zh", "https://a.example/en"}


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("See https://s.example/x.", f'See <a href="{WAY}">https://s.example/x</a>.'),
        ('<a href="https://s.example/x">here</a>', f'<a href="{WAY}">here</a>'),
        ('<a href="https://other.example">o</a>', '<a href="https://other.example">o</a>'),
        (
            '<a href="https://s.example/x">https://s.example/x</a>',
            f'<a href="{WAY}">https://s.example/x</a>',
        ),
        ("<code>https://s.example/x</code>", "<code>https://s.example/x</code>"),
        ("https://s.example/xy", "https://s.example/xy"),
    ],
)
def test_links_are_led_and_the_text_reads_the_same(text: str, after: str) -> None:
    assert led(text, {"https://s.example/x": WAY}) == after


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_a_token_names_its_link_and_row(link: int, row: int) -> None:
    made = token(KEY, link, row)
    assert opened(KEY, made) == (link, row)
    assert opened(b"another key", made) is None


@given(st.integers(0, 37), st.sampled_from("AZaz09-_"))
def test_a_changed_token_opens_nothing(place: int, letter: str) -> None:
    made = token(KEY, link_id(1, SHOP), 42)
    changed = made[:place] + letter + made[place + 1 :]
    found = opened(KEY, changed)
    assert found is None or (changed[:37] == made[:37] and found == opened(KEY, made))


@given(st.text(max_size=60))
def test_strange_tokens_open_nothing(given: str) -> None:
    assert opened(KEY, given) is None


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example",
        "javascript:alert(1)",
        "//a.example",
        "https://a b",
        f"https://{'a' * 2000}",
        "https://a.example/\r\nSet-Cookie: x",
    ],
)
def test_what_is_no_address_of_the_web_is_not_led_to(url: str) -> None:
    assert not countable(url)


def test_links_of_two_campaigns_differ() -> None:
    assert link_id(1, SHOP) != link_id(2, SHOP)
    assert 0 <= link_id(1, SHOP) < 2**63
