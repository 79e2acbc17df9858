"""`memberbot audit`: in this process for a small club, in several for a large one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from app.wiring import Club
from services import audit
from services.ports.proofs import Part, Proof
from storage import audit_processes, engines
from storage.audit_processes import Report
from storage.work import Work

MANY: Final = 8
"""From so many pieces to an invariant on, processes of their own are worth their start."""


async def prove(club: Club, report: Report) -> list[Proof]:
    """Every invariant of the club; tells how many pieces are done of how many."""
    parts = await _read(club, lambda work: work.proofs.parts(audit.PART))
    guards = await _read(club, audit.guards)
    ranges = len({(part.first, part.last) for part in parts})
    if ranges < MANY:
        proofs = await _read(club, lambda work: _alone(work, parts, report))
    else:
        proofs = await asyncio.to_thread(
            audit_processes.together, club.settings.database, parts, report
        )
    return [*audit.joined(proofs), guards]


async def _read(club: Club, use: Callable[[Work], Any]) -> Any:
    """Beside the writer on SQLite, in a transaction of its own on PostgreSQL."""
    if engines.is_postgres(club.settings.database):
        return await club.units.write(use)
    return await club.units.read_long(use)


def _alone(work: Work, parts: list[Part], report: Report) -> list[Proof]:
    work.proofs.snapshot()
    proofs = []
    for done, part in enumerate(parts, 1):
        proofs.append(work.proofs.prove(part))
        report(done, len(parts))
    return proofs
