"""A short `make fault` of the service desk: some weeks over a change of the clocks."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.proof.ticket_years import TicketYears

START = datetime(2026, 2, 20, tzinfo=UTC)


@pytest.mark.fault
async def test_every_deadline_is_told_of_once(sqlite_url: str) -> None:
    years = TicketYears(sqlite_url, seed=3)
    proven = await years.live(START, START + timedelta(days=30))
    assert proven.wrong == []
    assert proven.expected > 30
    assert proven.outages > 0
    assert proven.tickets > 10
    years.expected[0, "answer", START, 1] += 1
    await years.judge()
    assert len(proven.wrong) == 2, "a deadline that nobody was told of is found"
    await years.close()
