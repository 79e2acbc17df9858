"""The catalogue: its order for a member, pages, categories, favourites; and it is never old."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.benefits import Benefit, Category, Why, standing
from domain.price_lists import Reader, order, price_list
from domain.programme import Per
from services import catalogue, favourites
from services.catalogue import Shelf
from storage.work import Work
from tests.benefits.support import join, member, more, offer, redeem
from tests.support.club import Club

NOW = datetime(2026, 5, 20, 2, tzinfo=UTC)
PERIODS = {per: per.value for per in Per}
moments = st.none() | st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours))
numbers = st.integers(0, 12)
benefits = st.builds(
    Benefit,
    id=st.just(0),
    key=st.just(""),
    kind=st.just("gift"),
    names=st.just({}),
    price=st.integers(0, 40),
    valid_days=st.just(1),
    levels=st.sampled_from([(), ("gold",), ("member",), ("member", "gold")]),
    level_prices=st.just({}) | st.just({"gold": 3}),
    early_hours=st.just({}) | st.just({"gold": 2}),
    category=st.sampled_from(["", "a", "b"]),
    stock=st.none() | st.integers(0, 1),
    per_member=st.none() | st.integers(1, 2),
    per=st.sampled_from(Per),
    visible_from=moments,
    visible_until=moments,
    redeem_from=moments,
    redeem_until=moments,
    stopped=st.booleans(),
)


@given(
    many=st.lists(benefits, max_size=12),
    points=st.integers(0, 40),
    level=st.sampled_from(["member", "gold"]),
    percent=st.sampled_from([100, 95]),
    used=st.dictionaries(st.tuples(numbers, st.sampled_from(list(PERIODS.values()))), numbers),
    kept=st.sets(numbers),
    likings=st.dictionaries(numbers, st.floats(0, 9)),
    category=st.sampled_from(["", "a"]),
)
def test_the_quick_order_is_that_of_the_standings(
    many: list[Benefit],
    points: int,
    level: str,
    percent: int,
    used: dict[tuple[int, str], int],
    kept: set[int],
    likings: dict[int, float],
    category: str,
) -> None:
    every = [replace(one, id=place) for place, one in enumerate(many)]
    reader = Reader(points, used, PERIODS, kept, likings, NOW)
    gone = {one.id for one in every if one.sold_out}
    found = order(price_list(every, level, percent), reader, gone, category=category)

    def key(benefit: Benefit) -> tuple[float, ...]:
        stands = standing(
            benefit,
            points=points,
            level=level,
            used=used.get((benefit.id, PERIODS[benefit.per]), 0),
            now=NOW,
            percent=percent,
            sold_out=benefit.sold_out and benefit.id not in kept,
        )
        ready = stands.why is Why.NOTHING
        return stands.place, -likings.get(benefit.id, 0) if ready else stands.missing, benefit.id

    seen = [one for one in every if one.visible(NOW)]
    assert found.categories == {one.category for one in seen}
    wanted = [one for one in seen if not category or one.category == category]
    assert found.places == [one.id for one in sorted(wanted, key=key)]


async def shelf(club: Club, member_id: int, **wanted: object) -> Shelf:
    found = await club.read(lambda work: catalogue.shelf(work, member_id, club.clock(), **wanted))
    assert isinstance(found, Shelf)
    return found


def keys(found: Shelf) -> list[str]:
    return [offer.benefit.key for offer in found.offers]


async def test_affordable_then_near_then_the_rest(club: Club) -> None:
    mei = await member(club, 100)
    for place, (key, price) in enumerate({"far": 900, "near": 142, "now": 100}.items()):
        await offer(club, key=key, price=price, place=place)
    await offer(club, key="gone", price=1, stock=0, place=-2)
    await offer(club, key="gold", price=1, levels=("gold",), place=-1)
    found = await shelf(club, mei)
    assert keys(found) == ["now", "near", "far", "gone", "gold"]
    assert [str(one.standing.why) for one in found.offers] == [
        *("nothing", "points", "points", "sold_out", "level")
    ]
    assert (found.offers[1].standing.missing, found.offers[1].standing.near) == (42, True)
    assert (found.points, found.pages, found.found) == (100, 1, 5)


async def test_pages_of_six_and_one_that_is_not_there_is_the_last(club: Club) -> None:
    mei = await member(club)
    for place in range(14):
        await offer(club, key=f"b{place:02}", place=place)
    pages = [await shelf(club, mei, page=page) for page in (0, 1, 2, 9, -1)]
    assert [len(page.offers) for page in pages] == [6, 6, 2, 2, 6]
    assert [page.page for page in pages] == [0, 1, 2, 2, 0]
    assert [page.pages for page in pages] == [3] * 5
    first = [key for page in pages[:3] for key in keys(page)]
    assert first == [f"b{place:02}" for place in range(14)]


async def test_an_empty_catalogue_has_one_page(club: Club) -> None:
    found = await shelf(club, await member(club), page=3)
    assert (found.offers, found.page, found.pages, found.categories) == ([], 0, 1, [])


async def test_categories_and_favourites_choose(club: Club) -> None:
    mei, wang = await member(club), await member(club)
    food = Category("food", {"zh": "美食", "en": "Food"}, 2)
    home = Category("home", {"zh": "家居", "en": "Home"}, 1)
    await club.write(lambda work: [work.categories.save(one) for one in (food, home)])
    tea = await offer(club, key="tea", category="food")
    await offer(club, key="bag", category="home")
    await offer(club, key="old", category="home", visible_until=club.clock())
    await club.write(lambda work: work.categories.save(Category("none", {}, 3)))
    found = await shelf(club, mei, category="food")
    assert keys(found) == ["tea"]
    assert [one.key for one in found.categories] == ["home", "food"]
    for _ in range(2):
        await club.write(lambda work: favourites.mark(work, mei, tea, club.clock()))
    assert keys(await shelf(club, mei, only="favourites")) == ["tea"]
    assert [one.favourite for one in (await shelf(club, mei, category="food")).offers] == [True]
    assert keys(await shelf(club, wang, only="favourites")) == []
    for _ in range(2):
        await club.write(lambda work: favourites.unmark(work, mei, tea, club.clock()))
    assert keys(await shelf(club, mei, only="favourites")) == []


async def test_stock_and_stopping_are_seen_by_the_very_next_look(club: Club) -> None:
    mei, wang = await member(club), await member(club)
    tea = await offer(club, stock=1)

    async def now() -> tuple[Why, int | None, bool]:
        one = (await shelf(club, mei)).offers[0]
        return one.standing.why, one.benefit.stock, one.waits is not None

    assert await now() == (Why.NOTHING, 1, False)
    await redeem(club, wang, tea)
    assert await now() == (Why.SOLD_OUT, 0, False)
    await join(club, tea, mei)
    assert await now() == (Why.SOLD_OUT, 0, True)
    await more(club, tea, 1)
    assert await now() == (Why.NOTHING, 0, True)
    await club.write(lambda work: work.benefits.stop(tea, True))
    assert await now() == (Why.STOPPED, 0, True)
    await club.write(lambda work: work.benefits.stop(tea, False))
    await offer(club, price=1200, stock=2)
    assert (await now())[0] is Why.POINTS


async def test_another_process_sees_what_was_changed(club: Club) -> None:
    mei = await member(club)
    await offer(club, key="tea")
    other = await Club(club.url, club.programme, club.clock).open()
    try:
        assert keys(await shelf(other, mei)) == ["tea"]
        await offer(club, key="bag")
        assert sorted(keys(await shelf(other, mei))) == ["bag", "tea"]
    finally:
        await other.close()


async def test_what_was_undone_is_not_remembered(club: Club) -> None:
    mei = await member(club)
    tea = await offer(club)

    def undone(work: Work) -> None:
        assert work.benefits.stop(tea, True)
        assert [one.stopped for one in work.catalogue.printed().benefits] == [True]
        raise LookupError

    with pytest.raises(LookupError):
        await club.write(undone)
    assert (await shelf(club, mei)).offers[0].standing.why is Why.NOTHING
