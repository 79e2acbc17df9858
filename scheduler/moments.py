"""Moments of their own, between the hours of the jobs: deadlines of tickets that come near, and
what events do by themselves."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from bot.dispatch import Units
from bot.state import StoreUnavailable
from services import deadlines, event_cards, event_steps
from services.ports import Work

AT_ONCE: Final = 20
"""So many in one transaction."""


log = logging.getLogger(__name__)


def _of_event(work: Work, use: Callable[..., int], event_id: int) -> int:
    return use(work, event_id)


class Moments:
    """Tells what has come near, in short units."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def tell(self, now: datetime) -> int:
        """Tells all that is due by now, once; how many. Raises StoreUnavailable."""
        count = 0
        while not await self._units.read(partial(deadlines.nothing_due, now=now)):
            count += await self._units.write(partial(deadlines.tell_due, now=now, most=AT_ONCE))
        return count + await self._events(now)

    async def _events(self, now: datetime) -> int:
        """Each event in units of its own: one that cannot go on holds up no other."""
        count, stuck = 0, set[int]()
        while due := set(await self._units.read(partial(event_steps.due, now=now))) - stuck:
            for event_id in sorted(due):
                done = await self._one(partial(event_steps.go_on, now=now, most=AT_ONCE), event_id)
                count += done
                if not done:
                    stuck.add(event_id)
        return count

    async def renew(self, now: datetime) -> int:
        """Renews some cards of each event that has changed; how many were looked at."""
        due = await self._units.read(partial(event_cards.to_renew, now=now))
        return sum([await self._one(partial(event_cards.renew_some, now=now), one) for one in due])

    async def _one(self, use: Callable[..., int], event_id: int) -> int:
        try:
            return await self._units.write(partial(_of_event, use=use, event_id=event_id))
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("event %d cannot go on", event_id)
            return 0

    async def following(self, after: datetime, upto: datetime) -> datetime | None:
        """The first moment in after < t ≤ upto at which there is something to tell."""
        found = [
            await self._units.read(partial(one, after=after, upto=upto))
            for one in (deadlines.following, event_steps.following)
        ]
        return min((at for at in found if at is not None), default=None)
