"""Members' own codes: every slip is seen; and what wrong codes cost, by the rules alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.codes import MEMBER_BITS, check_code, check_member_code, make_code, make_member_code
from domain.refusals import BadCode
from domain.wrong_codes import ALARM, MOST_OF_STAFF, Tally, cost, locked, tries_left

BITS = st.integers(0, 2**MEMBER_BITS - 1)
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@given(BITS)
def test_a_member_code_is_read_as_people_type_it(random: int) -> None:
    code = make_member_code(random)
    assert len(code) == 12
    heard = f"{code[:4]} {code[4:8]}-{code[8:]}".lower().replace("0", "o").replace("1", "l")
    assert check_member_code(heard) == code


@given(BITS, st.integers(0, 11), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_always_seen(random: int, place: int, letter: str) -> None:
    code = make_member_code(random)
    wrong = code[:place] + letter + code[place + 1 :]
    if wrong != code:
        with pytest.raises(BadCode):
            check_member_code(wrong)


@given(BITS, st.integers(0, 10))
def test_two_neighbours_swapped_are_always_seen(random: int, place: int) -> None:
    code = make_member_code(random)
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if wrong != code:
        with pytest.raises(BadCode):
            check_member_code(wrong)


def test_a_voucher_code_is_no_member_code_and_the_other_way_round() -> None:
    with pytest.raises(BadCode):
        check_member_code(make_code(1))
    with pytest.raises(BadCode):
        check_code(make_member_code(1))


@pytest.mark.parametrize("random", [-1, 2**MEMBER_BITS])
def test_a_member_code_has_fifty_bits(random: int) -> None:
    with pytest.raises(ValueError, match="50 bits"):
        make_member_code(random)


def test_a_slip_costs_half_of_a_guess() -> None:
    assert cost("checksum") * 2 == cost("unknown")
    assert not locked(Tally(MOST_OF_STAFF - 1))
    assert locked(Tally(MOST_OF_STAFF))
    assert tries_left(Tally()) == 10
    assert tries_left(Tally(MOST_OF_STAFF - 1)) == 1


def test_while_very_many_guess_those_without_a_mistake_go_on() -> None:
    assert not locked(Tally(0, 0, ALARM * 100))
    assert locked(Tally(1, 0, ALARM))
    assert not locked(Tally(1, 0, ALARM - 1))
