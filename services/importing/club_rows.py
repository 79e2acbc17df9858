"""Rows of another system's export: dated balances, levels and vouchers, checked cell by cell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, NamedTuple

from domain.codes import read_code
from domain.dates import local_day
from domain.errors import BadAmount
from domain.money import parse_money
from domain.points import Unit
from domain.programme import Programme
from domain.refusals import BadCode
from services.importing.reading import Columns
from services.importing.report import Findings

BALANCES: Final = Columns(("external_id", "unit", "amount"), ("earned_on", "expires_on"))
LEVELS: Final = Columns(("external_id", "level"), ("since", "until"))
VOUCHERS: Final = Columns(("external_id", "benefit", "valid_until"), ("code", "issued_on"))

POINTS, GROWTH = "points", "growth"
PRINCIPAL, BONUS = "credit_principal", "credit_bonus"
UNITS: Final[Mapping[str, Unit]] = {
    POINTS: Unit.POINTS,
    GROWTH: Unit.GROWTH,
    PRINCIPAL: Unit.CREDIT,
    BONUS: Unit.CREDIT,
}
_EARLIEST: Final = date(1950, 1, 1)
_LATEST: Final = date(2200, 1, 1)
_MOST: Final = 10**9


class BroughtLot(NamedTuple):
    """So much of a unit (points, or minor money), negative where it is owed. Days are local, the
    last one is included; None: not known, never."""

    unit: str
    amount: int
    earned_on: date | None
    expires_on: date | None


class BroughtLevel(NamedTuple):
    """A level by its key, held from a day on, until a day if one is named."""

    key: str
    since: date | None
    until: date | None


class BroughtVoucher(NamedTuple):
    """A voucher by the key of its benefit; the code "" is made new."""

    benefit: str
    code: str
    issued_on: date | None
    valid_until: date


@dataclass(slots=True)
class Brought:
    """What one member brings along, and what the files said of it, row by row."""

    lots: list[BroughtLot] = field(default_factory=list)
    level: BroughtLevel | None = None
    vouchers: list[BroughtVoucher] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ClubRows:
    """Reads rows into what members bring; faults go to the findings. `members`: the external ids
    of members.csv; `benefits`: the keys that the club has."""

    programme: Programme
    benefits: Collection[str]
    members: Collection[str]
    now: datetime
    findings: Findings
    brought: dict[str, Brought] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    _levels: dict[str, str] = field(default_factory=dict)
    _level_rows: dict[str, int] = field(default_factory=dict)
    _row: int = 0

    def __post_init__(self) -> None:
        for level in self.programme.levels:
            for text in (level.key, *level.names.values()):
                self._levels.setdefault(text.strip().casefold(), level.key)

    @property
    def today(self) -> date:
        return local_day(self.now, self.programme.zone)

    # -- the kinds of rows --------------------------------------------------------------

    def balance(self, row: int, cells: list[str]) -> BroughtLot | None:
        """A dated balance; below zero it is a debt."""
        before = self._begin(row, cells)
        unit, text, earned, expires = (cell.strip() for cell in cells[1:])
        if unit not in UNITS:
            self._wrong("unit", f"must be one of {', '.join(UNITS)}")
        amount = self._amount(unit, text)
        earned_on, expires_on = self._day("earned_on", earned), self._day("expires_on", expires)
        if earned_on and earned_on > self.today:
            self._wrong("earned_on", "lies in the future; correct the date")
        if earned_on and expires_on and expires_on < earned_on:
            self._wrong("expires_on", "lies before earned_on; correct one of them")
        if expires_on and unit in (GROWTH, PRINCIPAL):
            self._wrong("expires_on", f"must be empty: {unit} does not expire")
        if amount < 0 and unit != POINTS:
            self._wrong("amount", "is negative; only points can be owed, correct it")
        if self.findings.count > before:
            return None
        lot = BroughtLot(unit, amount, earned_on, expires_on)
        self._of(cells, "b").lots.append(lot)
        return lot

    def level(self, row: int, cells: list[str]) -> BroughtLevel | None:
        """The level that a member holds; one row per member."""
        before = self._begin(row, cells)
        name = cells[1].strip()
        key = self._levels.get(name.casefold(), "")
        if not key:
            known = ", ".join(level.key for level in self.programme.levels)
            self._wrong("level", f"is no level of the club; there are: {known}")
        since, until = self._day("since", cells[2]), self._day("until", cells[3])
        if since and since > self.today:
            self._wrong("since", "lies in the future; correct the date")
        if since and until and until < since:
            self._wrong("until", "lies before since; correct one of them")
        first = self._level_rows.setdefault(cells[0], row)
        if first != row:
            self._wrong("external_id", f"has a level in row {first} too; keep one")
        if self.findings.count > before:
            return None
        held = BroughtLevel(key, since, until)
        self._of(cells, "l").level = held
        return held

    def voucher(self, row: int, cells: list[str]) -> BroughtVoucher | None:
        """A voucher that can still be used."""
        before = self._begin(row, cells)
        benefit, until = cells[1].strip(), self._day("valid_until", cells[2])
        if benefit not in self.benefits:
            known = ", ".join(sorted(self.benefits)) or "none yet, see: memberbot benefit import"
            self._wrong("benefit", f"is no benefit of the club; there are: {known}")
        if until is None and not cells[2].strip():
            self._wrong("valid_until", "is needed: the last day on which it can be used")
        code, issued = self._code(cells[3]), self._day("issued_on", cells[4])
        if issued and issued > self.today:
            self._wrong("issued_on", "lies in the future; correct the date")
        if issued and until and until < issued:
            self._wrong("valid_until", "lies before issued_on; correct one of them")
        if self.findings.count > before or until is None:
            return None
        one = BroughtVoucher(benefit, code, issued, until)
        self._of(cells, "v").vouchers.append(one)
        return one

    # -- the cells ----------------------------------------------------------------------

    def _begin(self, row: int, cells: list[str]) -> int:
        """Checks whose row it is; how many faults there were before."""
        self._row, before = row, self.findings.count
        if cells[0] not in self.members:
            self._wrong("external_id", "is not in members.csv; add the member, or leave this out")
        return before

    def _of(self, cells: list[str], kind: str) -> Brought:
        brought = self.brought.setdefault(cells[0], Brought())
        brought.said.append("\x1f".join((kind, *cells[1:])))
        return brought

    def _wrong(self, column: str, advice: str) -> None:
        self.findings.add(self._row, column, advice)

    def _day(self, column: str, text: str) -> date | None:
        if not text.strip():
            return None
        try:
            day = date.fromisoformat(text.strip())
        except ValueError:
            self._wrong(column, "is no date; write it as 2026-12-31")
            return None
        if not _EARLIEST <= day < _LATEST:
            self._wrong(column, f"must lie between {_EARLIEST} and {_LATEST}")
            return None
        return day

    def _amount(self, unit: str, text: str) -> int:
        """Whole points, or money in minor units."""
        if UNITS.get(unit) is Unit.CREDIT:
            return self._money(text)
        whole, _, part = text.partition(".")
        digits = whole.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or part.strip("0") or len(text) > 40:
            self._wrong("amount", "must be a whole number such as 120, or -30 for what is owed")
            return 0
        if int(digits) > _MOST:
            self._wrong("amount", f"is more than {_MOST}; correct it")
            return 0
        return int(whole)

    def _money(self, text: str) -> int:
        currency = self.programme.currency
        try:
            minor = parse_money(text, currency).minor
        except BadAmount as bad:
            said = {
                "decimals": f"has more digits after the point than {currency} has",
                "too_large": "is too large; correct it",
            }
            self._wrong("amount", said.get(bad.reason, "is no amount; write it as 128.50"))
            return 0
        if abs(minor) > _MOST * 100:
            self._wrong("amount", "is too large; correct it")
            return 0
        return minor

    def _code(self, text: str) -> str:
        if not text.strip():
            return ""
        try:
            code = read_code(text)
        except BadCode:
            self._wrong("code", "must be 4 to 32 letters (A-Z) and digits; empty for a new one")
            return ""
        first = self.codes.setdefault(code, self._row)
        if first != self._row:
            self._wrong("code", f"is that of row {first} too; a code is one voucher's")
        return code
