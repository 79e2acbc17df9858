"""The webhook route: commits first, answers then, with the reply in the response itself."""

from __future__ import annotations

import asyncio
import hmac
import logging
import re

from aiohttp import web

from bot.channel import SendError
from bot.messages import Inbound, Kind, Rendered
from bot.state import StoreUnavailable
from bot.telegram.channel import TelegramChannel
from bot.telegram.decoding import decode, encode, readable
from bot.telegram.fields import BadUpdate
from bot.telegram.intake import Answers, Bury, Handles, handled, settle
from bot.telegram.render import Call, toast
from bot.telegram.translate import translate

log = logging.getLogger(__name__)
PATH = "/telegram/webhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
LIMIT = 1024 * 1024
JSON = {"Content-Type": "application/json"}
# Taps waiting for their spinner to be stopped; beyond that it is left to run out.
TAPS = 500


class BadSecret(ValueError):
    """The webhook secret is missing or not 1 to 256 of A-Z a-z 0-9 _ - (Bot API, setWebhook).

    `problem` is "missing" or "malformed".
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def check_secret(secret: str) -> str:
    """The secret; raises BadSecret."""
    if not secret:
        raise BadSecret("missing")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise BadSecret("malformed")
    return secret


class Webhook:
    """Handles POSTs of updates; `router.add_post(PATH, webhook.handle)`.

    Answers 200 for whatever is committed or buried, 503 when the database cannot commit, 403 for
    a wrong secret, 413 beyond 1 MB. Raises BadSecret when made without a good secret.
    """

    def __init__(
        self,
        dispatch: Handles,
        secret: str,
        *,
        channel: TelegramChannel,
        bury: Bury,
        answers: Answers,
    ) -> None:
        self._secret = check_secret(secret).encode()
        self._dispatch = dispatch
        self._channel = channel
        self._bury = bury
        self._answers = answers
        self._taps: set[asyncio.Task[None]] = set()

    async def handle(self, request: web.Request) -> web.Response:
        """Answers one delivery of an update."""
        given = request.headers.get(HEADER, "").encode(errors="replace")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=403, text="wrong secret")
        body = await _read(request)
        if body is None:
            return web.Response(status=413, text="an update has at most 1 MB")
        try:
            call = await self._take(body)
        except StoreUnavailable:
            return web.Response(status=503, text="the database cannot commit, try again")
        if call is None:
            return web.Response()
        return web.Response(body=encode({"method": call.method, **call.params}), headers=JSON)

    async def close(self) -> None:
        """Waits for the taps that are still being answered."""
        if self._taps:
            await asyncio.wait(self._taps, timeout=5)

    async def _take(self, body: bytes) -> Call | None:
        try:
            inbound = translate(decode(body), self._channel.account)
        except BadUpdate as error:
            log.warning("an update cannot be read: %s", error.field)
            await self._kept(error.update_id, readable(body), f"bad update: {error.field}")
            return None
        if inbound.kind is Kind.OTHER:
            return None
        reply = await handled(self._dispatch, self._kept, inbound, readable(body))
        if inbound.callback:
            self._answer_tap(inbound, reply)
        return await self._begin(reply, inbound) if reply else None

    async def _begin(self, reply: Rendered, inbound: Inbound) -> Call | None:
        try:
            await self._answers.may_leave(inbound)
            return await self._channel.begin(reply, inbound)
        except SendError as error:
            await settle(error, self._answers, inbound, reply)
            return None

    async def _kept(self, update_id: str, raw: str, why: str) -> None:
        """Buries; if not even that works, the update has to come again."""
        try:
            await self._bury(update_id, raw, why)
        except StoreUnavailable:
            raise
        except Exception as error:
            log.exception("an update could not be put to the dead letters")
            raise StoreUnavailable from error

    def _answer_tap(self, inbound: Inbound, reply: Rendered | None) -> None:
        if len(self._taps) >= TAPS:
            return
        task = asyncio.create_task(self._channel.answer_tap(inbound.callback, toast(reply)))
        self._taps.add(task)
        task.add_done_callback(self._taps.discard)


async def _read(request: web.Request) -> bytes | None:
    """The body, None beyond LIMIT bytes, whatever the application's own limit is."""
    if (request.content_length or 0) > LIMIT:
        return None
    body = await request.content.readany()
    if request.content.at_eof():
        return body
    whole = bytearray(body)
    while chunk := await request.content.readany():
        whole += chunk
        if len(whole) > LIMIT:
            return None
    return bytes(whole)
