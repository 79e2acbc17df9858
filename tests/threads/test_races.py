"""Many claimants at once: with the guard off too much is given away, with it never.

The guard is one conditional UPDATE (and a UNIQUE row) in the transaction of the effect. Without
it a claimant reads first and writes later, in a transaction of its own, as two tills would.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import func, select, update

from domain.errors import Refused
from domain.events import Answer
from domain.vouchers import VoucherState
from services import benefits, events, survey_answers, vouchers
from services.ports.club import Actor
from services.surveys import Me
from storage.tables import benefits as tables
from tests.support.club import Club
from tests.support.threads import ask, give, offer, plan, points

CLAIMANTS = 64
STOCK = 10

_vouchers = tables.Voucher.__table__  # type: ignore[attr-defined]
_benefits = tables.Benefit.__table__  # type: ignore[attr-defined]


async def members(club: Club, count: int, more: int = 0) -> list[int]:
    people = [await club.person(f"P{n}").joins() for n in range(count)]
    for person in people if more else ():
        await give(club, person, more)
    return [await person.member_id() for person in people]


async def all_at_once(count: int, use: Callable[[int], Awaitable[object]]) -> list[object]:
    """What each of `count` simultaneous claimants got; a refusal counts as False."""

    async def one(place: int) -> object:
        try:
            return await use(place)
        except Refused:
            return False

    return list(await asyncio.gather(*(one(place) for place in range(count))))


def tried(claims: list[object]) -> int:
    return sum(1 for claim in claims if claim)


class Barrier:
    """Lets nobody on before all have arrived."""

    def __init__(self, count: int) -> None:
        self._missing = count
        self._open = asyncio.Event()

    async def wait(self) -> None:
        self._missing -= 1
        if not self._missing:
            self._open.set()
        await self._open.wait()


# -- one voucher, many tills ------------------------------------------------------------


async def voucher(club: Club) -> int:
    coffee = await offer(club)
    mei = await club.person().joins()
    await give(club, mei, 1000)
    member = await mei.member_id()
    done = await club.write(
        lambda work: benefits.redeem(work, member, coffee, key="once", now=club.clock())
    )
    found: int = done.voucher.id
    return found


def till(place: int) -> Actor:
    return Actor(f"till {place}")


async def test_without_the_condition_a_voucher_is_used_by_many(club: Club) -> None:
    found = await voucher(club)
    barrier = Barrier(CLAIMANTS)

    async def use(place: int) -> bool:
        seen = await club.read(lambda work: work.vouchers.get(found))
        assert seen is not None
        await barrier.wait()
        if seen.state is not VoucherState.ISSUED:
            return False
        blind = update(_vouchers).where(_vouchers.c.id == found).values(state="used")
        done = await club.write(lambda work: work.db.execute(blind).rowcount)
        return bool(done)

    assert tried(await all_at_once(CLAIMANTS, use)) > 1


async def test_a_voucher_is_used_by_exactly_one_of_many_tills(club: Club) -> None:
    found = await voucher(club)
    barrier = Barrier(CLAIMANTS)

    async def use(place: int) -> object:
        await barrier.wait()
        return await club.write(
            lambda work: vouchers.use(
                work, found, till(place), key=f"tap {place}", now=club.clock()
            )
        )

    assert tried(await all_at_once(CLAIMANTS, use)) == 1
    audits = await club.read(lambda work: work.audit.about(("voucher", found)))
    assert [row["action"] for row in audits] == ["voucher.use", "voucher.issue"]


async def test_one_tap_that_arrives_many_times_uses_once_and_says_so_each_time(
    club: Club,
) -> None:
    found = await voucher(club)

    async def use(place: int) -> object:
        return await club.write(
            lambda work: vouchers.use(work, found, till(0), key="the tap", now=club.clock())
        )

    assert tried(await all_at_once(16, use)) == 16
    audits = await club.read(lambda work: work.audit.about(("voucher", found)))
    assert [row["action"] for row in audits] == ["voucher.use", "voucher.issue"]


# -- little stock, many members ---------------------------------------------------------


async def test_without_the_condition_more_is_given_than_there_is(club: Club) -> None:
    coffee = await offer(club, stock=STOCK, price=0)
    barrier = Barrier(CLAIMANTS)

    async def claim(place: int) -> bool:
        seen = await club.read(lambda work: work.benefits.get(coffee))
        assert seen is not None
        assert seen.stock is not None
        left = seen.stock
        await barrier.wait()
        if left <= 0:
            return False
        blind = update(_benefits).where(_benefits.c.id == coffee).values(stock=left - 1)
        await club.write(lambda work: work.db.execute(blind))
        return True

    assert tried(await all_at_once(CLAIMANTS, claim)) > STOCK


async def test_of_little_stock_exactly_as_much_is_given_as_there_is(club: Club) -> None:
    coffee = await offer(club, stock=STOCK, price=1)
    people = await members(club, CLAIMANTS)
    before = await _spendable(club, people)

    async def claim(place: int) -> object:
        return await club.write(
            lambda work: benefits.redeem(
                work, people[place], coffee, key=f"tap {place}", now=club.clock()
            )
        )

    assert tried(await all_at_once(CLAIMANTS, claim)) == STOCK
    left = await club.read(lambda work: work.benefits.get(coffee))
    assert left is not None
    assert left.stock == 0
    assert await _issued(club) == STOCK
    assert before - await _spendable(club, people) == STOCK


async def test_a_member_at_two_phones_gets_no_more_than_allowed(club: Club) -> None:
    coffee = await offer(club, per_member=2, price=10)
    mei = await club.person().joins()
    await give(club, mei, 1000)
    member, had = await mei.member_id(), await points(club, mei)

    async def claim(place: int) -> object:
        return await club.write(
            lambda work: benefits.redeem(
                work, member, coffee, key=f"tap {place}", now=club.clock()
            )
        )

    assert tried(await all_at_once(16, claim)) == 2
    assert await points(club, mei) == had - 20
    assert await _issued(club) == 2


async def test_a_member_cannot_spend_the_same_points_twice(club: Club) -> None:
    coffee = await offer(club, price=600)
    mei = await club.person().joins()
    await give(club, mei, 1000)
    member, had = await mei.member_id(), await points(club, mei)

    async def claim(place: int) -> object:
        return await club.write(
            lambda work: benefits.redeem(
                work, member, coffee, key=f"tap {place}", now=club.clock()
            )
        )

    assert tried(await all_at_once(16, claim)) == had // 600
    assert await points(club, mei) == had % 600


async def test_one_redemption_that_arrives_many_times_takes_the_points_once(club: Club) -> None:
    coffee = await offer(club, per_member=1, stock=STOCK)
    mei = await club.person().joins()
    await give(club, mei, 1000)
    member, had = await mei.member_id(), await points(club, mei)

    async def claim(place: int) -> object:
        done = await club.write(
            lambda work: benefits.redeem(work, member, coffee, key="the tap", now=club.clock())
        )
        return done.voucher.id

    claims = await all_at_once(16, claim)
    assert len(set(claims)) == 1
    assert await points(club, mei) == had - 150
    assert await _issued(club) == 1


# -- surveys, events --------------------------------------------------------------------


async def test_a_survey_answered_on_two_phones_at_once_pays_once(club: Club) -> None:
    survey = await ask(club)
    mei = await club.person().joins()
    member, had = await mei.member_id(), await points(club, mei)

    async def answer(place: int) -> object:
        return await club.write(
            lambda work: survey_answers.answer(
                work, Me(member), survey, "fresh", place % 5 + 1, club.clock()
            )
        )

    assert tried(await all_at_once(16, answer)) == 1
    assert await points(club, mei) == had + 20
    assert await club.read(lambda work: work.survey_responses.finished(survey)) == 1


async def test_no_more_come_than_there_are_seats(club: Club) -> None:
    event = await plan(club, capacity=STOCK, open_to_all=True)
    people = await members(club, CLAIMANTS)

    async def come(place: int) -> object:
        return await club.write(
            lambda work: events.answer(work, people[place], event, Answer.YES, club.clock())
        )

    assert tried(await all_at_once(CLAIMANTS, come)) == CLAIMANTS
    assert await _seats(club, event) == STOCK
    counts = await club.read(lambda work: work.events.counts(event))
    assert (counts["yes"], counts["waiting"]) == (CLAIMANTS, CLAIMANTS - STOCK)


@pytest.mark.parametrize("last", [Answer.YES, Answer.NO])
async def test_one_member_takes_one_seat_however_often_they_tap(club: Club, last: Answer) -> None:
    event = await plan(club, capacity=STOCK, open_to_all=True)
    (member,) = await members(club, 1)

    async def say(place: int) -> object:
        said = Answer.YES if place % 2 else Answer.MAYBE
        return await club.write(
            lambda work: events.answer(work, member, event, said, club.clock())
        )

    await all_at_once(32, say)
    place = await club.read(lambda work: work.events.invitation(event, member))
    assert place is not None
    assert await _seats(club, event) == (place.answer is Answer.YES)
    await club.write(lambda work: events.answer(work, member, event, last, club.clock()))
    assert await _seats(club, event) == (last is Answer.YES)


async def _issued(club: Club) -> int:
    count: Any = select(func.count()).select_from(_vouchers)
    found: int = await club.read(lambda work: work.db.execute(count).scalar_one())
    return found


async def _seats(club: Club, event: int) -> int:
    found = await club.read(lambda work: work.events.get(event))
    assert found is not None
    taken: int = found.taken
    return taken


async def _spendable(club: Club, people: list[int]) -> int:
    found: int = await club.read(
        lambda work: sum(
            work.ledger.summary(one, "points", club.clock()).spendable for one in people
        )
    )
    return found


async def test_a_new_stock_forgets_nothing_that_is_redeemed_meanwhile(club: Club) -> None:
    coffee = await offer(club, stock=100)
    mine = await members(club, 24, more=400)
    numbers = (200, 300, 400, 500)

    async def take(place: int) -> bool:
        if place % 4 == 0:
            return bool(await offer(club, stock=numbers[place // 4 % 4]))
        await club.write(
            lambda w: benefits.redeem(w, mine[place], coffee, key=f"{place}", now=club.clock())
        )
        return False

    given = tried(await all_at_once(24, take))
    last = select(_benefits.c.stock, _benefits.c.stock_given).where(_benefits.c.id == coffee)
    left, stock = await club.read(lambda w: w.db.execute(last).one())
    assert given == 6
    assert stock - left == 24 - given
