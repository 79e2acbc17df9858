"""A bare aiohttp handler that parses the update and answers a constant text."""

from __future__ import annotations

import gc
import sys

import orjson
from aiohttp import web

try:
    import uvloop
except ImportError:
    uvloop = None


async def webhook(request: web.Request) -> web.Response:
    update = orjson.loads(await request.read())
    answer = {
        "method": "sendMessage",
        "chat_id": update["message"]["chat"]["id"],
        "text": "You have 100 points",
    }
    return web.Response(body=orjson.dumps(answer), content_type="application/json")


async def ready(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


def main() -> None:
    app = web.Application()
    app.router.add_post("/webhook", webhook)
    app.router.add_get("/health/ready", ready)
    if uvloop:
        uvloop.install()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
