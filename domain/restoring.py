"""A database that was restored from a backup: how it is known, and which hours it has lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MARGIN: Final = timedelta(minutes=1)
"""Messages that left after the newest mark was written, before the next one."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the post of an installation was: `beat` counts up for ever, `at` is club time."""

    installation: str
    beat: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """What a restored database knows nothing of: from its own newest mark to the last moment at
    which its installation may have sent something."""

    since: datetime
    until: datetime


def lost(here: Mark, kept: Mark | None, *, copy: bool, now: datetime) -> Gap | None:
    """What is missing in a database whose own mark is `here`; None if nothing is.

    `kept`: the mark outside the database, None if there is none. `copy`: the database says of
    itself that it is a copy made as a backup; without a mark of the same installation nobody
    knows how long that went on, so until now.
    """
    ours = kept if kept is not None and kept.installation == here.installation else None
    if ours is not None and ours.beat > here.beat:
        return Gap(here.at, max(here.at, min(ours.at + MARGIN, now)))
    if copy:
        return Gap(here.at, max(here.at, now))
    return None
