"""Shared fixtures: databases of both kinds, the browser; and what keeps the suite honest."""

import gc
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.databases import MIGRATED, Databases, Kind, Template
from tests.support.memory import memory
from tests.support.network import guard_network
from tests.support.postgres import PostgresServer
from tests.support.requirements import LEFT_OUT, in_ci, reasons

guard_network()

_QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile(
    "ci",
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=_QUIET,
)
settings.register_profile(
    "dev", max_examples=50, deadline=None, print_blob=True, suppress_health_check=_QUIET
)
settings.register_profile(
    "thorough", max_examples=2000, deadline=None, print_blob=True, suppress_health_check=_QUIET
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if in_ci() else "dev"))

_server_key = pytest.StashKey[PostgresServer]()

BOTH_KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


if place := memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", place)


# --- what stays in memory ---------------------------------------------------------------------

# Loading thousands of tests makes many objects and no rubbish; afterwards a collection need not
# walk them again and again.
gc.disable()


def pytest_collection_finish() -> None:
    """Let the collector look only at what the tests themselves make."""
    gc.freeze()
    gc.enable()


# --- what a machine may lack ---------------------------------------------------------------------


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out by name what this machine cannot run; in CI that is a failure."""
    for reason in reasons(item):
        if in_ci():
            pytest.fail(reason, pytrace=False)
        pytest.skip(LEFT_OUT + reason)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name what was left out, so that a green run is not taken for a whole one."""
    count: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if LEFT_OUT in reason:
            count[reason.partition(LEFT_OUT)[2]] += 1
    if count:
        terminalreporter.section("left out on this machine")
        for reason, number in count.items():
            terminalreporter.write_line(f"{number} tests: {reason}")


# --- one PostgreSQL server for a whole run -------------------------------------------------------


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Start the server in the process that leads the workers, so that it ends with the run."""
    stash = node.config.stash
    if _server_key not in stash and not _lacks_postgres():
        stash[_server_key] = PostgresServer()
    if _server_key in stash:
        node.workerinput["postgres_port"] = stash[_server_key].port
        node.workerinput["postgres_memory"] = stash[_server_key].memory


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that this process started."""
    if _server_key in config.stash:
        config.stash[_server_key].stop()
        del config.stash[_server_key]


def _lacks_postgres() -> bool:
    from tests.support.requirements import missing

    return missing("postgres") is not None


class _Shared:
    """The server of the leading process, as a worker sees it."""

    def __init__(self, port: int, memory: str | None) -> None:
        self.port, self.memory = port, memory

    url = PostgresServer.url


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> Any:
    """The run's own PostgreSQL: `.url(database)`, `.port`. Tests with it are marked `postgres`."""
    given = getattr(pytestconfig, "workerinput", {})
    if "postgres_port" in given:
        return _Shared(given["postgres_port"], given["postgres_memory"])
    if _server_key not in pytestconfig.stash:
        pytestconfig.stash[_server_key] = PostgresServer()
    return pytestconfig.stash[_server_key]


# --- databases -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """What makes databases in this process; PostgreSQL starts only when one is asked for."""
    made = Databases(
        tmp_path_factory.mktemp("databases"),
        lambda: request.getfixturevalue("postgres_server"),
    )
    yield made
    made.close()


@pytest.fixture
def fresh_database(databases: Databases) -> Iterator[Callable[..., str]]:
    """A factory: `fresh_database(kind, template=None)` gives the URL of a new database.

    Without a template it is empty; with `MIGRATED` it has the newest schema; any other `Template`
    is built once and copied. Gone after the test.
    """
    urls: list[str] = []

    def make(kind: Kind, template: Template | None = None) -> str:
        urls.append(databases.make(kind, template))
        return urls[-1]

    yield make
    for url in urls:
        databases.remove(url)


@pytest.fixture(params=BOTH_KINDS)
def database_kind(request: pytest.FixtureRequest) -> Kind:
    """Each kind of database in turn: `sqlite`, `postgresql`."""
    kind: Kind = request.param
    return kind


@pytest.fixture
def database_url(database_kind: Kind, fresh_database: Callable[..., str]) -> str:
    """The URL of a migrated database of its own for the test, on each kind in turn."""
    return fresh_database(database_kind, MIGRATED)


@pytest.fixture
def empty_database_url(database_kind: Kind, fresh_database: Callable[..., str]) -> str:
    """The URL of an empty database, on each kind in turn: for tests of the migrations."""
    return fresh_database(database_kind)


@pytest.fixture
def sqlite_url(fresh_database: Callable[..., str]) -> str:
    """The URL of a migrated SQLite database, where the kind does not matter."""
    return fresh_database("sqlite", MIGRATED)


# --- the browser ---------------------------------------------------------------------------------


@pytest.fixture
async def browser() -> AsyncIterator[Any]:
    """A headless Chromium (Playwright's async API). Mark tests that use it `browser`."""
    from tests.support import browsers

    path = browsers.find_chromium()
    assert path is not None, "a test that uses the browser needs the marker `browser`"
    async with browsers.chromium(path) as running:
        yield running
