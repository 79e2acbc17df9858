"""Two who take the same voucher at the same moment, and one taken while it is used."""

import asyncio
from typing import Any

import pytest

from domain.errors import Refused
from domain.handing_errors import HandingGone
from domain.vouchers import VoucherState
from services import handing, vouchers
from services.ports.club import Actor
from tests.flows.test_benefits import member
from tests.flows.test_handing import giver, mine
from tests.support.club import Club, Person, programme

TILL = Actor("Anna", 7, None)


@pytest.fixture
async def clubs(database_url: str):  # type: ignore[no-untyped-def]
    """The same club in two processes, as far as the database can tell."""
    found = [await Club(database_url, programme()).open() for _ in range(2)]
    yield found
    for one in found:
        await one.close()


async def put_up(club: Club) -> tuple[Person, int, int]:
    mei, _ = await giver(club)
    (voucher,) = await mine(club, mei)
    owner, now = await mei.member_id(), club.clock()
    made = await club.write(lambda work: handing.offer(work, owner, voucher.id, now))
    return mei, voucher.id, made.id


async def outcome(club: Club, use: Any) -> str:
    try:
        await club.write(use)
    except Refused as refused:
        return refused.code
    return "done"


async def test_of_eight_takers_exactly_one_has_it(clubs: list[Club]) -> None:
    first, _ = clubs
    _, voucher_id, handing_id = await put_up(first)
    takers = [await (await member(first, more=0)).member_id() for _ in range(8)]
    now = first.clock()

    def take(taker: int) -> Any:
        return lambda work: handing.take(work, taker, handing_id, now)

    tried = [outcome(clubs[n % 2], take(taker)) for n, taker in enumerate(takers)]
    ends = await asyncio.gather(*tried)
    assert sorted(ends) == ["done"] + [HandingGone.code] * 7
    voucher = await first.read(lambda work: work.vouchers.get(voucher_id))
    assert voucher.member_id == takers[ends.index("done")]


async def test_taken_or_used_by_the_giver_but_never_given_to_nobody(clubs: list[Club]) -> None:
    first, second = clubs
    for _ in range(4):
        await one_of_both(first, second)


async def one_of_both(first: Club, second: Club) -> None:
    mei, voucher_id, handing_id = await put_up(first)
    taker = await (await member(first, more=0)).member_id()
    now = first.clock()
    taken, used = await asyncio.gather(
        outcome(first, lambda work: handing.take(work, taker, handing_id, now)),
        outcome(
            second,
            lambda work: vouchers.use(work, voucher_id, TILL, key=f"u:{voucher_id}", now=now),
        ),
    )
    assert used == "done"  # the till had it in hand, whoever has it then
    voucher = await first.read(lambda work: work.vouchers.get(voucher_id))
    assert voucher.state is VoucherState.USED
    owner = taker if taken == "done" else await mei.member_id()
    assert voucher.member_id == owner
    assert taken in ("done", HandingGone.code)
