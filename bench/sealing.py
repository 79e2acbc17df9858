"""How long the nightly seal takes, part by part."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bench.seeding import SECRET_KEY
from services import sealing
from storage.ids import Ids
from storage.unit_of_work import open_units
from storage.vault import Vault
from storage.work import Shared, Work


@dataclass(slots=True)
class Sealed:
    """All parts together and the longest of them, in seconds."""

    seconds: float = 0.0
    longest: float = 0.0
    parts: int = 0


def run(url: str) -> Sealed:
    """Seals a day of the database, whatever has grown."""
    return asyncio.run(_run(url))


async def _run(url: str) -> Sealed:
    ids = Ids(lambda: int(time.time() * 1000))
    units = open_units(url, Shared(Vault(SECRET_KEY.encode()), ids, lambda: datetime.now(UTC)))
    sealed, more = Sealed(), True
    while more:
        started = time.perf_counter()
        more = await units.write(_part)
        seconds = time.perf_counter() - started
        sealed.seconds += seconds
        sealed.longest = max(sealed.longest, seconds)
        sealed.parts += 1
    await units.close()
    return sealed


def _part(work: Work) -> bool:
    return sealing.seal(work, date(2027, 1, 1), work.shared.clock())
