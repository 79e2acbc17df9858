"""HTTP to the Bot API for PTB's Bot, over aiohttp.

PTB's own transport costs ten times as much per call. An error's `__cause__` says what is known:
NotSent (surely not sent) or Unclear (may have been sent).
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

import aiohttp
import orjson
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.telegram.decoding import decode
from bot.telegram.fields import BadUpdate
from bot.telegram.proxy import proxy_for
from bot.telegram.secrecy import Scrub

# Seconds; a pool that is full for longer than `POOL` counts as not connected.
CONNECT, READ, WRITE, UPLOAD, POOL = 5.0, 10.0, 5.0, 60.0, 5.0
JSON = {"Content-Type": "application/json"}
MOST_URLS = 100
ANSWERED = (400, 401, 403, 404, 409, 429)


class NotSent(Exception):
    """The request never reached the server."""


class Unclear(Exception):
    """The request may have reached the server."""


class Flood(TelegramError):
    """The Bot API asks to wait; nothing was sent. `after` is how long."""

    def __init__(self, after: timedelta) -> None:
        super().__init__(f"flood wait of {after}")
        self.after = after


class Transport(BaseRequest):
    """A pool of connections. The token that is in every URL gets into no error."""

    def __init__(self, scrub: Scrub, *, pool: int = 512, read_timeout: float = READ) -> None:
        self._scrub = scrub
        self._pool = pool
        self._read = read_timeout
        self._session: aiohttp.ClientSession | None = None
        self._urls: dict[str, URL] = {}

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer where a call does not say otherwise."""
        return self._read

    async def initialize(self) -> None:
        """Opens the pool."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._pool, ttl_dns_cache=300),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """Closes the pool."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def call(self, url: str, params: dict[str, Any]) -> Any:
        """The result of a method whose parameters are plain JSON; raises PTB's errors, as
        `do_request` and PTB's reading of an answer do."""
        answered = await self.do_request(url, "POST", params)
        if answered[0] != 200:
            return await _Answered(*answered).post(url)
        answer = self.parse_json_payload(answered[1])
        return answer["result"]

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | dict[str, Any] | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body. Raises NetworkError or TimedOut with the cause NotSent or Unclear,
        Flood, or BadRequest for statuses that PTB does not know."""
        upload = isinstance(request_data, RequestData) and request_data.contains_files
        timeout = _timeout(
            _or(read_timeout, self._read),
            _or(write_timeout, UPLOAD if upload else WRITE),
            _or(connect_timeout, CONNECT),
            _or(pool_timeout, POOL),
        )
        try:
            return await self._exchange(method, url, timeout, **_body(request_data))
        except (aiohttp.ClientError, TimeoutError, OSError, RuntimeError, ValueError) as error:
            failure = self._failure(error)
        # Raised out here, so that no __context__ keeps the error that knows the URL.
        raise failure

    async def _exchange(
        self, method: str, url: str, limits: aiohttp.ClientTimeout, **more: Any
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("the transport is not open")
        async with self._session.request(
            method,
            self._url(url),
            timeout=limits,
            allow_redirects=False,
            proxy=proxy_for(url),
            **more,
        ) as response:
            payload = await response.read()
        if response.status >= 300:
            payload = self._scrub.text(payload.decode(errors="replace")).encode()
            _refuse(response.status, payload)
        return response.status, payload

    def _url(self, url: str) -> URL:
        """The address, taken apart once for each method; those with a query are all different."""
        found = self._urls.get(url)
        if found is None:
            found = URL(url)
            if len(self._urls) < MOST_URLS and not found.query_string:
                self._urls[url] = found
        return found

    def _failure(self, error: Exception) -> TelegramError:
        words = self._scrub.text(f"{type(error).__name__}: {error}")
        timed_out = isinstance(error, TimeoutError)
        failure = TimedOut(words) if timed_out else NetworkError(words)
        failure.__cause__ = NotSent(words) if _before_sending(error) else Unclear(words)
        return failure

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """The answer's JSON object; raises TelegramError, without quoting it."""
        try:
            answer = decode(payload)
        except BadUpdate:
            answer = None
        if not isinstance(answer, dict):
            raise TelegramError("the server's answer is no JSON object")
        return answer


def _before_sending(error: Exception) -> bool:
    """RuntimeError and ValueError come from our own side: closed pool, impossible URL or body."""
    return isinstance(
        error,
        aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | RuntimeError | ValueError,
    )


def _or(given: Any, usual: float) -> float | None:
    return usual if given is BaseRequest.DEFAULT_NONE else given


@lru_cache(maxsize=64)
def _timeout(
    read: float | None, write: float | None, connect: float | None, pool: float | None
) -> aiohttp.ClientTimeout:
    """aiohttp has no limit for writing, hence the one for the whole; None is no limit."""
    parts = (read, write, connect, pool)
    total = None if None in parts else sum(part for part in parts if part is not None)
    opening = None if connect is None or pool is None else connect + pool
    return aiohttp.ClientTimeout(
        total=total, connect=opening, sock_connect=connect, sock_read=read
    )


def _dumped(params: Any) -> bytes:
    try:
        return orjson.dumps(params)
    except TypeError as error:
        raise BadRequest("a parameter is no valid Unicode text") from error


class _Answered(BaseRequest):
    """An answer that has come already, for PTB to read: what its refusals mean."""

    def __init__(self, status: int, payload: bytes) -> None:
        self._answer = status, payload

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(self, *_args: Any, **_more: Any) -> tuple[int, bytes]:
        return self._answer

    parse_json_payload = staticmethod(Transport.parse_json_payload)


def _body(request_data: RequestData | dict[str, Any] | None) -> dict[str, Any]:
    if request_data is None:
        return {}
    if isinstance(request_data, dict):
        return {"data": _dumped(request_data), "headers": JSON}
    if not request_data.contains_files:
        return {"data": _dumped(request_data.parameters), "headers": JSON}
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return {"data": form}


def _refuse(status: int, payload: bytes) -> None:
    """Raises for answers that PTB would misread: flood waits, and refusals it takes for
    network errors (redirects, 413, 405 …); a 408 tells nothing."""
    try:
        answer = Transport.parse_json_payload(payload)
    except TelegramError:
        answer = {}
    parameters = answer.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if status == 429 or (isinstance(wait, int) and wait > 0):
        seconds = wait if isinstance(wait, int) and wait > 0 else 1
        raise Flood(timedelta(seconds=min(seconds, 7 * 86_400)))
    if status < 500 and status not in ANSWERED and status != 408:
        raise BadRequest(str(answer.get("description") or f"HTTP {status}"))
