"""Plural forms follow CLDR, whatever the number is written as."""

import pytest

from templates import formats


@pytest.mark.parametrize(
    ("language", "value", "word"),
    [
        ("en", 1, "point"),
        ("en", -1, "point"),
        ("en", 0, "points"),
        ("en", 2, "points"),
        ("en", 1001, "points"),
        ("en", "1", "point"),
        ("en", "1.5", "points"),
        ("en", "1.0", "points"),  # CLDR: one only without visible decimals
        ("zh", 1, "points"),
        ("zh", 5, "points"),
    ],
)
def test_the_word_goes_with_the_number(language: str, value: int | str, word: str) -> None:
    assert formats.plural(language, value, "point", "points") == word


def test_languages_with_more_forms_are_given_them() -> None:
    assert formats.plural("en", 2, "a", "b", few="c") == "b"
