"""Sends one text to many chats and nothing more: no database, no pace, so many calls at a time.

`posting.py KIND API COUNT AT_ONCE` prints seconds and CPU seconds as JSON. The kinds: bare (an
aiohttp client), aiogram, ptb (each with its default transport).
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable

try:
    import uvloop
except ImportError:
    uvloop = None

TEXT = "Fresh coffee all week.\n\nNo more of these? /stop"
LABEL = "Stop these messages"
FIRST = 10_000_000
Send = Callable[[int], Awaitable[object]]


async def bare(api: str, run: Callable[[Send], Awaitable[None]]) -> None:
    import aiohttp

    connector = aiohttp.TCPConnector(limit=512)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def send(chat: int) -> object:
            keyboard = {"inline_keyboard": [[{"text": LABEL, "callback_data": "stop"}]]}
            body = {"chat_id": chat, "text": TEXT, "parse_mode": "HTML", "reply_markup": keyboard}
            async with session.post(f"{api}/bot42:bench/sendMessage", json=body) as response:
                return (await response.json())["result"]["message_id"]

        await run(send)


async def aiogram(api: str, run: Callable[[Send], Awaitable[None]]) -> None:
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

    session = AiohttpSession(api=TelegramAPIServer.from_base(api), limit=512)
    async with Bot("42:bench", session=session) as bot:

        def send(chat: int) -> Awaitable[object]:
            button = InlineKeyboardButton(text=LABEL, callback_data="stop")
            keyboard = InlineKeyboardMarkup(inline_keyboard=[[button]])
            return bot.send_message(chat, TEXT, parse_mode="HTML", reply_markup=keyboard)

        await run(send)


async def ptb(api: str, run: Callable[[Send], Awaitable[None]]) -> None:
    from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
    from telegram.request import HTTPXRequest

    logging.disable(logging.WARNING)
    request = HTTPXRequest(connection_pool_size=512, pool_timeout=60)
    async with Bot("42:bench", base_url=f"{api}/bot", request=request) as bot:

        def send(chat: int) -> Awaitable[object]:
            button = InlineKeyboardButton(LABEL, callback_data="stop")
            keyboard = InlineKeyboardMarkup([[button]])
            return bot.send_message(chat, TEXT, parse_mode="HTML", reply_markup=keyboard)

        await run(send)


async def measured(send: Send, count: int, at_once: int) -> None:
    """Sends to all, so many at a time, and prints what it took."""
    chats = iter(range(FIRST, FIRST + count))

    async def some() -> None:
        for chat in chats:
            await send(chat)

    await send(FIRST - 1)
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(some() for _ in range(at_once)))
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    print(json.dumps({"messages": count, "seconds": seconds, "cpu": used}))


async def main(kind: str, api: str, count: str, at_once: str) -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    use = {"bare": bare, "aiogram": aiogram, "ptb": ptb}[kind]
    await use(api, lambda send: measured(send, int(count), int(at_once)))


if __name__ == "__main__":
    if uvloop:
        uvloop.install()
    asyncio.run(main(*sys.argv[1:]))
