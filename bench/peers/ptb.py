"""python-telegram-bot answering a constant text through its own transport and handlers."""

from __future__ import annotations

import asyncio
import logging
import sys

from aiohttp import web
from telegram import Update
from telegram.ext import Application, CommandHandler, ContextTypes


async def points(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message is not None:
        await update.message.reply_text("You have 100 points")


async def main() -> None:
    port, api = int(sys.argv[1]), sys.argv[2]
    logging.disable(logging.WARNING)
    bot = (
        Application.builder()
        .token("42:bench")
        .base_url(f"{api}/bot")
        .connection_pool_size(64)
        .pool_timeout(30)
        .concurrent_updates(64)
        .updater(None)
        .build()
    )
    bot.add_handler(CommandHandler("points", points))

    async def webhook(request: web.Request) -> web.Response:
        update = Update.de_json(await request.json(), bot.bot)
        await bot.process_update(update)
        return web.Response()

    async def ready(_request: web.Request) -> web.Response:
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_post("/webhook", webhook)
    app.router.add_get("/health/ready", ready)
    async with bot:
        await bot.start()
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
