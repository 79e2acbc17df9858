"""Bills that points, stored value and vouchers pay a part of, as a till sends them."""

from typing import Any

import pytest

from domain.members import Member
from domain.points import Unit
from tests.api.support import Client, new_member, refund
from tests.purchases.support import gets, voucher_of
from tests.support.club import Club

POINTS = {"kind": "points", "points": 500, "amount": "5.00"}
CREDIT = {"kind": "credit", "amount": "20.00"}


@pytest.fixture
async def rich(club: Club, member: Member) -> Member:
    await gets(club, member, 500)
    await gets(club, member, 2000, "topup", unit=Unit.CREDIT)
    return member


async def _pays(api: Client, member: Member, *payments: dict[str, Any], **more: Any) -> Any:
    given = {"amount": "100.00", "lines": ..., **more}
    return await api.buys(member=member.number, payments=list(payments), **given)


async def test_a_bill_is_paid_and_returned(api: Client, club: Club, rich: Member) -> None:
    _, code = await voucher_of(club, rich)
    spoken = f"{code[:4]}-{code[4:].lower()}"
    voucher = {"kind": "voucher", "code": spoken, "amount": "10.00"}
    bought = await _pays(api, rich, POINTS, CREDIT, voucher)
    assert (bought.status, bought.body["points"]) == (201, 85)
    assert bought.body["balance"]["available"] == 85
    again = await _pays(api, rich, POINTS, CREDIT, {**voucher, "code": code})
    assert (again.status, again.body) == (200, bought.body)
    other = await _pays(api, rich, POINTS, CREDIT)
    assert (other.status, other.code) == (409, "key.conflict")
    half = await api.post("/purchases/A-17/refunds", refund(amount="50.00"))
    assert half.body["returned"] == {
        "money": "32.50",
        "points": 250,
        "credit": "10.00",
        "vouchers": 0,
    }
    rest = await api.post("/purchases/A-17/refunds", refund(refund_id="R-2", member=rich.number))
    assert rest.body["returned"] == {**half.body["returned"], "vouchers": 1}
    assert rest.body["balance"]["available"] == 500
    await club.write(lambda work: work.db.exec_driver_sql("DELETE FROM answers"))
    known = await api.post("/purchases/A-17/refunds", refund(amount="50.00"))
    assert (known.status, known.body["returned"]) == (200, half.body["returned"])


@pytest.mark.parametrize(
    ("payments", "status", "code", "places"),
    [
        ([{**POINTS, "points": 501}], 409, "points.too_few", []),
        ([{**CREDIT, "amount": "20.01"}], 422, "payment.invalid", ["/payments/0"]),
        ([{**CREDIT, "amount": "100.01"}], 422, "payment.invalid", ["/payments"]),
        ([CREDIT, CREDIT], 422, "payment.invalid", ["/payments/1"]),
        ([POINTS, {**CREDIT, "amount": "0"}], 422, "payment.invalid", ["/payments/1"]),
        ([{"kind": "points", "amount": "5.00"}], 422, "payment.invalid", ["/payments/0"]),
        ([{"kind": "voucher", "amount": "5.00"}], 422, "payment.invalid", ["/payments/0"]),
        ([{**CREDIT, "code": "x"}], 422, "payment.invalid", ["/payments/0"]),
        (
            [CREDIT, {"kind": "voucher", "code": "x", "amount": "5.00"}],
            422,
            "payment.invalid",
            ["/payments/1"],
        ),
        ([{**CREDIT, "amount": "1.005"}], 422, "amount.bad", ["/payments/0/amount"]),
        ([{**CREDIT, "amount": "-1.00"}], 400, "request.invalid", ["/payments/0/amount"]),
        ([{**CREDIT, "amount": "1e3"}], 400, "request.invalid", ["/payments/0/amount"]),
        ([{**CREDIT, "amount": "NaN"}], 400, "request.invalid", ["/payments/0/amount"]),
        ([{**CREDIT, "amount": "1" + "0" * 18}], 400, "request.invalid", ["/payments/0/amount"]),
        ([{**CREDIT, "amount": 20}], 400, "request.invalid", ["/payments/0/amount"]),
        ([{**POINTS, "points": -5}], 400, "request.invalid", ["/payments/0/points"]),
        ([{**POINTS, "points": 10**18}], 400, "request.invalid", ["/payments/0/points"]),
        ([{**POINTS, "points": 1.5}], 400, "request.invalid", ["/payments/0/points"]),
        ([{"kind": "cheque", "amount": "5.00"}], 400, "request.invalid", ["/payments/0/kind"]),
        ([CREDIT] * 21, 400, "request.invalid", ["/payments"]),
    ],
)
async def test_a_wrong_payment_is_told_and_books_nothing(
    api: Client, rich: Member, payments: list[Any], status: int, code: str, places: list[str]
) -> None:
    answer = await _pays(api, rich, *payments)
    assert (answer.status, answer.code, answer.places) == (status, code, places)
    assert "?" not in answer.body["detail"]
    assert (await api.get(f"/members/{rich.number}/points")).body["available"] == 500
    assert (await _pays(api, rich)).status == 201


async def test_nobody_pays_for_an_unknown_member(api: Client, rich: Member) -> None:
    answer = await api.buys(phone="+8613900139000", amount="100.00", lines=..., payments=[CREDIT])
    assert (answer.status, answer.code) == (422, "payment.invalid")


@pytest.mark.parametrize("who", ["other", "ext:nobody", "123456789"])
async def test_the_refund_of_somebody_elses_order_is_refused(
    api: Client, club: Club, member: Member, who: str
) -> None:
    await api.buys(member=member.number)
    name = (await new_member(club)).number if who == "other" else who
    answer = await api.post("/purchases/A-17/refunds", refund(member=name))
    expected = "member.bad_number" if who.isdigit() else "refund.invalid"
    assert (answer.status, answer.code, answer.places) == (422, expected, ["/member"])
    mine = await api.post("/purchases/A-17/refunds", refund(member=member.number))
    assert mine.status == 201
