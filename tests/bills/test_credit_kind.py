"""Points turned into stored value: bonus credit in the transaction that takes the points."""

import pytest

from domain.benefits import Benefit
from domain.bill_errors import CreditCeiling, CreditOff
from domain.errors import Refused
from domain.members import Member
from domain.points import Unit
from domain.vouchers import VoucherState
from services import benefits, credit_holding
from services.credit_holding import Held
from storage.work import Work
from tests.bills.support import rich
from tests.membership.support import broken
from tests.purchases.support import gets, has, member, publishes
from tests.support.club import NOW, Club


async def _offers(club: Club) -> int:
    def save(work: Work) -> int:
        detail = {"amount_minor": 1000}
        names = {"zh": "10 元储值", "en": "10 yuan of stored value"}
        work.benefits.save(Benefit(0, "ten", "credit", names, 1000, 30, detail=detail), "h", NOW)
        return next(one.id for one in work.benefits.all() if one.key == "ten")

    return int(await club.write(save))


async def _redeems(club: Club, who: Member, benefit_id: int) -> VoucherState:
    def redeem(work: Work) -> VoucherState:
        work.members.change(who.id, charter_version=1)
        return benefits.redeem(work, who.id, benefit_id, key="r", now=NOW).voucher.state

    found = await club.write(redeem)
    assert isinstance(found, VoucherState)
    return found


async def test_points_become_bonus_credit_at_once(club: Club) -> None:
    mei, ten = await rich(club, charter_version=1), await _offers(club)
    assert await _redeems(club, mei, ten) is VoucherState.USED
    assert await club.read(lambda w: credit_holding.held(w, mei.id)) == Held(2000, 2000)
    assert (await has(club, mei)).available == 200
    assert await broken(club) == []


@pytest.mark.parametrize("why", ["ceiling", "off"])
async def test_above_the_ceiling_or_without_stored_value_no_points_are_taken(
    club: Club, why: str
) -> None:
    mei, ten = await member(club, charter_version=1), await _offers(club)
    await gets(club, mei, 1000)
    await gets(club, mei, 499_001, "topup", unit=Unit.CREDIT)
    if why == "off":
        await publishes(club, stored_value=None)
    refusal: type[Refused] = CreditCeiling if why == "ceiling" else CreditOff
    with pytest.raises(refusal):
        await _redeems(club, mei, ten)
    assert (await has(club, mei)).available == 1000
    assert (await has(club, mei, Unit.CREDIT)).available == 499_001
