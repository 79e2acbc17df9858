"""A process that has loaded `memberbot` and begins copies of itself, each running one command, or
another module of ours as a program.

Run by tests.support.copies, which asks over the socket that is its standard input: one message
for each process, with its arguments, settings, folder and open files.
"""

import gc
import importlib
import json
import os
import random
import runpy
import signal
import socket
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Any

PROGRAM = "app.cli"
LOADED = (
    *(f"app.commands.{name}" for name in "api_key chat migrate serve store work".split()),
    *("app.serving", "sqlalchemy.dialects.postgresql.asyncpg", "uvloop"),
)
LONGEST = 2**17
FILES = 4
"""Standard input, output and errors, and where its id and later its end are told."""

_told: dict[int, int] = {}


def _reap(_number: int = 0, _frame: FrameType | None = None) -> None:
    """Tells how each copy that has ended did so."""
    while _told:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        told = _told.pop(pid)
        with suppress(BrokenPipeError):
            os.write(told, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os.close(told)


def _copy(files: list[int]) -> bool:
    """Forks; whether this is the copy."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    pid = os.fork()
    if pid:
        os.write(files[-1], f"{pid}\n".encode())
        _told[pid] = files[-1]
        for number in files[:-1]:
            os.close(number)
    else:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    return pid == 0


def _become(wanted: dict[str, Any], files: list[int]) -> None:
    """Makes this copy what a process would be that had been started for the command."""
    for place, number in enumerate(files[:3]):
        os.dup2(number, place)
    for number in [*files, *_told.values()]:
        os.close(number)
    os.environ.clear()
    os.environ.update(wanted["settings"])
    os.chdir(wanted["folder"])
    random.seed()
    sys.argv = ["memberbot", *wanted["arguments"]]


def main() -> None:
    """Begins copies until nobody can ask any more; in a copy, runs its command and ends."""
    program = importlib.import_module(PROGRAM)
    for name in LOADED:
        importlib.import_module(name)
    assert threading.active_count() == 1, "a copy of a process with threads lacks them"
    gc.freeze()
    asked = socket.socket(fileno=os.dup(0))
    signal.signal(signal.SIGCHLD, _reap)
    while True:
        said, files, *_ = socket.recv_fds(asked, LONGEST, FILES)
        if not said:
            return
        if _copy(files):
            asked.close()
            wanted = json.loads(said)
            _become(wanted, files)
            if wanted["program"] == PROGRAM:
                program.main()
            else:
                runpy.run_module(wanted["program"], run_name="__main__")
            return


if __name__ == "__main__":
    main()
