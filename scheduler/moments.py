"""Moments of their own, between the hours of the jobs: deadlines of tickets that come near, and
what events do by themselves."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final

from bot.dispatch import Units
from services import deadlines, event_steps

AT_ONCE: Final = 20
"""So many in one transaction."""


class Moments:
    """Tells what has come near, in short units."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def tell(self, now: datetime) -> int:
        """Tells all that is due by now, once; how many. Raises StoreUnavailable."""
        count = 0
        while not await self._units.read(partial(deadlines.nothing_due, now=now)):
            count += await self._units.write(partial(deadlines.tell_due, now=now, most=AT_ONCE))
        while not await self._units.read(partial(event_steps.nothing_due, now=now)):
            done = await self._units.write(partial(event_steps.do_due, now=now, most=AT_ONCE))
            if not done:  # what is left cannot be done now
                break
            count += done
        return count

    async def following(self, after: datetime, upto: datetime) -> datetime | None:
        """The first moment in after < t ≤ upto at which there is something to tell."""
        found = [
            await self._units.read(partial(one, after=after, upto=upto))
            for one in (deadlines.following, event_steps.following)
        ]
        return min((at for at in found if at is not None), default=None)
