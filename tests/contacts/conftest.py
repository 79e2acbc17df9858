"""A club on both databases in turn."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from domain.care_rules import Care, CareRule, Occasion
from tests.support.club import Club, programme

RULES = (
    CareRule("birthday", Occasion.BIRTHDAY, first=10),
    CareRule("holidays", Occasion.HOLIDAY, holidays=("new_year",), first=40),
)


@pytest.fixture
async def club(database_url: str) -> AsyncIterator[Club]:
    two_a_week = replace(programme(), care=Care(RULES, per_week=2))
    opened = await Club(database_url, two_a_week).open()
    yield opened
    await opened.close()
