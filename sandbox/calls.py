"""One call of a Bot API method from its parameters to its answer: faults, checks, effect, log."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.checks import checked
from sandbox.errors import ApiError, conflict
from sandbox.facts import METHODS, Method
from sandbox.faults import Fault
from sandbox.methods import CALLS
from sandbox.model import Bot
from sandbox.world import World

Json = dict[str, Any]

MAX_POLL_SECONDS = 50
HANG_SECONDS = 600.0
_BY_LOWER = {name.lower(): method for name, method in METHODS.items()}


class Hang(Exception):
    """The call gets no answer."""


class Calls:
    """Runs calls against one world; holds the one open getUpdates per bot."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._pollers: dict[int, asyncio.Event] = {}
        self.closing = asyncio.Event()

    async def run(self, token: str, name: str, params: Json, via: str = "http") -> Json:
        """The body of a successful answer. Raises ApiError for a refusal and Hang for none."""
        bot = self.world.bot_by_token(token)
        method = _BY_LOWER.get(name.lower())
        facts = {
            "at": self.world.now().isoformat(timespec="seconds"),
            "received": round(self.world.real_time(), 3),
            "bot": bot.username,
            "method": method.name if method else name,
            "via": via,
        }
        entry = self.world.journal.open(facts, params, token)
        started = time.perf_counter()
        try:
            result = await self._faulty(bot, method, name, params, entry)
        except ApiError as error:
            self._close(entry, started, "refused", error.body())
            raise
        except Hang:
            self._close(entry, started, "unanswered", {})
            raise
        answer = {"ok": True, "result": result}
        self._close(entry, started, "ok", answer)
        return answer

    def _close(self, entry: Json, started: float, status: str, answer: Json) -> None:
        ms = round((time.perf_counter() - started) * 1000, 1)
        self.world.journal.close(entry, {"status": status, "ms": ms, "answer": answer})

    async def _faulty(
        self, bot: Bot, method: Method | None, name: str, params: Json, entry: Json
    ) -> Any:
        if method is None:
            raise ApiError(404, f'Not Found: method "{name}" is not served by the stand-in')
        fault = self.world.faults.for_call(
            method.name, params.get("chat_id"), _pieces(params.get("media"))
        )
        if fault is None:
            return await self._carry_out(bot, method, params)
        entry["fault"] = fault.kind
        return await self._with_fault(fault, lambda: self._carry_out(bot, method, params))

    async def _with_fault(self, fault: Fault, carry_out: Callable[[], Awaitable[Any]]) -> Any:
        if fault.kind == "slow":
            await self._pause(fault.ms / 1000)
            return await carry_out()
        if fault.effect:
            await carry_out()
            self.world.store.commit()
        if fault.kind == "hang":
            raise Hang
        raise fault.error()

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.closing.wait(), seconds)
        except TimeoutError:
            return

    async def _carry_out(self, bot: Bot, method: Method, params: Json) -> Any:
        given = checked(method, params)
        if method.name == "getUpdates":
            return await self._get_updates(bot, given)
        return CALLS[method.name](self.world, bot, given)

    async def _get_updates(self, bot: Bot, given: Json) -> list[Json]:
        if bot.webhook:
            raise conflict(
                "can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first"
            )
        mine = self._take_over(bot)
        if "allowed_updates" in given:
            bot.allowed_updates = given["allowed_updates"]
            self.world.keep_bot(bot)
        queue = self.world.queues[bot.id]
        if given.get("offset"):
            queue.confirm(given["offset"])
        timeout = min(max(0, given.get("timeout", 0)), MAX_POLL_SECONDS)
        try:
            await self._wait(bot, mine, time.monotonic() + timeout)
        finally:
            if self._pollers.get(bot.id) is mine:
                del self._pollers[bot.id]
        return [pending.update for pending in queue.waiting()[: given.get("limit", 100)]]

    def _take_over(self, bot: Bot) -> asyncio.Event:
        # a new poller ends the one that is still waiting
        former = self._pollers.get(bot.id)
        if former:
            former.set()
        self._pollers[bot.id] = mine = asyncio.Event()
        return mine

    async def _wait(self, bot: Bot, ended: asyncio.Event, deadline: float) -> None:
        queue = self.world.queues[bot.id]
        while not queue.waiting() and not self.closing.is_set():
            left = deadline - time.monotonic()
            if left <= 0:
                return
            queue.changed.clear()
            await _first_of(left, queue.changed, ended, self.closing)
            if ended.is_set():
                raise conflict(
                    "terminated by other getUpdates request; "
                    "make sure that only one bot instance is running"
                )
            if bot.webhook:
                raise conflict("terminated by setWebhook request")

    def close(self) -> None:
        """Ends long polls and hanging calls."""
        self.closing.set()


def _pieces(media: object) -> int:
    if isinstance(media, str):
        return max(1, media.count('"media"'))
    return len(media) if isinstance(media, list) else 1


async def _first_of(seconds: float, *events: asyncio.Event) -> None:
    tasks = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
