"""`memberbot send-due` and `memberbot hold` from outside."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app import cli, settings

Run = Callable[..., tuple[int, str, str]]


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

    def use(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = cli.run(list(arguments))
        shown = capfd.readouterr()
        return code, shown.out, shown.err

    yield use
    logging.captureWarnings(False)
    root.handlers[:] = before
    root.setLevel(level)


def test_send_due_runs_what_is_due_and_then_nothing(run: Run) -> None:
    code, out, _ = run("send-due")
    assert code == 0
    assert int(out.split()[0]) > 0
    assert "0 messages sent" in out
    code, out, _ = run("send-due")
    assert (code, out) == (0, "0 jobs run, 0 messages sent\n")


def test_a_time_to_come_needs_simulate_and_moves_no_clock(run: Run) -> None:
    run("send-due")
    soon = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    code, out, err = run("send-due", "--now", soon)
    assert code == 1
    assert "--simulate" in err
    code, out, _ = run("send-due", "--now", soon, "--simulate")
    assert code == 0
    assert int(out.split()[0]) >= 9
    code, out, _ = run("send-due")
    assert out.startswith("0 jobs run")


@pytest.mark.parametrize("text", ["tomorrow", "2026-05-20", "2026-05-20T09:00:00"])
def test_an_unclear_time_is_wrong_use(run: Run, text: str) -> None:
    code, _, err = run("send-due", "--now", text)
    assert code == 2
    assert "2026-05-20T09:00:00+08:00" in err


def test_hold_says_what_it_did_and_what_stood_so_already(run: Run) -> None:
    assert run("hold", "on")[1] == "Sending is on hold; only service messages leave.\n"
    assert run("hold", "on")[1] == "It is on hold.\n"
    assert run("hold", "off")[1] == "Sending goes on.\n"
    assert run("hold", "off")[1] == "It was not on hold.\n"
    assert run("hold", "perhaps")[0] == 2
