"""The stand-in for the Bot API in the test's own process, and a real channel to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from bench.peers.journal import Stub
from bot.telegram.channel import TelegramChannel
from bot.telegram.startup import offline

HANGING = 0.2  # seconds until a call that is never answered is given up


@asynccontextmanager
async def telegram(folder: Path) -> AsyncIterator[tuple[Stub, TelegramChannel]]:
    """The stand-in and a channel that sends to it and waits for no answer for long."""
    stub = Stub(folder / "journal.tsv")
    runner = web.AppRunner(stub.app(), shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    channel = offline("42:proof", api_url=f"http://127.0.0.1:{port}")
    for request in channel.client._request:
        request._read = HANGING  # type: ignore[attr-defined]
    await channel.client.open()
    try:
        yield stub, channel
    finally:
        await channel.client.close_pools()
        await runner.cleanup()
