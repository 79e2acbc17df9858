"""How far this installation's post was, kept outside the database: a file in the data folder.

A database that is older than this file was restored from a backup.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.state import StoreUnavailable
from domain.restoring import Gap, Mark
from services import post, restoring
from storage.unit_of_work import Units
from storage.work import Work

log = logging.getLogger(__name__)

NAME = "post-mark.json"
BEAT_SECONDS = 3.0


def read(data: Path) -> Mark | None:
    """The mark in a data folder, None if there is none that can be read."""
    try:
        return restoring.as_read(json.loads((data / NAME).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.warning("%s cannot be read and is written anew: %s", data / NAME, error)
        return None


def write(data: Path, mark: Mark) -> None:
    """Writes the mark whole or not at all."""
    data.mkdir(0o700, parents=True, exist_ok=True)
    draft = data / f".{NAME}.{os.getpid()}"
    draft.write_text(json.dumps(restoring.as_kept(mark)), encoding="utf-8")
    draft.replace(data / NAME)


def look(work: Work, kept: Mark | None, now: datetime) -> Gap | None:
    """Puts the post on hold if the database is older than the mark; what it does not know of.
    `kept`: read before the unit began, for others move both on."""
    found = restoring.look(work, kept, now)
    if found is not None:
        post.hold_restored(work, now)
        log.warning(
            "this database is a restored backup: it ends at %s, the post went on until %s; only"
            " new replies are sent until somebody runs: memberbot hold off",
            found.since,
            found.until,
        )
    return found


async def follow(units: Units, data: Path, clock: Callable[[], datetime]) -> None:
    """Moves the mark on every few seconds until it is cancelled."""
    while True:
        try:
            await once(units, data, clock)
        except StoreUnavailable:
            log.warning("the mark of the post waits for the database")
        except OSError as error:
            log.error("the mark of the post cannot be written: %s", error)
        await asyncio.sleep(BEAT_SECONDS)


async def once(units: Units, data: Path, clock: Callable[[], datetime]) -> None:
    """Moves the mark on: first in the database, then outside it. Who still runs while a backup is
    restored must not write over the mark that tells of it: it is looked at each time."""
    kept = await asyncio.to_thread(read, data)
    now = clock()

    def move(work: Work) -> Mark | None:
        if not restoring.marked(work):
            return None  # the tables are being restored at this moment
        look(work, kept, now)
        return restoring.beat(work, now)

    mark = await units.write(move)
    if mark is not None:
        await asyncio.to_thread(write, data, mark)
