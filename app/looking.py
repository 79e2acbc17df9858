"""Looks at pictures that people sent: fetched from the platform, fingerprinted in a thread."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from bot.channel import SendError
from bot.messages import Address
from bot.turn import Seen
from domain.receipt_errors import BadPicture
from services.receipt_pictures import fingerprint

log = logging.getLogger(__name__)
PATIENCE = 20.0  # seconds for a picture to arrive; its sender waits


class Source(Protocol):
    """An account that can fetch what people sent to it."""

    name: str
    account: str

    async def download(self, reference: str) -> bytes:
        """The content of a file; raises the SendErrors of bot.channel."""


class Looking:
    """Looks at pictures through one account (bot.dispatch.Look)."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def look(self, address: Address, reference: str) -> Seen:
        """What a picture is known again by; a picture that cannot be had is said so."""
        if (address.channel, address.account) != (self._source.name, self._source.account):
            return Seen(reference, problem="unreachable")
        try:
            content = await asyncio.wait_for(self._source.download(reference), PATIENCE)
        except (SendError, TimeoutError) as error:
            log.warning("a picture could not be fetched: %r", error)
            return Seen(reference, problem="unreachable")
        try:
            found = await asyncio.to_thread(fingerprint, content)
        except BadPicture as bad:
            return Seen(reference, problem=bad.problem)
        return Seen(reference, found.digest, found.near)
