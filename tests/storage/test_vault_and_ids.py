"""Sealed texts, blind indexes and ids."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from storage.ids import Ids, random_id
from storage.vault import Vault

VAULT = Vault(b"secret")


@given(st.text())
def test_what_is_sealed_can_be_opened_and_does_not_show(text: str) -> None:
    sealed = VAULT.seal(text)
    assert VAULT.open(sealed) == text
    assert sealed != VAULT.seal(text)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(InvalidTag):
        Vault(b"other").open(VAULT.seal("+8613800000000"))


def test_an_index_finds_the_same_value_of_the_same_kind_only() -> None:
    assert VAULT.index("phone", "1") == VAULT.index("phone", "1")
    assert VAULT.index("phone", "1") != VAULT.index("email", "1")
    assert VAULT.index("phone", "1") != Vault(b"other").index("phone", "1")


def test_ids_rise_even_when_the_clock_stands_or_goes_back() -> None:
    times = iter([5, 5, 5, 4, 9, 1] * 1000)
    ids = Ids(lambda: 1_750_000_000_000 + next(times))
    made = [ids.next() for _ in range(6000)]
    assert made == sorted(set(made))
    assert max(made) < 2**63


def test_random_ids_are_positive_and_fit_63_bits() -> None:
    assert all(0 < random_id() < 2**63 for _ in range(1000))
