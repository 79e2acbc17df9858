"""A club on both databases in turn, its operator, and messages that ended in every way."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from domain.care_rules import Care, CareRule, Late, Occasion
from tests.support.club import Club, Person, programme
from tests.support.threads import operator

RULES = (
    CareRule("birthday", Occasion.BIRTHDAY, points=100, late=Late.BELATED, first=10),
    CareRule("levels", Occasion.LEVEL_CHANGED),
    CareRule("holidays", Occasion.HOLIDAY, on=False),
)


@dataclass
class Desk:
    """The club, an operator who speaks English, a member."""

    club: Club
    anna: Person
    mei: Person


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    club = await Club(database_url, replace(programme(), care=Care(RULES, per_week=2))).open()
    anna = await operator(club)
    mei = await club.person("Mei").joins()
    yield Desk(club, anna, mei)
    await club.close()
