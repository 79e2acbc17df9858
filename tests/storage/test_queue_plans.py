"""The queue is read by its indexes: years of closed tickets must not slow it down."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event

from storage import ticket_queue
from storage.work import Work
from tests.support.club import Club, programme

LISTS = {
    "mine": ticket_queue._mine,
    "new": ticket_queue._new,
    "near": ticket_queue._near,
    "waiting": ticket_queue._waiting,
    "done": ticket_queue._done,
    "counts": ticket_queue._counts,
}
SOMETIME = datetime(2026, 5, 1, tzinfo=UTC)
ASKED = {"staff": 1, "until": SOMETIME, "since": SOMETIME, "most": 8, "skip": 0}


@pytest.mark.parametrize("name", LISTS)
async def test_no_list_of_the_queue_reads_all_tickets(sqlite_url: str, name: str) -> None:
    club = await Club(sqlite_url, programme()).open()

    def plan(work: Work) -> list[str]:
        sent: list[tuple[str, Any]] = []

        def note(_db: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            sent.append((statement, parameters))

        event.listen(work.db, "before_cursor_execute", note)
        work.db.execute(LISTS[name], ASKED).all()
        event.remove(work.db, "before_cursor_execute", note)
        [(statement, parameters)] = sent
        explained = work.db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [line[3] for line in explained]

    steps = await club.read(plan)
    assert [step for step in steps if step.startswith("SCAN tickets")] == []
    assert any("SEARCH tickets" in step for step in steps)
    await club.close()
