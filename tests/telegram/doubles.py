"""Stand-ins for what the app gives to the webhook and the polling loop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from bot.channel import RetryLater, SendError
from bot.messages import Inbound, Rendered
from bot.telegram.channel import TelegramChannel
from bot.telegram.client import Client
from bot.telegram.render import Call
from tests.telegram.updates import TOKEN

Answer = Callable[[Inbound], Awaitable[Rendered | None]]


class Core:
    """A dispatch that answers as told and remembers what it was given."""

    def __init__(self, answer: Rendered | Exception | Answer | None = None) -> None:
        self.answer = answer
        self.seen: list[Inbound] = []

    async def handle(self, inbound: Inbound, raw: str = "") -> Rendered | None:
        self.seen.append(inbound)
        if isinstance(self.answer, Exception):
            raise self.answer
        if callable(self.answer):
            return await self.answer(inbound)
        return self.answer


class Wire(TelegramChannel):
    """A channel that keeps its calls instead of making them; `fails` are raised in turn."""

    def __init__(self, fails: Sequence[SendError | None] = ()) -> None:
        super().__init__(Client(TOKEN, api_url="http://127.0.0.1:9"))
        self.calls: list[Call] = []
        self.fails = list(fails)

    async def run(self, call: Call, *, moved: bool = False) -> str:
        self.calls.append(call)
        error = self.fails.pop(0) if self.fails else None
        if error:
            raise error
        return str(len(self.calls))

    async def answer_tap(self, callback: str, text: str = "") -> None:
        await asyncio.sleep(0)
        self.calls.append(Call("answerCallbackQuery", {"id": callback, "text": text}))

    def texts(self) -> list[Any]:
        return [call.params.get("text") for call in self.calls]


class App:
    """The hooks: dead letters, answers kept for later, and a lease."""

    def __init__(self, *, fails: Exception | None = None) -> None:
        self.fails = fails
        self.buried: list[tuple[str, str, str]] = []
        self.kept: list[tuple[str, timedelta | None, bool]] = []
        self.silent: timedelta | None = None
        self.held = True
        self.holds = 0

    async def bury(self, update_id: str, raw: str, why: str) -> None:
        if self.fails:
            raise self.fails
        assert (raw + why).encode() is not None
        assert "\0" not in raw + why
        self.buried.append((update_id, raw, why))

    async def may_leave(self, inbound: Inbound) -> None:
        if self.silent:
            raise RetryLater(self.silent)

    async def later(
        self, inbound: Inbound, answer: Rendered, error: SendError, *, repeated: bool
    ) -> None:
        if self.fails:
            raise self.fails
        self.kept.append((answer.text, error.after, repeated))

    async def hold(self) -> bool:
        self.holds += 1
        return self.held
