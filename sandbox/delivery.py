"""Posts updates to a bot's webhook the way Telegram does: in order per lane, with retries."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import aiohttp

from sandbox.calls import Calls, Hang
from sandbox.errors import ApiError
from sandbox.model import Bot, Webhook
from sandbox.updates import Lane, Pending
from sandbox.world import World

ANSWER_SECONDS = 60.0
MAX_RETRY_AFTER = 3600.0


@dataclass
class _Outcome:
    """How one attempt ended; ``error`` is empty when the webhook answered 2xx."""

    error: str = ""
    retry_after: float | None = None
    body: dict[str, Any] = field(default_factory=dict)


class Delivery:
    """Watches all bots of a world and delivers what waits for those with a webhook."""

    def __init__(self, world: World, calls: Calls) -> None:
        self.world = world
        self.calls = calls
        self._session: aiohttp.ClientSession | None = None
        self._watchers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begins to deliver."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        connector = aiohttp.TCPConnector(limit=0)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)
        self._watchers = [asyncio.create_task(self._watch(b)) for b in self.world.bots.values()]

    async def close(self) -> None:
        """Stops; what was not delivered stays waiting."""
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        if self._session:
            await self._session.close()

    async def _watch(self, bot: Bot) -> None:
        queue = self.world.queues[bot.id]
        running: dict[Lane, asyncio.Task[None]] = {}
        hook, gate = None, asyncio.Semaphore(1)
        try:
            while True:
                queue.changed.clear()
                if bot.webhook is not hook:
                    await _cancel(running)
                    hook = bot.webhook
                    gate = asyncio.Semaphore(hook.max_connections if hook else 1)
                for lane in list(queue.lanes) if hook else []:
                    if lane not in running or running[lane].done():
                        running[lane] = asyncio.create_task(self._lane(bot, lane, gate))
                await queue.changed.wait()
        finally:
            await _cancel(running)

    async def _lane(self, bot: Bot, lane: Lane, gate: asyncio.Semaphore) -> None:
        queue = self.world.queues[bot.id]
        while bot.webhook and (pending := queue.head(lane)):
            outcome = await self._until_settled(bot, bot.webhook, pending, gate)
            queue.settle(pending)
            self.world.store.commit()
            if outcome and "method" in outcome.body:
                await self._answer_in_body(bot, outcome.body)

    async def _until_settled(
        self, bot: Bot, hook: Webhook, pending: Pending, gate: asyncio.Semaphore
    ) -> _Outcome | None:
        queue = self.world.queues[bot.id]
        failures = 0
        while True:
            async with gate:
                outcome = await self._post(hook, pending)
            if not outcome.error:
                return outcome
            failures += 1
            hook.last_error_date = self.world.seconds()
            hook.last_error_message = outcome.error
            pause = _pause(failures, outcome.retry_after) * self.world.webhook_pace
            if queue.expired(pending, ahead=pause):
                return None
            await asyncio.sleep(pause)

    async def _post(self, hook: Webhook, pending: Pending) -> _Outcome:
        assert self._session is not None
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            async with self._session.post(
                hook.url, json=pending.update, headers=headers, allow_redirects=False
            ) as response:
                return await _outcome(response)
        except TimeoutError:
            return _Outcome("Read timeout expired")
        except aiohttp.ClientConnectorError:
            return _Outcome("Connection refused")
        except (aiohttp.ClientError, OSError) as error:
            return _Outcome(f"Connection broken: {type(error).__name__}")

    async def _answer_in_body(self, bot: Bot, body: dict[str, Any]) -> None:
        # Telegram tells nobody whether such a call went well; the log does
        params = {name: value for name, value in body.items() if name != "method"}
        try:
            await self.calls.run(bot.token, str(body["method"]), params, via="webhook")
        except (ApiError, Hang):
            return


def _pause(failures: int, retry_after: float | None) -> float:
    # the first retry comes at once, then 2, 4, 8 … s, at last a random 60-120 s
    if retry_after is not None:
        return retry_after
    if failures == 1:
        return 0.0
    return min(2.0 ** (failures - 1), random.uniform(60, 120))


async def _outcome(response: aiohttp.ClientResponse) -> _Outcome:
    if response.status // 100 != 2:
        text = f"Wrong response from the webhook: {response.status} {response.reason}"
        return _Outcome(text, _seconds(response.headers.get("Retry-After")))
    return _Outcome(body=await _body(response))


async def _body(response: aiohttp.ClientResponse) -> dict[str, Any]:
    try:
        if response.content_type == "application/json":
            body = await response.json()
            return body if isinstance(body, dict) else {}
        if response.content_type == "application/x-www-form-urlencoded":
            return dict(parse_qsl(await response.text(), keep_blank_values=True))
    except ValueError:
        return {}
    return {}


def _seconds(header: str | None) -> float | None:
    if header is None or not header.isdigit():
        return None
    return min(float(header), MAX_RETRY_AFTER)


async def _cancel(running: dict[Lane, asyncio.Task[None]]) -> None:
    for task in running.values():
        task.cancel()
    await asyncio.gather(*running.values(), return_exceptions=True)
    running.clear()
