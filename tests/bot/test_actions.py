"""Button payloads: signed for one person, at most 64 bytes, anything else refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import LIMIT, Action, BadAction, Signer

SIGNER = Signer(b"a key")
WORDS = st.text("abcdefghij.0123456789_-", max_size=11)


@given(WORDS, st.lists(WORDS, max_size=2), WORDS, st.integers(0, 10**6))
def test_what_is_packed_comes_back(intent: str, args: list[str], nonce: str, turn: int) -> None:
    action = Action(intent, tuple(args), nonce[:8], turn)
    packed = SIGNER.pack(action, "7")
    assert SIGNER.unpack(packed, "7") == action
    assert len(packed.encode()) <= LIMIT


@given(st.text(max_size=80))
def test_nothing_that_we_did_not_make_is_accepted(payload: str) -> None:
    with pytest.raises(BadAction):
        SIGNER.unpack(payload, "7")


@given(st.integers(0, 60), st.characters(codec="utf-8"))
def test_a_changed_character_is_refused(place: int, character: str) -> None:
    packed = SIGNER.pack(Action("benefit.redeem", ("123456789",), "nonce"), "7")
    place %= len(packed)
    changed = packed[:place] + character + packed[place + 1 :]
    if changed == packed:
        return
    with pytest.raises(BadAction):
        SIGNER.unpack(changed, "7")


def test_a_button_of_another_person_or_another_club_is_refused() -> None:
    packed = SIGNER.pack(Action("join"), "7")
    for signer, user in ((SIGNER, "8"), (Signer(b"other key"), "7")):
        with pytest.raises(BadAction):
            signer.unpack(packed, user)


def test_a_payload_that_would_not_fit_is_refused_when_it_is_made() -> None:
    with pytest.raises(ValueError, match="64 are allowed"):
        SIGNER.pack(Action("benefit.redeem", ("9" * 40,)), "7")


@pytest.mark.parametrize("part", ["a~b", "a|b"])
def test_the_separators_may_not_stand_in_a_part(part: str) -> None:
    with pytest.raises(ValueError, match="may not hold"):
        SIGNER.pack(Action("points", (part,)), "7")
