"""What a member may like: popular for everybody, own purchases for whoever agreed to that."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.benefits import Benefit
from domain.consent import Purpose
from domain.members import Member
from domain.purchases import Line
from domain.refusals import ContentInvalid
from domain.vouchers import Voucher, VoucherState
from scheduler.due import run_due
from services import consents, purchases, recommending
from services.benefit_files import import_benefits
from services.ports.club import Actor
from services.recommending import LATELY, NEWEST, likings
from storage.work import Work
from tests.purchases.support import buys, member, of, order
from tests.support.club import NOW, Club

KEYS = ("coffee", "cake", "tea")


async def _catalogue(club: Club) -> dict[str, int]:
    """Three benefits; coffee is about two goods, tea about one, the cake about none."""

    def add(work: Work) -> dict[str, int]:
        for key in KEYS:
            work.benefits.save(Benefit(0, key, "gift", {"zh": key, "en": key}, 10, 30), key, NOW)
        ids = {one.key: one.id for one in work.benefits.all()}
        work.likings.set_goods("coffee", ["LATTE", "MOCHA", "MOCHA"])
        work.likings.set_goods("tea", ["SENCHA"])
        return ids

    found: dict[str, int] = await club.write(add)
    return found


async def _redeemed(club: Club, who: Member, benefit_id: int, at: datetime = NOW) -> None:
    def issue(work: Work) -> None:
        key = str(work.new_id())
        of_id, until = work.new_id(), at + timedelta(days=30)
        state, promise = VoucherState.ISSUED, {"names": {}}
        voucher = Voucher(of_id, benefit_id, who.id, state, promise, 0, at, until)
        work.vouchers.issue(voucher, key, key=key, posting_id=None, source="test")

    await club.write(issue)


async def _agrees(club: Club, who: Member) -> None:
    await club.write(lambda w: w.members.set_consent(who.id, Purpose.PERSONALISED, True, "t", NOW))


async def _order(club: Club, who: Member, ids: dict[str, int]) -> list[str]:
    """The benefits as they would be shown, those liked most first."""
    found: Any = await club.read(lambda w: likings(w, who.id))
    return sorted(KEYS, key=lambda key: -found.get(ids[key], 0))


async def _night(club: Club) -> None:
    club.clock.move(days=1)
    await run_due(club.units, club.clock.now)


async def test_a_newcomer_sees_first_what_was_redeemed_most_lately(club: Club) -> None:
    ids, mei = await _catalogue(club), await member(club)
    await run_due(club.units, club.clock.now)
    for _ in range(3):
        await _redeemed(club, mei, ids["tea"], NOW - LATELY)
    for _ in range(2):
        await _redeemed(club, mei, ids["cake"])
    await _redeemed(club, mei, ids["coffee"], NOW - timedelta(days=80))
    await _night(club)
    assert await _order(club, await member(club), ids) == ["cake", "coffee", "tea"]


async def test_what_a_member_buys_comes_first_only_if_they_agreed(club: Club) -> None:
    ids, mei = await _catalogue(club), await member(club)
    await run_due(club.units, club.clock.now)
    for _ in range(4):
        await _redeemed(club, await member(club), ids["cake"])
    await _night(club)
    await buys(club, mei, order("A-1", Line(1000, sku="SENCHA"), Line(900, sku="MILK")))
    assert (await _order(club, mei, ids))[0] == "cake"
    await _agrees(club, mei)
    assert (await _order(club, mei, ids))[0] == "tea"
    await club.write(lambda w: consents.stop(w, mei.id, channel="t", now=NOW))
    assert (await _order(club, mei, ids))[0] == "cake"


async def test_nobodys_purchases_but_ones_own_standing_ones_count(club: Club) -> None:
    ids, mei, bo = await _catalogue(club), await member(club), await member(club)
    await _agrees(club, mei)
    await buys(club, bo, order("A-1", Line(1000, sku="SENCHA")))
    done = await buys(club, mei, order("A-2", Line(1000, sku="LATTE")))
    bought = await club.read(lambda w: w.likings.bought(mei.id, NEWEST))
    assert bought == {ids["coffee"]: 1}
    why: Any = {"reason": "a test", "actor": Actor("cli"), "now": NOW}
    await club.write(lambda w: purchases.void(w, done.purchase.id, **why))
    assert await club.read(lambda w: w.likings.bought(mei.id, NEWEST)) == {}


async def test_only_the_newest_purchases_are_looked_at(club: Club) -> None:
    ids, mei = await _catalogue(club), await member(club)
    await buys(club, mei, order("A-0", Line(1000, sku="LATTE"), at=NOW - timedelta(days=9)))

    def buy(work: Work) -> None:
        for number in range(3):
            bought = of(mei, order(f"B-{number}", Line(100, sku="SENCHA")))
            purchases.book(work, bought, NOW)

    await club.write(buy)
    assert await club.read(lambda w: w.likings.bought(mei.id, 3)) == {ids["tea"]: 3}
    assert len(await club.read(lambda w: w.likings.bought(mei.id, 4))) == 2


async def test_other_goods_replace_those_of_before(club: Club) -> None:
    ids, mei = await _catalogue(club), await member(club)
    await buys(club, mei, order("A-1", Line(1000, sku="SENCHA"), Line(1000, sku="MOCHA")))
    await club.write(lambda w: w.likings.set_goods("tea", ["MOCHA", "MATCHA"]))
    bought = await club.read(lambda w: w.likings.bought(mei.id, NEWEST))
    assert bought == {ids["coffee"]: 1, ids["tea"]: 1}
    await club.write(lambda w: w.likings.set_goods("tea", []))
    assert await club.read(lambda w: w.likings.bought(mei.id, NEWEST)) == {ids["coffee"]: 1}


async def test_a_club_without_benefits_has_nothing_to_count(club: Club) -> None:
    assert await club.read(recommending.nothing_to_count)
    ids = await _catalogue(club)
    assert not await club.read(recommending.nothing_to_count)
    last = max(ids.values())
    assert await club.write(lambda w: recommending.count(w, NOW, 0, 3)) == last
    assert await club.write(lambda w: recommending.count(w, NOW, last, 3)) is None


async def test_goods_come_with_the_file_of_benefits_and_go_with_it(club: Club) -> None:
    mei = await member(club)
    await buys(club, mei, order("A-1", Line(1000, sku="LATTE"), Line(1000, sku="MOCHA")))
    entry = "key: cup, name: {zh: 咖啡, en: Coffee}, price: 10"

    async def goods(listed: str) -> list[int]:
        file = f"benefits: [{{{entry}, goods: {listed}}}]"
        await club.write(lambda w: import_benefits(w, file, Actor("cli"), NOW))
        found = await club.read(lambda w: w.likings.bought(mei.id, NEWEST))
        return list(found.values())

    assert await goods("[LATTE, ' MOCHA ', LATTE]") == [2]
    assert await goods("[LATTE]") == [1]
    assert await goods("[]") == []
    with pytest.raises(ContentInvalid):
        await goods("['']")
