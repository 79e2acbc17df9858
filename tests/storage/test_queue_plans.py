"""The queue is read by its indexes: years of closed tickets must not slow it down."""

import re

import pytest
from sqlalchemy import text

from storage import ticket_queue
from tests.support.club import Club, programme

LISTS = {
    "mine": ticket_queue._mine,
    "new": ticket_queue._new,
    "near": ticket_queue._near,
    "waiting": ticket_queue._waiting,
    "done": ticket_queue._done,
    "counts": ticket_queue._counts,
}


@pytest.mark.parametrize("name", LISTS)
async def test_no_list_of_the_queue_reads_all_tickets(sqlite_url, name):
    club = await Club(sqlite_url, programme()).open()

    def plan(work):
        asked = LISTS[name].compile(work.db, compile_kwargs={"render_postcompile": True}).string
        bare = re.sub(r"(?<!:):\w+|\?", "NULL", asked)
        lines = work.db.execute(text(f"EXPLAIN QUERY PLAN {bare}"))
        return [line[3] for line in lines]

    steps = await club.read(plan)
    assert [step for step in steps if step.startswith("SCAN tickets")] == []
    assert any("SEARCH tickets" in step for step in steps)
    await club.close()
