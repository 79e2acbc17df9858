"""The same occasion of care from eight at once: one message, one gift."""

import asyncio

import pytest

from tests.proof import eight
from tests.proof.eight import EIGHT, Left


async def _race(url: str) -> Left:
    units = [eight.open_one(url) for _ in range(EIGHT)]
    members = await eight.prepare(units[0], 5)
    await asyncio.gather(*(eight.greet_all(one, members) for one in units))
    left = await eight.count(units[0], members)
    for one in units:
        await one.close()
    return left


async def test_eight_at_once_leave_one_message_and_one_gift(database_url: str) -> None:
    assert await _race(database_url) == Left(5, 5, 5)


@pytest.mark.fault
async def test_without_the_guard_the_same_race_is_seen_to_write_again(
    database_url: str,
) -> None:
    with eight.guardless():
        left = await _race(database_url)
    assert not left.good
    assert left.messages > left.members
