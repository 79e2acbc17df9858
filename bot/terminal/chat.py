"""The same bot in a terminal: lines become events, answers become lines, buttons numbers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path, PurePath
from typing import Protocol

from bot.channel import NO_TOPICS, Capabilities, Rejected
from bot.messages import Address, Contact, Document, Inbound, Key, Kind, Rendered
from bot.state import StoreUnavailable
from bot.terminal.console import Io
from bot.terminal.screen import body, document_line, show

CHANNEL = "terminal"
ACCOUNT = "terminal"
PHONE = re.compile(r"\+?[\d ()\-]{6,20}")


class Handles(Protocol):
    """The neutral core, as bot.dispatch.Dispatch is."""

    async def handle(self, inbound: Inbound, raw: str = "") -> Rendered | None:
        """The answer to an event; raises StoreUnavailable."""


class TerminalChannel:
    """Shows messages to the one person at the terminal; also the Channel for deliveries.

    Files are put into `folder`, or only announced without one. `account`: where several people
    have terminals, each needs one of their own, or they would be sent each other's messages.
    """

    name = CHANNEL
    capabilities = Capabilities(
        text=100_000, edits=False, media=frozenset({"document"}), references=False
    )

    def __init__(self, io: Io, folder: Path | None = None, *, account: str = ACCOUNT) -> None:
        self.account = account
        self._io = io
        self._folder = folder
        self._shown = 0
        self.keys: list[Key] = []
        self.asks_contact = False

    async def send(
        self,
        chat: str,
        message: Rendered,
        document: Document | None = None,
        *,
        paid: bool = False,
    ) -> str:
        """Shows a message; its buttons are the ones that numbers mean from now on."""
        self.keys = [key for row in message.rows for key in row]
        self.asks_contact = bool(message.ask_contact)
        self._io.write(show(message, self.keys, colours=self._io.colours))
        if document is not None:
            self._io.write(document_line(document, self._keep(document)))
        self._shown += 1
        return str(self._shown)

    async def edit(self, chat: str, message_id: str, message: Rendered) -> None:
        """Shows the changed message as a new one: what is on paper stays."""
        await self.send(chat, message)

    async def delete(self, chat: str, message_id: str) -> None:
        """What is on paper stays."""

    async def topic(self, chat: str, act: str, *, topic: str = "", name: str = "") -> str:
        """A terminal has no topics."""
        error = Rejected("a terminal has no topics")
        error.why = NO_TOPICS
        raise error

    def _keep(self, document: Document) -> str:
        if self._folder is None:
            return ""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = PurePath(document.name.replace("\\", "/")).name.lstrip(".") or "file"
        place = self._folder / name
        place.write_bytes(document.content)
        return str(place)

    def event(self, line: str, *, user: str, locale: str) -> Inbound | None:
        """What a typed line means; None for a link, which is shown again, and for nothing.

        A number that a button carries taps it; a leading backslash makes it plain text. A phone
        number is a shared contact where one was asked for.
        """
        address = Address(CHANNEL, self.account, user, user)
        update_id = secrets.token_hex(16)
        text = line.strip()
        key = self._key(text)
        if key and key.url:
            self._io.write(body(key.url, colours=False) + "\n\n")
        if not text or (key and key.url):
            return None
        if key:
            return Inbound(
                address, update_id, Kind.TAP, payload=key.payload, locale=locale, message="1"
            )
        if self.asks_contact and PHONE.fullmatch(text):
            return Inbound(
                address, update_id, Kind.CONTACT, contact=Contact(text, own=True), locale=locale
            )
        return Inbound(address, update_id, Kind.TEXT, text=text.removeprefix("\\"), locale=locale)

    def _key(self, text: str) -> Key | None:
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
        return self.keys[number - 1] if 1 <= number <= len(self.keys) else None


async def run(
    dispatch: Handles,
    io: Io,
    *,
    channel: TerminalChannel | None = None,
    user: str = "local",
    locale: str = "",
    first: str = "/start",
    after: Callable[[], Awaitable[None]] | None = None,
    trouble: Callable[[], str] = lambda: "…\n",
) -> None:
    """Talks until the input ends (Ctrl-D).

    `first` is said on the person's behalf to begin with; `after` runs after every event, so that
    the app can send what else has become due; `trouble` gives the line for a database that
    cannot commit.
    """
    channel = channel or TerminalChannel(io)
    line: str | None = first
    while line is not None:
        inbound = channel.event(line, user=user, locale=locale)
        if inbound is not None:
            try:
                answer = await dispatch.handle(inbound)
            except StoreUnavailable:
                io.write(trouble())
            else:
                if answer:
                    await channel.send(user, answer)
                if after:
                    await after()
        line = await io.read()
