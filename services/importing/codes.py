"""Imports a partner's codes: the file is checked whole, then written in pieces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from domain.benefits import Benefit
from domain.partner_errors import NobodyToPay, TakesNoCodes
from domain.partners import Batch, known_by
from services import stocking, waiting
from services.importing import reading
from services.importing.report import FileRefused, Findings
from services.ports import Work
from services.ports.club import Actor
from services.ports.staging import Progress

COLUMNS: Final = reading.Columns(("code",), ())
_COMPARED: Final = 5000
_WRITTEN: Final = 4000  # the writer is not held much longer than 50 ms
_CODE = re.compile(r"[!-~]+(?: [!-~]+)*")
_LENGTHS: Final = range(4, 65)


@dataclass(slots=True)
class Result:
    """What an import of codes found and did. `known`: the batch was there already."""

    codes: int = 0
    known: bool = False


class Delivery(NamedTuple):
    """What a partner delivers: for which benefit, under which name, for how much a code (minor
    units)."""

    benefit: str
    batch: str
    wholesale_minor: int


_End = tuple[()]
_END: Final[_End] = ()


class CodeImport:
    """The import of one file of codes (services.ports.staging.Job): one code a line, or CSV with
    the column `code`.

    The same file under the same batch again changes nothing, and completes an import that broke.
    Members get the codes when the last of them is kept.
    """

    def __init__(
        self, path: Path, delivery: Delivery, actor: Actor, now: datetime, progress: Progress
    ) -> None:
        self.result = Result()
        self._path, self._delivery, self._actor = path, delivery, actor
        self._now, self._progress = now, progress
        self._findings = Findings()
        self._hash = self._encoding = ""
        self._to_check: Iterator[tuple[int, str]] = iter(())
        self._to_write: Iterator[tuple[int, str]] = iter(())
        self._done, self._ended = 0, False
        self._batch: Batch | None = None

    # -- checking -----------------------------------------------------------------------

    def begin(self, work: Work) -> None:
        """Raises UnknownBenefit, TakesNoCodes, NobodyToPay."""
        self._benefit: Benefit = stocking.by_key(work, self._delivery.benefit)
        if not self._benefit.imported_codes:
            raise TakesNoCodes(self._benefit.key)
        if self._delivery.wholesale_minor and not self._benefit.partner:
            raise NobodyToPay(self._benefit.key)
        self._batch = work.partners.batch(self._delivery.batch)

    def read(self) -> None:
        findings, seen, content = self._findings, set[str](), sha256()
        size = self._path.stat().st_size
        content.update(repr(self._delivery).encode())
        for line, code in self._codes(findings, lambda done: self._progress("check", done, size)):
            known = known_by(code)
            if known in seen:
                findings.add(line, "", "is in the file before; remove one of them")
            seen.add(known)
            content.update(f"\n{known}".encode())
        self._progress("check", size, size)
        self.result.codes = len(seen)
        if not seen and not findings:
            findings.add(0, "", "has no codes")
        self._refuse()
        self._hash = content.hexdigest()
        self._to_check = self._codes(Findings())

    def unchecked(self) -> Sequence[tuple[int, str]]:
        if self._batch and (self._batch.codes or self._batch.content_hash != self._hash):
            return ()
        return list(islice(self._to_check, _COMPARED))

    def compare(self, work: Work, some: Sequence[tuple[int, str]]) -> None:
        lines = {code: line for line, code in some}
        beside = self._batch.id if self._batch else 0
        for code in sorted(work.partners.in_use(list(lines), beside), key=lines.__getitem__):
            self._findings.add(lines[code], "", "is in use already, here or as a voucher's code")

    def accept(self) -> None:
        if self._batch and self._batch.content_hash != self._hash:
            advice = "has other codes, another price or another benefit than when it was imported"
            self._findings.add(0, f"batch {self._delivery.batch}", f"{advice}; give a new --batch")
        self._refuse()
        self.result.known = self._ended = bool(self._batch and self._batch.codes)
        self._to_write = self._codes(Findings())

    # -- writing ------------------------------------------------------------------------

    def batch(self) -> Sequence[list[str] | _End]:
        """Some codes; at the end, once, what completes the batch."""
        if self._ended:
            return ()
        self._progress("write", self._done, self.result.codes)
        some = [code for _, code in islice(self._to_write, _WRITTEN)]
        self._ended = not some
        return (some or _END,)

    def write(self, work: Work, batch: Sequence[list[str] | _End]) -> Any:
        """Keeps codes, or completes the batch: the stock rises and who waits is served. False if
        codes were missing then, because somebody else brought them meanwhile."""
        (some,) = batch
        mine = self._mine(work)
        if some:
            work.partners.add_codes(mine.id, self._benefit.id, some)
            return True
        if work.partners.kept(mine.id) != self.result.codes:
            work.partners.drop(mine.id)
            return False
        if work.partners.complete(mine.id, self.result.codes):
            self._complete(work, mine)
            return True
        now = work.partners.batch(mine.key)
        return now is not None and now.codes > 0  # another completed it; or it was dropped

    def wrote(self, batch: Sequence[list[str] | _End], done: Any) -> None:
        if not done:
            self._findings.add(0, "", "holds codes that came into use meanwhile; run it again")
            self._refuse()
        self._done += len(batch[0])

    def _mine(self, work: Work) -> Batch:
        """The batch; begun if this is the first piece."""
        name = self._delivery.batch
        known = work.partners.batch(name)
        if known is None:
            work.partners.add_batch(self._begun(work.new_id()))
            known = work.partners.batch(name)
        if known is None or known.content_hash != self._hash:
            self._findings.add(0, f"batch {name}", "is being imported by somebody else")
            raise FileRefused(self._findings)
        return known

    def _begun(self, batch_id: int) -> Batch:
        return Batch(
            id=batch_id,
            key=self._delivery.batch,
            benefit_id=self._benefit.id,
            partner=self._benefit.partner,
            codes=0,
            wholesale_minor=self._delivery.wholesale_minor,
            content_hash=self._hash,
            staff_id=self._actor.staff_id,
            at=self._now,
        )

    def _complete(self, work: Work, batch: Batch) -> None:
        count = self.result.codes
        work.benefits.change_stock(self._benefit.id, count)
        detail = {"batch": batch.key, "codes": count, "wholesale_minor": batch.wholesale_minor}
        about = ("benefit", self._benefit.id)
        work.audit.add(self._actor, "benefit.codes", about, self._now, detail)
        waiting.stock_came(work, self._benefit.id, self._now, more=count)

    def _refuse(self) -> None:
        if self._findings:
            raise FileRefused(self._findings)

    # -- the file -----------------------------------------------------------------------

    def _codes(
        self, findings: Findings, seen: Callable[[int], None] = lambda _bytes: None
    ) -> Iterator[tuple[int, str]]:
        """Each code with its line; what is none goes to the findings."""
        if not self._encoding:
            self._encoding, _ = reading.encoding_of(self._path, findings)
        for line, text in self._lines(findings, seen):
            code = unicodedata.normalize("NFKC", text.strip().strip('"').strip())
            if not code:
                findings.add(line, "", "is empty; remove it")
            elif len(code) in _LENGTHS and _CODE.fullmatch(code):
                yield line, code
            else:
                findings.add(line, "", "must be 4 to 64 letters, digits or signs")

    def _lines(self, findings: Findings, seen: Callable[[int], None]) -> Iterator[tuple[int, str]]:
        with self._path.open(encoding=self._encoding) as file:
            first = file.readline()
        if "code" in [name.strip().lower() for name in first.split(",")]:
            for line, cells in reading.rows(self._path, COLUMNS, findings, seen):
                yield line, cells[0]
            return
        done = 0
        with self._path.open(encoding=self._encoding) as file:
            empty: list[int] = []
            for line, text in enumerate(file, 1):
                done += len(text)
                if not line % 5000:
                    seen(done)
                if not text.strip():
                    empty.append(line)
                    continue
                yield from ((blank, "") for blank in empty)  # but not those at the very end
                empty.clear()
                yield line, text
