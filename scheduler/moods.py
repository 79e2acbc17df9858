"""Listens to what members wrote and counts what they answered, in slices beside everything else:
it reads, scores in a thread, and writes; no transaction waits for the scoring."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from bot.dispatch import Units
from services import sentiments, survey_tally
from services.ports.survey_results import Heard
from services.sentiments import Mood

SLICE = 100


class Moods:
    """Scores texts and tallies surveys for one club."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def work(self, now: datetime) -> int:
        """One slice of messages and one of responses; how many there were."""
        return await self._hear(now) + await self._tally(now)

    async def _hear(self, now: datetime) -> int:
        found = await self._units.read(partial(sentiments.unheard, most=SLICE))
        if found:
            scored = await asyncio.to_thread(_score, found)
            await self._units.write(partial(sentiments.hear, found=scored, now=now))
        return len(found)

    async def _tally(self, now: datetime) -> int:
        batch = await self._units.read(survey_tally.look)
        if not batch.responses:
            return 0
        batch = await asyncio.to_thread(survey_tally.listen, batch)
        await self._units.write(partial(survey_tally.keep, batch=batch, now=now))
        return len(batch.responses)


def _score(found: Sequence[Heard]) -> list[tuple[Heard, Mood]]:
    return [(one, sentiments.score(one.text)) for one in found]
