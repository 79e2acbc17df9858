"""By which words operators know a message again."""

import pytest

from domain.campaign_words import about


@pytest.mark.parametrize(
    ("text", "known_by"),
    [
        ("Spring <b>teas</b> are in", "Spring teas are in"),
        ("{{ name }}，春茶上新", "春茶上新"),
        ("{{ name or 'friend' }}, spring is here", "spring is here"),
        ("Hello {{ name }}!", "Hello …!"),
        ("{{ name }}", "…"),
        ("a" * 50, "a" * 39 + "…"),
    ],
)
def test_a_message_is_known_by_how_it_begins_but_for_the_name(text: str, known_by: str) -> None:
    assert about(text) == known_by
