"""The reconciliation of a move: what the files say beside what the club has, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, NamedTuple

from domain.points import Unit, day_before
from domain.programme import Programme
from services.importing.club_rows import (
    BONUS,
    GROWTH,
    POINTS,
    PRINCIPAL,
    UNITS,
    Brought,
)
from services.ports import Work
from services.ports.openings import BONUS_LOT, PRINCIPAL_LOT, OpeningLot, voucher_key

MEMBERS: Final = "members"
BY_LEVEL: Final = "points_by_level"
BY_MONTH: Final = "points_by_month"
OWED: Final = "owed"
CREDIT: Final = "credit"
VOUCHERS: Final = "vouchers"
ORDERS: Final = "orders"
MONEY: Final = "money"
SECTIONS: Final = (MEMBERS, BY_LEVEL, BY_MONTH, OWED, GROWTH, CREDIT, VOUCHERS, ORDERS, MONEY)
NEVER: Final = "never"
ALL: Final = "all"

LAPSED: Final = "lapsed"
ERASED: Final = "erased"

Key = tuple[str, str]  # section, what is counted in it
Ends = Callable[[date | None, str], datetime | None]


class Line(NamedTuple):
    """One figure: as the files have it, as the club has it, and why they differ where they may
    (amounts by reason: `lapsed` before the move, `erased` since an earlier one)."""

    section: str
    label: str
    files: int
    club: int
    why: tuple[tuple[str, int], ...]

    @property
    def unexplained(self) -> int:
        return self.files - self.club - sum(amount for _, amount in self.why)


@dataclass(slots=True)
class Tally:
    """Sums by section and label; what is missing for a reason stands under the reason."""

    sums: Counter[Key] = field(default_factory=Counter)
    missing: dict[str, Counter[Key]] = field(default_factory=dict)

    def add(self, section: str, label: str, amount: int, reason: str = "") -> None:
        """Counts an amount: as there, or as missing for a reason."""
        place = self.missing.setdefault(reason, Counter()) if reason else self.sums
        place[section, label] += amount

    def lot(self, lot: OpeningLot, level: str, zone: str) -> None:
        """Counts a lot as it was posted; one that had lapsed by then is none any more."""
        lapsed = lot.expires_at is not None and lot.expires_at <= lot.opened_at
        kind = _KINDS.get((lot.unit, lot.source_type), lot.unit)
        month = f"{day_before(lot.expires_at, zone):%Y-%m}" if lot.expires_at else NEVER
        for section, label in _places(kind, lot.amount, level, month):
            self.add(section, label, abs(lot.amount), LAPSED if lapsed else "")

    def update(self, other: Tally) -> None:
        """Takes in the figures of another tally."""
        self.sums.update(other.sums)
        for reason, counts in other.missing.items():
            self.missing.setdefault(reason, Counter()).update(counts)


_LOTS: Final = {PRINCIPAL: PRINCIPAL_LOT, BONUS: BONUS_LOT}
_KINDS: Final = {
    (Unit.CREDIT.value, PRINCIPAL_LOT): PRINCIPAL,
    (Unit.CREDIT.value, BONUS_LOT): BONUS,
}


def _places(kind: str, amount: int, level: str, month: str) -> Iterator[Key]:
    """Where an amount is counted: points in two ways, each other kind in one."""
    if kind == POINTS and amount < 0:
        yield OWED, ALL
    elif kind == POINTS:
        yield BY_LEVEL, level
        yield BY_MONTH, month
    elif kind == GROWTH:
        yield GROWTH, ALL
    else:
        yield CREDIT, kind


# -- the three sides --------------------------------------------------------------------


def of_files(brought: Iterable[Brought], first_level: str, reason: str = "") -> Tally:
    """What the rows say, counted from them alone; for members who are left out by a reason."""
    tally = Tally()
    for one in brought:
        level = one.level.key if one.level else first_level
        tally.add(MEMBERS, level, 1, reason)
        for lot in one.lots:
            month = f"{lot.expires_on:%Y-%m}" if lot.expires_on else NEVER
            for section, label in _places(lot.unit, lot.amount, level, month):
                tally.add(section, label, abs(lot.amount), reason)
        for voucher in one.vouchers:
            tally.add(VOUCHERS, voucher.benefit, 1, reason)
    return tally


def of_club(work: Work, members: Mapping[int, Brought], programme: Programme) -> Tally:
    """What was written for these members, as the database has it. What is looked for is theirs
    whatever became of it since: used, lapsed, handed over in a merge."""
    tally = Tally()
    levels = work.openings.levels(members)
    first = programme.first_level.key
    for member_id in members:
        tally.add(MEMBERS, levels.get(member_id, first), 1)
    for lot in work.openings.lots(members):
        tally.lot(lot, levels.get(lot.member_id, first), programme.zone)
    keys = [voucher_key(m, n) for m, one in members.items() for n in range(len(one.vouchers))]
    for benefit, count in work.openings.vouchers(keys).items():
        tally.add(VOUCHERS, benefit, count)
    return tally


def planned(brought: Iterable[Brought], programme: Programme, now: datetime, ends: Ends) -> Tally:
    """What will be written for new members; `ends` gives the instant after a last day."""
    tally = Tally()
    for one in brought:
        level = one.level.key if one.level else programme.first_level.key
        tally.add(MEMBERS, level, 1)
        for lot in one.lots:
            until = None if lot.amount < 0 else ends(lot.expires_on, programme.zone)
            source = _LOTS.get(lot.unit, "")
            made = OpeningLot(0, UNITS[lot.unit], source, lot.amount, until, now)
            tally.lot(made, level, programme.zone)
        for voucher in one.vouchers:
            tally.add(VOUCHERS, voucher.benefit, 1)
    return tally


def compared(files: Tally, club: Tally, programme: Programme) -> list[Line]:
    """All lines: levels in their order, everything else by name."""
    places = {level.key: place for place, level in enumerate(programme.levels)}
    keys = {*files.sums, *club.sums, *(key for part in club.missing.values() for key in part)}
    ordered = sorted(keys, key=lambda key: (SECTIONS.index(key[0]), places.get(key[1], 99), key))
    return [_line(key, files, club) for key in ordered]


def _line(key: Key, files: Tally, club: Tally) -> Line:
    why = tuple((reason, part[key]) for reason, part in club.missing.items() if part[key])
    return Line(key[0], key[1], files.sums[key], club.sums[key], why)


def unexplained(lines: Sequence[Line]) -> list[Line]:
    """The lines whose difference nothing explains."""
    return [line for line in lines if line.unexplained]
