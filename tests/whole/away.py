"""A database that takes no writes, and how to read of it when it is back."""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from bot.state import StoreUnavailable
from tests.whole.stack import Stack


async def inbox(stack: Stack) -> int:
    """Counts as soon as no connection of before is in the way."""
    while True:
        try:
            return await stack.inbox()
        except StoreUnavailable:
            await asyncio.sleep(0.05)


@asynccontextmanager
async def cannot_commit(stack: Stack, kind: str) -> AsyncIterator[None]:
    """PostgreSQL takes no writes; on SQLite the disk is full."""
    if kind == "postgresql":
        url = stack.club.settings.database
        admin = await asyncpg.connect(url.rpartition("/")[0] + "/postgres")
        name = url.rpartition("/")[2]
        try:
            await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            await admin.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            )
            yield
            await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        finally:
            await admin.close()
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
