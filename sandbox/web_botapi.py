"""The Bot API over HTTP: ``/botapi/bot<token>/<method>`` and file downloads."""

import asyncio
import contextlib
import json
from typing import Any
from urllib.parse import quote

from aiohttp import web

from sandbox.calls import HANG_SECONDS, Hang
from sandbox.errors import ApiError, bad_request
from sandbox.files import Upload
from sandbox.web_common import CALLS, WORLD, read_form
from sandbox.world import World

Json = dict[str, Any]
routes = web.RouteTableDef()


@routes.route("GET", "/botapi/bot{token}/{method}")
@routes.route("POST", "/botapi/bot{token}/{method}")
async def call(request: web.Request) -> web.Response:
    """One call, its parameters as query, form, multipart or JSON."""
    calls = request.app[CALLS]
    try:
        params = await _params(request)
        answer = await calls.run(request.match_info["token"], request.match_info["method"], params)
    except ApiError as error:
        return _refusal(error)
    except Hang:
        await _hang(request, calls.closing)
        return web.Response(status=504)
    return web.json_response(answer)


def _refusal(error: ApiError) -> web.Response:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
    return web.json_response(error.body(), status=error.code, headers=headers)


async def _hang(request: web.Request, closing: asyncio.Event) -> None:
    # silence until the caller gives up; then the connection is simply cut
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(closing.wait(), HANG_SECONDS)
    if request.transport is not None:
        request.transport.abort()


async def _params(request: web.Request) -> Json:
    given: Json = dict(request.query)
    if request.content_type == "application/json" and request.can_read_body:
        given |= await _json_params(request)
    elif request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        given |= _attached(await read_form(request))
    return given


async def _json_params(request: web.Request) -> Json:
    try:
        body = json.loads(await request.clone(client_max_size=2**20).text())
    except ValueError as error:
        raise bad_request("can't parse request JSON object") from error
    if not isinstance(body, dict):
        raise bad_request("can't parse request JSON object")
    return body


def _attached(form: dict[str, str | Upload]) -> Json:
    """Fields with ``attach://name`` replaced by the file of that name."""
    uploads = {name: value for name, value in form.items() if isinstance(value, Upload)}
    named = {
        name: value.removeprefix("attach://")
        for name, value in form.items()
        if isinstance(value, str) and value.startswith("attach://")
    }
    given: Json = {name: value for name, value in form.items() if name not in named.values()}
    for name, part in named.items():
        if part not in uploads:
            raise bad_request(f"there is no file {part!r} in the request")
        given[name] = uploads[part]
    return given


@routes.get("/botapi/file/bot{token}/{path:.+}")
async def download(request: web.Request) -> web.Response:
    """The content of a file whose path getFile told."""
    world = request.app[WORLD]
    try:
        world.bot_by_token(request.match_info["token"])
    except ApiError as error:
        return _refusal(error)
    return file_response(world, request.match_info["path"])


def file_response(world: World, path: str) -> web.Response:
    """A stored file by its path; images are shown, everything else is only downloaded."""
    file = next((file for file in world.files.values() if file.path == path), None)
    if file is None:
        raise web.HTTPNotFound
    shown = "inline" if file.width else "attachment"
    disposition = f"{shown}; filename*=UTF-8''{_quoted(file.name)}"
    return web.Response(
        body=world.store.content(file.file_id),
        content_type=file.mime if "/" in file.mime else "application/octet-stream",
        headers={
            "Content-Disposition": disposition,
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def _quoted(name: str) -> str:
    return quote(name, safe="")
