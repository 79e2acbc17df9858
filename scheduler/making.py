"""Files that are made when they are sent: in a thread, outside every transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.channel import Channel, Rejected
from bot.messages import Document, Rendered

log = logging.getLogger(__name__)

# Plain data (JSON) and a language make the file.
Maker = Callable[[bytes, str], bytes]


class MakingChannel:
    """A channel that has documents finished by their makers before it sends them."""

    def __init__(self, channel: Channel, makers: Mapping[str, Maker]) -> None:
        self.name = channel.name
        self.account = channel.account
        self.capabilities = channel.capabilities
        self._channel = channel
        self._makers = makers

    async def send(
        self,
        chat: str,
        message: Rendered,
        document: Document | None = None,
        *,
        paid: bool = False,
    ) -> str:
        """As the channel; raises Rejected for a file that cannot be made."""
        if document is not None and document.maker:
            document = await self._made(document, message.locale)
        return await self._channel.send(chat, message, document, paid=paid)

    async def edit(self, chat: str, message_id: str, message: Rendered) -> None:
        await self._channel.edit(chat, message_id, message)

    async def topic(self, chat: str, act: str, *, topic: str = "", name: str = "") -> str:
        return await self._channel.topic(chat, act, topic=topic, name=name)

    async def delete(self, chat: str, message_id: str) -> None:
        await self._channel.delete(chat, message_id)

    async def _made(self, document: Document, locale: str) -> Document:
        try:
            make = self._makers[document.maker]
            content = await asyncio.to_thread(make, document.content, locale)
        except Exception as error:
            log.exception("a file of %s cannot be made", document.maker)
            raise Rejected(f"{document.maker}: {type(error).__name__}") from error
        return replace(document, content=content, maker="")
