"""`memberbot work` that kills itself (SIGKILL) at a named point, after so many messages.

The points are found from outside: statements are seen by the hook of crash tests, POSTs and
commits by functions put around those of the program.
"""

from __future__ import annotations

import os
import random
import re
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, ClassVar

from app import serving, wiring
from app.running import run
from app.settings import load
from bot.telegram.transport import Transport
from storage.unit_of_work import Units
from storage.work import Shared

POINTS = ("random", "claimed", "begun", "post", "posted", "marking", "marked")
"""At any moment; after the claim's commit, after the commit of `sending`, right before the POST,
after its answer, before the statement that marks the row, after that one's commit."""
_SET = re.compile(r"UPDATE deliveries SET (.*?)(?: FROM | WHERE )", re.DOTALL | re.IGNORECASE)
_AFTER_COMMIT = {"claim": "claimed", "begin": "begun", "mark": "marked"}


def kind_of(sql: str) -> str:
    """What a statement does to delivery rows: `claim`, `begin`, `mark` or ""."""
    found = _SET.search(sql)
    if found is None:
        return ""
    changed = found[1]
    if "sent_at" in changed:
        return "mark"
    if "tries" in changed or "begun_at" in changed:
        return "begin"
    return "claim" if "claimed_by" in changed and "RETURNING" in sql else ""


def die(_: object = None) -> None:
    """Ends this process as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


class Dying:
    """Dies at a point once `after` messages have been posted; at "" it never does."""

    points: ClassVar[tuple[str, ...]] = POINTS
    posting: ClassVar[tuple[str, ...]] = ("/send",)
    """What a method's path holds that counts as posting."""

    def __init__(self, point: str, after: int) -> None:
        if point not in ("", *self.points):
            raise ValueError(point)
        self._point = point
        self._after = after
        self._posts = 0
        self._seen: set[str] = set()

    def install(self) -> None:
        """Puts itself around the program's own functions."""
        shared, opened = wiring.Shared, wiring.open_units

        def share(*given: Any) -> Shared:
            made = shared(*given)
            made.before_statement = self._statement
            return made

        def open_units(*given: Any) -> Units:
            units = opened(*given)
            units.write = self._committing(units.write)  # type: ignore[method-assign]
            return units

        wiring.Shared = share  # type: ignore[assignment, misc]
        wiring.open_units = open_units
        Transport.do_request = self._posting(Transport.do_request)  # type: ignore[method-assign]

    def _at(self, point: str) -> None:
        if point == self._point and self._posts >= self._after:
            die()

    def _statement(self, sql: str) -> None:
        kind = kind_of(sql)
        if kind == "mark":
            self._at("marking")
        if kind:
            self._seen.add(_AFTER_COMMIT[kind])

    def _committing(self, write: Callable[..., Any]) -> Callable[..., Any]:
        async def wrapped(use: Callable[..., Any]) -> Any:
            done = await write(use)
            if self._point in self._seen:
                self._seen.discard(self._point)
                self._at(self._point)
            return done

        return wrapped

    def _posting(self, do_request: Callable[..., Any]) -> Callable[..., Any]:
        async def wrapped(transport: Transport, url: str, *given: Any, **more: Any) -> Any:
            if not any(part in url for part in self.posting):
                return await do_request(transport, url, *given, **more)
            self._posts += 1
            if self._posts == self._after and self._point == "random":
                threading.Timer(random.random() * 0.2, die).start()
            self._at("post")
            done = await do_request(transport, url, *given, **more)
            self._at("posted")
            return done

        return wrapped


def main(point: str = "", after: str = "0") -> None:
    Dying(point, int(after)).install()
    run(serving.work(load(), told=lambda line: print(line, flush=True)))


if __name__ == "__main__":
    main(*sys.argv[1:])
