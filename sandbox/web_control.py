"""The rest of ``/sandbox/…``: about the club, faults, log, live events, files."""

import asyncio
import json
from typing import Any

from aiohttp import web

from sandbox.web_botapi import file_response
from sandbox.web_common import WORLD, number_of, read_json

routes = web.RouteTableDef()

HEARTBEAT_SECONDS = 15.0


@routes.get("/sandbox/info")
async def info(request: web.Request) -> web.Response:
    """Whose club this is and which bots there are."""
    world = request.app[WORLD]
    bots = [{"id": b.id, "username": b.username, "name": b.name} for b in world.bots.values()]
    return web.json_response({"title": world.title, "note": world.note, "bots": bots})


@routes.get("/sandbox/faults")
async def faults(request: web.Request) -> web.Response:
    """The faults that are on."""
    return _faults(request, 200)


def _faults(request: web.Request, status: int) -> web.Response:
    shown = [vars(fault) for fault in request.app[WORLD].faults.all()]
    return web.json_response({"faults": shown}, status=status)


@routes.post("/sandbox/faults")
async def add_fault(request: web.Request) -> web.Response:
    """Switches a fault on (201)."""
    world = request.app[WORLD]
    world.faults.add(await read_json(request))
    world.events.announce("faults")
    return _faults(request, 201)


@routes.delete("/sandbox/faults")
@routes.delete("/sandbox/faults/{fault:\\d+}")
async def clear_faults(request: web.Request) -> web.Response:
    """Switches one fault off, or all."""
    world = request.app[WORLD]
    number = request.match_info.get("fault")
    world.faults.clear(int(number) if number else None)
    world.events.announce("faults")
    return _faults(request, 200)


@routes.get("/sandbox/log")
async def log(request: web.Request) -> web.Response:
    """The latest calls: ``?after=`` a seq, ``?method=``, ``?limit=``."""
    after, limit = number_of(request, "after", 0), number_of(request, "limit", 500)
    method = request.query.get("method", "")
    entries = request.app[WORLD].journal.entries(after, method, limit)
    return web.json_response({"calls": entries})


@routes.delete("/sandbox/log")
async def clear_log(request: web.Request) -> web.Response:
    """Empties the log."""
    request.app[WORLD].journal.clear()
    return web.json_response({"calls": []})


@routes.get("/sandbox/files/{path:.+}")
async def file(request: web.Request) -> web.Response:
    """A file as the page shows it."""
    return file_response(request.app[WORLD], request.match_info["path"])


@routes.get("/sandbox/events")
async def events(request: web.Request) -> web.StreamResponse:
    """Server-Sent Events: chat, call, answer, typing, persons, faults."""
    hub = request.app[WORLD].events
    queue = hub.listen()
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
    )
    try:
        await response.prepare(request)
        await response.write(b"retry: 1000\n\n")
        while (data := await _next_event(queue)) is not None:
            await response.write(data)
    except (ConnectionResetError, asyncio.CancelledError):
        return response
    finally:
        hub.leave(queue)
    return response


async def _next_event(queue: "asyncio.Queue[dict[str, Any] | None]") -> bytes | None:
    try:
        event = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
    except TimeoutError:
        return b": still here\n\n"
    return None if event is None else f"data: {json.dumps(event)}\n\n".encode()
