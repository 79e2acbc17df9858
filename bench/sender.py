"""Sends a filled database's mailing through the whole path, as a working process does.

`sender.py URL API RATE COUNT` prints seconds, CPU seconds and the moments of the starts as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from app import running, serving, wiring
from app.settings import FixedSettings
from bench import seeding
from bot.messages import Document, Rendered, Reply
from bot.telegram.channel import TelegramChannel
from bot.telegram.client import Client
from scheduler.clocks import Clocks
from scheduler.delivery import Sender

STEP = 0.02


class Noting(TelegramChannel):
    """The channel, noting when each call starts."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.starts: list[float] = []

    async def send(
        self,
        chat: str,
        message: Rendered,
        document: Document | None = None,
        *,
        paid: bool = False,
    ) -> str:
        self.starts.append(time.monotonic())
        return await super().send(chat, message, document, paid=paid)


async def main(url: str, api: str, rate: str, count: str) -> None:
    settings: Any = FixedSettings(
        data=Path.cwd(), database_url=url, secret_key=seeding.SECRET_KEY, telegram_token="42:bench"
    )
    async with wiring.opened(settings) as club:
        channel = Noting(Client("42:bench", api_url=api))
        await channel.client.open()
        clocks = Clocks(club.clock.now, club.clock.now, time.monotonic)
        sender = Sender(
            club.units,
            club.renderer,
            channel,
            clocks=clocks,
            rate=float(rate),
            holder=f"bench/{os.getpid()}",
        )
        serving.warm()
        club.renderer.render(Reply("broadcast.message", {"text": "x"}), "en", "1", 0)
        running.settle_memory()
        await _measure(sender, channel, int(count))
        await channel.client.close_pools()


async def _measure(sender: Sender, channel: Noting, count: int) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    task = asyncio.create_task(sender.run())
    while sender.carrier.counts.sent < count:
        await asyncio.sleep(STEP)
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    print(
        json.dumps({"messages": count, "seconds": seconds, "cpu": used, "starts": channel.starts})
    )
    await sender.stop()
    await task


if __name__ == "__main__":
    running.run(main(*sys.argv[1:]))
