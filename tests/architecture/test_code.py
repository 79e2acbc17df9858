"""House rules for code: injected clocks, one place that commits, short functions."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Facts:
    """What is looked at in one file. `clocks` and `commits` are lines."""

    source: Source
    documented: bool
    clocks: list[int]
    commits: list[int]
    functions: list[tuple[int, str, int, bool]]
    """Line, name, number of lines, whether it is asynchronous."""


@pytest.fixture(scope="module")
def facts() -> list[Facts]:
    """Of all files, each parsed and walked once; the trees, which are large, are not kept."""
    return [_facts(source) for source in everything]


def _facts(source: Source) -> Facts:
    tree = ast.parse(source.text, filename=source.name)
    nodes = list(ast.walk(tree))
    return Facts(
        source,
        bool((ast.get_docstring(tree) or "").strip()),
        list(own_clocks(nodes)),
        list(commits(nodes)),
        [_function(node) for node in nodes if isinstance(node, Function)],
    )


def _function(node: Function) -> tuple[int, str, int, bool]:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    return node.lineno, node.name, lines, isinstance(node, ast.AsyncFunctionDef)


def _of(facts: list[Facts], packages: Iterable[str]) -> list[Facts]:
    tops = set(packages)
    return [one for one in facts if one.source.name.partition("/")[0] in tops]


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def own_clocks(nodes: Iterable[ast.AST]) -> Iterator[int]:
    """Give the lines that ask the machine what time it is."""
    for node in nodes:
        if isinstance(node, ast.Attribute):
            names, banned = {node.attr}, CLOCKS.get(_last_name(node.value), set())
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            names, banned = {alias.name for alias in node.names}, CLOCKS["time"]
        else:
            continue
        if names & banned:
            yield node.lineno


def commits(nodes: Iterable[ast.AST]) -> Iterator[int]:
    """Give the lines that commit a transaction."""
    for node in nodes:
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


def test_time_comes_in_as_an_argument(facts: list[Facts]) -> None:
    looked = _of(facts, [p for p in PACKAGES if p not in OWN_CLOCK])
    assert [f"{one.source.name}:{line}" for one in looked for line in one.clocks] == []


def test_only_the_unit_of_work_commits(facts: list[Facts]) -> None:
    allowed = (COMMITTER, "storage/migrations/")
    # The sandbox stands in for somebody else's server and keeps a journal of its own.
    found = [
        f"{one.source.name}:{line}"
        for one in _of(facts, [p for p in PACKAGES if p != "sandbox"])
        if not one.source.name.startswith(allowed)
        for line in one.commits
    ]
    assert found == []


def test_functions_are_short(facts: list[Facts]) -> None:
    # A migration is one list of statements, written by Alembic.
    found = [
        f"{one.source.name}:{line}: {name} has {length} lines"
        for one in facts
        if not one.source.name.startswith("storage/migrations/versions/")
        for line, name, length, _ in one.functions
        if length > LONGEST_FUNCTION
    ]
    assert found == []


def test_files_are_short() -> None:
    found = [
        f"{s.name} has {length} lines"
        for s in everything
        if (length := s.text.count("\n")) > LONGEST_FILE
    ]
    assert found == []


def test_every_module_says_what_belongs_there(facts: list[Facts]) -> None:
    assert [one.source.name for one in facts if not one.documented] == []


def test_nothing_below_the_edge_is_asynchronous(facts: list[Facts]) -> None:
    found = [
        f"{one.source.name}:{line}: {name}"
        for one in _of(facts, SYNCHRONOUS)
        for line, name, _, asynchronous in one.functions
        if asynchronous
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
    assert list(own_clocks(ast.walk(ast.parse(code)))) == [1]


@pytest.mark.parametrize("code", ["clock.now()", "time.monotonic()", "now = context.now"])
def test_an_injected_clock_is_not(code: str) -> None:
    assert list(own_clocks(ast.walk(ast.parse(code)))) == []


@pytest.mark.parametrize(
    "code", ["session.commit()", "self.connection.commit()", "connection.execute('COMMIT')"]
)
def test_a_commit_is_seen(code: str) -> None:
    assert list(commits(ast.walk(ast.parse(code)))) == [1]
