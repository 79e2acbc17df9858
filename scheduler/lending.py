"""What people sent to one account goes out by another: fetched and given to that one's platform,
outside every transaction. What cannot be had is told of, with the way to see it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape
from typing import Final, Protocol

from bot.channel import Channel, MediaRefused, SendError
from bot.messages import Document, Media, Rendered

log = logging.getLogger(__name__)
PATIENCE: Final = 12.0
"""Seconds for a file to arrive; the whole sending has POST_SECONDS."""
LARGEST: Final = 20 * 2**20
Owner = tuple[str, str]


class Source(Protocol):
    """An account that can fetch what people sent to it."""

    async def download(self, reference: str, most: int = LARGEST) -> bytes:
        """The content of a file; raises the SendErrors, Rejected beyond `most` bytes."""


# A file's address for 24 hours, "" where there is none.
Link = Callable[[Media], str]
# What is said of a file that does not come along, in a language.
Told = Callable[[Media, str], str]


class LendingChannel:
    """A channel for media of all accounts in `sources`, by channel and account."""

    def __init__(
        self, channel: Channel, sources: Mapping[Owner, Source], link: Link, told: Told
    ) -> None:
        self.name = channel.name
        self.account = channel.account
        self.capabilities = channel.capabilities
        self._channel = channel
        self._sources = sources
        self._link = link
        self._told = told

    async def send(
        self,
        chat: str,
        message: Rendered,
        document: Document | None = None,
        *,
        paid: bool = False,
    ) -> str:
        """As the channel; media that cannot be sent are told of in the text."""
        if not message.media:
            return await self._channel.send(chat, message, document, paid=paid)
        if not self.capabilities.references:
            linked = tuple(replace(one, url=self._link(one)) for one in message.media)
            return await self._channel.send(
                chat, replace(message, media=linked), document, paid=paid
            )
        found = [await self._found(one) for one in message.media]
        there = tuple(one for one in found if one is not None)
        missing = [m for m, one in zip(message.media, found, strict=True) if one is None]
        try:
            shown = self._without(message, missing, there)
            return await self._channel.send(chat, shown, document, paid=paid)
        except MediaRefused as error:
            log.warning("a file goes on as a link: %s", error)
            shown = self._without(message, list(message.media), ())
            return await self._channel.send(chat, shown, document, paid=paid)

    async def edit(self, chat: str, message_id: str, message: Rendered) -> None:
        await self._channel.edit(chat, message_id, message)

    async def delete(self, chat: str, message_id: str) -> None:
        await self._channel.delete(chat, message_id)

    async def topic(self, chat: str, act: str, *, topic: str = "", name: str = "") -> str:
        return await self._channel.topic(chat, act, topic=topic, name=name)

    async def _found(self, media: Media) -> Media | None:
        """The media as this account can send it; None if it cannot be had."""
        owner = (media.channel or self.name, media.account or self.account)
        if owner == (self.name, self.account):
            return media
        source = self._sources.get(owner)
        if source is None or media.size > LARGEST:
            return None
        try:
            wanted = source.download(media.reference, LARGEST)
            content = await asyncio.wait_for(wanted, PATIENCE)
        except (SendError, TimeoutError) as error:
            log.warning("a file of %s %s could not be fetched: %r", *owner, error)
            return None
        return replace(media, content=content) if content else None

    def _without(
        self, message: Rendered, missing: list[Media], there: tuple[Media, ...]
    ) -> Rendered:
        """The message with what is there; of what is missing its text tells."""
        lines = [self._line(one, message.locale) for one in missing]
        text = "\n\n".join(part for part in (message.text, *lines) if part)
        return replace(message, text=text, media=there)

    def _line(self, media: Media, locale: str) -> str:
        url = self._link(media)
        told = self._told(media, locale)
        return f'{told}\n<a href="{escape(url)}">{escape(url)}</a>' if url else told
