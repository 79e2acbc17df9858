"""Member numbers catch slips of the tongue; masks show no more than they should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_10

from domain.errors import BadName, BadNumber, MemberClosed, MemberFrozen
from domain.members import (
    LONGEST_NAME,
    MemberState,
    check_name,
    check_number,
    make_number,
    mask_email,
    mask_name,
    mask_phone,
    new_number,
    require_active,
    show_number,
)

bodies = st.integers(0, 10**8 - 1)


@given(bodies)
def test_numbers_agree_with_the_standard(body: int) -> None:
    assert mod_11_10.is_valid(make_number(body))


@given(bodies)
def test_a_number_is_read_as_it_is_shown(body: int) -> None:
    number = make_number(body)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    for text in (number, show_number(number), f" {number[:4]}-{number[4:]} ", wide, f"#{number}"):
        assert check_number(text) == number


@given(bodies, st.integers(0, 8), st.integers(1, 9))
def test_every_wrong_digit_is_caught(body: int, place: int, shift: int) -> None:
    number = make_number(body)
    wrong = str((int(number[place]) + shift) % 10)
    with pytest.raises(BadNumber) as refused:
        check_number(number[:place] + wrong + number[place + 1 :])
    assert refused.value.reason == "check_digit"


def test_nearly_every_swap_of_neighbours_is_caught() -> None:
    """ISO 7064 MOD 11,10 promises almost all of them: here more than 97 of 100."""
    swaps = missed = 0
    for body in range(0, 10**8, 99_991):
        number = make_number(body)
        for place in range(8):
            a, b = number[place], number[place + 1]
            if a == b:
                continue
            swaps += 1
            try:
                check_number(number[:place] + b + a + number[place + 2 :])
                missed += 1
            except BadNumber:
                pass
    assert swaps > 5000
    assert missed * 100 < swaps * 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("12345678", "length"),
        ("1234567890", "length"),
        ("", "characters"),
        ("1234567x", "characters"),
    ],
)
def test_what_is_no_number_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadNumber) as refused:
        check_number(text)
    assert refused.value.reason == reason


def test_a_new_number_comes_from_the_given_randomness() -> None:
    assert new_number(lambda below: below - 1) == make_number(10**8 - 1)
    with pytest.raises(ValueError, match="8 digits"):
        make_number(10**8)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("+8613812345678", "138****5678"), ("+12125550111", "+12*****0111"), ("+4912", "****")],
)
def test_phones_are_masked(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@given(st.from_regex(r"\+861[3-9][0-9]{9}", fullmatch=True))
def test_a_masked_phone_hides_four_digits(phone: str) -> None:
    shown = mask_phone(phone)
    assert shown[:3] == phone[3:6]
    assert shown[-4:] == phone[-4:]
    assert shown.count("*") == 4


def test_names_and_addresses_are_masked() -> None:
    assert mask_name("王小明") == "王**"
    assert mask_name("Anna Berg") == "A*** B***"
    assert mask_email("li.wei@example.com") == "l***@example.com"
    assert mask_email("nonsense") == "***"


@given(st.text(st.characters(codec="utf-8"), max_size=LONGEST_NAME * 2))
def test_a_name_is_tidy_or_refused(text: str) -> None:
    try:
        name = check_name(text)
    except BadName:
        return
    assert 0 < len(name) <= LONGEST_NAME
    assert check_name(name) == name


@pytest.mark.parametrize("text", ["", "   ", "a" * 41, "a\x00b", "\ud800x", "!!!", "🙂"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(BadName):
        check_name(text)


def test_only_active_members_move_points() -> None:
    require_active(MemberState.ACTIVE)
    with pytest.raises(MemberFrozen):
        require_active(MemberState.FROZEN)
    for state in (MemberState.CLOSED, MemberState.MERGED):
        with pytest.raises(MemberClosed):
            require_active(state)
