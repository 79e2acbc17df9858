"""`memberbot import club` and `memberbot webhook`: what they print, ask and end with."""

import io
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app import cli, logs, settings
from services.importing.club import ClubImport
from tests.importing.support import EXAMPLE, ROOT


@dataclass
class Ran:
    """How a command ended inside this process."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


class Asked(io.StringIO):
    """A person at a terminal who types this."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs `memberbot …` in a folder with an export, on a club that has its benefits."""
    for name in settings.given():
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logs, "set_up", lambda *_: None)
    shutil.copytree(EXAMPLE, tmp_path / "export")

    def use(*arguments: str, types: str | None = None) -> Ran:
        monkeypatch.setattr(sys, "stdin", io.StringIO() if types is None else Asked(types))
        capfd.readouterr()
        code = cli.run(list(arguments))
        shown = capfd.readouterr()
        return Ran(code, shown.out, shown.err)

    assert use("benefit", "import", str(ROOT / "app/examples/benefits.yaml")).code == 0
    return use


def test_a_dry_run_shows_the_table_and_writes_nothing(run: Run) -> None:
    for _ in range(2):
        shown = run("import", "club", "export", "--dry-run")
        assert shown.code == 0
        assert "in the club after" in shown.out
        assert "lapsed before today, come as expired" in shown.out
        last = shown.out.splitlines()[-1]
        assert last == "8 members, 0 are there already; nothing was written"


def test_it_asks_before_it_writes(run: Run) -> None:
    no = run("import", "club", "export", types="n\n")
    assert (no.code, no.out.splitlines()[-1][-19:]) == (0, "nothing was written")
    yes = run("import", "club", "export", types="y\n")
    assert yes.code == 0
    assert "in the club now" in yes.out
    assert yes.out.splitlines()[-1].startswith("8 members and 5 purchases of the past added")


def test_without_anybody_to_ask_it_wants_a_word(run: Run) -> None:
    silent = run("import", "club", "export")
    assert silent.code == 1
    assert silent.err.splitlines()[-1].startswith("memberbot: nobody is there to be asked; add")
    assert run("import", "club", "export", "--yes").code == 0
    again = run("import", "club", "export")
    assert again.code == 0
    assert "0 members and 0 purchases of the past added, 8 members were there" in again.out


def test_faults_are_listed_with_their_file_and_counted(run: Run) -> None:
    path = Path("export/balances.csv")
    rows = [f"A-1001,stars,{n},," for n in range(150)]
    path.write_text("\n".join(["external_id,unit,amount,earned_on,expires_on", *rows]))
    refused = run("import", "club", "export", "--yes")
    assert refused.code == 1
    told = refused.err.splitlines()
    first = next(line for line in told if line.startswith("balances.csv, row "))
    assert first.startswith("balances.csv, row 2, unit: must be one of points, growth")
    assert sum(line.startswith("balances.csv, row ") for line in told) == 100
    assert told[-1] == (
        "memberbot: export: 150 problems (50 more are not shown); nothing was written"
    )
    assert refused.out == ""


def test_a_difference_in_the_database_ends_with_1(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ClubImport, "reread", lambda *_, **__: None)
    odd = run("import", "club", "export", "--yes")
    assert odd.code == 1
    assert "NOT EXPLAINED" in odd.out
    assert "do not agree with the files" in odd.err


def test_a_folder_that_is_none_is_wrong_use(run: Run) -> None:
    assert run("import", "club", "nowhere").code == 2
    assert run("import", "club", "export/members.csv").code == 2


# -- webhooks ---------------------------------------------------------------------------


def test_a_secret_is_printed_once(run: Run) -> None:
    made = run("webhook", "add", "Web shop", "--source", "shop-1")
    assert made.code == 0
    secret = made.out.strip()
    assert secret.startswith("mbw_")
    listed = run("webhook", "list")
    assert "Web shop" in listed.out
    assert "shop-1" in listed.out
    assert secret not in listed.out + listed.err


def test_what_cannot_be_is_told_in_a_sentence(run: Run) -> None:
    assert run("webhook", "list").out.startswith("no webhooks yet")
    bad = run("webhook", "add", "shop", "--source", "a/b")
    assert (bad.code, bad.out) == (1, "")
    assert bad.err.startswith("memberbot: a/b is no source; write a text of 1 to 100 characters")
    assert run("webhook", "add", "shop", "--source", "s").code == 0
    twice = run("webhook", "add", "shop", "--source", "t")
    assert twice.err.startswith("memberbot: a webhook shop is in use; revoke it first")
    assert run("webhook", "revoke", "shop").out == "webhook shop is revoked\n"
    gone = run("webhook", "revoke", "shop")
    assert gone.err.startswith("memberbot: no webhook shop is in use; see: memberbot webhook list")
    assert run("webhook", "add", "shop").code == 2
