"""Pages of a member's postings: each posting once, whatever is written meanwhile; one unit."""

from typing import Any

import pytest

from domain.members import Member
from domain.points import Unit
from services import ledger
from storage.work import Work
from tests.api.support import Client
from tests.support.club import Club


async def give(club: Club, member: Member, points: int, unit: Unit = Unit.POINTS) -> None:
    def use(work: Work) -> None:
        key, source = f"t:{unit}:{points}", ("welcome", 1)
        ledger.bonus(work, member.id, points, key=key, source=source, now=club.clock(), unit=unit)

    await club.write(use)


async def page(api: Client, **asked: Any) -> tuple[list[int], str | None]:
    query = "&".join(f"{name}={value}" for name, value in asked.items() if value is not None)
    answer = await api.get(f"/members/ext:c-1/ledger?{query}")
    assert answer.status == 200
    return [item["points"] for item in answer.body["items"]], answer.body["next"]


class Skewed:
    """Ids as of two processes whose clocks differ: every second one lies far behind."""

    def __init__(self, ids: Any) -> None:
        self._ids, self._count = ids, 0

    def next(self) -> int:
        self._count += 1
        made = int(self._ids.next())
        return made - (10**9 if self._count // 2 % 2 else 0)


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_every_posting_comes_once_while_others_are_written(
    api: Client, club: Club, member: Member, size: int
) -> None:
    for points in range(1, 8):
        await give(club, member, points)
    seen, before, fresh = [], None, 100
    while True:
        some, before = await page(api, limit=size, before=before)
        seen += some
        await give(club, member, fresh)
        fresh += 1
        if before is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


async def test_ids_out_of_order_hide_nothing(api: Client, club: Club, member: Member) -> None:
    club.shared.ids = Skewed(club.shared.ids)  # type: ignore[assignment]
    for points in range(1, 13):
        await give(club, member, points)
    seen, before = await page(api, limit=5)
    while before is not None:
        some, before = await page(api, limit=5, before=before)
        seen += some
    assert seen == list(range(12, 0, -1))


async def test_a_cursor_of_nothing_is_an_empty_page(
    api: Client, club: Club, member: Member
) -> None:
    await give(club, member, 5)
    assert await page(api, before=1) == ([], None)
    assert await page(api, before=9 * 10**18) == ([5], None)
    assert (await page(api, before=str(10**19 - 1)))[0] == [5]


async def test_each_unit_has_its_own_pages(api: Client, club: Club, member: Member) -> None:
    await give(club, member, 5)
    await give(club, member, 70, Unit.GROWTH)
    await give(club, member, 900, Unit.CREDIT)
    assert await page(api) == await page(api, unit="points") == ([5], None)
    assert await page(api, unit="growth") == ([70], None)
    assert await page(api, unit="credit") == ([900], None)
    answer = await api.get("/members/ext:c-1/ledger?unit=stars")
    assert (answer.status, answer.code, answer.places) == (400, "request.invalid", ["unit"])
