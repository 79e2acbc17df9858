"""Days and numbers as people type them from a receipt, and pictures that look alike."""

from datetime import date

import pytest

from domain.receipt_errors import BadDay
from domain.receipts import alike, parse_day, plain_number

TODAY = date(2026, 5, 20)
EARLIEST = date(2026, 4, 20)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", TODAY),
        ("今天。", TODAY),
        ("Yesterday", date(2026, 5, 19)),
        ("前天", date(2026, 5, 18)),
        ("5月2日", date(2026, 5, 2)),
        ("2026-05-01", date(2026, 5, 1)),
        ("２０２６年５月１日", date(2026, 5, 1)),
        ("20260501", date(2026, 5, 1)),
        ("20/5", TODAY),
        ("May 2", date(2026, 5, 2)),
    ],
)
def test_a_day_is_read_as_it_is_written(text: str, day: date) -> None:
    assert parse_day(text, TODAY, EARLIEST) == day


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("21 May", "future"),
        ("2030-01-01", "future"),
        ("2026-04-19", "too_old"),
        ("29 February", "unreadable"),
        ("5/4", "unclear"),
        ("some day", "unreadable"),
        ("31 April", "unreadable"),
        ("", "unreadable"),
        ("9" * 60, "unreadable"),
    ],
)
def test_a_day_that_cannot_be_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadDay) as refused:
        parse_day(text, TODAY, EARLIEST)
    assert refused.value.reason == reason


def test_a_date_without_a_year_may_be_of_last_year() -> None:
    assert parse_day("30 December", date(2026, 1, 5), date(2025, 12, 6)) == date(2025, 12, 30)


@pytest.mark.parametrize("text", ["A-77", "a-77", " a - 77", "Ａ－７７", "A-７７"])
def test_a_number_has_one_form(text: str) -> None:
    assert plain_number(text) == "A-77"


def test_pictures_without_a_near_hash_are_like_no_other() -> None:
    assert not alike("", "")
    assert not alike("ff", "")
    assert alike("f" * 64, "f" * 64)
    assert not alike("f" * 64, "0" * 64)
