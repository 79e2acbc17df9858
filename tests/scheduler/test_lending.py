"""Media of another account are fetched and uploaded; what cannot be had is told of."""

from dataclasses import replace
from typing import Any

import pytest

from bot.channel import Capabilities, MediaRefused, Rejected, Unknown
from bot.messages import Media, Rendered
from scheduler.lending import LARGEST, LendingChannel
from tests.support.post import FakeChannel

OURS = Media("P1", "photo", file="7.0")
THEIRS = replace(OURS, reference="P2", channel="telegram", account="77", file="7.1")
SAID = Rendered("desk.said", "en", "It was cold.", media=(OURS, THEIRS))


class Shelf:
    def __init__(self, content: Any = b"jpeg") -> None:
        self.content = content
        self.asked: list[str] = []

    async def download(self, reference: str, most: int = LARGEST) -> bytes:
        self.asked.append(reference)
        if isinstance(self.content, Exception):
            raise self.content
        return bytes(self.content)


def lending(channel: Any, shelf: Shelf, link: str = "https://club.example/files/") -> Any:
    return LendingChannel(
        channel,
        {("telegram", "77"): shelf},
        lambda media: link and link + media.file,
        lambda media, locale: f"[{media.kind} {locale}]",
    )


async def test_what_another_account_was_sent_is_fetched_for_this_one() -> None:
    channel, shelf = FakeChannel(), Shelf()
    await lending(channel, shelf).send("7", SAID)
    (sent,) = channel.messages
    assert sent.media == (OURS, replace(THEIRS, content=b"jpeg"))
    assert (shelf.asked, sent.text) == (["P2"], "It was cold.")


async def test_what_this_account_was_sent_is_not_fetched() -> None:
    channel, shelf = FakeChannel(), Shelf()
    named = replace(OURS, channel="telegram", account="42")
    await lending(channel, shelf).send("7", replace(SAID, media=(named,)))
    assert (channel.messages[0].media, shelf.asked) == ((named,), [])


@pytest.mark.parametrize(
    ("content", "more"),
    [
        (Rejected("wrong file_id"), {}),
        (Unknown("read timeout"), {}),
        (b"", {}),
        (b"jpeg", {"size": LARGEST + 1}),
        (b"jpeg", {"account": "78"}),
    ],
)
async def test_a_file_that_cannot_be_had_is_told_of_with_its_link(
    content: Any, more: dict[str, Any]
) -> None:
    channel = FakeChannel()
    missing = replace(THEIRS, **more)
    await lending(channel, Shelf(content)).send("7", replace(SAID, media=(OURS, missing)))
    (sent,) = channel.messages
    assert sent.media == (OURS,)
    url = "https://club.example/files/7.1"
    assert sent.text == f'It was cold.\n\n[photo en]\n<a href="{url}">{url}</a>'


async def test_without_an_address_of_ours_it_is_told_of_all_the_same() -> None:
    channel = FakeChannel()
    lent = lending(channel, Shelf(b""), link="")
    await lent.send("7", replace(SAID, media=(THEIRS,)))
    assert channel.messages[0].text == "It was cold.\n\n[photo en]"


async def test_a_file_that_the_platform_refuses_keeps_back_no_words() -> None:
    class Forgetful(FakeChannel):
        async def send(self, chat: str, message: Rendered, *more: Any, **named: Any) -> str:
            if message.media:
                raise MediaRefused("wrong file identifier")
            return await super().send(chat, message, *more, **named)

    channel = Forgetful()
    await lending(channel, Shelf()).send("7", replace(SAID, media=(OURS,)))
    assert channel.messages[0].text.startswith("It was cold.\n\n[photo en]")


async def test_where_no_reference_can_be_sent_each_has_its_address() -> None:
    channel, shelf = FakeChannel(capabilities=Capabilities(references=False)), Shelf()
    await lending(channel, shelf).send("7", SAID)
    urls = [one.url for one in channel.messages[0].media]
    assert urls == ["https://club.example/files/7.0", "https://club.example/files/7.1"]
    assert shelf.asked == []


async def test_all_else_goes_through_as_it_is() -> None:
    channel = FakeChannel()
    lent = lending(channel, Shelf())
    plain = replace(SAID, media=())
    await lent.send("7", plain)
    await lent.edit("7", "3", plain)
    await lent.delete("7", "3")
    assert await lent.topic("-1", "topic", name="n") == "1003"
    assert channel.messages == [plain]
    assert [change[0] for change in channel.changes] == ["edit", "delete", "topic"]
