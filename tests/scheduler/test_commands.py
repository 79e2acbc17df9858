"""`memberbot send-due` and `memberbot hold` from outside."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

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


def test_simulated_days_expire_points_in_the_night_after_their_last_day(
    run: Run, tmp_path: Path
) -> None:
    last = datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=60)
    rows = f"external_id,points,points_expire_at\nA-1,120,{last}\nA-2,30,\n"
    (tmp_path / "members.csv").write_text(rows)
    assert run("import", "members", "members.csv")[0] == 0
    run("send-due")
    for later, points in ((59, []), (60, []), (62, [-120]), (63, [-120])):
        at = datetime.now(UTC) + timedelta(days=later)
        assert run("send-due", "--now", at.isoformat(), "--simulate")[0] == 0
        with sqlite3.connect(next(tmp_path.rglob("*.db"))) as db:
            asked = "SELECT amount, at FROM postings WHERE kind = 'expired'"
            gone = db.execute(asked).fetchall()
        db.close()
        assert [amount for amount, _ in gone] == points
    night = datetime.fromtimestamp(gone[0][1] / 1000, ZoneInfo("Asia/Shanghai"))
    assert (night.date(), night.hour, night.minute) == (last + timedelta(days=1), 0, 5)


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
