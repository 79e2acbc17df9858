"""Many at once for what comes back: never oversold, never given back twice, nobody overtakes.

What the guards are worth is shown by claimants that read first and write later, in a transaction
of their own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import update

from domain.vouchers import VoucherState
from domain.waiting import WaitState
from services import benefits, cancelling, vouchers, waiting
from services.ports.club import Actor
from storage.tables import benefits as tables
from storage.tables import catalogue
from tests.benefits.support import Stock, join, member, more, offer, points, redeem, stock
from tests.membership.support import broken
from tests.support.club import Club
from tests.threads.test_races import Barrier, all_at_once, tried

CLAIMANTS = 64

_benefits = tables.Benefit.__table__  # type: ignore[attr-defined]
_waits = catalogue.BenefitWait.__table__  # type: ignore[attr-defined]


async def test_without_the_guard_one_offer_is_taken_by_many_taps(club: Club) -> None:
    coffee = await offer(club, stock=0)
    mei = await member(club)
    await join(club, coffee, mei)
    await more(club, coffee, 1)
    barrier = Barrier(CLAIMANTS)

    async def take(place: int) -> bool:
        seen = (await club.read(lambda work: work.waits.of_member(mei)))[coffee]
        await barrier.wait()
        if not seen.is_offered(club.clock()):
            return False
        blind = update(_waits).where(_waits.c.id == seen.id).values(state="taken", active=None)
        await club.write(lambda work: work.db.execute(blind))
        return True

    assert tried(await all_at_once(CLAIMANTS, take)) > 1


async def test_one_offer_is_taken_by_exactly_one_of_many_taps(club: Club) -> None:
    coffee = await offer(club, stock=0)
    mei = await member(club, 5000)
    await join(club, coffee, mei)
    await more(club, coffee, 1)

    def tap(place: int) -> Awaitable[Any]:
        return club.write(
            lambda work: benefits.redeem(work, mei, coffee, key=f"tap {place}", now=club.clock())
        )

    assert tried(await all_at_once(CLAIMANTS, tap)) == 1
    assert await points(club, mei) == 4850
    assert await stock(club, coffee) == Stock(1, 0, 0, ["taken"])
    assert await broken(club) == []


async def test_without_the_guard_stock_that_comes_back_is_lost(club: Club) -> None:
    coffee = await offer(club, stock=0)
    barrier = Barrier(CLAIMANTS)

    async def give(place: int) -> None:
        seen = await club.read(lambda work: work.benefits.get(coffee))
        await barrier.wait()
        blind = update(_benefits).where(_benefits.c.id == coffee).values(stock=seen.stock + 1)
        await club.write(lambda work: work.db.execute(blind))

    await asyncio.gather(*(give(place) for place in range(CLAIMANTS)))
    left = (await stock(club, coffee)).left
    assert left is not None
    assert left < CLAIMANTS


async def test_everything_at_once_gives_out_exactly_what_there_is(club: Club) -> None:
    """Owners give back, those who wait are served and take or leave, newcomers try their luck."""
    coffee = await offer(club, stock=8, cancel_hours=24, price=10)
    owners = [await member(club, 100) for _ in range(8)]
    had = [await redeem(club, one, coffee) for one in owners]
    waiters = [await member(club, 100) for _ in range(12)]
    await join(club, coffee, *waiters)
    newcomers = [await member(club, 100) for _ in range(16)]

    def give_back(place: int) -> Awaitable[Any]:
        one = place % 8
        return club.write(
            lambda work: cancelling.cancel(work, owners[one], had[one].id, now=club.clock())
        )

    def take(place: int) -> Awaitable[Any]:
        key, who = f"take {place}", waiters[place % 12]
        return club.write(
            lambda work: benefits.redeem(work, who, coffee, key=key, now=club.clock())
        )

    def leave(place: int) -> Awaitable[Any]:
        who = waiters[place % 12]
        return club.write(lambda work: waiting.leave(work, who, coffee, club.clock()))

    def rush(place: int) -> Awaitable[Any]:
        key, who = f"rush {place}", newcomers[place]
        return club.write(
            lambda work: benefits.redeem(work, who, coffee, key=key, now=club.clock())
        )

    def raised(place: int) -> Awaitable[Any]:
        return more(club, coffee, 1)

    doing: list[tuple[Callable[[int], Awaitable[Any]], int]] = [
        *((give_back, place) for place in range(16)),
        *((take, place) for place in range(24)),
        *((leave, place) for place in range(3)),
        *((rush, place) for place in range(16)),
        *((raised, place) for place in range(2)),
    ]
    doing = [pair for offset in range(7) for pair in doing[offset::7]]
    results = await all_at_once(len(doing), lambda n: doing[n][0](doing[n][1]))
    assert not [one for one in results if isinstance(one, Exception)]
    for _ in range(2):  # whoever is still kept one takes it now
        await all_at_once(12, take)
    found = await stock(club, coffee)
    assert found.given == 10
    assert await broken(club) == []
    rushed = [one for one, (use, _) in zip(results, doing, strict=True) if use is rush]
    still = [place for place in found.places if place == WaitState.WAITING]
    assert not (tried(rushed) and still), "a newcomer overtook somebody who waits"
    for one in owners:
        assert await points(club, one) == 100


async def test_a_voucher_is_used_or_given_back_never_both(club: Club) -> None:
    coffee = await offer(club, stock=1, cancel_hours=24)
    mei = await member(club)
    had = await redeem(club, mei, coffee)

    def both(place: int) -> Awaitable[Any]:
        if place % 2:
            return club.write(lambda w: cancelling.cancel(w, mei, had.id, now=club.clock()))
        till = Actor(f"till {place}")
        return club.write(
            lambda w: vouchers.use(w, had.id, till, key=f"scan {place}", now=club.clock())
        )

    await all_at_once(32, both)
    kept = await club.read(lambda work: work.vouchers.get(had.id))
    assert kept is not None
    given_back = kept.state is VoucherState.CANCELLED
    assert given_back or kept.state is VoucherState.USED
    assert await points(club, mei) == (1000 if given_back else 850)
    assert (await stock(club, coffee)).left == int(given_back)
    assert await broken(club) == []


async def test_nobody_waits_twice_however_often_they_tap(club: Club) -> None:
    coffee = await offer(club, stock=0)
    mei = await member(club)

    def tap(_: int) -> Awaitable[Any]:
        return club.write(lambda work: waiting.join(work, mei, coffee, club.clock()))

    places = await all_at_once(16, tap)
    assert len({getattr(one, "id", None) for one in places}) == 1
    assert (await stock(club, coffee)).places == ["waiting"]
