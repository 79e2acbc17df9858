"""Where channels find the club's pictures: those of the catalogue, and cards drawn when sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from bot.messages import Document
from domain.wordings import SENT
from services import receipt_posts
from services.drawing import MAKERS
from storage.unit_of_work import Units
from storage.work import Work

CATALOGUE: Final = "picture"
_ENDINGS: Final = {"image/png": "png", "image/jpeg": "jpg"}
_MOST: Final = 5000  # ids that are remembered here; the database has them all


class ClubPictures:
    """Pictures named `picture:KEY` (catalogue), `receipt:ID` (photographed by a member),
    `sent:CHANNEL/ACCOUNT/ID` (sent by an operator, shown by that account only) or
    `MAKER:which` (services.drawing.MAKERS), for the accounts of one channel
    (bot.channel.Pictures). What is drawn is kept nowhere."""

    def __init__(self, units: Units, channel: str, clock: Callable[[], datetime]) -> None:
        self._units = units
        self._channel = channel
        self._clock = clock
        self._known: dict[tuple[str, str], str] = {}

    async def find(self, photo: str, account: str, locale: str) -> str | Document | None:
        """The platform's id, or the picture; None for one that is not there (any more)."""
        maker, _, which = photo.partition(":")
        if maker == receipt_posts.PICTURE:
            return await self._units.read(
                lambda work: receipt_posts.reference(work, int(which), self._channel, account)
            )
        if maker == SENT:
            here = f"{self._channel}/{account}/"
            return which.removeprefix(here) if which.startswith(here) else None
        if maker != CATALOGUE:
            return await self._drawn(maker, which, locale)
        if known := self._known.get((which, account)):
            return known

        def look(work: Work) -> str | tuple[str, bytes] | None:
            reference = work.pictures.file_id(which, self._channel, account)
            return reference or work.pictures.content(which)

        found = await self._units.read(look)
        if isinstance(found, tuple):
            return Document(f"picture.{_ENDINGS.get(found[0], 'jpg')}", found[1])
        if found:
            self._remember(which, account, found)
        return found

    async def keep(self, photo: str, account: str, reference: str) -> None:
        """Remembers the platform's id of a picture of the catalogue."""
        maker, _, which = photo.partition(":")
        if maker != CATALOGUE:
            return
        await self._units.write(
            lambda work: work.pictures.keep_file_id(which, self._channel, account, reference)
        )
        self._remember(which, account, reference)

    async def forget(self, photo: str, account: str, reference: str) -> None:
        """Forgets a platform's id, unless there is a newer one already: several messages that
        were on their way learn of it one after the other."""
        maker, _, which = photo.partition(":")
        if maker != CATALOGUE:
            return

        def forget(work: Work) -> None:
            if work.pictures.file_id(which, self._channel, account) == reference:
                work.pictures.keep_file_id(which, self._channel, account, "")

        await self._units.write(forget)
        if self._known.get((which, account)) == reference:
            del self._known[which, account]

    async def _drawn(self, maker: str, which: str, locale: str) -> Document | None:
        make, now = MAKERS[maker], self._clock()
        draw = await self._units.read(lambda work: make(work, which, locale, now))
        if draw is None:
            return None
        return Document("code.png", await asyncio.to_thread(draw))

    def _remember(self, which: str, account: str, reference: str) -> None:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[which, account] = reference
