"""Delivery to a webhook: secret, order, retries, replies in the response."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.delivery import _pause
from sandbox.world import World
from tests.sandbox.support import ANN, Json, Phone, Session, buttons, eventually

Reply = Callable[[Json], Any]


@dataclass
class Hook:
    """A webhook that records what arrives and answers as told."""

    url: str = ""
    seen: list[Json] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    wait: float = 0.0
    open: int = 0
    most_open: int = 0

    async def handle(self, request: web.Request) -> web.Response:
        self.seen.append(await request.json())
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        await asyncio.sleep(self.wait)
        self.open -= 1
        return self.answers.pop(0) if self.answers else web.Response()

    def texts(self) -> list[str]:
        return [u["message"]["text"] for u in self.seen if "message" in u]

    async def until(self, count: int) -> None:
        async def enough() -> bool:
            return len(self.seen) >= count and not self.open

        await eventually(enough)


@pytest.fixture
async def hook(session: Session) -> AsyncIterator[Hook]:
    hook = Hook()
    app = web.Application()
    app.router.add_post("/hook", hook.handle)
    server = TestServer(app)
    await server.start_server()
    hook.url = str(server.make_url("/hook"))
    await session.call("setWebhook", url=hook.url, secret_token="s3cret", max_connections=4)
    yield hook
    await session.call("deleteWebhook")
    await server.close()


async def _pending(session: Session) -> int:
    return int((await session.call("getWebhookInfo")).result["pending_update_count"])


async def _settled(session: Session) -> None:
    async def none_left() -> bool:
        return await _pending(session) == 0

    await eventually(none_left)


async def test_updates_come_in_order_with_the_secret(
    session: Session, hook: Hook, ann: Phone
) -> None:
    for number in range(20):
        await ann.write(str(number))
    await hook.until(20)
    assert hook.texts() == [str(number) for number in range(20)]
    assert set(hook.secrets) == {"s3cret"}
    await _settled(session)


async def test_what_waited_before_is_delivered_when_the_webhook_is_set(
    session: Session, hook: Hook, ann: Phone
) -> None:
    await session.call("deleteWebhook")
    await ann.write("early")
    assert hook.seen == []
    await session.call("setWebhook", url=hook.url)
    await hook.until(1)
    assert hook.texts() == ["early"]
    assert hook.secrets == [None]


async def test_pending_updates_can_be_dropped(session: Session, hook: Hook, ann: Phone) -> None:
    await session.call("deleteWebhook")
    await ann.write("early")
    await session.call("setWebhook", url=hook.url, drop_pending_updates=True)
    await ann.write("late")
    await hook.until(1)
    assert hook.texts() == ["late"]


async def test_a_failed_delivery_is_repeated_and_holds_back_its_chat_only(
    session: Session, hook: Hook, ann: Phone, bob: Phone
) -> None:
    hook.answers = [web.Response(status=500), web.Response(status=503)]
    await ann.write("first")
    await ann.write("second")
    await hook.until(2)
    await bob.write("other")
    await hook.until(5)
    of_ann = [u["message"]["text"] for u in hook.seen if u["message"]["chat"]["id"] == ANN]
    assert of_ann == ["first", "first", "first", "second"]
    await _settled(session)
    info = (await session.call("getWebhookInfo")).result
    assert info["last_error_message"].startswith("Wrong response from the webhook: 50")


async def test_retry_after_is_obeyed(
    session: Session, hook: Hook, ann: Phone, world: World
) -> None:
    world.webhook_pace = 1.0
    hook.answers = [web.Response(status=503, headers={"Retry-After": "1"})]
    await ann.write("x")
    await hook.until(1)
    await asyncio.sleep(0.3)
    assert len(hook.seen) == 1
    await hook.until(2)


@pytest.mark.parametrize(
    ("failures", "least", "most"),
    [(1, 0, 0), (2, 2, 2), (3, 4, 4), (6, 32, 32), (7, 60, 64), (20, 60, 120)],
)
def test_pauses_double_up_to_a_random_minute_or_two(
    failures: int, least: float, most: float
) -> None:
    assert least <= _pause(failures, None) <= most


async def test_messages_and_taps_of_one_person_do_not_wait_for_each_other(
    session: Session, hook: Hook, ann: Phone
) -> None:
    await ann.write("/start")
    await hook.until(1)
    await _settled(session)
    sent = await session.call("sendMessage", chat_id=ANN, text="x", reply_markup=buttons(["A"]))
    hook.wait = 0.2
    await ann.write("slow")
    await ann.tap(sent.result["message_id"], "a")
    await hook.until(3)
    assert hook.most_open == 2


async def test_no_more_connections_than_allowed(
    session: Session, hook: Hook, world: World
) -> None:
    hook.wait = 0.05
    for number in range(12):
        world.add_person(100 + number, f"P{number}")
        await Phone(session, 100 + number).write("x")
    await hook.until(12)
    assert hook.most_open == 4


async def test_a_call_in_the_response_is_carried_out(
    session: Session, hook: Hook, ann: Phone
) -> None:
    body = {"method": "sendMessage", "chat_id": ANN, "text": "<b>hi</b>", "parse_mode": "HTML"}
    hook.answers = [web.json_response(body)]
    await ann.write("/start")

    async def answered() -> bool:
        return len((await ann.chat())["messages"]) == 2

    await eventually(answered)
    assert (await ann.last())["html"] == "<b>hi</b>"
    (entry,) = await session.log("sendMessage")
    assert (entry["via"], entry["status"]) == ("webhook", "ok")


async def test_a_wrong_call_in_the_response_is_only_logged(
    session: Session, hook: Hook, ann: Phone
) -> None:
    hook.answers = [web.json_response({"method": "sendMessage", "chat_id": ANN})]
    await ann.write("a")
    await ann.write("b")
    await hook.until(2)
    await _settled(session)
    (entry,) = await session.log("sendMessage")
    assert entry["status"] == "refused"


async def test_doubled_updates_arrive_twice(session: Session, hook: Hook, ann: Phone) -> None:
    await session.fault(kind="duplicate", count=1)
    await ann.write("a")
    await ann.write("b")
    await hook.until(3)
    assert hook.texts() == ["a", "a", "b"]
    assert hook.seen[0]["update_id"] == hook.seen[1]["update_id"]


async def test_swapped_updates_arrive_in_the_other_order(
    session: Session, hook: Hook, ann: Phone
) -> None:
    await session.fault(kind="reorder", count=1)
    await ann.write("a")
    await ann.write("b")
    await hook.until(2)
    assert hook.texts() == ["b", "a"]


async def test_a_held_back_update_comes_even_if_nothing_follows(
    session: Session, hook: Hook, ann: Phone
) -> None:
    await session.fault(kind="reorder", count=1)
    await ann.write("a")
    await hook.until(1)
    assert hook.texts() == ["a"]
