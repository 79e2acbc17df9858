"""Phones and names of members as people and tills write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadEmail, BadNumber, BadPhone, Refused
from domain.members import make_number
from services.matching import claims, parse_email, parse_member
from services.phones import parse_phone, region_of
from services.ports.sales import Claim


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 138 0013 8000",
        "0086 13800138000",
        "86 13800138000",
        "＋８６ １３８００１３８０００",
    ],
)
def test_chinese_mobiles_are_read_as_people_write_them(text: str) -> None:
    assert parse_phone(text, "CN") == "+8613800138000"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "unreadable"),
        ("hello", "unreadable"),
        ("138", "too_short"),
        ("138001380001", "too_long"),
        ("1" * 50, "too_long"),
        ("10000000000", "impossible"),
        ("138O0138000", "unreadable"),
    ],
)
def test_what_is_no_phone_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadPhone) as refused:
        parse_phone(text, "CN")
    assert refused.value.reason in (reason, "impossible")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (parse_phone, parse_email, parse_member):
        try:
            read(text)
        except Refused:
            continue


def test_numbers_without_country_are_those_of_the_currency() -> None:
    assert [region_of(code) for code in ("CNY", "USD", "GBP", "EUR")] == ["CN", "US", "GB", "ZZ"]
    assert parse_phone("(212) 555-0111", "US") == "+12125550111"


def test_members_are_named_in_several_ways() -> None:
    number = make_number(12345678)
    assert parse_member(number) == Claim("number", number)
    assert parse_member("phone:13800138000") == Claim("phone", "+8613800138000")
    assert parse_member("email:Mei@Example.com") == Claim("email", "mei@example.com")
    assert parse_member("telegram:4711") == Claim("telegram", "4711")
    assert parse_member("ext:007") == Claim("external", "007")
    assert claims(number, "13800138000", None) == (
        Claim("number", number),
        Claim("phone", "+8613800138000"),
    )
    assert claims(None, None, None) == ()


@pytest.mark.parametrize("text", ["123", "telegram:x", "ext:", "fax:1", "123456789"])
def test_what_names_nobody_is_refused(text: str) -> None:
    with pytest.raises(BadNumber):
        parse_member(text)


@pytest.mark.parametrize("text", ["", "a", "a@b", "a b@c.de", "a@b.c", "a@@b.de", "x" * 300])
def test_what_is_no_email_is_refused(text: str) -> None:
    with pytest.raises(BadEmail):
        parse_email(text)
