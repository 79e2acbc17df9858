"""A working process that tests kill: sends what is due to a channel that journals into a file.

Every accepted message is in the file, and on the disk, before it is answered.
"""

import asyncio
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bot.channel import Capabilities
from bot.messages import Document, Rendered
from scheduler.clocks import Clocks
from scheduler.delivery import Sender
from tests.support.club import Club, programme


class Journal:
    """A platform that takes a moment for each message."""

    name = "telegram"
    account = "42"
    capabilities = Capabilities()

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def send(
        self,
        chat: str,
        message: Rendered,
        document: Document | None = None,
        *,
        paid: bool = False,
    ) -> str:
        await asyncio.sleep(0.005)
        os.write(self._file, f"{chat}\n".encode())
        await asyncio.sleep(0.005)
        return "1"

    async def edit(self, chat: str, message_id: str, message: Rendered) -> None:
        raise AssertionError("nothing is edited here")

    async def delete(self, chat: str, message_id: str) -> None:
        raise AssertionError("nothing is deleted here")

    async def topic(self, chat: str, act: str, *, topic: str = "", name: str = "") -> str:
        raise AssertionError("there are no topics here")


async def main(url: str, journal: str) -> None:
    club = await Club(url, programme()).open()
    clocks = Clocks(club.clock, lambda: datetime.now(UTC), time.monotonic)
    sender = Sender(
        club.units,
        club.renderer,
        Journal(Path(journal)),
        clocks=clocks,
        rate=400,
        holder=str(os.getpid()),
        lease_seconds=0.5,
    )
    print("ready", flush=True)
    await sender.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
