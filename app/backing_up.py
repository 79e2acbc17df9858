"""Copies of the database while the club runs, marked as copies."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from app.failures import Failed
from services import restoring
from storage import engines, peek

PAGES = 1000
"""Copied at a time, so that nobody who writes waits long."""


def sqlite(url: str, target: Path, at: datetime) -> int:
    """Copies the SQLite file of a URL to a new file and marks it; its size in bytes.

    Raises Failed.
    """
    source = peek.path_of(url)
    if not source.exists():
        raise Failed(f"{source}: there is no database yet")
    if target.exists():
        raise Failed(f"{target}: there is a file already; give another name")
    draft = target.with_name(f".{target.name}.part")
    draft.unlink(missing_ok=True)
    try:
        _copy(source, draft)
        peek.put(f"sqlite:///{draft}", restoring.COPY, {"at": at.isoformat()})
        draft.replace(target)
    except OSError as error:
        raise Failed(f"{target}: {(error.strerror or 'it cannot be written').lower()}") from error
    finally:
        for suffix in ("", "-wal", "-shm"):
            draft.with_name(draft.name + suffix).unlink(missing_ok=True)
    return target.stat().st_size


def _copy(source: Path, draft: Path) -> None:
    module = engines.sqlite_module()
    draft.touch(0o600)
    with closing(module.connect(source)) as here, closing(module.connect(draft)) as there:
        here.backup(there, pages=PAGES)


def command(url: str, target: Path) -> tuple[list[str], str]:
    """The pg_dump that backs a PostgreSQL database up, without its password, and the password."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")
    user = place[0].partition(":")[0]
    bare = urlunsplit(("postgresql", f"{user}{place[1]}{place[2]}", parts.path, parts.query, ""))
    return ["pg_dump", "--format=custom", f"--file={target}", bare], unquote(parts.password or "")


def postgres(url: str, target: Path) -> int:
    """Runs pg_dump into a new file; its size in bytes. Raises Failed."""
    if target.exists():
        raise Failed(f"{target}: there is a file already; give another name")
    words, password = command(url, target)
    if shutil.which(words[0]) is None:
        raise Failed(
            "pg_dump is not installed here; install PostgreSQL's client programs, or run on a"
            f" machine that has them: {' '.join(words)}"
        )
    settings = {"PGPASSWORD": password} if password else {}
    done = subprocess.run(  # noqa: S603
        words, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        target.unlink(missing_ok=True)
        raise Failed(f"pg_dump could not copy the database: {done.stderr.strip()[-500:]}")
    return target.stat().st_size
