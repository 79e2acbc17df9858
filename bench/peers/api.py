"""A Bot API that says yes to everything, for bots that answer by calls."""

from __future__ import annotations

import sys

import orjson
from aiohttp import web

PERSON = {"id": 42, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
MESSAGE = {
    "message_id": 1,
    "date": 1_747_706_400,
    "chat": {"id": 1, "type": "private", "first_name": "Mei"},
    "text": "ok",
}
RESULTS = {"getme": PERSON, "sendmessage": MESSAGE, "editmessagetext": MESSAGE}


async def call(request: web.Request) -> web.Response:
    await request.read()
    result = RESULTS.get(request.match_info["method"].casefold(), True)
    return web.Response(
        body=orjson.dumps({"ok": True, "result": result}), content_type="application/json"
    )


async def ready(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


def main() -> None:
    app = web.Application()
    app.router.add_get("/health/ready", ready)
    app.router.add_route("*", "/bot{token}/{method}", call)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
