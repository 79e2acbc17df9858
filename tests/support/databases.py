"""Empty and migrated databases for tests, one per test, on SQLite and PostgreSQL.

A template is built once per process and copied for each test: a file copy on SQLite,
CREATE DATABASE … TEMPLATE on PostgreSQL.
"""

import asyncio
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import asyncpg

from tests.support.postgres import PostgresServer

Kind = Literal["sqlite", "postgresql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Template:
    """How a database is prepared: a name and what fills the empty database behind a URL."""

    name: str
    build: Callable[[str], object]


def _upgrade(url: str) -> None:
    # Imported late: tests of other parts need no storage.
    from storage import migrations

    migrations.upgrade(url)


MIGRATED = Template("migrated", _upgrade)


class Administrator:
    """Creates and drops PostgreSQL databases from any test, inside an event loop or not."""

    def __init__(self, server: PostgresServer) -> None:
        """Start a thread with a loop of its own; it connects at the first statement."""
        self.server = server
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._connection: asyncpg.Connection | None = None

    def create(self, template: str = "template0") -> str:
        """Make a database as a copy of `template` and give its name."""
        name = f"test_{uuid.uuid4().hex}"
        how = "STRATEGY file_copy" if self.server.memory else ""
        self._run(self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}'))
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._run(self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))

    def disconnect_all(self, name: str) -> None:
        """End every connection to a database, so that it can serve as a template."""
        self._run(
            self._execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                f" WHERE datname = '{name}' AND pid <> pg_backend_pid()"
            )
        )

    def close(self) -> None:
        """Close the connection and end the thread."""
        if self._connection is not None:
            self._run(self._connection.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _execute(self, statement: str) -> None:
        if self._connection is None:
            self._connection = await asyncpg.connect(self.server.url())
        await self._connection.execute(statement)


class Databases:
    """Makes databases and forgets them again; one object per test process."""

    def __init__(self, folder: Path, server: Callable[[], PostgresServer]) -> None:
        """Put SQLite files into `folder`; ask `server` for PostgreSQL when it is first needed."""
        self._folder = folder
        self._server = server
        self._administrator: Administrator | None = None
        self._templates: dict[tuple[Kind, str], str] = {}

    def make(self, kind: Kind, template: Template | None = None) -> str:
        """Give the URL of a new database: empty, or a copy of what `template` builds.

        The URL is as a user writes it: `sqlite:////path/to/file.db` or `postgresql://…`.
        """
        source = self._prepared(kind, template) if template else None
        if kind == "sqlite":
            path = self._folder / f"{uuid.uuid4().hex}.db"
            if source is not None:
                shutil.copyfile(source, path)
            return f"sqlite:///{path}"
        return self._admin.server.url(self._admin.create(source or "template0"))

    def remove(self, url: str) -> None:
        """Remove a database that `make` gave."""
        if url.startswith("sqlite"):
            path = url.removeprefix("sqlite:///")
            for suffix in ("", "-wal", "-shm", "-journal"):
                Path(path + suffix).unlink(missing_ok=True)
        else:
            self._admin.drop(url.rpartition("/")[2])

    def close(self) -> None:
        """Let go of the server; its owner stops it."""
        if self._administrator is not None:
            self._administrator.close()
            self._administrator = None

    @property
    def _admin(self) -> Administrator:
        if self._administrator is None:
            self._administrator = Administrator(self._server())
        return self._administrator

    def _prepared(self, kind: Kind, template: Template) -> str:
        key = (kind, template.name)
        if key not in self._templates:
            url = self.make(kind)
            # In a thread of its own: what builds it may run an event loop, and so may the test.
            with ThreadPoolExecutor(1) as pool:
                pool.submit(template.build, url).result()
            self._templates[key] = self._settle(kind, url)
        return self._templates[key]

    def _settle(self, kind: Kind, url: str) -> str:
        if kind == "postgresql":
            name = url.rpartition("/")[2]
            self._admin.disconnect_all(name)
            return name
        path = url.removeprefix("sqlite:///")
        leftover = Path(path + "-wal")
        if leftover.exists() and os.path.getsize(leftover):
            raise RuntimeError(
                f"the template left a connection open: {leftover.name} is not empty"
            )
        return path
