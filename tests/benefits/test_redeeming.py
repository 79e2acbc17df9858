"""Redeeming: what it costs at which level, how often, of which stock, with which code."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.benefits import Why
from domain.errors import MemberFrozen, NotEnoughPoints
from domain.programme import Per
from domain.refusals import BenefitNotFound, BenefitUnavailable
from domain.vouchers import VoucherState
from tests.benefits.support import (
    cancel,
    codes,
    look,
    member,
    offer,
    points,
    redeem,
    stock,
)
from tests.membership.support import broken
from tests.support.club import Club


async def test_a_level_pays_its_own_price_or_its_share_rounded_up(club: Club) -> None:
    shared = await offer(club, key="shared", price=151)
    own = await offer(club, key="own", price=200, level_prices={"gold": 30})
    plain, gold = await member(club), await member(club, level="gold")
    assert (await look(club, plain, shared)).standing.price == 151
    assert (await look(club, gold, shared)).standing.price == 144  # 95 % are 143.45
    assert (await redeem(club, gold, shared)).price == 144
    assert (await redeem(club, gold, own)).price == 30
    assert await points(club, gold) == 1000 - 144 - 30
    assert (await redeem(club, plain, own)).price == 200
    assert await broken(club) == []


async def test_too_few_points_are_told_with_the_price_for_the_level(club: Club) -> None:
    coffee = await offer(club, price=2000, level_prices={"gold": 1500})
    gold = await member(club, level="gold")
    with pytest.raises(NotEnoughPoints) as few:
        await redeem(club, gold, coffee)
    assert (few.value.have, few.value.price) == (1000, 1500)


async def test_a_level_may_come_earlier(club: Club) -> None:
    opens = club.clock() + timedelta(hours=24)
    coffee = await offer(club, redeem_from=opens, early_hours={"gold": 24})
    plain, gold = await member(club), await member(club, level="gold")
    with pytest.raises(BenefitUnavailable) as early:
        await redeem(club, plain, coffee)
    assert early.value.why == Why.NOT_YET
    await redeem(club, gold, coffee)
    club.clock.now = opens
    await redeem(club, plain, coffee)


@pytest.mark.parametrize(
    ("per", "last", "next_one"),
    [
        # The club is in Shanghai: its day begins at 16:00 UTC.
        (
            Per.DAY,
            datetime(2026, 5, 20, 15, 59, tzinfo=UTC),
            datetime(2026, 5, 20, 16, tzinfo=UTC),
        ),
        (Per.WEEK, datetime(2026, 5, 24, 15, tzinfo=UTC), datetime(2026, 5, 24, 16, tzinfo=UTC)),
        (Per.MONTH, datetime(2026, 5, 31, 15, tzinfo=UTC), datetime(2026, 5, 31, 16, tzinfo=UTC)),
        (Per.YEAR, datetime(2026, 12, 31, 15, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)),
        (Per.EVER, datetime(2026, 12, 31, 16, tzinfo=UTC), None),
    ],
)
async def test_a_limit_begins_anew_with_its_period(
    lite: Club, per: Per, last: datetime, next_one: datetime | None
) -> None:
    coffee = await offer(lite, price=1, per_member=1, per=per)
    mei = await member(lite)
    await redeem(lite, mei, coffee)
    lite.clock.now = last
    assert (await look(lite, mei, coffee)).standing.why is Why.LIMIT
    with pytest.raises(BenefitUnavailable):
        await redeem(lite, mei, coffee)
    if next_one:
        lite.clock.now = next_one
        await redeem(lite, mei, coffee)


async def test_a_stopped_benefit_is_refused_to_the_very_next_tap(club: Club) -> None:
    coffee = await offer(club, stock=3)
    mei = await member(club)
    await redeem(club, mei, coffee)
    assert await club.write(lambda work: work.benefits.stop(coffee, True))
    assert not await club.write(lambda work: work.benefits.stop(coffee, True))
    with pytest.raises(BenefitUnavailable) as stopped:
        await redeem(club, mei, coffee)
    assert stopped.value.why == Why.STOPPED
    await club.write(lambda work: work.benefits.stop(coffee, False))
    await redeem(club, mei, coffee)
    assert await broken(club) == []


async def test_what_counts_at_once_is_used_when_it_is_issued(club: Club) -> None:
    good = await offer(club, kind="donation", cancel_hours=24)
    mei = await member(club)
    given = await redeem(club, mei, good)
    assert given.state is VoucherState.USED
    kept = await club.read(lambda work: work.vouchers.get(given.id))
    assert kept is not None
    assert (kept.state, kept.used_at) == (VoucherState.USED, club.clock())
    assert await broken(club) == []


async def test_the_same_effect_gives_the_same_voucher_and_takes_points_once(club: Club) -> None:
    coffee = await offer(club, stock=5, per_member=1)
    mei = await member(club)
    first = await redeem(club, mei, coffee, "tap")
    await offer(club, stock=5, per_member=1, price=900)
    assert (await redeem(club, mei, coffee, "tap")).id == first.id
    assert await points(club, mei) == 850
    assert (await stock(club, coffee)).left == 4


async def test_a_changed_benefit_changes_nothing_that_was_issued(club: Club) -> None:
    coffee = await offer(club, cancel_hours=24, giftable=True)
    mei = await member(club)
    had = await redeem(club, mei, coffee)
    await offer(club, names={"zh": "茶", "en": "Tea"}, price=1, cancel_hours=0, valid_days=1)
    kept = await club.read(lambda work: work.vouchers.get(had.id))
    assert kept == had
    assert (kept.names["en"], kept.promise["cancel_hours"], kept.price) == ("Coffee", 24, 150)


async def test_a_voucher_takes_one_of_the_codes_that_a_partner_gave(club: Club) -> None:
    film = await offer(club, kind="partner", stock=0, imported_codes=True, price=10)
    await club.write(lambda work: codes(work, film, ["FILM0001", "FILM0002"]))
    assert await club.write(lambda work: work.benefits.change_stock(film, 2))
    mei, wang = await member(club), await member(club)
    had = [await redeem(club, mei, film), await redeem(club, wang, film)]
    seen = [await club.read(lambda work, v=v: work.vouchers.code(v.id)) for v in had]
    assert sorted(seen) == ["FILM0001", "FILM0002"]
    with pytest.raises(BenefitUnavailable):
        await redeem(club, mei, film)
    assert await points(club, mei) == 990
    assert await broken(club) == []


async def test_without_a_code_nothing_is_paid_whatever_the_stock_says(club: Club) -> None:
    film = await offer(club, kind="partner", stock=0, imported_codes=True)
    assert await club.write(lambda work: work.benefits.change_stock(film, 5))
    mei = await member(club)
    with pytest.raises(BenefitUnavailable) as gone:
        await redeem(club, mei, film)
    assert gone.value.why == Why.SOLD_OUT
    assert await points(club, mei) == 1000
    assert (await stock(club, film)).left == 5


async def test_nobody_redeems_what_they_cannot_see_or_while_they_are_frozen(club: Club) -> None:
    hidden = await offer(club, key="hidden", visible_from=club.clock() + timedelta(days=1))
    coffee = await offer(club)
    mei = await member(club)
    with pytest.raises(BenefitNotFound):
        await redeem(club, mei, hidden)
    with pytest.raises(BenefitNotFound):
        await redeem(club, mei, 4711)
    await club.write(lambda work: work.members.change(mei, state="frozen"))
    with pytest.raises(MemberFrozen):
        await redeem(club, mei, coffee)


async def test_levels_are_known_by_their_former_names(lite: Club) -> None:
    coffee = await offer(lite, levels=("vip",), level_prices={"vip": 7}, early_hours={"vip": 2})
    gold = await member(lite, level="gold")
    assert (await look(lite, gold, coffee)).standing.why is Why.LEVEL
    levels = tuple(
        replace(one, formerly=("vip",)) if one.key == "gold" else one
        for one in lite.programme.levels
    )
    renamed = replace(lite.programme, version=lite.programme.version + 1, levels=levels)
    await lite.write(lambda work: work.programmes.publish(renamed, lite.clock(), None))
    lite.shared.programmes.newest = None
    assert (await redeem(lite, gold, coffee)).price == 7


async def test_a_lifted_limit_counts_from_anew_when_there_is_one_again(club: Club) -> None:
    coffee = await offer(club, stock=2, cancel_hours=24)
    mei = await member(club)
    had = await redeem(club, mei, coffee)
    await offer(club, stock=None, cancel_hours=24)
    await redeem(club, mei, coffee)
    await offer(club, stock=4, cancel_hours=24)
    await redeem(club, mei, coffee)
    assert (await stock(club, coffee)).left == 3
    await cancel(club, mei, had.id)
    assert (await stock(club, coffee)).left == 3
    assert await broken(club) == []
