"""House rules for files: locks that name no host, languages that match."""

import re
from pathlib import Path

import pytest

from tests.support.source import ROOT

LOCKS = ("runtime", "demo", "test", "bench")
HOST = re.compile(r"(?i)\b[a-z][a-z+]*://|--(extra-)?index-url\b|--find-links\b|\bfile:")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)")


def _pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return {m[1]: m[2] for line in text.splitlines() if (m := PIN.match(line))}


@pytest.mark.parametrize(
    "path", [*sorted(ROOT.glob("requirements/*")), ROOT / "Makefile", ROOT / ".ci" / "run"]
)
def test_set_up_names_no_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    # The address that `make demo` opens is this machine.
    assert not HOST.search(text.replace("http://127.0.0.1", ""))


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.sub(r"\\\n\s*", " ", text)
    lines = [line for line in entries.splitlines() if line and not line.startswith("#")]
    assert lines
    assert [
        line[:60] for line in lines if not PIN.match(line) or "--hash=sha256:" not in line
    ] == []


@pytest.mark.parametrize("name", ["runtime", "demo"])
def test_the_smaller_locks_agree_with_the_largest(name: str) -> None:
    largest = _pins("test")
    assert {n: v for n, v in _pins(name).items() if largest.get(n) != v} == {}


def test_both_languages_have_the_same_files() -> None:
    files = {
        language: {
            path.relative_to(ROOT / "templates" / language).as_posix()
            for path in (ROOT / "templates" / language).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        for language in ("zh", "en")
    }
    assert files["zh"]
    assert files["zh"] == files["en"]


def test_no_file_names_a_path_of_one_machine() -> None:
    private = re.compile(r"(?<![\w.])/(?:work|home|Users|root)/\w+")
    kinds = {".py", ".md", ".toml", ".yaml", ".yml", ".j2", ".html", ".js", ".css", ".example"}
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for folder in sorted(p for p in ROOT.iterdir() if p.is_dir() and p.name[0] != ".")
        for path in sorted(folder.rglob("*"))
        if path.suffix in kinds and folder.name not in ("data", "build")
        if (match := private.search(path.read_text(encoding="utf-8")))
    ]
    assert found == []
