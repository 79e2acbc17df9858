"""`memberbot benefit`, `survey` and `event`: examples, imports, results, exit codes."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import cli, settings

Run = Callable[..., tuple[int, str, str]]
NOUNS = {"benefit": "coffee", "survey": "fresh-produce", "event": "spring-tasting"}


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Runs `memberbot …` in an empty folder without any setting: code, stdout, stderr."""
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


@pytest.mark.parametrize("noun", NOUNS)
def test_the_printed_example_is_imported_once(run: Run, tmp_path: Path, noun: str) -> None:
    file = tmp_path / "example.yaml"
    code, example, _ = run(noun, "example")
    assert code == 0
    file.write_text("\ufeff" + example, encoding="utf-8")
    code, out, _ = run(noun, "import", str(file))
    assert (code, f"{NOUNS[noun]}: added" in out) == (0, True)
    code, out, _ = run(noun, "import", str(file))
    assert (code, "added" in out) == (0, False)
    assert f"{NOUNS[noun]}: there already" in out


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x: [", "cannot be read as YAML"),
        (b"x: 1", "is not known here"),
        ("名: 1".encode("gb18030"), "is not UTF-8"),
    ],
)
def test_a_faulty_file_is_named_with_its_fault(
    run: Run, tmp_path: Path, noun: str, content: bytes, words: str
) -> None:
    file = tmp_path / "bad.yaml"
    file.write_bytes(content)
    code, out, err = run(noun, "import", str(file))
    assert (code, out) == (1, "")
    assert words in err
    assert "bad.yaml" in err
    assert "Traceback" not in err


def test_a_file_that_is_not_there_is_wrong_use(run: Run) -> None:
    code, _, err = run("benefit", "import", "nothing.yaml")
    assert code == 2
    assert "nothing.yaml" in err


def test_results_show_every_answer_and_name_the_surveys_there_are(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "surveys.yaml"
    file.write_text(run("survey", "example")[1], encoding="utf-8")
    assert run("survey", "import", str(file))[0] == 0
    code, out, _ = run("survey", "results", "fresh-produce")
    assert code == 0
    assert "How content are you" in out
    assert "0 finished" in out
    code, _, err = run("survey", "results", "nothing")
    assert code == 1
    assert "there are: fresh-produce, opening-hours" in err
