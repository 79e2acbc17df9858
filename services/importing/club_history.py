"""Purchases from before a club moved in: they belong to its members and earn nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from domain.members import Member
from services.booking import HISTORY
from services.importing.club_tally import ERASED, MONEY, ORDERS, Tally
from services.importing.purchases import PurchaseImport
from services.importing.report import Findings
from services.ports import Work
from services.ports.sales import BOOKED, Claim
from services.ports.staging import Progress, Row, Staging

NOBODY: Final = "belongs to nobody in members.csv; add the member, or leave the order out"


class HistoryImport(PurchaseImport):
    """The purchases of a club's export (services.ports.staging.Job).

    Each is booked for the member whose row names its external id, phone or e-mail; `files` and
    `club` are what the rows say and what the club will have of it.
    """

    channel = HISTORY

    def __init__(
        self,
        path: Path,
        now: datetime,
        staging: Staging,
        progress: Progress,
        findings: Findings,
    ) -> None:
        super().__init__(path, now, staging, progress, findings)
        self.files, self.club, self.there = Tally(), Tally(), Tally()
        self._buyers: dict[Claim, str] = {}
        self._erased: set[str] = set()

    @property
    def left(self) -> int:
        """How many orders are to be written."""
        return self._there

    def belong(self, members: Collection[Member]) -> None:
        """Remembers whose orders there may be."""
        for member in members:
            external = member.external_id or ""
            self._buyers[Claim("external", external)] = external
            if member.phone:
                self._buyers[Claim("phone", member.phone)] = external
            if member.email:
                self._buyers[Claim("email", member.email)] = external

    def leave_out(self, erased: Collection[str]) -> None:
        """Members who were erased have no purchases any more."""
        self._erased |= set(erased)

    def claims(self, rows: Sequence[Row]) -> tuple[Claim, ...]:
        """The one sure claim: the member's external id."""
        return (Claim("external", self._buyer(rows)),)

    def _buyer(self, rows: Sequence[Row]) -> str:
        said = super().claims(rows)
        return next((self._buyers[claim] for claim in said if claim in self._buyers), "")

    def compare(self, work: Work, some: Sequence[Sequence[Row]]) -> None:
        kept = []
        for rows in some:
            buyer, minor = self._buyer(rows), sum(row.minor for row in rows)
            _count(self.files, minor)
            if not buyer:
                self._findings.add(rows[0].row, "member", NOBODY)
            elif buyer in self._erased:
                _count(self.club, minor, ERASED)
                _count(self.there, minor, ERASED)
            else:
                _count(self.club, minor)
                kept.append(rows)
        super().compare(work, kept)
        self.reread(work, [(rows[0].source, rows[0].order_id) for rows in kept])

    def reread(self, work: Work, keys: Sequence[tuple[str, str]]) -> None:
        """Counts which of these orders the database has, booked for a member."""
        for purchase in work.purchases.stored(keys).values():
            if purchase.state == BOOKED and purchase.channel == HISTORY:
                _count(self.there, purchase.minor)

    def written(self) -> list[tuple[str, str]]:
        """The keys of the orders that were to be written."""
        rows = self._staging.by_member()
        return list(dict.fromkeys((row.source, row.order_id) for row in rows))


def _count(tally: Tally, minor: int, reason: str = "") -> None:
    tally.add(ORDERS, "all", 1, reason)
    tally.add(MONEY, "all", minor, reason)
