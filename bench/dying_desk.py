"""`memberbot serve` that kills itself (SIGKILL) at a named point while tickets are talked about.

A chat's message a second and a group's twenty a minute are lifted here: what is proven does not
depend on them, and ten thousand tickets in two groups would take days.
"""

from __future__ import annotations

import sys
from typing import ClassVar

from app import serving
from app.running import run
from app.settings import load
from bench import dying
from scheduler import budget, delivery

POINTS = (*dying.POINTS, "saying", "said")
"""Those of the post, and: before the statement that keeps what somebody said, and after that
one's commit, when the update has not been answered yet."""
_KEPT = "INSERT INTO ticket_messages"


class DyingDesk(dying.Dying):
    """Counts topics as messages, too."""

    points: ClassVar[tuple[str, ...]] = POINTS
    posting: ClassVar[tuple[str, ...]] = ("/send", "/createForumTopic")

    def _statement(self, sql: str) -> None:
        super()._statement(sql)
        if _KEPT in sql:
            self._at("saying")
            self._seen.add("said")


def main(point: str = "", after: str = "0") -> None:
    budget.GROUP_MOST = 1_000_000
    budget.CHAT_SECONDS = 0.0
    delivery.CHAT_SECONDS = 0.0  # it has a name of its own for it
    DyingDesk(point, int(after)).install()
    told = sys.stdout
    run(
        serving.serve(load(), with_work=True, told=lambda line: print(line, file=told, flush=True))
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
