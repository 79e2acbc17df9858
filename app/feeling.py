"""How a text sounds, found in a thread before its answer is written, and not waited for."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import asdict
from typing import Final

from bot.dispatch import Look
from bot.messages import Address
from bot.turn import MOOD, Seen
from services import sentiments

log = logging.getLogger(__name__)
PATIENCE: Final = 0.2
"""Seconds; without the mood the words alone decide."""


class Feeling:
    """The Look of a dispatch for moods; everything else goes to `then`."""

    def __init__(self, then: Look, patience: float = PATIENCE) -> None:
        self._then = then
        self._patience = patience

    async def look(self, address: Address, reference: str) -> Seen:
        """A text's mood as JSON (services.sentiments.Mood); a problem where it took too long."""
        if not reference.startswith(MOOD):
            return await self._then(address, reference)
        text = reference.removeprefix(MOOD)
        try:
            scoring = asyncio.to_thread(sentiments.score, text)
            mood = await asyncio.wait_for(scoring, self._patience)
        except TimeoutError:
            log.info("the mood of a text came too late")
            return Seen(MOOD, problem="unreachable")
        return Seen(MOOD, text=json.dumps(asdict(mood)))
