"""The API's mount on the club's web application: one request, one transaction, one answer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

import orjson
from aiohttp import web

from api import access, checking, openapi, problems, pushing, wording
from api.operations import ROOT, Call, Operation
from api.problems import Problem, problem_of
from api.table import OPERATIONS, SIGNED
from domain.errors import Refused
from services import answers, api_keys, webhooks
from services.answers import OK, Answer
from services.ports import Work
from services.ports.keys import ApiKey
from services.ports.webhooks import Webhook

log = logging.getLogger(__name__)
T = TypeVar("T")
LARGEST_BODY: Final = 1024 * 1024
DOCUMENT: Final = "/openapi.json"
TRIES: Final = 3
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Units(Protocol):
    """Where requests run (storage.unit_of_work.Units)."""

    async def read(self, use: Callable[[Any], T]) -> T: ...
    async def write(self, use: Callable[[Any], T]) -> T: ...


class _Never(Exception):
    """Stands for an exception that a caller does not know."""


@dataclass(frozen=True, slots=True)
class Api:
    """What the routes share. `unavailable` is raised by units whose database cannot commit,
    `collided` when two units wrote the same unique thing at once: the second is tried again.
    `clock` is the club's, `real` the world's, by which signatures are judged."""

    units: Units
    clock: Callable[[], datetime]
    real: Callable[[], datetime]
    unavailable: type[Exception] = _Never
    collided: type[Exception] = _Never
    tries: access.WrongTries = field(default_factory=access.WrongTries)


API: Final = web.AppKey("api", Api)


def add_routes(
    app: web.Application,
    units: Units,
    clock: Callable[[], datetime],
    *,
    real: Callable[[], datetime] | None = None,
    unavailable: type[Exception] = _Never,
    collided: type[Exception] = _Never,
) -> None:
    """Mounts /api/v1 with routes, rights and errors of its own. `real` is the world's clock, the
    club's if it is left out."""
    mounted = web.Application(middlewares=[_problems])
    mounted[API] = Api(units, clock, real or clock, unavailable, collided)
    mounted.router.add_get(DOCUMENT, _document)
    for operation in (*OPERATIONS, *SIGNED):
        path = operation.path.replace("}", ":[^/]+}")
        mounted.router.add_route(operation.method, path, _handler(operation))
    app.add_subapp(ROOT, mounted)


# -- errors -----------------------------------------------------------------------------


