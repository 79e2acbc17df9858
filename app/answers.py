"""Answers that could not be sent at once, or may not leave yet: they become delivery rows."""

from __future__ import annotations

from datetime import timedelta

from app.wiring import Club
from bot.channel import RetryLater, SendError
from bot.dispatch import Renderer
from bot.messages import Inbound, Rendered, Reply
from handlers import menu
from scheduler.silence import Silence
from services.outcomes import EVERYWHERE, flood
from services.ports.post import Route
from storage.work import Work

FRESH_SECONDS = 1.0
"""So old may be what we know of other processes' waits when an answer leaves."""


def keepable(answer: Rendered, renderer: Renderer, user: str) -> Rendered:
    """What may wait in the database in an answer's place: itself, or for one with a secret the
    wish to try again."""
    if not answer.secret:
        return answer
    return renderer.render(Reply("error.again", rows=((menu.CARD,),)), answer.locale, user, 0)


class Answers:
    """Those of one account (bot.telegram.intake.Answers); `silence` is that of its sender."""

    def __init__(self, club: Club, route: Route, silence: Silence) -> None:
        self._club = club
        self._route = route
        self._silence = silence

    async def may_leave(self, inbound: Inbound) -> None:
        """Raises RetryLater while the platform wants silence where the answer would go."""
        await self._silence.refresh(FRESH_SECONDS)
        if until := self._silence.answer_until(inbound.address.chat):
            raise RetryLater(until - self._club.clock.now())

    async def later(
        self, inbound: Inbound, answer: Rendered, error: SendError, *, repeated: bool
    ) -> None:
        """Makes a delivery row of an answer, with the wait that the platform asked for."""
        answer = keepable(answer, self._club.renderer, inbound.address.user)
        now = self._club.clock.now()
        due = now + (error.after or timedelta(0))
        hush = error.flood and error.after
        chat = EVERYWHERE if error.everywhere else inbound.address.chat
        if hush:
            self._silence.note(chat, due)

        def keep(work: Work) -> None:
            if hush:
                flood(work, self._route, chat, due, now)
            work.deliveries.rendered(inbound.address, answer, now, due, repeated=repeated)

        await self._club.units.write(keep)
