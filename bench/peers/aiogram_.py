"""aiogram answering a constant text in the webhook's response, its garbage collection tuned."""

from __future__ import annotations

import gc
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.methods import SendMessage
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

try:
    import uvloop
except ImportError:
    uvloop = None


async def points(message: Message) -> SendMessage:
    return message.answer("You have 100 points")


async def ready(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


def main() -> None:
    port, api = int(sys.argv[1]), sys.argv[2]
    session = AiohttpSession(api=TelegramAPIServer.from_base(api))
    bot = Bot("42:bench", session=session)
    dispatcher = Dispatcher()
    dispatcher.message.register(points, Command("points"))
    app = web.Application()
    app.router.add_get("/health/ready", ready)
    SimpleRequestHandler(dispatcher, bot, handle_in_background=False).register(app, "/webhook")
    setup_application(app, dispatcher, bot=bot)
    if uvloop:
        uvloop.install()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main()
