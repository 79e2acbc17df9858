"""The bot in a terminal: what is typed, what the core is told, what is shown."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.messages import Contact, Document, Inbound, Key, Kind, Media, Rendered
from bot.state import StoreUnavailable
from bot.terminal.chat import TerminalChannel, run
from bot.terminal.console import Streams, Terminal, console
from bot.terminal.screen import show

CARD = Rendered(
    "card.shown",
    "zh",
    '<b>128</b> 积分 &amp; <a href="https://a.example/">规则</a>',
    rows=(
        (Key("积分", payload="one"), Key("兑换", payload="two")),
        (Key("Site", url="https://b.example/"),),
    ),
    toast="<i>好</i>",
)
NOTE = Rendered("note.shown", "en", "Saved.")


class Script:
    """Lines typed in advance; keeps what was written."""

    def __init__(self, *lines: str, colours: bool = False) -> None:
        self.lines = list(lines)
        self.colours = colours
        self.written = ""

    async def read(self) -> str | None:
        return self.lines.pop(0) if self.lines else None

    def write(self, text: str) -> None:
        self.written += text


class Core:
    """A dispatch that gives its answers in turn and remembers what it was asked."""

    def __init__(self, *answers: Rendered | Exception | None) -> None:
        self.answers = list(answers)
        self.seen: list[Inbound] = []

    async def handle(self, inbound: Inbound, raw: str = "") -> Rendered | None:
        self.seen.append(inbound)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_a_card_is_shown_as_text_with_numbered_buttons() -> None:
    script = Script()
    await run(Core(CARD), script)
    assert script.written == (
        "128 积分 & 规则 (https://a.example/)\n"
        "  1  积分\n"
        "  2  兑换\n"
        "  3  Site (https://b.example/)\n"
        "* 好\n"
        "\n"
    )


async def test_colours_set_off_what_is_bold() -> None:
    script = Script(colours=True)
    await run(Core(CARD), script)
    assert script.written.startswith("\x1b[1m128\x1b[0m 积分 & 规则")
    assert "\x1b[36m2\x1b[0m  兑换" in script.written


async def test_nobodys_text_steers_the_terminal() -> None:
    script = Script(colours=True)
    evil = replace(NOTE, text="a\x1b[2Jb\r\x07", rows=((Key("c\x1b[0m\x08", payload="x"),),))
    await run(Core(evil), script)
    assert "\x1b[2J" not in script.written
    assert not set("\r\x07\x08") & set(script.written)


async def test_a_number_taps_the_button_and_text_is_text() -> None:
    core = Core(CARD, CARD, CARD)
    await run(core, Script("2", "积分", "\\2"), user="me", locale="zh")
    said = [(inbound.kind, inbound.text, inbound.payload) for inbound in core.seen]
    assert said == [
        (Kind.TEXT, "/start", ""),
        (Kind.TAP, "", "two"),
        (Kind.TEXT, "积分", ""),
        (Kind.TEXT, "2", ""),
    ]
    assert {inbound.locale for inbound in core.seen} == {"zh"}
    address = core.seen[0].address
    assert (address.channel, address.chat, address.user) == ("terminal", "me", "me")
    assert len({inbound.update_id for inbound in core.seen}) == 4


@pytest.mark.parametrize("line", ["0", "4", "99999", "٢", "1.5", "-1"])
async def test_a_number_without_a_button_is_text(line: str) -> None:
    core = Core(CARD)
    await run(core, Script(line))
    assert (core.seen[1].kind, core.seen[1].text) == (Kind.TEXT, line)


async def test_numbers_mean_the_buttons_shown_last() -> None:
    core = Core(CARD, NOTE)
    await run(core, Script("hello", "1"))
    assert (core.seen[2].kind, core.seen[2].text) == (Kind.TEXT, "1")


async def test_a_link_is_shown_and_empty_lines_say_nothing() -> None:
    core, script = Core(CARD), Script("3", "", "   ")
    await run(core, script)
    assert len(core.seen) == 1
    assert script.written.endswith("https://b.example/\n\n")


@pytest.mark.parametrize(
    ("line", "contact"),
    [
        ("+86 138-0013-8000", Contact("+86 138-0013-8000", own=True)),
        ("13800138000", Contact("13800138000", own=True)),
        ("later", None),
        ("12", None),
    ],
)
async def test_a_phone_number_is_a_contact_where_one_is_asked_for(
    line: str, contact: Contact | None
) -> None:
    core = Core(replace(NOTE, ask_contact="Share my number"), NOTE)
    script = Script(line, "13800138000")
    await run(core, script)
    assert "(Share my number)" in script.written
    assert core.seen[1].contact == contact
    assert core.seen[1].kind is (Kind.CONTACT if contact else Kind.TEXT)
    assert core.seen[2].kind is Kind.TEXT


async def test_what_else_is_due_is_shown_after_every_event() -> None:
    script = Script("x")
    channel = TerminalChannel(script)
    sent: list[str] = []

    async def after() -> None:
        sent.append(await channel.send("local", NOTE))

    await run(Core(CARD, CARD), script, channel=channel, after=after)
    assert sent == ["2", "4"]
    assert script.written.count("Saved.") == 2


async def test_an_edited_card_is_a_new_one_with_new_numbers() -> None:
    script = Script()
    channel = TerminalChannel(script)
    await channel.send("local", CARD)
    await channel.edit("local", "1", replace(CARD, rows=((Key("Neu", payload="new"),),)))
    inbound = channel.event("1", user="local", locale="")
    assert inbound is not None
    assert inbound.payload == "new"


@pytest.mark.parametrize("name", ["data.json", "../../data.json", "/x/data.json", "..\\data.json"])
async def test_a_document_is_put_into_the_folder(name: str, tmp_path: Path) -> None:
    script = Script()
    channel = TerminalChannel(script, tmp_path / "files")
    await channel.send("local", NOTE, Document(name, b"{}"))
    assert (tmp_path / "files" / "data.json").read_bytes() == b"{}"
    assert [path.name for path in tmp_path.iterdir()] == ["files"]
    assert "2 bytes -> " in script.written


async def test_a_document_without_a_folder_is_announced() -> None:
    script = Script()
    await TerminalChannel(script).send("local", NOTE, Document("data.json", b"{}"))
    assert script.written.endswith("[data.json: 2 bytes]\n\n")


async def test_a_photo_is_named() -> None:
    script = Script()
    await run(Core(replace(NOTE, photo="https://p.example/1.png")), script)
    assert script.written == "[https://p.example/1.png]\nSaved.\n\n"


@pytest.mark.parametrize(
    ("media", "shown"),
    [
        (Media("P", "photo"), "[photo]"),
        (Media("V", "voice", seconds=72), "[voice 1:12]"),
        (
            Media("D", "document", "a\x1b.pdf", url="https://club.example/f"),
            "[document a.pdf] https://club.example/f",
        ),
    ],
)
def test_what_somebody_sent_is_named_with_the_way_to_it(media: Media, shown: str) -> None:
    lines = show(Rendered("ticket.said", "en", "cold", media=(media,)), [], colours=False)
    assert lines == f"cold\n{shown}\n\n"


async def test_a_store_that_cannot_commit_is_told_and_the_chat_goes_on() -> None:
    core, script = Core(StoreUnavailable(), NOTE), Script("again")
    await run(core, script, trouble=lambda: "Please try again.\n")
    assert script.written == "Please try again.\nSaved.\n\n"


async def test_plain_streams_end_at_the_end_of_input() -> None:
    out = io.StringIO()
    core = Core(CARD, NOTE)
    await run(core, Streams(io.StringIO("1\r\n"), out))
    assert [inbound.kind for inbound in core.seen] == [Kind.TEXT, Kind.TAP]
    assert out.getvalue().endswith("Saved.\n\n")


def test_streams_that_are_no_terminal_are_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert isinstance(console(), Streams)


@pytest.mark.parametrize("key", ["\x04", "\x03"], ids=["Ctrl-D", "Ctrl-C"])
async def test_a_person_types_and_leaves(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        terminal = Terminal()
        pipe.send_text("积分\n")
        assert await terminal.read() == "积分"
        pipe.send_text(key)
        assert await terminal.read() is None
        terminal.write("128\n")
    assert capsys.readouterr().out == "128\n"
