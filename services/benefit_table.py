"""A CSV file of benefits: its columns, and its cells as the YAML file would have them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from domain.errors import Problem
from domain.refusals import ContentInvalid
from services import content_schema as schema
from services.content_files import Found, told
from services.importing import reading
from services.importing.report import FileRefused, Findings, RowProblem
from services.programme_yaml import Place

_YES: Final = frozenset({"yes", "y", "true", "1", "是"})
_NO: Final = frozenset({"no", "n", "false", "0", "否"})
_WHOLE = re.compile(r"-?\d{1,12}")
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_SECTION: Final = "benefits"


class _BadCell(Exception):
    """A cell cannot be read; the message says how it is written."""


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise _BadCell("must be a whole number such as 10")
    return int(text)


def _flag(text: str) -> bool:
    folded = text.casefold()
    if folded not in _YES | _NO:
        raise _BadCell("must be yes or no")
    return folded in _YES


def _day(text: str) -> date:
    """A day; spreadsheets write 2026/3/1."""
    found = _DAY.fullmatch(text)
    if not found:
        raise _BadCell("must be a date such as 2026-01-31")
    try:
        return date(*map(int, found.groups()))
    except ValueError as error:
        raise _BadCell(f"there is no day {text} in the calendar; write another") from error


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.replace("；", ";").split(";") if word.strip()]


def _pairs(text: str) -> dict[str, str]:
    pairs = [word.partition("=") for word in _words(text)]
    if any(not sign for _, sign, _ in pairs):
        raise _BadCell("must be written as silver=100;gold=80")
    return {key.strip(): value.strip() for key, _, value in pairs}


def _counts(text: str) -> dict[str, int]:
    return {key: _whole(value) for key, value in _pairs(text).items()}


_CELLS: Final[dict[str, tuple[Place, Callable[[str], Any]]]] = {
    "key": (("key",), str),
    "kind": (("kind",), str),
    "name_zh": (("name", "zh"), str),
    "name_en": (("name", "en"), str),
    "terms_zh": (("terms", "zh"), str),
    "terms_en": (("terms", "en"), str),
    "category": (("category",), str),
    "picture": (("picture",), str),
    "goods": (("goods",), _words),
    "price": (("price",), _whole),
    "level_prices": (("level_prices",), _counts),
    "stock": (("stock",), _whole),
    "per_member": (("per_member",), _whole),
    "per": (("per",), str),
    "levels": (("levels",), _words),
    "early_hours": (("early_hours",), _counts),
    "visible_from": (("visible", "from"), _day),
    "visible_until": (("visible", "until"), _day),
    "redeem_from": (("redeemable", "from"), _day),
    "redeem_until": (("redeemable", "until"), _day),
    "valid_days": (("valid_days",), _whole),
    "cancel_hours": (("cancel_hours",), _whole),
    "giftable": (("giftable",), _flag),
    "ready_days": (("ready_days",), _whole),
    "offer_hours": (("offer_hours",), _whole),
    "imported_codes": (("imported_codes",), _flag),
    "partner": (("partner",), str),
    "amount": (("detail", "amount"), str),
    "percent": (("detail", "percent"), _whole),
    "minimum": (("detail", "minimum"), str),
    "most": (("detail", "most"), str),
    "by_level": (("detail", "by_level"), _pairs),
}
"""Each column with its place in an entry of the YAML file, and how a cell is read."""
_REQUIRED: Final = ("key", "name_zh", "name_en", "price")
COLUMNS: Final = reading.Columns(
    _REQUIRED, tuple(name for name in _CELLS if name not in _REQUIRED)
)


class Table:
    """The rows of a CSV file as entries, and how their faults are told: by line and column."""

    def __init__(self, path: Path) -> None:
        """Raises ContentInvalid if it is no table that can be read."""
        findings = Findings()
        self._lines: list[int] = []
        self._entries: list[dict[str, Any]] = []
        self._bad: list[Found] = []
        try:
            for line, cells in reading.rows(path, COLUMNS, findings):
                self._add(line, cells)
        except FileRefused:
            pass
        if findings:
            raise ContentInvalid(tuple(_form(problem) for problem in findings.problems))

    def checked(self) -> schema.Benefits:
        """The file; raises ContentInvalid."""
        found = list(self._bad)
        try:
            file = schema.Benefits.model_validate({_SECTION: self._entries})
        except ValidationError as error:
            known = {place for place, _ in found}
            raise self.invalid([*found, *(f for f in told(error) if f[0] not in known)]) from error
        self.require(found)
        return file

    def require(self, found: Iterable[Found]) -> None:
        """Raises ContentInvalid if anything was found."""
        if some := list(found):
            raise self.invalid(some)

    def invalid(self, found: Iterable[Found]) -> ContentInvalid:
        """Everything that was found, line by line."""
        problems = {self._problem(place, advice): None for place, advice in found}
        return ContentInvalid(tuple(sorted(problems, key=lambda one: one.line)))

    def _problem(self, place: Place, advice: str) -> Problem:
        if len(place) < 2 or not isinstance(place[1], int):
            return Problem("", advice.replace("entries", "rows"))
        name, number = _column(place[2:]), place[1]
        return Problem(f"row {self._lines[number]}, {name}", advice, self._lines[number])

    def _add(self, line: int, cells: list[str]) -> None:
        """One row; empty cells are left out, as one leaves them out in YAML."""
        number, entry = len(self._entries), dict[str, Any]()
        for name, cell in zip(COLUMNS.all, cells, strict=True):
            text = cell.strip()
            if not text:
                continue
            place, read = _CELLS[name]
            try:
                _put(entry, place, read(text))
            except _BadCell as bad:
                self._bad.append(((_SECTION, number, *place), str(bad)))
        self._lines.append(line)
        self._entries.append(entry)


def _form(problem: RowProblem) -> Problem:
    """A fault of form as faults of content are told."""
    return Problem(str(problem).removesuffix(f": {problem.advice}"), problem.advice, problem.row)


def _put(entry: dict[str, Any], place: Place, value: Any) -> None:
    *sections, last = place
    for section in sections:
        entry = entry.setdefault(str(section), {})
    entry[str(last)] = value


def _column(place: Place) -> str:
    """The column that a place of an entry is written in."""
    for name, (there, _) in _CELLS.items():
        if place[: len(there)] == there:
            return name
    return next((name for name, (there, _) in _CELLS.items() if there[0] == place[0]), "key")
