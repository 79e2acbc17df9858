"""House rules for code: injected clocks, one place that commits, short functions."""

import ast
from collections.abc import Iterator

import pytest

from tests.support.source import PACKAGES, Source, sources

LONGEST_FUNCTION = 60
LONGEST_FILE = 500
OWN_CLOCK = ("app", "sandbox")
CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime"},
}
COMMITTER = "storage/unit_of_work.py"
SYNCHRONOUS = ("domain", "services", "handlers")

everything = sources(*PACKAGES, "tests", "bench")


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def own_clocks(tree: ast.AST) -> Iterator[int]:
    """Give the lines that ask the machine what time it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            names, banned = {node.attr}, CLOCKS.get(_last_name(node.value), set())
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            names, banned = {alias.name for alias in node.names}, CLOCKS["time"]
        else:
            continue
        if names & banned:
            yield node.lineno


def commits(tree: ast.AST) -> Iterator[int]:
    """Give the lines that commit a transaction."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        called = node.func.attr
        executes = called in ("execute", "exec_driver_sql")
        if called == "commit" or (executes and _is_commit_text(node.args)):
            yield node.lineno


def _is_commit_text(arguments: list[ast.expr]) -> bool:
    first = arguments[0] if arguments else None
    return (
        isinstance(first, ast.Constant)
        and isinstance(first.value, str)
        and first.value.strip().upper().startswith("COMMIT")
    )


def _functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_time_comes_in_as_an_argument() -> None:
    packages = [p for p in PACKAGES if p not in OWN_CLOCK]
    found = [f"{s.name}:{line}" for s in sources(*packages) for line in own_clocks(s.tree)]
    assert found == []


def test_only_the_unit_of_work_commits() -> None:
    allowed = (COMMITTER, "storage/migrations/")
    # The sandbox stands in for somebody else's server and keeps a journal of its own.
    packages = [p for p in PACKAGES if p != "sandbox"]
    found = [
        f"{s.name}:{line}"
        for s in sources(*packages)
        if not s.name.startswith(allowed)
        for line in commits(s.tree)
    ]
    assert found == []


def test_functions_are_short() -> None:
    # A migration is one list of statements, written by Alembic.
    found = [
        f"{s.name}:{f.lineno}: {f.name} has {length} lines"
        for s in everything
        if not s.name.startswith("storage/migrations/versions/")
        for f in _functions(s)
        if (length := (f.end_lineno or f.lineno) - f.lineno + 1) > LONGEST_FUNCTION
    ]
    assert found == []


def test_files_are_short() -> None:
    found = [
        f"{s.name} has {length} lines"
        for s in everything
        if (length := s.text.count("\n")) > LONGEST_FILE
    ]
    assert found == []


def test_every_module_says_what_belongs_there() -> None:
    assert [s.name for s in everything if not (ast.get_docstring(s.tree) or "").strip()] == []


def test_nothing_below_the_edge_is_asynchronous() -> None:
    found = [
        f"{s.name}:{f.lineno}: {f.name}"
        for s in sources(*SYNCHRONOUS)
        for f in _functions(s)
        if isinstance(f, ast.AsyncFunctionDef)
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "datetime.now()",
        "datetime.datetime.now(tz=UTC)",
        "dt.datetime.utcnow()",
        "date.today()",
        "time.time()",
        "clock = time.time",
        "from time import time",
    ],
)
def test_an_own_clock_is_seen(code: str) -> None:
    assert list(own_clocks(ast.parse(code))) == [1]


@pytest.mark.parametrize("code", ["clock.now()", "time.monotonic()", "now = context.now"])
def test_an_injected_clock_is_not(code: str) -> None:
    assert list(own_clocks(ast.parse(code))) == []


@pytest.mark.parametrize(
    "code", ["session.commit()", "self.connection.commit()", "connection.execute('COMMIT')"]
)
def test_a_commit_is_seen(code: str) -> None:
    assert list(commits(ast.parse(code))) == [1]
