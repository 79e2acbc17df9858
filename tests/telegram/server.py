"""Bot API servers that misbehave on purpose, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.telegram.channel import TelegramChannel
from bot.telegram.client import Client
from tests.telegram.updates import TOKEN

Answers = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def http(status: int, body: str, kind: str = "application/json") -> bytes:
    """A whole HTTP answer."""
    data = body.encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(data)}"]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + data


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """One request, its head and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return head + await reader.readexactly(length)


def answering(data: bytes) -> Answers:
    """A server that gives every request the same bytes and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(data)
        await writer.drain()

    return serve


async def reset_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Cuts the connection when the request has come."""
    await read_request(reader)
    writer.transport.abort()


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reads the request and says nothing until the caller gives up."""
    await read_request(reader)
    await reader.read()


@asynccontextmanager
async def channel_to(
    answers: Answers | None, token: str = TOKEN, read_timeout: float | None = None
) -> AsyncIterator[TelegramChannel]:
    """A channel to such a server; None: nobody listens there."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert answers is not None
        try:
            await answers(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    if answers is None:
        server.close()
        await server.wait_closed()
    client = Client(token, api_url=f"http://127.0.0.1:{port}")
    await client.open()
    if read_timeout is not None:
        client.request._read = read_timeout
    try:
        yield TelegramChannel(client)
    finally:
        await client.close_pools()
        server.close()
        await server.wait_closed()
