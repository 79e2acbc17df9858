"""What went wrong on the wire becomes the right one of the four errors, and the token stays in."""

import asyncio
import json
import logging
import traceback
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import InvalidToken, NetworkError, TelegramError, TimedOut

from bot.channel import Rejected, RetryLater, SendError, Unknown, Unreachable
from bot.messages import Rendered
from bot.telegram.errors import meaning
from bot.telegram.secrecy import Scrub, guard
from bot.telegram.startup import TokenRefused, connect
from bot.telegram.transport import NotSent, Unclear
from tests.telegram.server import Answers, answering, channel_to, hang, http, reset_at_once
from tests.telegram.updates import ACCOUNT, SECRET_HALF, TOKEN

NOTE = Rendered("note.shown", "en", "Saved.")


def refusal(code: int, description: str, **parameters: Any) -> bytes:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return http(code, json.dumps(body))


async def sending(answers: Answers | None, **more: Any) -> SendError:
    async with channel_to(answers, **more) as channel:
        with pytest.raises(SendError) as raised:
            await channel.send("7", NOTE)
    return raised.value


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(403, "Forbidden: bot was blocked by the user"), Unreachable),
        (refusal(403, "Forbidden: user is deactivated"), Unreachable),
        (refusal(400, "Bad Request: chat not found"), Unreachable),
        (refusal(400, "Bad Request: group chat was deactivated"), Unreachable),
        (refusal(400, "Bad Request: PEER_ID_INVALID"), Unreachable),
        (refusal(400, "Bad Request: can't parse entities: Unexpected end tag"), Rejected),
        (refusal(400, "Bad Request: message text is empty"), Rejected),
        (refusal(400, "Bad Request: wrong file identifier/HTTP URL specified"), Rejected),
        (refusal(413, "Request Entity Too Large"), Rejected),
        (http(413, "<html>413</html>", "text/html"), Rejected),
        (http(302, "", "text/html"), Rejected),
        (refusal(500, "Internal Server Error: restart"), Unknown),
        (http(502, "<html>bad gateway</html>", "text/html"), Unknown),
        (http(504, "", "text/html"), Unknown),
        (http(200, "<html>hello</html>", "text/html"), Unknown),
        (http(200, '{"ok":true,"resu'), Unknown),
        (http(200, '{"ok":true}'), Unknown),
        (http(200, "[]"), Unknown),
        (http(200, '{"ok":true,"result":{"message_id":"x"}}'), Unknown),
        (http(408, "timeout", "text/plain"), Unknown),
        (b"garbage\r\n\r\n", Unknown),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", Unknown),
    ],
)
async def test_a_bad_answer_means_what_it_means(answer: bytes, kind: type[SendError]) -> None:
    assert type(await sending(answering(answer))) is kind


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (refusal(429, "Too Many Requests: retry after 7", retry_after=7), 7),
        (refusal(429, "Too Many Requests: retry after 10072", retry_after=10_072), 10_072),
        (refusal(429, "Too Many Requests"), 1),
        (refusal(429, "Too Many Requests", retry_after="soon"), 1),
        (http(429, "<html>", "text/html"), 1),
        (refusal(401, "Unauthorized"), 300),
        (refusal(404, "Not Found"), 300),
    ],
)
async def test_a_flood_wait_rests_the_account(answer: bytes, after: int) -> None:
    error = await sending(answering(answer))
    assert isinstance(error, RetryLater)
    assert (error.after, error.flood) == (timedelta(seconds=after), True)


async def test_no_connection_means_surely_not_sent() -> None:
    error = await sending(None)
    assert isinstance(error, RetryLater)
    assert (error.after, error.flood) == (None, False)


async def test_a_closed_pool_means_surely_not_sent() -> None:
    async with channel_to(hang) as channel:
        await channel.client.close_pools()
        with pytest.raises(RetryLater):
            await channel.send("7", NOTE)


async def test_a_reset_or_a_read_timeout_means_unknown() -> None:
    assert type(await sending(reset_at_once)) is Unknown
    assert type(await sending(hang, read_timeout=0.1)) is Unknown


async def test_a_pool_that_stays_full_means_surely_not_sent() -> None:
    async with channel_to(hang, read_timeout=2) as channel:
        transport = channel.client.request
        transport._session.connector._limit = 1
        busy = asyncio.create_task(channel.send("7", NOTE))
        await asyncio.sleep(0.05)
        with pytest.raises(TimedOut) as raised:
            await channel.client.send_message(7, "x", pool_timeout=0.05, connect_timeout=0.05)
        assert isinstance(raised.value.__cause__, NotSent)
        busy.cancel()
        await asyncio.gather(busy, return_exceptions=True)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NetworkError("x"), Unknown),
        (TimedOut(), Unknown),
        (TelegramError("x"), Unknown),
        (KeyError("result"), Unknown),
    ],
)
def test_without_a_known_cause_the_outcome_is_unknown(
    error: Exception, kind: type[SendError]
) -> None:
    assert type(meaning(error)) is kind
    error.__cause__ = Unclear("read")
    assert type(meaning(error)) is kind


