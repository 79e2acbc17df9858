"""Imports another system's export: members with dated balances, levels and live vouchers.

Checked whole, reconciled before anything is written, and compared with the database at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final

from domain.programme import Programme
from services import erasing
from services.importing import club_tally, reading
from services.importing.club_history import HistoryImport
from services.importing.club_rows import BALANCES, LEVELS, VOUCHERS, Brought, ClubRows
from services.importing.club_tally import ERASED, Line, Tally
from services.importing.club_writing import ClubMember, Result, Rules, ends, write
from services.importing.known import CHANGED, TAKEN, fingerprint, taken
from services.importing.members import COLUMNS, Cells, NewMember
from services.importing.reading import Columns
from services.importing.report import FileRefused, Findings
from services.ports import Work
from services.ports.staging import Progress, Staging

MEMBERS_FILE: Final = "members.csv"
BALANCES_FILE, LEVELS_FILE, VOUCHERS_FILE = "balances.csv", "levels.csv", "vouchers.csv"
PURCHASES_FILE: Final = "purchases.csv"
FILES: Final = (MEMBERS_FILE, BALANCES_FILE, LEVELS_FILE, VOUCHERS_FILE, PURCHASES_FILE)
BATCH_SECONDS: Final = 0.045  # the writer is not held longer than about 50 ms
_SMALLEST, _LARGEST = 5, 200
_COMPARED: Final = 400


class ClubImport:
    """The import of one folder (services.ports.staging.Job, and more).

    After `accept`, `plan` says what the club will have; after writing, `reread` and `proof` say
    what it has. A member comes whole or not at all, so that a broken import is completed and a
    second one changes nothing. Nobody is sent anything.
    """

    def __init__(self, folder: Path, now: datetime, staging: Staging, progress: Progress) -> None:
        self.result = Result()
        self._folder, self._now, self._progress = folder, now, progress
        self._findings = Findings()
        self._members: list[NewMember] = []
        self._all: list[ClubMember] = []
        self._new: list[ClubMember] = []
        self._files, self._club, self._written = Tally(), Tally(), Tally()
        path = folder / PURCHASES_FILE
        self._orders = HistoryImport(path, now, staging, self._told, self._findings)
        self._has_orders = path.is_file()
        self._size, self._done, self._compared = _SMALLEST, 0, 0
        self._bytes = self._checked = 0

    def _told(self, stage: str, done: int, _all: int) -> None:
        """How far the orders are, which come after everything else."""
        if stage == "check":
            self._progress(stage, self._checked + done, self._bytes)
        else:
            self._progress(stage, len(self._new) + done, self.to_come)

    # -- checking -----------------------------------------------------------------------

    def begin(self, work: Work) -> None:
        benefits = {benefit.key: benefit for benefit in work.benefits.all()}
        self._rules = Rules(work.programmes.current(), benefits)
        self._orders.begin(work)

    def read(self) -> None:
        """Checks every row of every file. Raises FileRefused."""
        self._known_files()
        present = [self._folder / name for name in FILES if (self._folder / name).is_file()]
        self._bytes = sum(path.stat().st_size for path in present)
        ids = self._read_members()
        self._rows = rows = ClubRows(
            self._rules.programme, self._rules.benefits, ids, self._now, self._findings
        )
        self._read(BALANCES_FILE, BALANCES, rows.balance)
        self._read(LEVELS_FILE, LEVELS, rows.level)
        self._read(VOUCHERS_FILE, VOUCHERS, rows.voucher)
        self._read_orders()
        self._refuse()
        first = self._rules.programme.first_level.key
        self._files = club_tally.of_files(rows.brought.values(), first)
        self._all = [self._whole(one) for one in self._members]
        bare = [one.brought for one in self._all if not one.brought.said]
        self._files.update(club_tally.of_files(bare, first))
        self.result.members = len(self._all)

    def _read_orders(self) -> None:
        self._findings.file = PURCHASES_FILE
        self._orders.belong([one.member for one in self._members])
        if self._has_orders:
            with suppress(FileRefused):
                self._orders.read()

    def _known_files(self) -> None:
        self._findings.file = ""
        for path in sorted(self._folder.glob("*.csv")):
            if path.name not in FILES:
                self._findings.file = path.name
                advice = f"is no file of a club's export; there are: {', '.join(FILES)}"
                self._findings.add(0, "", advice)

    def _read_members(self) -> set[str]:
        """The members themselves; all external ids, those of faulty rows too."""
        ids: set[str] = set()
        self._findings.file = MEMBERS_FILE
        if not (self._folder / MEMBERS_FILE).is_file():
            self._findings.add(0, "", f"is missing; put it into {self._folder.name}")
            return ids
        cells = Cells(self._rules.programme, self._now, self._findings)

        def member(row: int, texts: list[str]) -> None:
            named = dict(zip(COLUMNS.all, texts, strict=True))
            ids.add(named["external_id"])
            self._dated_elsewhere(row, named)
            one = cells.read(row, named)
            self._members += [one] if one else []

        self._read(MEMBERS_FILE, COLUMNS, member)
        if not ids and not self._findings:
            self._findings.add(0, "", "has no rows")
        return ids

    def _dated_elsewhere(self, row: int, named: dict[str, str]) -> None:
        for column in ("points", "growth", "points_expire_at"):
            if named[column].strip() not in ("", "0"):
                advice = f"belongs into {BALANCES_FILE}, with its dates; leave this empty"
                self._findings.add(row, column, advice)

    def _read(self, name: str, columns: Columns, take: Callable[[int, list[str]], object]) -> None:
        path = self._folder / name
        self._findings.file = name
        if not path.is_file():
            return
        before, self._checked = self._checked, self._checked + path.stat().st_size

        def seen(done: int) -> None:
            self._progress("check", before + done, self._bytes)

        with suppress(FileRefused):  # said among the findings; the other files are checked too
            for row, texts in reading.rows(path, columns, self._findings, seen):
                take(row, texts)
        self._progress("check", self._checked, self._bytes)

    def _whole(self, one: NewMember) -> ClubMember:
        brought = self._rows.brought.get(one.member.external_id or "", Brought())
        content = "\x1e".join((one.content, *sorted(brought.said)))
        return ClubMember(one.row, one.member, brought, content)

    def _refuse(self) -> None:
        if self._findings:
            raise FileRefused(self._findings)

    def unchecked(self) -> Sequence[Any]:
        """Some members, and after all of them some orders."""
        some = self._all[self._compared : self._compared + _COMPARED]
        self._compared += len(some)
        if some or not self._has_orders:
            return some
        self._findings.file = PURCHASES_FILE
        return self._orders.unchecked()

    def compare(self, work: Work, some: Sequence[Any]) -> None:
        """What is there already; what cannot be added is a fault."""
        if isinstance(some[0], ClubMember):
            self._compare(work, some)
        else:
            self._orders.compare(work, some)

    def _compare(self, work: Work, some: Sequence[ClubMember]) -> None:
        self._findings.file = MEMBERS_FILE
        ids = [one.member.external_id or "" for one in some]
        stored, others = work.purchases.imported(ids), taken(work, ids)
        erased = erasing.erased_externals(work, ids, self._now)
        self._orders.leave_out(erased)
        gone: list[Brought] = []
        fresh: list[ClubMember] = []
        known: dict[int, Brought] = {}
        for one in some:
            external = one.member.external_id or ""
            if (before := stored.get(external)) is not None:
                known[before[0]] = one.brought
                if before[1] != fingerprint(work, one.content):
                    self._findings.add(one.row, "external_id", CHANGED)
            elif external in erased:
                gone.append(one.brought)
            elif external in others:
                self._findings.add(one.row, "external_id", TAKEN)
            else:
                fresh.append(one)
        self._free_codes(work, fresh)
        self._keep(work, fresh, known, gone)

    def _free_codes(self, work: Work, fresh: Sequence[ClubMember]) -> None:
        self._findings.file = VOUCHERS_FILE
        codes = [v.code for one in fresh for v in one.brought.vouchers if v.code]
        for code in work.openings.codes(codes):
            advice = "is that of another voucher of the club; leave it empty for a new one"
            self._findings.add(self._rows.codes[code], "code", advice)

    def _keep(
        self,
        work: Work,
        fresh: Sequence[ClubMember],
        known: dict[int, Brought],
        gone: Sequence[Brought],
    ) -> None:
        programme = self._rules.programme
        left_out = club_tally.of_files(gone, programme.first_level.key, ERASED)
        there = club_tally.of_club(work, known, programme)
        self._new += fresh
        self.result.known += len(known) + len(gone)
        for tally in (self._club, self._written):
            tally.update(left_out)
            tally.update(there)
        coming = [one.brought for one in fresh]
        self._club.update(club_tally.planned(coming, programme, self._now, ends))

    def accept(self) -> None:
        self._refuse()
        if self._has_orders:
            self._orders.accept()
        self._files.update(self._orders.files)
        self._club.update(self._orders.club)

    @property
    def programme(self) -> Programme:
        """The rules that the club has."""
        return self._rules.programme

    @property
    def to_come(self) -> int:
        """How many members and orders are to be added."""
        orders = self._orders.left if self._has_orders else 0
        return len(self._new) + orders

    def plan(self) -> list[Line]:
        """What the files say beside what the club will have of it."""
        return club_tally.compared(self._files, self._club, self._rules.programme)

    # -- writing ------------------------------------------------------------------------

    def batch(self) -> Sequence[Any]:
        """As many members as the writer may be held for, after all of them orders."""
        if self._done < len(self._new):
            self._progress("write", self._done, self.to_come)
            return self._new[self._done : self._done + self._size]
        return self._orders.batch() if self._has_orders else ()

    def write(self, work: Work, batch: Sequence[Any]) -> Any:
        if not isinstance(batch[0], ClubMember):
            return self._orders.write(work, batch)
        began = monotonic()
        matched = write(work, self._rules, batch, self._now)
        return matched, monotonic() - began

    def wrote(self, batch: Sequence[Any], done: Any) -> None:
        if not isinstance(batch[0], ClubMember):
            self._orders.wrote(batch, done)
            self.result.orders += len(batch)
            return
        matched, seconds = done
        self._done += len(batch)
        self.result.matched += matched
        self.result.added += len(batch)
        fitting = int(len(batch) * BATCH_SECONDS / max(seconds, 0.001))
        self._size = max(_SMALLEST, min(_LARGEST, fitting, self._size * 2))

    # -- the proof ----------------------------------------------------------------------

    def rereading(self) -> Iterator[Sequence[Any]]:
        """The members and the orders that were added, piece by piece."""
        for start in range(0, len(self._new), _COMPARED):
            yield self._new[start : start + _COMPARED]
        keys = self._orders.written() if self._has_orders else []
        for start in range(0, len(keys), _COMPARED):
            yield keys[start : start + _COMPARED]

    def reread(self, work: Work, some: Sequence[Any]) -> None:
        """Counts what the database has of members and orders that were added."""
        if not isinstance(some[0], ClubMember):
            self._orders.reread(work, some)
            return
        brought = {one.member.external_id or "": one.brought for one in some}
        stored = work.purchases.imported(brought)
        members = {member_id: brought[external] for external, (member_id, _) in stored.items()}
        self._written.update(club_tally.of_club(work, members, self._rules.programme))

    def proof(self) -> list[Line]:
        """What the files say beside what the database has of it."""
        written = Tally()
        written.update(self._written)
        written.update(self._orders.there)
        return club_tally.compared(self._files, written, self._rules.programme)
