"""`memberbot event …`: listed, guests shown, called off."""

from pathlib import Path

from tests.app.test_commands import Run, run

__all__ = ["run"]
FILE = """
events:
  - {key: tasting, name: {zh: 品鉴会, en: Tasting}, place: {zh: 店, en: Shop},
     starts: "2099-04-06 18:30", capacity: 20, zone: Asia/Shanghai}
"""


def test_an_event_is_listed_and_called_off(run: Run, tmp_path: Path) -> None:
    assert "no event is to come" in run("event", "list").out
    file = tmp_path / "events.yaml"
    file.write_text(FILE, "utf-8")
    assert run("event", "import", str(file)).out == "tasting: added\n"
    listed = run("event", "list").out
    assert "2099-04-06 18:30 Asia/Shanghai" in listed
    assert "0 of 20" in listed
    shown = run("event", "show", "tasting").out
    assert "0 of 20" in shown
    assert "no_shows" in shown
    assert "no invitations" in shown
    assert "nobody has answered" in run("event", "guests", "tasting").out
    assert run("event", "cancel", "tasting", "--yes").out == (
        "tasting is called off; 0 members are told\n"
    )
    assert "no event is to come" in run("event", "list").out


def test_an_unknown_event_says_where_to_look(run: Run) -> None:
    for words in (("guests", "x"), ("show", "x"), ("cancel", "x", "--yes")):
        found = run("event", *words)
        assert found.code == 1
        assert "memberbot event list" in found.err
