"""The demo over HTTP: somebody opens the page, joins and sees their points."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp

from tests.app.processes import Server, free_port, serving


class Phone:
    """One person of the sandbox."""

    def __init__(self, session: aiohttp.ClientSession, server: Server, person: int) -> None:
        self._session = session
        self._url = f"{server.url}/sandbox/persons/{person}"

    async def says(self, text: str) -> str:
        """Types a text; the bot's newest message afterwards."""
        return await self._act("messages", {"text": text})

    async def taps(self, label: str) -> str:
        """Taps the button with that label on the newest message that has one."""
        for message in reversed(await self.seen()):
            for button in [b for row in message["keyboard"] for b in row]:
                if button["text"] == label:
                    tap = {"message_id": message["message_id"], "data": button["data"]}
                    return await self._act("taps", tap)
        raise AssertionError(f"no button {label!r}")

    async def _act(self, what: str, body: dict[str, Any]) -> str:
        before = [(m["message_id"], m["edit_date"], m["text"]) for m in await self.seen()]
        async with self._session.post(f"{self._url}/{what}", json=body) as answer:
            assert answer.status == 201, await answer.text()
        async with asyncio.timeout(10):
            while True:
                now = await self.seen()
                shown = [(m["message_id"], m["edit_date"], m["text"]) for m in now]
                if shown != before and now[-1]["from"] == "bot":
                    return str(now[-1]["text"])
                await asyncio.sleep(0.02)

    async def seen(self) -> list[dict[str, Any]]:
        async with self._session.get(f"{self._url}/chat") as answer:
            return list((await answer.json())["messages"])


async def test_somebody_joins_and_sees_points_and_finds_them_after_a_restart(
    tmp_path: Path,
) -> None:
    port = free_port()
    command = ["demo", "--port", str(port), "--data", str(tmp_path / "d"), "--no-browser"]
    async with serving(command, port, tmp_path) as server, aiohttp.ClientSession() as session:
        person = await _somebody_new(session, server)
        phone = Phone(session, server, person)
        assert "welcome" in await phone.says("/start")
        assert "member number" in await phone.taps("Join the club")
        assert "50" in await phone.says("points")
        code, out = await server.end()
        assert code == 0, out
        assert server.url in out
    async with serving(command, port, tmp_path) as server, aiohttp.ClientSession() as session:
        assert "50" in await Phone(session, server, person).says("points")


async def _somebody_new(session: aiohttp.ClientSession, server: Server) -> int:
    new = {"first_name": "Newcomer", "language_code": "en"}
    async with session.post(f"{server.url}/sandbox/persons", json=new) as answer:
        return int((await answer.json())["id"])
