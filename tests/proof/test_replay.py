"""Some households' year, returns and nights included: whole and right at every month's end."""

from datetime import date

import pytest

from tests.membership.support import broken
from tests.proof.replay import Replay, rules
from tests.support.club import Clock, Club

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

HOUSEHOLDS = {"sqlite": 6, "postgresql": 3}
LEAST_REFUNDS = {"sqlite": 10, "postgresql": 1}
"""The whole club's year is part of `make fault`."""


async def test_a_year_of_purchases_and_returns_adds_up_at_every_months_end(
    database_url: str, database_kind: str
) -> None:
    clock = Clock()
    club = await Club(database_url, rules(), clock).open()
    replay = Replay(club, clock, HOUSEHOLDS[database_kind], seed=7)
    months = []

    async def month_end(day: date) -> None:
        assert await broken(club) == []
        posted, wallets, debts = await replay.posted()
        assert posted == replay.expected(day), day
        assert wallets - debts == posted.given - posted.reversed - posted.expired
        months.append(posted)

    try:
        await replay.run(month_end)
    finally:
        await club.close()
    assert len(months) >= 12
    assert replay.refunds >= LEAST_REFUNDS[database_kind]
    assert months[-1].expired > 0
    assert months[-1].reversed > 0
