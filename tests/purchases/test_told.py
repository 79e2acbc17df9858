"""What a member is told of a bill paid in several ways, and of its return, in their language."""

import pytest

from bot.markup import plain_text
from domain.payments import PaidBy, Payment
from domain.points import Unit
from tests.purchases.support import buys, gets, order, returns, voucher_of
from tests.support.club import Club


@pytest.mark.parametrize(
    ("locale", "booked", "refunded"),
    [
        (
            "en",
            "Part of it was paid with 50 points, ¥20.00 of your stored value and 1 voucher.",
            (
                "¥100.00 of your purchase has been refunded",
                "In money: ¥65.00.",
                "Back to where you paid it from: 50 points and ¥20.00 to your stored value.",
                "You can use your voucher “10 yuan off” again.",
                "The purchase had brought 85 points: so 85 go back.",
                "Taken back: 85.",
                "You now have 50 points to use.",
            ),
        ),
        (
            "zh",
            "其中使用：50 积分、储值 ¥20.00、优惠券 1 张。",
            (
                "已退款 ¥100.00",
                "¥65.00 按原支付方式退回。",
                "抵扣的 50 积分已退回，¥20.00 已退回您的储值账户。",
                "您的“10 元代金券”可再次使用。",
                "原消费获得 85 积分，本次应扣回 85。",
                "已扣回 85 积分。",
                "您现有 50 积分可用。",
            ),
        ),
    ],
)
async def test_the_arithmetic_of_a_bill_and_of_its_return(
    club: Club, locale: str, booked: str, refunded: tuple[str, ...]
) -> None:
    person = await club.person("Mei", locale).joins()
    member_id = await person.member_id()
    mei = await club.read(lambda w: w.members.get(member_id))
    await gets(club, mei, 2000, "topup", unit=Unit.CREDIT)
    _, code = await voucher_of(club, mei)
    payments = (
        Payment(PaidBy.POINTS, 500, 50),
        Payment(PaidBy.CREDIT, 2000),
        Payment(PaidBy.VOUCHER, 1000, code=code),
    )
    await buys(club, mei, order(), *payments)
    await returns(club)
    first, *_, last = [plain_text(one.text) for one in await person.hears()]
    assert booked in first
    assert [part for part in refunded if part not in last] == []
