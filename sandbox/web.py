"""Mounts the stand-in on an aiohttp application: the page, the Bot API and the persons."""

from pathlib import Path

from aiohttp import web

from sandbox import web_botapi, web_control, web_groups, web_persons
from sandbox.calls import Calls
from sandbox.delivery import Delivery
from sandbox.web_common import CALLS, WORLD, own_origin
from sandbox.world import World

PAGE = Path(__file__).parent / "page"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


def create_app(world: World) -> web.Application:
    """An application that serves nothing but the stand-in."""
    app = web.Application()
    add_routes(app, world)
    return app


def add_routes(app: web.Application, world: World) -> None:
    """Adds ``/``, ``/sandbox/…`` and ``/botapi/…``, and starts and stops webhook delivery with
    the application."""
    calls = Calls(world)
    delivery = Delivery(world, calls)
    app[WORLD] = world
    app[CALLS] = calls

    async def start(_: web.Application) -> None:
        await delivery.start()

    async def stop(_: web.Application) -> None:
        calls.close()
        world.events.close()
        await delivery.close()

    async def close(_: web.Application) -> None:
        world.close()

    app.on_startup.append(start)
    app.on_shutdown.append(stop)
    app.on_cleanup.append(close)
    app.router.add_get("/", _index)
    app.router.add_get("/sandbox/page/{name}", _asset)
    app.router.add_routes(web_botapi.routes)
    for routes in (web_persons.routes, web_groups.routes, web_control.routes):
        app.router.add_routes([own_origin(route) for route in routes])


async def _index(_: web.Request) -> web.Response:
    return _page_file("index.html")


async def _asset(request: web.Request) -> web.Response:
    return _page_file(request.match_info["name"])


def _page_file(name: str) -> web.Response:
    path = PAGE / name
    if path.parent != PAGE or path.suffix not in _TYPES or not path.is_file():
        raise web.HTTPNotFound
    return web.Response(
        body=path.read_bytes(),
        content_type=_TYPES[path.suffix],
        charset="utf-8",
        headers={
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-cache",
        },
    )
