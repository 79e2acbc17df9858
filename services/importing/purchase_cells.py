"""The cells of a purchases file: what may stand in each, and what to do about anything else."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final, TypeVar

from domain.dates import to_ms, zone_of
from domain.errors import BadAmount, BadEmail, BadNumber, BadPhone
from domain.money import parse_money, plain
from domain.programme import Programme
from domain.purchases import FUTURE_GRACE, LARGEST_ORDER_MINOR, LARGEST_QUANTITY, LONGEST_ID
from services.importing.reading import LONGEST_CELL, Columns
from services.importing.report import Findings
from services.matching import claims
from services.phones import region_of
from services.ports.sales import Claim
from services.ports.staging import Row

T = TypeVar("T")

COLUMNS: Final = Columns(
    required=("source", "order_id", "occurred_at", "currency", "amount"),
    optional=("line", "member", "phone", "email", "store", "sku", "name", "category", "quantity"),
)
_WHOLE: Final = re.compile(r"\d{1,9}(?:\.0+)?")
_SPLIT: Final = "\x1f"


@dataclass(slots=True)
class Cells:
    """Turns rows into staged rows; faults go to the findings, and the row is left out."""

    programme: Programme
    stores: Collection[str]
    now: datetime
    findings: Findings
    zero_values: int = 0
    zero_quantities: int = 0
    _row: int = 0
    _good: bool = True
    _who: Callable[[str, str, str], str] = field(init=False)
    _when: Callable[[str], int] = field(init=False)
    _amount: Callable[[str], int] = field(init=False)

    def __post_init__(self) -> None:
        # The same buyer, moment and price come again and again; reading them once is enough.
        self._who = lru_cache(50_000)(self._read_who)
        self._when = lru_cache(10_000)(self._read_when)
        self._amount = lru_cache(50_000)(self._read_amount)

    def read(self, row: int, cells: list[str]) -> Row | None:
        """The staged row; None if something is wrong with it."""
        self._row, self._good = row, True
        source, order_id, moment, currency, amount, line, member, phone, email = cells[:9]
        store, sku, name, category, quantity = cells[9:]
        if currency != self.programme.currency:
            self._wrong("currency", f"must be {self.programme.currency}, the programme's")
        if store and store not in self.stores:
            self._wrong("store", f"{_short(store)} is no store; add it: memberbot store add")
        who = self._tried("member", "", self._who, member, phone, email)
        at = self._tried("occurred_at", 0, self._when, moment)
        minor = self._tried("amount", 0, self._amount, amount)
        pieces = self._quantity(quantity)
        number = self._line(line)
        self._texts(source, order_id, (sku, name, category))
        if not self._good:
            return None
        self.zero_values += minor == 0
        self.zero_quantities += pieces == 0
        head = _SPLIT.join((who, str(at), store))
        return Row(row, source, order_id, number, head, minor, pieces, category, sku, name)

    def _wrong(self, column: str, advice: str) -> None:
        self._good = False
        self.findings.add(self._row, column, advice)

    def _tried(self, column: str, fallback: T, read: Callable[..., T], *texts: str) -> T:
        try:
            return read(*texts)
        except BadNumber:
            self._wrong("member", "is no member number (nine digits) nor phone:, email:, ext:")
        except BadPhone:
            self._wrong("phone", "is no phone number; write it with its country, such as +86 …")
        except BadEmail:
            self._wrong("email", "is no e-mail address")
        except (BadAmount, ValueError) as error:
            self._wrong(column, _advice(error))
        return fallback

    # -- the columns --------------------------------------------------------------------

    def _read_who(self, member: str, phone: str, email: str) -> str:
        region = region_of(self.programme.currency)
        return "|".join(f"{c.kind}={c.text}" for c in claims(member, phone, email, region))

    def _read_when(self, text: str) -> int:
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError as error:
            raise ValueError("is no time; write it as 2026-01-31T12:00:00+08:00") from error
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone_of(self.programme.zone))
        if moment > self.now + FUTURE_GRACE:
            raise ValueError("lies in the future of the club's clock; correct the date")
        if moment.year < 1990:
            raise ValueError("lies before 1990; correct the date")
        return to_ms(moment)

    def _read_amount(self, text: str) -> int:
        minor = parse_money(text, self.programme.currency).minor
        if minor < 0:
            raise ValueError("is negative; returns are refunds, not purchases")
        if minor > LARGEST_ORDER_MINOR:
            most = plain(LARGEST_ORDER_MINOR, self.programme.currency)
            raise ValueError(f"is more than {most}; correct it")
        return minor

    def _quantity(self, text: str) -> int:
        if not text:
            return 1
        if not _WHOLE.fullmatch(text):
            self._wrong(
                "quantity", "must be a whole number, 0 or more; write 1 for goods by weight"
            )
            return 0
        pieces = int(text.partition(".")[0])
        if pieces > LARGEST_QUANTITY:
            self._wrong("quantity", f"is more than {LARGEST_QUANTITY}; correct it")
        return pieces

    def _line(self, text: str) -> int:
        if not text:
            return 0
        if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text)):
            self._wrong("line", "must be a whole number from 1, or empty")
            return 0
        return int(text)

    def _texts(self, source: str, order_id: str, others: tuple[str, ...]) -> None:
        for column, text in (("source", source), ("order_id", order_id)):
            if not text or text != text.strip() or not text.isprintable():
                self._wrong(column, "must be a text without spaces around it")
            elif len(text) > LONGEST_ID:
                self._wrong(column, f"may have at most {LONGEST_ID} characters")
        for column, text in zip(("sku", "name", "category"), others, strict=True):
            if len(text) > LONGEST_CELL // 4:
                self._wrong(column, f"may have at most {LONGEST_CELL // 4} characters")


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


def _advice(error: BadAmount | ValueError) -> str:
    if not isinstance(error, BadAmount):
        return str(error)
    return {
        "decimals": f"has more digits after the point than {error.currency} has",
        "too_large": "is too large; correct it",
    }.get(error.reason, "is no amount; write it as 128.50")


@dataclass(frozen=True, slots=True)
class Head:
    """What all lines of an order agree on."""

    claims: tuple[Claim, ...]
    at: int
    store: str


@lru_cache(1000)
def head(text: str) -> Head:
    """Reads back the `head` of a staged row."""
    who, at, store = text.split(_SPLIT)
    parts = [part.split("=", 1) for part in who.split("|") if part]
    return Head(tuple(Claim(kind, value) for kind, value in parts), int(at), store)
