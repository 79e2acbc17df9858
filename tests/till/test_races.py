"""Many tills at once: one holds a voucher, one opens a member's code, one undoes; with the guard
of the hold off there are many."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import update

from domain.codes import check_member_code
from domain.errors import Refused
from domain.staff import OWNER
from domain.vouchers import VoucherState
from services import member_codes, undoing, vouchers
from services.ports.club import Actor
from services.undoing import Undoer
from storage.tables import benefits as tables
from storage.work import Work
from tests.support.club import Club
from tests.till.support import own_code, voucher

TILLS = 16
_vouchers = tables.Voucher.__table__  # type: ignore[attr-defined]


async def at_once(use: Callable[[int], Awaitable[object]]) -> int:
    """How many of the tills had their way."""
    waiting = TILLS
    ready = asyncio.Event()

    async def one(place: int) -> object:
        nonlocal waiting
        waiting -= 1
        if not waiting:
            ready.set()
        await ready.wait()
        try:
            return await use(place)
        except Refused:
            return None

    return sum(1 for done in await asyncio.gather(*(one(n) for n in range(TILLS))) if done)


async def test_without_the_condition_many_tills_hold_a_voucher(club: Club) -> None:
    mei = await club.person("Mei").joins()
    found, _ = await voucher(club, mei)
    seen = {n: await club.read(lambda w: w.vouchers.get(found)) for n in range(TILLS)}

    async def hold(place: int) -> object:
        if seen[place].state is not VoucherState.ISSUED:
            return False
        blind = update(_vouchers).where(_vouchers.c.id == found)
        blind = blind.values(state="held", hold_key=f"staff:{place}")
        return await club.write(lambda work: work.db.execute(blind).rowcount)

    assert await at_once(hold) > 1


async def test_one_of_many_tills_holds_a_voucher(club: Club) -> None:
    mei = await club.person("Mei").joins()
    found, _ = await voucher(club, mei)

    async def hold(place: int) -> object:
        return await club.write(
            lambda work: vouchers.hold(work, found, f"staff:{place}", club.clock())
        )

    assert await at_once(hold) == 1


async def test_one_of_many_cashiers_opens_a_member_s_code(club: Club) -> None:
    mei = await club.person("Mei").joins()
    code = check_member_code(await own_code(club, mei))

    async def scan(place: int) -> object:
        def use(work: Work) -> object:
            row = work.member_codes.find(code)
            assert row is not None
            return member_codes.open_by_code(work, row, Actor("", place + 1), club.clock())

        return await club.write(use)

    assert await at_once(scan) == 1


async def test_a_use_is_taken_back_once_however_many_try(club: Club) -> None:
    mei = await club.person("Mei").joins()
    found, _ = await voucher(club, mei)
    cashier = Actor("Anna", 1, None)
    await club.write(lambda work: vouchers.use(work, found, cashier, key="tap", now=club.clock()))
    event = await club.read(lambda work: work.till_events.of_voucher(found))

    async def undo(place: int) -> object:
        who = Undoer(Actor(f"Manager {place}", place + 2, None), OWNER)
        return await club.write(
            lambda work: undoing.undo(work, event.id, "a slip", who, club.clock())
        )

    assert await at_once(undo) == 1
    day = await club.read(lambda work: work.till_events.of_day(event.day))
    assert [line.kind for line in day] == ["use", "undo"]
    later = club.clock.now + timedelta(minutes=1)
    again = await club.write(
        lambda work: vouchers.use(work, found, cashier, key="another tap", now=later)
    )
    assert again.state is VoucherState.USED
