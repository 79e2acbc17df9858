"""Photographed receipts (小票拍照积分): states, reading what stands on one, pictures alike."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.birthdays import parse_birthday
from domain.errors import BirthdayImpossible, BirthdayUnclear, BirthdayUnreadable
from domain.receipt_errors import BadDay

ALIKE_SHARE: Final = 0.12
"""Of the edges that two pictures have: which share may differ in the same picture. Measured: up to
0.07 for a picture packed anew, made smaller or darker, from 0.20 on for two receipts of one shop
laid out alike."""


class ReceiptState(StrEnum):
    """Only the first two keep others from sending the same receipt."""

    WAITING = "waiting"
    BOOKED = "booked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Reason(StrEnum):
    """Why staff refuse a receipt."""

    UNREADABLE = "unreadable"
    AMOUNT = "amount"
    NOT_OURS = "not_ours"
    USED = "used"


@dataclass(frozen=True, slots=True)
class ReceiptPhoto:
    """A receipt that a member photographed, and what they said stands on it.

    `order_key` (source and number) and `picture_hash` are there while it waits or is booked, each
    unique; `near_hash` is nearly the same for nearly the same picture.
    """

    id: int
    member_id: int
    channel: str
    account: str
    file_id: str
    picture_hash: str | None
    near_hash: str
    store_id: int | None
    number: str
    minor: int
    currency: str
    bought_on: date
    order_key: str | None
    state: ReceiptState
    sent_at: datetime
    reason: str = ""
    decided_at: datetime | None = None
    staff_id: int | None = None
    purchase_id: int | None = None


def alike(one: str, other: str) -> bool:
    """Whether two near hashes (hexadecimal) are of nearly the same picture."""
    if not one or len(one) != len(other):
        return False
    first, second = int(one, 16), int(other, 16)
    return (first ^ second).bit_count() < ALIKE_SHARE * (first | second).bit_count()


def plain_number(text: str) -> str:
    """A receipt's number in the one form in which numbers are compared: half width, capital
    letters, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


_WORDS: Final = {
    "今天": 0,
    "today": 0,
    "昨天": 1,
    "yesterday": 1,
    "前天": 2,
    "the day before yesterday": 2,
}


def parse_day(text: str, today: date, earliest: date) -> date:
    """The day of a purchase: a word, or a date with or without its year, which then is the one
    that can be meant. Raises BadDay (`unreadable`, `unclear`, `future`, `too_old`)."""
    words = " ".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip(".!。！")
    if words in _WORDS:
        day = today - timedelta(days=_WORDS[words])
    else:
        day = _read(text, today, earliest)
    if day > today:
        raise BadDay(text[:40], "future", earliest)
    if day < earliest:
        raise BadDay(text[:40], "too_old", earliest)
    return day


def _read(text: str, today: date, earliest: date) -> date:
    # A date without a year is what a birthday is; the future is refused here, with other words.
    try:
        read = parse_birthday(text, date(today.year + 100, 12, 31))
        if read.lunar:
            raise ValueError("a receipt has no lunar day")
        if read.year is not None:
            return date(read.year, read.month, read.day)
        this_year = date(today.year, read.month, read.day)
        if this_year > today and (before := this_year.replace(year=today.year - 1)) >= earliest:
            return before
        return this_year
    except BirthdayUnclear as unclear:
        raise BadDay(text[:40], "unclear", today) from unclear
    except (BirthdayUnreadable, BirthdayImpossible, ValueError) as bad:
        raise BadDay(text[:40], "unreadable", today) from bad
