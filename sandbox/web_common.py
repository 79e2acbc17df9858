"""What the routes share: reading bodies, answering JSON, refusing other sites' pages."""

import functools
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.calls import Calls
from sandbox.errors import PersonError
from sandbox.files import Upload
from sandbox.model import Bot, Person, Place
from sandbox.world import World

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

WORLD = web.AppKey("sandbox_world", World)
CALLS = web.AppKey("sandbox_calls", Calls)
MAX_BODY = 60 * 1024 * 1024


def own_origin(route: web.AbstractRouteDef) -> web.RouteDef:
    """The route, closed to pages of other origins, its errors answered as JSON."""
    assert isinstance(route, web.RouteDef)
    handler: Handler = route.handler

    @functools.wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if origin and urlsplit(origin).netloc != request.host:
            return web.json_response({"error": "other origins may not do this"}, status=403)
        try:
            answer = await handler(request)
        except PersonError as error:
            body = {"error": str(error)} | ({"key": error.key} if error.key else {})
            return web.json_response(body, status=error.code)
        request.app[WORLD].store.commit()
        return answer

    return web.RouteDef(route.method, route.path, guarded, route.kwargs)


async def read_json(request: web.Request) -> Json:
    """The JSON object of the body, {} for none; PersonError 400 for anything else."""
    text = await request.text()
    try:
        body = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise PersonError(400, "the body is not valid JSON") from error
    if not isinstance(body, dict):
        raise PersonError(400, "the body must be a JSON object")
    return body


async def read_form(request: web.Request) -> dict[str, str | Upload]:
    """Fields and files of a form or multipart body of up to 60 MB."""
    return dict(await read_parts(request))


async def read_parts(request: web.Request) -> list[tuple[str, str | Upload]]:
    """The same in the order they came in, those of one name as well."""
    data = await request.clone(client_max_size=MAX_BODY).post()
    return [(name, _part(value)) for name, value in data.items()]


def _part(value: Any) -> str | Upload:
    if isinstance(value, web.FileField):
        with value.file:
            return Upload(value.filename, value.content_type, value.file.read())
    return value.decode() if isinstance(value, bytes | bytearray) else str(value)


def number_of(request: web.Request, name: str, default: int) -> int:
    """A whole number of the query string; PersonError 400 for anything else."""
    given = request.query.get(name, str(default))
    if not given.isascii() or not given.isdigit():
        raise PersonError(400, f"{name} must be a whole number")
    return int(given)


def person_of(request: web.Request) -> Person:
    """The person named in the path."""
    return request.app[WORLD].person(int(request.match_info["person"]))


def bot_of(request: web.Request) -> Bot:
    """The bot named by ``?bot=``, the first one without."""
    return request.app[WORLD].bot_by_name(request.query.get("bot", "").lstrip("@"))


def place_of(request: web.Request) -> Place:
    """The group and topic of ``?chat=`` and ``?topic=``, the private chat without."""
    chat = request.query.get("chat", "")
    if not chat:
        return Place()
    if not chat.removeprefix("-").isdecimal() or not chat.isascii():
        raise PersonError(400, "chat must be the number of a group")
    return Place(int(chat), number_of(request, "topic", 0))