def test_only_a_known_cause_allows_a_retry() -> None:
    error = NetworkError("x")
    error.__cause__ = NotSent("connect")
    assert type(meaning(error)) is RetryLater


async def test_not_modified_counts_as_done() -> None:
    same = refusal(400, "Bad Request: message is not modified: specified new message content")
    async with channel_to(answering(same)) as channel:
        await channel.edit("7", "31", NOTE)
        with pytest.raises(Rejected):
            await channel.send("7", NOTE)


async def test_lone_surrogates_are_rejected_and_not_sent() -> None:
    async with channel_to(hang) as channel:
        with pytest.raises(Rejected):
            await channel.send("7", Rendered("note.shown", "en", "\ud800"))


# --- the token -----------------------------------------------------------------------------------

LEAKY = [
    None,
    hang,
    reset_at_once,
    answering(b"garbage\r\n\r\n"),
    answering(http(200, f'"{TOKEN}"')),
    answering(http(500, f"<html>{TOKEN}</html>", "text/html")),
    answering(refusal(400, f"Bad Request: what is bot{TOKEN}?")),
    answering(refusal(401, f"Unauthorized {TOKEN}")),
    answering(refusal(404, "Not Found")),
    answering(refusal(409, f"Conflict {TOKEN}")),
    answering(refusal(429, f"Too Many Requests {TOKEN}", retry_after=3)),
]


def whole(error: BaseException | None) -> str:
    """Everything that anybody could print of an error."""
    words = ""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        words += "".join(traceback.format_exception(error)) + repr(error) + str(error.args)
        words += whole(error.__context__) if error.__context__ is not error.__cause__ else ""
        error = error.__cause__
    return words


@pytest.mark.parametrize("answers", LEAKY)
async def test_no_error_tells_the_token(
    answers: Answers | None, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("bot.telegram.client.LEEWAY", 0.1)
    monkeypatch.setattr("bot.telegram.channel.TAP_TIMEOUT", 0.1)
    said = ""
    async with channel_to(answers, read_timeout=0.1) as channel:
        said += repr(channel.client) + str(channel.client)
        for attempt in (
            channel.send("7", NOTE),
            channel.download("FILE"),
            channel.answer_tap("881"),
            channel.client.initialize(),
            channel.client.get_me(),
            channel.client.raw_updates(0, 0, ()),
        ):
            try:
                await attempt
            except Exception as error:
                logging.getLogger("anyone").exception("failed")
                said += whole(error)
    assert "Traceback" in said
    assert SECRET_HALF not in said + caplog.text


async def test_a_refused_token_names_the_bot_only(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with channel_to(answering(refusal(401, "Unauthorized"))) as channel:
        url = channel.client.base_url.partition("/bot")[0]
        with pytest.raises(TokenRefused) as raised:
            await connect(TOKEN, api_url=url)
        with pytest.raises(InvalidToken) as refused:
            await channel.client.initialize()
    assert raised.value.account == ACCOUNT
    assert ACCOUNT in str(refused.value)
    assert SECRET_HALF not in whole(raised.value) + whole(refused.value) + caplog.text


async def test_a_url_that_cannot_be_is_told_without_the_token() -> None:
    async with channel_to(hang) as channel:
        with pytest.raises(NetworkError) as raised:
            await channel.client.request.post(f"http://[bad/bot{TOKEN}/getMe")
    assert isinstance(raised.value.__cause__, NotSent)
    assert SECRET_HALF not in whole(raised.value)


def test_the_filter_scrubs_words_arguments_and_tracebacks() -> None:
    records: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(self.format(record))

    logger = logging.Logger("any")
    handler = Keep()
    handler.addFilter(Scrub(TOKEN))
    logger.addHandler(handler)
    logger.info("url bot%s", TOKEN)
    logger.info(f"quoted {TOKEN}".replace(":", "%3A"))
    try:
        raise ValueError(TOKEN)
    except ValueError:
        logger.exception("broken")
    assert len(records) == 3
    assert SECRET_HALF not in "".join(records)
    assert "ValueError" in records[2]


def test_a_token_is_guarded_once_however_many_clients_have_it() -> None:
    logger = logging.getLogger("telegram.Bot")
    guard(TOKEN)
    before = len(logger.filters)
    assert guard(TOKEN) == Scrub(TOKEN)
    assert len(logger.filters) == before
