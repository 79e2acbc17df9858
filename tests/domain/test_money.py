"""Money: exact in both directions, and amounts read as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadAmount, UnknownCurrency, WrongCurrency
from domain.money import LARGEST_MINOR, Money, parse_money, total

currencies = st.sampled_from(["CNY", "USD", "JPY", "KWD"])


@given(st.integers(-LARGEST_MINOR, LARGEST_MINOR), currencies)
def test_what_is_written_is_read_back(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert parse_money(money.plain(), currency) == money


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("128.5", 12850),
        ("1,280.00", 128000),
        ("¥128", 12800),
        ("128元", 12800),
        ("１２８．５０", 12850),
        (" 0.01 ", 1),
        ("-3.20", -320),
        ("12.500", 1250),
        ("CNY 5", 500),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, minor: int) -> None:
    assert parse_money(text, "CNY") == Money(minor, "CNY")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "unreadable"),
        ("abc", "unreadable"),
        ("1.2.3", "unreadable"),
        ("1,28", "unreadable"),
        ("1e5", "unreadable"),
        ("NaN", "unreadable"),
        ("٣", "unreadable"),
        ("0.005", "decimals"),
        ("9" * 20, "too_large"),
        ("9" * 5000, "too_large"),
        ("--5", "unreadable"),
        (".5", "unreadable"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadAmount) as refused:
        parse_money(text, "CNY")
    assert refused.value.reason == reason


def test_yen_have_no_decimals() -> None:
    assert Money(1280, "JPY").plain() == "1280"
    with pytest.raises(BadAmount):
        parse_money("12.5", "JPY")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(WrongCurrency):
        Money(1, "CNY") + Money(1, "USD")
    with pytest.raises(UnknownCurrency):
        parse_money("1", "yuan")


def test_nothing_at_all_is_zero() -> None:
    assert total([], "CNY") == Money(0, "CNY")
    assert not Money(0, "CNY")
    assert total([Money(150, "CNY"), Money(-50, "CNY")], "CNY") == Money(100, "CNY")