@web.middleware
async def _problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong under /api/v1 is answered as a problem document."""
    try:
        return await handler(request)
    except Problem as problem:
        return _told(request, problem)
    except Refused as error:
        return _told(request, problem_of(error))
    except web.HTTPException as error:
        return _told(request, _of_http(error))
    except web.RequestPayloadError:
        return _told(request, Problem("request.unreadable", headers={"Connection": "close"}))
    except request.config_dict[API].unavailable:
        return _told(request, Problem("club.unavailable", headers={"Retry-After": "1"}))
    except Exception:
        log.exception("%s of the API failed", request.method)
        return _told(request, Problem("club.failed"))


def _of_http(error: web.HTTPException) -> Problem:
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return Problem("request.method", headers={"Allow": allowed})
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return _too_large()
    if isinstance(error, web.HTTPNotFound):
        return Problem("request.not_found")
    return Problem("request.unreadable" if error.status < 500 else "club.failed")


def _too_large() -> Problem:
    return Problem("request.too_large", {"most": LARGEST_BODY}, headers={"Connection": "close"})


def _told(request: web.Request, problem: Problem) -> web.Response:
    language = wording.language_of(request.headers.get("Accept-Language", ""))
    headers = {**problem.headers, "Content-Language": language, "Vary": "Accept-Language"}
    return _json(problem.document(language), problem.status, problems.MEDIA, headers)


def _json(
    data: Any, status: int, media: str = checking.JSON, headers: dict[str, str] | None = None
) -> web.Response:
    fixed = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Server": "memberbot",
    }
    return web.Response(
        body=orjson.dumps(data),
        status=status,
        content_type=media,
        headers={**fixed, **(headers or {})},
    )


async def _document(_: web.Request) -> web.Response:
    return _json(openapi.document(), OK)


# -- one request ------------------------------------------------------------------------


def _handler(operation: Operation) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        api = request.app[API]
        caller, raw = await _let_in(operation, api, request)
        path = checking.path(request.match_info)
        query = checking.query(operation, request.query)
        once = checking.once(operation, request.headers.getall(checking.ONCE, []))
        body = checking.body(operation, raw)
        said = body.model_dump_json() if body else ""
        content = orjson.dumps([operation.name, sorted(path.items()), said]).decode()

        def call(work: Work) -> Call:
            whence = request.remote or ""
            return Call(work, api.clock(), caller, path, body, query, once, content, whence)

        def use(work: Work) -> Answer:
            return run(operation, call(work))

        try:
            answer = await (_write(api, use) if operation.writes else api.units.read(use))
        except Refused as error:
            if operation.refused is not None:
                keep, refusal = operation.refused, error
                await _write(api, lambda work: keep(call(work), refusal))
            raise
        headers = {"Idempotent-Replayed": "true"} if answer.again else {}
        return _json(answer.body, answer.status, headers=headers)

    return handle


async def _let_in(
    operation: Operation, api: Api, request: web.Request
) -> tuple[ApiKey | Webhook, bytes]:
    """Who calls, and the body: a key is looked at before the body is read, a signature after."""
    if operation.signed:
        raw = await _raw(operation, request)
        return await _signer(api, request, raw), raw
    caller = await _caller(api, request)
    access.require(caller, operation.scope)
    return caller, await _raw(operation, request)


async def _signer(api: Api, request: web.Request, raw: bytes) -> Webhook:
    """Whose signature it is; raises Problem. Wrong ones are counted, and never stand in the way
    of a right one."""
    source = checking.path(request.match_info)["source"]
    stamp, signature = (_one(request, name) for name in (pushing.TIMESTAMP, pushing.SIGNATURE))
    caller = await api.units.read(
        lambda work: webhooks.verify(work, source, stamp, signature, raw, api.real())
    )
    if caller is None:
        now, whence, tried = api.clock(), request.remote or "", f"wh_{source}"
        api.tries.check(whence, tried, now)
        api.tries.wrong(whence, tried, now)
        raise pushing.refused()
    return caller


def _one(request: web.Request, name: str) -> str:
    """The header of that name; "" if it is missing or there twice."""
    given = request.headers.getall(name, [])
    return given[0] if len(given) == 1 else ""


async def _caller(api: Api, request: web.Request) -> ApiKey:
    """Whose key it is; raises Problem. Nothing is looked up without a key."""
    text = access.bearer(request.headers.get("Authorization"))
    now, whence = api.clock(), request.remote or ""
    api.tries.check(whence, text, now)
    caller = await api.units.read(lambda work: api_keys.authenticate(work, text))
    if caller is None:
        api.tries.wrong(whence, text, now)
        raise access.unknown()
    return caller


async def _raw(operation: Operation, request: web.Request) -> bytes:
    if operation.body is None:
        return b""
    checking.media_type(request.headers.get("Content-Type", ""))
    if (request.content_length or 0) > LARGEST_BODY:
        raise _too_large()
    raw = await request.read()
    if len(raw) > LARGEST_BODY:
        raise _too_large()
    return raw


async def _write(api: Api, use: Callable[[Work], T]) -> T:
    for _ in range(TRIES - 1):
        try:
            return await api.units.write(use)
        except api.collided:
            continue
    return await api.units.write(use)


def run(operation: Operation, call: Call) -> Answer:
    """Does an operation inside its transaction, once per Idempotency-Key."""
    if not call.once:
        return _finished(operation, call, operation.run(call))
    scope = f"{call.caller.id}:{operation.name}"
    answer = answers.once(
        call.work, scope, call.once, call.content, call.now, lambda: operation.run(call)
    )
    if answer.again and operation.keyed == "may":
        answer = Answer(OK, answer.body, answer.member_id, again=True)
    return _finished(operation, call, answer)


def _finished(operation: Operation, call: Call, answer: Answer) -> Answer:
    return operation.finish(call, answer) if operation.finish else answer
