"""Rules of benefits, codes, tickets and texts, without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.benefits import Benefit, Why, standing, voucher_expires
from domain.codes import BITS, LENGTH, check_code, make_code, show_code
from domain.refusals import BadCode, BadText
from domain.texts import check_text
from domain.tickets import Ticket, TicketKind, TicketState

NOW = datetime(2026, 5, 20, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
codes = st.integers(0, (1 << BITS) - 1).map(make_code)
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def benefit(**changes: object) -> Benefit:
    values: dict[str, object] = {
        "id": 1,
        "key": "coffee",
        "kind": "gift",
        "names": {"en": "Coffee"},
        "price": 100,
        "valid_days": 30,
    }
    return Benefit(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "points", "used", "why", "missing", "near"),
    [
        ({}, 100, 0, Why.NOTHING, 0, False),
        ({}, 99, 0, Why.POINTS, 1, True),
        ({}, 50, 0, Why.POINTS, 50, True),
        ({}, 49, 0, Why.POINTS, 51, False),
        ({}, -20, 0, Why.POINTS, 120, False),
        ({"price": 0}, 0, 0, Why.NOTHING, 0, False),
        ({"stock": 0}, 100, 0, Why.SOLD_OUT, 0, False),
        ({"stock": 1}, 100, 0, Why.NOTHING, 0, False),
        ({"per_member": 2}, 100, 1, Why.NOTHING, 0, False),
        ({"per_member": 2}, 100, 2, Why.LIMIT, 0, False),
        ({"levels": ("gold",)}, 100, 0, Why.LEVEL, 0, False),
        ({"levels": ("gold", "silver")}, 100, 0, Why.NOTHING, 0, False),
        ({"redeem_from": NOW}, 100, 0, Why.NOTHING, 0, False),
        ({"redeem_from": NOW + HOUR}, 100, 0, Why.NOT_YET, 0, False),
        ({"redeem_until": NOW}, 100, 0, Why.NO_LONGER, 0, False),
        ({"redeem_until": NOW + HOUR}, 100, 0, Why.NOTHING, 0, False),
        ({"redeem_until": NOW, "stock": 0}, 0, 5, Why.NO_LONGER, 0, False),
    ],
)
def test_the_reason_why_not(
    changes: dict[str, object], points: int, used: int, why: Why, missing: int, near: bool
) -> None:
    stands = standing(benefit(**changes), points=points, level="silver", used=used, now=NOW)
    assert (stands.why, stands.missing, stands.near) == (why, missing, near)


def test_the_last_day_of_a_voucher_is_included_in_the_programmes_zone() -> None:
    late = datetime(2026, 5, 20, 15, 59, tzinfo=UTC)  # one minute to midnight in Shanghai
    ends = voucher_expires(late, 1, "Asia/Shanghai")
    assert ends == datetime(2026, 5, 21, 16, tzinfo=UTC)
    assert voucher_expires(late + timedelta(minutes=1), 1, "Asia/Shanghai") == ends + 24 * HOUR


@given(st.integers(0, (1 << BITS) - 1))
def test_a_code_is_read_as_it_was_made_however_it_is_typed(bits: int) -> None:
    code = make_code(bits)
    assert len(code) == LENGTH
    typed = show_code(code).lower().replace("0", "o").replace("1", "l").replace(" ", " - ")
    assert check_code(typed) == check_code(show_code(code)) == code


@given(codes, st.integers(0, LENGTH - 1), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_always_seen(code: str, place: int, letter: str) -> None:
    assume(code[place] != letter)
    with pytest.raises(BadCode) as caught:
        check_code(code[:place] + letter + code[place + 1 :])
    assert caught.value.reason == "checksum"


@given(codes, st.integers(0, LENGTH - 2))
def test_two_swapped_neighbours_are_always_seen(code: str, place: int) -> None:
    assume(code[place] != code[place + 1])
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    with pytest.raises(BadCode):
        check_code(swapped)


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_is_refused(text: str) -> None:
    try:
        reason, code = "", check_code(text)
    except BadCode as refused:
        reason, code = refused.reason, ""
    assert (len(code) == LENGTH) is not (reason in ("length", "characters", "checksum"))


@given(st.text(max_size=60))
def test_a_text_is_kept_clean_or_refused(text: str) -> None:
    try:
        reason, kept = "", check_text(text, 50)
    except BadText as refused:
        reason, kept = refused.reason, ""
    kept.encode()
    assert (0 < len(kept) <= 50) is not (reason in ("empty", "too_long"))
    assert "\x00" not in kept


@pytest.mark.parametrize(
    ("after", "state"),
    [(timedelta(days=7) - HOUR, TicketState.RESOLVED), (timedelta(days=7), TicketState.CLOSED)],
)
def test_what_was_resolved_is_closed_after_a_week(after: timedelta, state: TicketState) -> None:
    ticket = Ticket(
        1,
        100_000,
        TicketKind.COMPLAINT,
        "other",
        1,
        None,
        None,
        TicketState.RESOLVED,
        NOW,
        NOW,
        NOW,
        done_at=NOW,
    )
    assert ticket.state_at(NOW + after) is state
