"""The commands: what they print, what they refuse, and their exit codes."""

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from app import cli, settings
from app.cli import memberbot
from app.settings import PROGRAMMES, FixedSettings
from app.wiring import opened
from bot.messages import Address
from services.ports.post import Notice, Route
from storage.work import Work
from tests.app import processes
from tests.support.source import ROOT


@dataclass
class Ran:
    """How a command ended inside this process."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Runs `memberbot …` in an empty folder without any setting."""
    for name in settings.given():
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    before, level = list(root.handlers), root.level

    def use(*arguments: str) -> Ran:
        capfd.readouterr()
        code = cli.run(list(arguments))
        shown = capfd.readouterr()
        return Ran(code, shown.out, shown.err)

    yield use
    logging.captureWarnings(False)
    root.handlers[:] = before
    root.setLevel(level)


# -- help and wrong use ------------------------------------------------------------------


def test_every_command_can_be_loaded_and_says_what_it_does() -> None:
    context = click.Context(memberbot)
    for name in memberbot.list_commands(context):
        command = memberbot.get_command(context, name)
        assert command is not None
        assert command.help, name
        shown = CliRunner().invoke(command, ["--help"])
        assert shown.exit_code == 0, shown.output


def test_help_lists_all_commands(run: Run) -> None:
    shown = run("--help")
    assert shown.code == 0
    for name in cli.COMMANDS:
        assert f"\n  {name} " in shown.out


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("serve", "--port", "abc"), ("operator", "add", "Ann"), ("store", "add")],
)
def test_wrong_use_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    ended = run(*arguments)
    assert ended.code == 2
    assert "Usage: memberbot" in ended.err
    assert ended.out == ""


def test_bad_settings_are_told_by_every_command(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERBOT_PORT", "abc")
    for command in (("serve",), ("work",), ("migrate",), ("store", "list"), ("chat",)):
        ended = run(*command)
        assert ended.code == 1, command
        assert ended.err.startswith("memberbot: MEMBERBOT_PORT must be a whole number")
        assert ended.err.count("\n") == 1


def test_what_nobody_foresaw_is_one_line_after_the_log(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("app.commands.store.seen", lambda _: broken())
    ended = run("store", "list")
    assert ended.code == 1
    assert ended.err.splitlines()[-1].startswith("memberbot: something went wrong here")


async def test_the_program_runs_as_a_module_and_help_is_quick_to_load(tmp_path: Path) -> None:
    started = await processes.start("--help", cwd=tmp_path, program=processes.PROGRAM)
    out, _ = await asyncio.wait_for(started.communicate(), 60)
    assert started.returncode == 0
    assert "memberbot demo" in out.decode()


# -- stores ------------------------------------------------------------------------------


def test_a_store_is_added_and_listed(run: Run) -> None:
    assert run("store", "list").out.startswith("no stores yet")
    added = run("store", "add", "S1", "南京西路店", "--city", "上海", "--zone", "Asia/Shanghai")
    assert (added.code, added.err) == (0, "")
    assert "南京西路店" in run("store", "list").out


def test_a_store_is_refused_in_words(run: Run) -> None:
    run("store", "add", "S1", "Main street")
    taken = run("store", "add", "S1", "Other street")
    assert (taken.code, taken.out) == (1, "")
    assert taken.err == "memberbot: there is a store S1 already; give another code\n"
    assert "Moon is no time zone" in run("store", "add", "S2", "x", "--zone", "Moon").err


def test_stores_are_imported_and_importing_twice_changes_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "stores.csv"
    file.write_text("code,name,city\nS1,Main street,Bern\n007,Side street,\n", "utf-8-sig")
    assert run("store", "import", str(file)).out.startswith("2 stores added")
    assert run("store", "import", str(file)).out.startswith("0 stores added, 2 were there")
    assert "\n007 " in "\n" + run("store", "list").out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("name\nMain\n", "row 1: the column code is missing"),
        ("code,name,colour\nS1,Main,red\n", "row 1: colour is no column"),
        ("code,name\nS1,Main\nS2\n", "row 3: it has not 2 columns"),
        ("code,name\nS1,Main\nS1,Side\n", "row 3, code: S1 is in row 2 already"),
        ("code,name,zone\nS1,Main,Moon\n", "row 2: Moon is no time zone"),
        ("code,name\nS1,\n", "row 2: "),
        ('code,name\nS1,"Main\n', "no valid CSV"),
        ("code,name\nS1,Ma\0in\n", "NUL"),
        ("", "row 1: the column code is missing"),
    ],
)
def test_a_bad_file_of_stores_changes_nothing(
    run: Run, tmp_path: Path, content: str, says: str
) -> None:
    file = tmp_path / "stores.csv"
    file.write_text(content, "utf-8")
    ended = run("store", "import", str(file))
    assert ended.code == 1
    assert says in ended.err
    assert "nothing was changed" in ended.err
    assert run("store", "list").out.startswith("no stores yet")


