"""What every channel owes the sender: an id, or one of four errors. The fake one and Telegram."""

from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.channel import Channel, Rejected, RetryLater, Unknown, Unreachable
from bot.messages import Document, Key, Rendered
from tests.support.post import FakeChannel
from tests.telegram.server import answering, channel_to, hang, http, reset_at_once

MESSAGE = Rendered("care.birthday", "zh", "🎂 <b>生日快乐</b>", ((Key("会员卡", "1card~~~x"),),))
SENT = '{"ok":true,"result":{"message_id":7,"date":1,"chat":{"id":9,"type":"private"}}}'


def refusal(code: int, words: str, more: str = "") -> bytes:
    body = f'{{"ok":false,"error_code":{code},"description":"{words}"{more}}}'
    return http(code, body)


FLOOD = refusal(429, "Too Many Requests: retry after 7", ',"parameters":{"retry_after":7}')
# what is wrong → how Telegram's server shows it
TELEGRAM: dict[str, Any] = {
    "": answering(http(200, SENT)),
    "flood": answering(FLOOD),
    "not connected": None,
    "blocked": answering(refusal(403, "Forbidden: bot was blocked by the user")),
    "bad message": answering(refusal(400, "Bad Request: can't parse entities")),
    "broken": answering(refusal(500, "Internal Server Error: restart")),
    "gateway": answering(http(502, "<html>", "text/html")),
    "cut": reset_at_once,
    "silent": hang,
}


def telegram(trouble: str) -> AbstractAsyncContextManager[Channel]:
    return channel_to(TELEGRAM[trouble], read_timeout=0.3)


@asynccontextmanager
async def fake(trouble: str) -> Any:
    same = {"gateway": "broken", "cut": "broken", "silent": "broken"}
    yield FakeChannel(account="9", faults={"*": same.get(trouble, trouble)})


CHANNELS = pytest.mark.parametrize("channel", [fake, telegram])


@CHANNELS
async def test_a_sent_message_has_an_id(channel: Any) -> None:
    async with channel("") as one:
        assert (await one.send("9", MESSAGE)).isdigit()
        assert (await one.send("9", MESSAGE, Document("my-data.json", b"{}"))).isdigit()
        assert one.name
        assert one.account


@CHANNELS
async def test_a_flood_says_how_long(channel: Any) -> None:
    async with channel("flood") as one:
        with pytest.raises(RetryLater) as error:
            await one.send("9", MESSAGE)
    assert error.value.flood
    assert error.value.after == timedelta(seconds=7)


@CHANNELS
async def test_what_never_left_may_be_tried_again(channel: Any) -> None:
    async with channel("not connected") as one:
        with pytest.raises(RetryLater) as error:
            await one.send("9", MESSAGE)
    assert not error.value.flood


@CHANNELS
@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        ("blocked", Unreachable),
        ("bad message", Rejected),
        ("broken", Unknown),
        ("gateway", Unknown),
        ("cut", Unknown),
        ("silent", Unknown),
    ],
)
async def test_every_trouble_is_of_its_kind(
    channel: Any, trouble: str, kind: type[Exception]
) -> None:
    async with channel(trouble) as one:
        with pytest.raises(kind):
            await one.send("9", MESSAGE)
