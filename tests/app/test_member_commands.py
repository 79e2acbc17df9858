"""`memberbot member …`: levels given by hand, ended and listed at the command line."""

from pathlib import Path

import pytest

from tests.app.test_commands import Run, run

__all__ = ["run"]
WHO = "ext:m-1"


@pytest.fixture
def somebody(run: Run, tmp_path: Path) -> str:
    """A member who was imported."""
    file = tmp_path / "members.csv"
    file.write_text("external_id,name\nm-1,Mei\n", "utf-8")
    assert run("import", "members", str(file)).code == 0
    return WHO


def test_a_level_is_given_listed_and_ended(run: Run, somebody: str) -> None:
    given = run("member", "level", somebody, "gold", "--until", "+3", "--reason", "moved here")
    assert (given.code, given.out.startswith("given: gold until 20")) == (0, True)
    listed = run("member", "levels", somebody).out
    assert "given" in listed
    assert "joined" in listed
    ended = run("member", "level", somebody, "--end", "--reason", "a mistake")
    assert ended.out == "ended; the member is member now\n"
    assert "ended" in run("member", "levels", somebody).out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("goldd", "--until", "+3", "--reason", "so"), "Choose one of member, silver"),
        (("gold", "--until", "2020-01-01", "--reason", "so"), "has passed"),
        (("gold", "--until", "soon", "--reason", "so"), "like this – 2026-12-31"),
        (("gold", "--until", "+3", "--reason", " "), "reason"),
        (("--end", "--reason", "so"), "nothing to end"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(
    run: Run, somebody: str, arguments: tuple[str, ...], says: str
) -> None:
    ended = run("member", "level", somebody, *arguments)
    assert ended.code == 1
    assert says in ended.err
    assert "given" not in run("member", "levels", somebody).out


@pytest.mark.parametrize(
    "arguments",
    [
        ("gold", "--reason", "so"),
        ("--until", "+3", "--reason", "so"),
        ("gold", "--until", "+3", "--end", "--reason", "so"),
        ("gold", "--until", "+3"),
    ],
)
def test_a_level_needs_an_end_and_a_reason(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("member", "level", WHO, *arguments).code == 2
