"""Both example ladders through the club itself, boundary by boundary."""

from datetime import date

import pytest

from services import ledger, levels, reviewing
from storage.work import Work
from tests.levels.support import buys, kept, level, night, noon
from tests.support.club import Club, Person

FEBRUARY, MARCH, APRIL, MAY = (date(2026, month, 1) for month in (2, 3, 4, 5))


async def active(person: Person, points: int, day: date, source: str = "event") -> None:
    """Points for something a member did, on a day."""
    club = person.club
    member = await person.member_id()
    key = f"test:{source}:{day}:{club.next_update()}"
    await club.write(
        lambda work: ledger.bonus(work, member, points, key=key, source=(source, 1), now=noon(day))
    )


async def since_january(club: Club) -> Person:
    """A member who joined at the beginning of the year."""
    club.clock.now = noon(date(2026, 1, 15))
    return await club.person().joins()


async def a_month(person: Person, month: date, often: int, yuan: float, points: int) -> None:
    """So many purchases for so much in all, and so many activity points."""
    for n in range(often):
        price = yuan - (often - 1) if n == 0 else 1
        await buys(person, price, f"{month}-{n}", month.replace(day=n + 1))
    await active(person, points, month.replace(day=20))


@pytest.mark.parametrize(
    ("often", "yuan", "points", "reached"),
    [
        ((5, 5, 5), 1000, (200, 200, 200), "silver"),
        ((5, 5, 5), 999.99, (200, 200, 200), "member"),
        ((4, 5, 5), 1000, (200, 200, 200), "member"),
        ((4, 5, 6), 1000, (200, 200, 200), "silver"),
        ((5, 5, 5), 1000, (199, 200, 200), "member"),
        ((5, 5, 5), 1000, (100, 200, 300), "silver"),
        ((10, 10, 10), 5000, (400, 400, 400), "gold"),
        ((10, 10, 10), 4999.99, (400, 400, 400), "silver"),
    ],
)
async def test_four_seasons_needs_every_condition(
    seasons: Club, often: tuple[int, ...], yuan: float, points: tuple[int, ...], reached: str
) -> None:
    """Averages over February, March and April; the rest was bought in February."""
    mei = await since_january(seasons)
    for month, count, gained in zip((FEBRUARY, MARCH, APRIL), often, points, strict=True):
        spent = yuan - sum(often[1:]) if month is FEBRUARY else count
        await a_month(mei, month, count, spent, gained)
    await night(seasons, MAY)
    assert await level(mei) == reached


async def test_months_before_joining_do_not_count(seasons: Club) -> None:
    seasons.clock.now = noon(date(2026, 4, 1))
    mei = await seasons.person().joins()
    await a_month(mei, APRIL, 5, 1000, 200)
    assert await level(mei) == "silver"  # one month of five, not five in three months


async def test_the_running_month_raises_and_never_lowers(seasons: Club) -> None:
    mei = await since_january(seasons)
    for month in (FEBRUARY, MARCH, APRIL):
        await a_month(mei, month, 5, 400, 200)
    await night(seasons, MAY)
    assert await level(mei) == "silver"  # nothing bought in May, nothing lost
    standing = await kept(mei)
    assert standing is not None
    assert standing.held.until == date(2027, 12, 31)


@pytest.mark.parametrize(
    ("source", "reached"),
    [
        ("checkin", "silver"),
        ("survey", "silver"),
        ("referral", "silver"),
        ("profile", "silver"),
        ("event", "silver"),
        ("welcome", "member"),
        ("birthday", "member"),
        ("goodwill", "member"),
        ("adjustment", "member"),
    ],
)
async def test_what_members_do_counts_and_what_they_are_given_does_not(
    seasons: Club, source: str, reached: str
) -> None:
    seasons.clock.now = noon(date(2026, 4, 1))
    mei = await seasons.person().joins()
    await a_month(mei, APRIL, 5, 1000, 0)
    await active(mei, 200, date(2026, 4, 21), source)
    await buys(mei, 1, "last", date(2026, 4, 22))
    assert await level(mei) == reached


async def test_activity_points_raise_at_once(seasons: Club) -> None:
    seasons.clock.now = noon(date(2026, 4, 1))
    mei = await seasons.person().joins()
    await a_month(mei, APRIL, 5, 1000, 199)
    assert await level(mei) == "member"
    await active(mei, 1, date(2026, 4, 23), "survey")
    assert await level(mei) == "silver"
    assert "level.risen" in [message.key for message in await mei.hears()]


@pytest.mark.parametrize(
    ("bought", "today", "reached"),
    [
        (date(2024, 2, 29), date(2025, 2, 28), "gold"),  # 2025-02-28 − 12 months = 2024-02-28
        (date(2024, 2, 29), date(2025, 3, 1), "silver"),
        (date(2024, 2, 28), date(2025, 2, 28), "silver"),
        (date(2023, 3, 1), date(2024, 2, 29), "gold"),
        (date(2023, 2, 28), date(2024, 2, 29), "silver"),
        (date(2025, 5, 20), date(2026, 5, 20), "silver"),
        (date(2025, 5, 21), date(2026, 5, 20), "gold"),
    ],
)
async def test_the_last_twelve_months_are_days_later_than_twelve_months_ago(
    club: Club, bought: date, today: date, reached: str
) -> None:
    """What 990 yuan of a day are good for when another ten come later."""
    club.clock.now = noon(date(2023, 1, 15))
    mei = await club.person().joins()
    await buys(mei, 990, "A-1", bought)
    await buys(mei, 10, "A-2", today)
    assert await level(mei) == reached


@pytest.mark.parametrize(
    ("yuan", "reached"),
    [
        ((199.99,), "member"),
        ((200,), "silver"),
        ((199.99, 199.99, 100.01), "member"),
        ((199.99, 199.99, 100.02), "silver"),
        ((999.99,), "silver"),
        ((1000,), "gold"),
        ((2999.99,), "gold"),
        ((3000,), "diamond"),
    ],
)
async def test_retail_needs_one_condition(
    club: Club, yuan: tuple[float, ...], reached: str
) -> None:
    mei = await club.person().joins()
    for n, price in enumerate(yuan):
        await buys(mei, price, f"A-{n}")
    assert await level(mei) == reached


async def test_lifetime_counts_where_the_window_is_empty(club: Club) -> None:
    club.clock.now = noon(date(2023, 1, 15))
    mei = await club.person().joins()
    for year in (2023, 2024, 2025):
        await buys(mei, 666, f"A-{year}", date(year, 2, 1))
    assert await level(mei) == "silver"
    await buys(mei, 2, "A-last", date(2026, 5, 1))
    assert await level(mei) == "gold"


async def test_the_board_says_the_same_as_the_night(seasons: Club) -> None:
    """What /level promises is what the review does."""
    mei = await since_january(seasons)
    for month in (FEBRUARY, MARCH, APRIL):
        await a_month(mei, month, 5, 400, 200)
    await night(seasons, MAY)
    member = await mei.member_id()
    seen = await seasons.read(lambda w: levels.standing(w, member, noon(date(2026, 5, 2))))
    assert seen.outlook is not None
    assert (seen.outlook.on, seen.outlook.keeps) == (date(2028, 1, 1), False)
    end = seen.outlook.on

    def run(work: Work) -> None:
        after: int | None = 0
        while after is not None:
            after = reviewing.review_due(work, end, noon(end), after, 20)

    await seasons.write(run)
    assert await level(mei) == seen.outlook.level.key
