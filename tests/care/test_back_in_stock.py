"""Back in stock: told to who had marked it, after those who wait; nothing when it is gone."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time
from functools import partial
from typing import Any

import pytest

from domain.care_rules import CareRule, Occasion
from services import benefits, cancelling, favourites, restocks, stocking, waiting
from services.ports.club import Actor
from tests.care.conftest import Care
from tests.support.club import Person
from tests.support.post import rows
from tests.support.threads import offer

BACK = CareRule("back", Occasion.BACK_IN_STOCK, time(9), cooldown_days=7, late_hours=24)
RULES = (BACK,)
CLERK = Actor("cli")
KEY = "care.back_in_stock"


@pytest.fixture
async def fan(care: Care) -> Person:
    """Somebody with points who wants promotions and can have nearly everything."""
    person = await care.club.person("Fan").joins()
    await care.agrees(person, to="promotions")
    await care.earns(person, 500, at=care.club.clock.now)
    return person


async def marks(care: Care, person: Person, benefit_id: int) -> None:
    member, now = await person.member_id(), care.club.clock.now
    await care.club.write(lambda w: favourites.mark(w, member, benefit_id, now))
    care.club.clock.move(minutes=1)


async def comes(care: Care, benefit_id: int, number: int) -> None:
    now = care.club.clock.now
    await care.club.write(lambda w: stocking.change(w, benefit_id, number, CLERK, now))


async def told(care: Care) -> None:
    await care.worker.tell_back()
    await care.worker.drain()


async def fans_told(care: Care, *people: Person) -> list[int]:
    await told(care)
    return [(await care.got(person)).count(KEY) for person in people]


async def test_who_had_marked_it_is_told_at_once_by_day(
    care: Care, mei: Person, fan: Person
) -> None:
    one = await offer(care.club, stock=0)
    await care.agrees(mei, to="promotions")
    await marks(care, fan, one)
    await comes(care, one, 5)
    assert await fans_told(care, fan, mei) == [1, 0]
    (row,) = await rows(care.club, rule="back")
    first = row["message"]["rows"][0][0]
    assert (first["intent"], first["args"]) == ("benefit.show", [str(one)])
    assert (row["purpose"], row["surely"]) == ("promotions", False)
    await comes(care, one, 5)  # more of what is there is no news
    assert await fans_told(care, fan) == [1]


async def test_one_who_cannot_be_told_keeps_it_from_nobody(
    care: Care, mei: Person, fan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, broken, real = await offer(care.club, stock=0), await mei.member_id(), restocks.to_be_had

    def to_be_had(work: Any, member_id: int, *given: Any) -> Any:
        if member_id == broken:
            raise LookupError("of this member")
        return real(work, member_id, *given)

    monkeypatch.setattr(restocks, "to_be_had", to_be_had)
    await care.agrees(mei, to="promotions")
    await marks(care, mei, one)
    await marks(care, fan, one)
    await comes(care, one, 5)
    assert await fans_told(care, mei, fan) == [0, 1]
    assert await care.skipped(mei) == ["broken"]


async def test_in_the_night_it_waits_for_the_morning(care: Care, fan: Person) -> None:
    one = await offer(care.club, stock=0)
    await marks(care, fan, one)
    await care.until(datetime(2026, 5, 20, 15, tzinfo=UTC))  # 23:00 in Shanghai
    await comes(care, one, 5)
    assert await fans_told(care, fan) == [0]
    await care.until(datetime(2026, 5, 21, 0, tzinfo=UTC))
    assert await fans_told(care, fan) == [1]


async def test_who_waits_for_it_has_an_offer_of_their_own_and_the_rest_is_news(
    care: Care, mei: Person, fan: Person
) -> None:
    one = await offer(care.club, stock=0)
    await care.agrees(mei, to="promotions")
    await care.earns(mei, 500, at=care.club.clock.now)
    member, now = await mei.member_id(), care.club.clock.now
    for person in (mei, fan):
        await marks(care, person, one)
    await care.club.write(lambda w: waiting.join(w, member, one, now))
    await comes(care, one, 1)
    assert await fans_told(care, mei, fan) == [0, 0]
    written = [row["message"]["key"] for row in await rows(care.club, member_id=member)]
    assert written == ["waiting.offered"]
    await comes(care, one, 1)
    assert await fans_told(care, mei, fan) == [0, 1]


async def test_sold_out_again_nothing_is_sent(care: Care, fan: Person) -> None:
    one = await offer(care.club, stock=0)
    await marks(care, fan, one)
    await comes(care, one, 1)
    await care.worker.tell_back()
    await comes(care, one, -1)
    await care.worker.drain()
    assert await care.got(fan) == []
    assert await care.skipped(fan) == ["nothing_left"]


async def test_who_cannot_have_it_is_not_teased(care: Care, fan: Person, mei: Person) -> None:
    one = await offer(care.club, stock=0, price=400, levels=("member", "gold"))
    far = await care.club.person("Far").joins()
    await care.agrees(far, to="promotions")
    for person in (fan, far):
        await marks(care, person, one)
    await comes(care, one, 5)
    assert await fans_told(care, fan, far) == [1, 0]


CASES: dict[str, Any] = {
    "started again": lambda w, one, now: stocking.start(w, one, CLERK, now),
    "set to a number": lambda w, one, now: stocking.set_left(w, one, 3, CLERK, now),
}


@pytest.mark.parametrize("how", CASES)
async def test_whatever_brings_it_back_is_noted(care: Care, fan: Person, how: str) -> None:
    stopped = how == "started again"
    one = await offer(care.club, stock=3 if stopped else 0)
    await marks(care, fan, one)
    now = care.club.clock.now
    if stopped:
        await care.club.write(lambda w: stocking.stop(w, one, CLERK, now))
    await care.club.write(lambda w: CASES[how](w, one, now))
    assert await fans_told(care, fan) == [1]


async def test_one_that_was_given_back_is_news_too(care: Care, mei: Person, fan: Person) -> None:
    one = await offer(care.club, stock=1, price=50, cancel_hours=9, offer_hours=0)
    await marks(care, fan, one)
    member, now = await mei.member_id(), care.club.clock.now
    got = await care.club.write(lambda w: benefits.redeem(w, member, one, key="k", now=now))
    await care.club.write(lambda w: cancelling.cancel(w, member, got.voucher.id, now=now))
    assert await fans_told(care, fan) == [1]


async def test_many_are_told_in_slices_and_eight_at_once_tell_each_once(
    care: Care, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restocks, "MOST", 2)
    one = await offer(care.club, stock=0)
    people = [await care.club.person(f"P{n}").joins() for n in range(5)]
    for person in people:
        await care.agrees(person, to="promotions")
        await care.earns(person, 500, at=care.club.clock.now)
        await marks(care, person, one)
    await comes(care, one, 9)
    tell = partial(restocks.tell_some, now=care.club.clock.now)
    for _ in range(3):
        await asyncio.gather(*(care.club.write(tell) for _ in range(8)))
    assert await care.club.read(restocks.nothing_to_tell)
    assert await fans_told(care, *people) == [1] * 5


async def test_nothing_is_noted_where_the_club_has_no_such_rule(care: Care, fan: Person) -> None:
    one = await offer(care.club, stock=0)
    await marks(care, fan, one)

    def off(work: Any) -> None:
        now = work.programmes.current()
        rules = replace(now.care, rules=(replace(BACK, on=False),))
        work.programmes.publish(
            replace(now, version=now.version + 1, care=rules), care.club.clock.now, None
        )

    await care.club.write(off)
    await comes(care, one, 5)
    assert await care.club.read(restocks.nothing_to_tell)