def test_a_file_of_stores_may_be_gb18030(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "stores.csv"
    file.write_text("code,name\nS1,南京西路店\n", "gb18030")
    assert run("store", "import", str(file)).code == 0
    assert "南京西路店" in run("store", "list").out


# -- operators and keys ------------------------------------------------------------------


def test_an_operator_is_added_with_a_code_for_the_chat(run: Run) -> None:
    added = run("operator", "add", "Ann", "--role", "owner")
    assert added.code == 0
    assert "/start op_" in added.out
    assert "Ann   owner         not linked" in run("operator", "list").out
    fresh = run("operator", "code", "Ann")
    assert "/start op_" in fresh.out
    assert fresh.out != added.out


def test_the_last_owner_stays(run: Run) -> None:
    run("operator", "add", "Ann", "--role", "owner")
    run("operator", "add", "Bob", "--role", "till")
    assert "Ann is the only owner" in run("operator", "disable", "Ann").err
    assert "there is no operator Cid" in run("operator", "role", "Cid", "--role", "till").err
    assert run("operator", "role", "Bob", "--role", "owner").code == 0
    assert run("operator", "disable", "Ann", "--hand-over-to", "Bob").code == 0
    assert "disabled" in run("operator", "list").out


def test_a_key_is_shown_once_and_can_be_revoked(run: Run) -> None:
    made = run("api-key", "add", "till 1", "--scope", "purchases:write")
    key = made.out.strip()
    assert key.startswith("mb_")
    listed = run("api-key", "list").out
    assert "till 1" in listed
    assert key not in listed
    assert "revoke it first" in run("api-key", "add", "till 1", "--scope", "members:read").err
    assert run("api-key", "revoke", key).code == 0
    assert "revoked" in run("api-key", "list").out
    assert run("api-key", "revoke", "till 1").code == 1
    assert run("api-key", "add", "x", "--scope", "everything").code == 2


# -- the programme -----------------------------------------------------------------------


def test_every_example_is_good_and_can_be_published(run: Run, tmp_path: Path) -> None:
    for path in PROGRAMMES.glob("*.yaml"):
        text = run("programme", "example", path.stem).out
        file = tmp_path / path.name
        file.write_text(text, "utf-8")
        assert run("programme", "check", str(file)).code == 0
        assert "levels:" in run("programme", "show", str(file)).out


def test_a_version_is_published_once_and_never_changes(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    text = (PROGRAMMES / "grocer.yaml").read_text("utf-8")
    file.write_text(text.replace("version: 1\n\nclub", "version: 2\n\nclub"), "utf-8")
    assert "is published" in run("programme", "publish", str(file)).out
    assert "nothing changed" in run("programme", "publish", str(file)).out
    assert "Neighbourhood Fresh" in run("programme", "show").out
    assert json.loads(run("programme", "show", "--json").out)["version"] == 2
    file.write_text(text.replace("version: 1\n\nclub", "version: 2\n\nclub") + "\n", "utf-8")
    file.write_text(file.read_text("utf-8").replace("welcome_points: 50", "welcome_points: 51"))
    changed = run("programme", "publish", str(file))
    assert changed.code == 1
    assert "never changes" in changed.err
    file.write_text(text, "utf-8")
    assert "version 2 is published already" in run("programme", "publish", str(file)).err


def test_all_mistakes_of_a_programme_are_told_at_once(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    text = (PROGRAMMES / "grocer.yaml").read_text("utf-8")
    file.write_text(text.replace("welcome_points: 50", "welcome_points: many\nwellcome: 1"))
    ended = run("programme", "check", str(file))
    assert ended.code == 1
    assert "welcome_points: must be a whole number" in ended.err
    assert "wellcome: is not known here" in ended.err


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"[1, 2", b"- a\n- b\n"])
def test_what_is_no_programme_is_refused(run: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(content)
    ended = run("programme", "publish", str(file))
    assert ended.code == 1
    assert ended.err.startswith("memberbot: ")
    assert "Traceback" not in ended.err


# -- migrate, check, chat ----------------------------------------------------------------


def test_migrating_twice_changes_nothing(run: Run) -> None:
    assert "came from empty" in run("migrate").out
    assert "was there already" in run("migrate").out


def test_check_of_a_new_installation_finds_only_the_missing_token(
    run: Run, tmp_path: Path
) -> None:
    ended = run("check", "--offline")
    assert list(tmp_path.iterdir()) == []
    assert ended.code == 0, ended.out
    assert "everything is in order" in ended.out
    ended = run("check")
    assert ended.code == 1
    assert ended.out.count("PROBLEM") == 1
    assert "MEMBERBOT_TELEGRAM_TOKEN is not set" in ended.out


def test_check_finds_everything_at_once(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("migrate")
    bury(tmp_path)
    (tmp_path / "bad.yaml").write_text("version: 1\n")
    monkeypatch.setenv("MEMBERBOT_PROGRAMME", "bad.yaml")
    monkeypatch.setenv("MEMBERBOT_TELEGRAM_TOKN", "1:a")
    monkeypatch.setenv("MEMBERBOT_TELEGRAM_TOKEN", "1:secret-canary")
    closed = f"http://127.0.0.1:{processes.free_port()}"
    monkeypatch.setenv("MEMBERBOT_TELEGRAM_API_URL", closed)
    ended = run("check")
    assert ended.code == 1
    for says in (
        "write MEMBERBOT_TELEGRAM_TOKEN",
        "club: is missing",
        "1 could not be handled",
        "the Bot API does not answer",
        "the newest that could not be sent",
        "rejected: bad words",
    ):
        assert says in ended.out
    assert "canary" not in ended.out + ended.err
    assert "unreachable" not in ended.out


def bury(folder: Path) -> None:
    """Leaves an update that nobody could handle."""

    async def main() -> None:
        given = FixedSettings(data=folder / "data")
        async with opened(given, publish=False) as club:
            await club.units.write(
                lambda work: work.inbox.bury("telegram", "1", "7", "{}", "KeyError: 'x'")
            )
            await club.units.write(lambda work: _refused(work, club.clock.now()))

    asyncio.run(main())


def _refused(work: Work, now: datetime) -> None:
    """A message that the platform refuses, and one to somebody who has left."""
    address = work.conversations.lock(Address("telegram", "1", "77", "77"), "en").person
    assert address.address_id is not None
    for number, why in enumerate(("rejected: bad words", "unreachable")):
        notice = Notice("general.unknown", dedupe=str(number))
        work.deliveries.to_address(address.address_id, notice, now)
        (row,) = work.outbox.claim_these(
            Route("telegram", "1"), work.written[-1:], by="me", now=now, until=now
        )
        work.outbox.close(row, by="me", state="dead", reason=why)


def test_check_tells_bad_settings_and_goes_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERBOT_LOG", "xml")
    ended = run("check")
    assert ended.code == 1
    assert "MEMBERBOT_LOG must be text or json" in ended.out
    assert "templates:" in ended.out


async def test_somebody_joins_in_the_terminal(tmp_path: Path) -> None:
    ended = await processes.run("chat", "--language", "en", cwd=tmp_path, said="1\npoints\n")
    assert ended.code == 0, ended.err
    assert "member number" in ended.out
    assert "50" in ended.out
    again = await processes.run("chat", "--language", "en", cwd=tmp_path, said="/points\n")
    assert "50" in again.out


async def test_everybody_is_sent_their_own_messages_at_their_own_terminal(tmp_path: Path) -> None:
    await processes.run("chat", "--user", "ann", cwd=tmp_path)
    await processes.run("chat", "--user", "bob", cwd=tmp_path)

    def notice(work: Work, now: datetime) -> None:
        address = work.addresses.find("terminal", "ann", "ann")
        assert address is not None
        work.deliveries.to_address(address.id, Notice("general.unknown"), now - timedelta(hours=1))

    async with opened(FixedSettings(data=tmp_path / "data")) as club:
        await club.units.write(lambda work: notice(work, club.clock.now()))
    for user, shown in (("bob", False), ("ann", True)):
        talking = await processes.start("chat", "--user", user, cwd=tmp_path)
        await asyncio.sleep(2)
        out, _ = await asyncio.wait_for(talking.communicate(), 60)
        assert ("/help" in out.decode()) is shown, user


# -- the reference -----------------------------------------------------------------------


def test_the_reference_says_what_the_code_says() -> None:
    # In a process of its own: click keeps the help option of the first call.
    command = [sys.executable, "-m", "app.reference", "--check"]
    compared = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert compared.returncode == 0, compared.stderr


def test_the_reference_names_no_path_of_this_machine() -> None:
    from app import reference

    for name, text in reference.pages().items():
        assert str(ROOT) not in text, name
        assert str(Path.home()) not in text, name
