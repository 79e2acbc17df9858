"""Looks at what people sent: pictures are fetched and fingerprinted, files read as text."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from bot.channel import SendError
from bot.messages import Address
from bot.turn import AS_TEXT, Seen
from domain.receipt_errors import BadPicture
from services.receipt_pictures import fingerprint

log = logging.getLogger(__name__)
LARGEST_TEXT = 8 * 2**20  # bytes: a list of half a million member numbers
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
        """What a picture is known again by, or what a file says; what cannot be had is said so."""
        if (address.channel, address.account) != (self._source.name, self._source.account):
            return Seen(reference, problem="unreachable")
        try:
            wanted = self._source.download(reference.removeprefix(AS_TEXT))
            content = await asyncio.wait_for(wanted, PATIENCE)
        except (SendError, TimeoutError) as error:
            log.warning("what was sent could not be fetched: %r", error)
            return Seen(reference, problem="unreachable")
        if reference.startswith(AS_TEXT):
            return _read(reference, content)
        try:
            found = await asyncio.to_thread(fingerprint, content)
        except BadPicture as bad:
            return Seen(reference, problem=bad.problem)
        return Seen(reference, found.digest, found.near)


def _read(reference: str, content: bytes) -> Seen:
    """A file as text, in one of the encodings that spreadsheets write."""
    if len(content) > LARGEST_TEXT:
        return Seen(reference, problem="too_big")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return Seen(reference, text=text)
    return Seen(reference, problem="not_a_text")
