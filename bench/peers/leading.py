"""A server that answers bare redirects at /bare and counted ones at /r/…, for bench.redirect.

`python -m bench.peers.leading PORT DATABASE`.
"""

from __future__ import annotations

import gc
import sys
import time
from datetime import UTC, datetime

from aiohttp import web

from app.redirecting import PATH, Redirects
from storage.ids import Ids
from storage.unit_of_work import open_units
from storage.vault import Vault
from storage.work import Shared

try:
    import uvloop
except ImportError:
    uvloop = None

SECRET = b"the secret key of a bench"
TO = "https://shop.example/spring"


async def bare(_request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": TO})


async def ready(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


def main() -> None:
    port, database = int(sys.argv[1]), sys.argv[2]
    vault = Vault(SECRET)
    shared = Shared(vault, Ids(lambda: int(time.time() * 1000)), lambda: datetime.now(UTC))
    if uvloop:
        uvloop.install()

    async def make() -> web.Application:
        app = web.Application()
        units = open_units(database, shared)
        leading = Redirects(units, vault.link_key, shared.clock, lambda _: ("", ""))
        app.router.add_get("/bare", bare)
        app.router.add_get(PATH, leading.handle)
        app.router.add_get("/health/ready", ready)

        async def close(_: web.Application) -> None:
            await leading.close()
            await units.close()

        app.on_cleanup.append(close)
        return app

    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    web.run_app(make(), host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main()
