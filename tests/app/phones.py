"""Somebody with a phone on the demo's page, over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp


class Phone:
    """One person of the sandbox."""

    def __init__(self, session: aiohttp.ClientSession, url: str, person: int) -> None:
        self._session = session
        self._url = f"{url}/sandbox/persons/{person}"

    @classmethod
    async def new(
        cls, session: aiohttp.ClientSession, url: str, name: str, language: str
    ) -> Phone:
        """Somebody whom the club has never seen."""
        made = {"first_name": name, "language_code": language}
        async with session.post(f"{url}/sandbox/persons", json=made) as answer:
            return cls(session, url, int((await answer.json())["id"]))

    async def says(self, text: str) -> str:
        """Types a text; the bot's newest message afterwards."""
        return await self._act("messages", {"text": text})

    async def shares_contact(self) -> str:
        """Taps the contact button; the bot's newest message afterwards."""
        return await self._act("messages", {"contact": "own"})

    async def taps(self, label: str) -> str:
        """Taps the button with that label on the newest message that has one."""
        for message in reversed(await self.seen()):
            for button in [b for row in message["keyboard"] for b in row]:
                if label in button["text"]:
                    tap = {"message_id": message["message_id"], "data": button["data"]}
                    return await self._act("taps", tap)
        raise AssertionError(f"no button {label!r}")

    async def _act(self, what: str, body: dict[str, Any]) -> str:
        before = await self._shown()
        async with self._session.post(f"{self._url}/{what}", json=body) as answer:
            assert answer.status == 201, await answer.text()
        async with asyncio.timeout(15):
            while True:
                seen = await self.seen()
                if await self._shown() != before and seen[-1]["from"] == "bot":
                    return str(seen[-1]["text"])
                await asyncio.sleep(0.02)

    async def hears(self, words: str) -> str:
        """Waits until the bot has said something with these words in it."""
        async with asyncio.timeout(15):
            while True:
                for message in reversed(await self.seen()):
                    if message["from"] == "bot" and words in message["text"]:
                        return str(message["text"])
                await asyncio.sleep(0.02)

    async def seen(self) -> list[dict[str, Any]]:
        """The conversation."""
        async with self._session.get(f"{self._url}/chat") as answer:
            return list((await answer.json())["messages"])

    async def _shown(self) -> list[tuple[Any, ...]]:
        return [(m["message_id"], m["edit_date"], m["text"]) for m in await self.seen()]
