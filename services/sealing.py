"""The nightly seal: every account whose chain has grown is covered by the day's digest."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from domain import seals
from domain.seals import Seal
from services.ports import Work

BATCH: Final = 500
"""Postings that one part looks at: a fraction of the time a writer may be held."""


def is_sealed(work: Work, day: date) -> bool:
    """Whether a local day needs no (further) seal: it has one, or nothing was posted since."""
    return seals.next_seal(work.seals.last(), day, work.seals.newest_posting()) is None


def seal(work: Work, day: date, now: datetime, batch: int = BATCH) -> bool:
    """Seals the next part for a local day of the programme; True while there is more to do.

    Each part is a unit of its own; stopped anywhere, it goes on where it was. DESIGN: decision 5.
    """
    last = work.seals.last()
    part = seals.next_seal(last, day, work.seals.newest_posting())
    if part is None:
        return False
    number, after, target = part
    day = last.day if last and not last.is_last else day
    upto = work.seals.batch_end(after, target, batch)
    heads = work.seals.grown(after, upto)
    line = seals.line(number, day, after, upto, target)
    digest = seals.digest(seals.sealed(last), line, heads)
    new = Seal(number, day, after, upto, target, len(heads), now, digest)
    work.seals.add(new, heads)
    return True
