"""Bills that the club works out for tills, and stored value that is paid in there."""

from dataclasses import replace
from typing import Any

import pytest

from domain.codes import make_code
from domain.members import Member
from domain.points import Unit
from domain.wrong_codes import MOST_OF_STAFF, TILLS_OF_KEY, UNKNOWN_COST
from tests.api.support import Answered, Client, new_key, new_member
from tests.bills.support import coupon
from tests.purchases.support import gets, publishes
from tests.support.club import Club

BILL = {
    "source": "pos-1",
    "order_id": "B-1",
    "occurred_at": "2026-05-20T09:59:00+08:00",
    "currency": "CNY",
    "amount": "128.50",
}
TOPUP = {"source": "pos-1", "receipt": "T-1", "currency": "CNY", "amount": "500.00"}


@pytest.fixture
async def rich(club: Club, member: Member) -> Member:
    await gets(club, member, 1200)
    await gets(club, member, 2000, "topup", unit=Unit.CREDIT)
    await club.write(lambda w: w.members.change(member.id, level="diamond"))
    return member


def bill(who: Member, **changes: Any) -> dict[str, Any]:
    return {**BILL, "member": who.number, **changes}


def quote(who: Member, **changes: Any) -> dict[str, Any]:
    asked = bill(who, **changes)
    return {
        name: asked[name] for name in asked if name not in ("source", "order_id", "occurred_at")
    }


async def test_a_quote_and_the_bill_that_follows_it(api: Client, club: Club, rich: Member) -> None:
    ten = await coupon(club, rich)
    code = await club.read(lambda w: w.vouchers.code(ten))
    wants = {"vouchers": [code.lower()], "points": 300, "use_all": ["credit"]}
    seen = await api.post("/bills/quote", quote(rich, **wants))
    assert seen.status == 200
    assert [(one["kind"], one["off"]) for one in seen.body["steps"]] == [
        ("level", "6.43"),
        ("voucher", "10.00"),
        ("points", "3.00"),
        ("credit", "20.00"),
    ]
    assert (seen.body["to_pay"], seen.body["points_possible"]) == ("89.07", 1200)
    assert (await api.get(f"/members/{rich.number}/points")).body["available"] == 1200
    done = await api.post("/bills", bill(rich, **wants, to_pay="89.07"))
    assert (done.status, done.body["to_pay"]) == (201, "89.07")
    assert done.body["points"] == 10907 * 150 // 100 // 100
    assert done.body["balance"]["available"] == 1200 - 300 + done.body["points"]
    again = await api.post("/bills", bill(rich, **wants, to_pay="89.07"))
    assert (again.status, again.body) == (200, done.body)
    other = await api.post("/bills", bill(rich, amount="128.51"))
    assert (other.status, other.code) == (409, "key.conflict")
    less = await api.post("/bills", bill(rich))
    assert (less.status, less.code) == (409, "key.conflict")
    whole = {"source": "pos-1", "refund_id": "R-1", "occurred_at": BILL["occurred_at"]}
    back = await api.post("/purchases/B-1/refunds", whole)
    assert back.body["returned"] == {
        "money": "89.07",
        "points": 300,
        "credit": "20.00",
        "vouchers": 1,
    }


@pytest.mark.parametrize(
    ("changes", "status", "code", "places"),
    [
        ({"points": 250}, 422, "bill.points", ["/points"]),
        ({"points": 1300}, 422, "bill.points", ["/points"]),
        ({"credit": "20.01"}, 422, "bill.credit", ["/credit"]),
        ({"credit": "1.005"}, 422, "amount.bad", ["/credit"]),
        ({"vouchers": ["nothing"]}, 422, "bill.voucher", ["/vouchers/0"]),
        ({"to_pay": "100.00"}, 409, "bill.changed", ["/to_pay"]),
        ({"member": "ext:nobody"}, 404, "member.not_found", ["/member"]),
        ({"currency": "EUR"}, 422, "currency.wrong", ["/currency"]),
        ({"store": "nowhere"}, 422, "store.not_found", ["/store"]),
        ({"lines": [{"amount": "1.00"}]}, 422, "purchase.invalid", ["/amount"]),
        ({"occurred_at": "2026-06-20T10:00:00+08:00"}, 422, "purchase.invalid", ["/occurred_at"]),
        ({"points": -1}, 400, "request.invalid", ["/points"]),
        ({"amount": "-1"}, 400, "request.invalid", ["/amount"]),
        ({"use_all": ["money"]}, 400, "request.invalid", ["/use_all/0"]),
    ],
)
async def test_a_wrong_bill_is_told_and_books_nothing(
    api: Client,
    rich: Member,
    changes: dict[str, Any],
    status: int,
    code: str,
    places: list[str],
) -> None:
    answer = await api.post("/bills", bill(rich, **changes))
    assert (answer.status, answer.code, answer.places) == (status, code, places)
    assert "?" not in answer.body["detail"]
    assert (await api.get(f"/members/{rich.number}/points")).body["available"] == 1200
    assert (await api.post("/bills", bill(rich))).status == 201


async def test_the_discount_is_spread_over_the_lines(api: Client, rich: Member) -> None:
    lines = [{"amount": "100.00", "category": "tea"}, {"amount": "28.50"}]
    done = await api.post("/bills", bill(rich, lines=lines))
    assert (done.status, done.body["to_pay"]) == (201, "122.07")
    one = {
        "source": "pos-1",
        "refund_id": "R-1",
        "occurred_at": BILL["occurred_at"],
        "lines": [{"line": 2, "quantity": 1}],
    }
    back = await api.post("/purchases/B-1/refunds", one)
    assert back.body["amount"] == "27.07"


async def test_a_voucher_pays_a_purchase_no_more_than_it_takes_off(
    api: Client, club: Club, rich: Member
) -> None:
    small = await coupon(club, rich, {"amount_minor": 1000, "minimum_minor": 20000})
    ten = await coupon(club, rich)
    codes = [await club.read(lambda w, v=one: w.vouchers.code(v)) for one in (small, ten)]
    for code, amount, reason in ((codes[0], "10.00", "minimum"), (codes[1], "10.01", "worth")):
        paid = [{"kind": "voucher", "code": code, "amount": amount}]
        answer = await api.buys(member=rich.number, lines=..., payments=paid)
        assert (answer.status, answer.code) == (422, "payment.invalid")
        assert answer.body["data"]["reason"] == reason
        assert answer.places == ["/payments/0"]
    paid = [{"kind": "voucher", "code": codes[1], "amount": "10.00"}]
    assert (await api.buys(member=rich.number, lines=..., payments=paid)).status == 201


async def test_a_voucher_is_worth_what_it_was_under_the_former_name_of_a_level(
    api: Client, club: Club, rich: Member
) -> None:
    ten = await coupon(club, rich, {"amount_minor": 1000, "by_level": {"jewel": 1500}})
    code = await club.read(lambda w: w.vouchers.code(ten))
    await publishes(
        club,
        levels=tuple(
            replace(one, formerly=("jewel",)) if one.key == "diamond" else one
            for one in club.programme.levels
        ),
    )
    club.shared.programmes.newest = None
    held = await api.post(f"/vouchers/{code}/hold", {"amount": "128.50"}, once="h")
    assert (held.body["level"], held.body["takes_off"]) == ("diamond", "15.00")
    seen = await api.post("/bills/quote", quote(rich, vouchers=[code]))
    assert [one["off"] for one in seen.body["steps"] if one["kind"] == "voucher"] == ["15.00"]
    paid = [{"kind": "voucher", "code": code, "amount": "15.00"}]
    assert (await api.buys(member=rich.number, lines=..., payments=paid)).status == 201


async def test_codes_cannot_be_guessed_through_bills(
    api: Client, club: Club, rich: Member
) -> None:
    bo = await new_member(club)
    theirs, mine = [
        await club.read(lambda w, v=one: w.vouchers.code(v))
        for one in (await coupon(club, bo), await coupon(club, rich))
    ]

    async def tries(code: str) -> list[Answered]:
        paid = [{"kind": "voucher", "code": code, "amount": "1.00"}]
        return [
            await api.post("/bills/quote", quote(rich, vouchers=[code])),
            await api.post("/bills", bill(rich, vouchers=[code])),
            await api.buys(member=rich.number, lines=..., payments=paid),
        ]

    foreign, unknown = await tries(theirs), await tries(make_code(7))
    assert [one.code for one in foreign] == ["bill.voucher", "bill.voucher", "payment.invalid"]
    assert [(one.status, one.body) for one in foreign] == [
        (one.status, one.body) for one in unknown
    ]
    for guess in range(MOST_OF_STAFF * TILLS_OF_KEY // UNKNOWN_COST - 6):
        assert (
            await api.post("/bills/quote", quote(rich, vouchers=[make_code(guess)]))
        ).status == 422
    for answer in await tries(mine):
        assert (answer.status, answer.code) == (429, "till.codes_locked")
    assert (await api.post(f"/vouchers/{mine}/hold", {}, once="h")).code == "till.codes_locked"
    assert (await api.post("/bills/quote", quote(rich))).status == 200
    kept = await club.read(lambda w: repr(w.db.exec_driver_sql("SELECT * FROM audit").all()))
    assert "voucher.scan" in kept
    assert theirs not in kept


async def test_a_till_pays_with_the_voucher_that_it_holds(
    api: Client, club: Club, rich: Member
) -> None:
    ten = await coupon(club, rich)
    code = await club.read(lambda w: w.vouchers.code(ten))
    other = api.with_key(await new_key(club))
    assert (await api.post(f"/vouchers/{code}/hold", {}, once="h")).status == 200
    paid = {"payments": [{"kind": "voucher", "code": code, "amount": "10.00"}], "lines": ...}
    refused = await other.buys(member=rich.number, **paid)
    assert refused.body["data"]["reason"] == "held"
    seen = await other.post("/bills/quote", quote(rich, vouchers=[code]))
    assert (seen.status, seen.code) == (422, "bill.voucher")
    assert (await api.buys(member=rich.number, **paid)).status == 201


# -- stored value -----------------------------------------------------------------------


async def test_a_top_up_is_booked_once(api: Client, member: Member) -> None:
    path = f"/members/{member.number}/top-ups"
    done = await api.post(path, TOPUP, once="k-1")
    assert (done.status, done.body["bonus"], done.body["total"]) == (201, "40.00", "540.00")
    same = await api.post(path, TOPUP, once="k-1")
    assert (same.status, same.body) == (201, done.body)
    receipt = await api.post(path, TOPUP, once="k-2")
    assert (receipt.status, receipt.body["topup_id"]) == (200, done.body["topup_id"])
    for other in ({**TOPUP, "amount": "600.00"}, {**TOPUP, "receipt": "T-1", "amount": "50.00"}):
        answer = await api.post(path, other, once=f"k-{other['amount']}")
        assert (answer.status, answer.code) == (409, "key.conflict")
    page = await api.get(f"/members/{member.number}/ledger?unit=credit")
    assert [one["points"] for one in page.body["items"]] == [4000, 50000]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": "49.99"}, 422, "credit.too_small"),
        ({"amount": "5000.00"}, 409, "credit.ceiling"),
        ({"amount": "0.001"}, 422, "amount.bad"),
        ({"currency": "EUR"}, 422, "currency.wrong"),
        ({"store": "nowhere"}, 422, "store.not_found"),
        ({"receipt": " "}, 422, "award.bad_receipt"),
        ({"receipt": ""}, 400, "request.invalid"),
    ],
)
async def test_a_wrong_top_up_is_told(
    api: Client, member: Member, changes: dict[str, Any], status: int, code: str
) -> None:
    path = f"/members/{member.number}/top-ups"
    answer = await api.post(path, {**TOPUP, **changes}, once="k")
    assert (answer.status, answer.code) == (status, code)
    assert "?" not in answer.body["detail"]
    assert (await api.post(path, TOPUP, once="k")).status == 201


async def test_stored_value_needs_its_scope_and_a_club_that_has_it(
    api: Client, club: Club, member: Member
) -> None:
    path = f"/members/{member.number}/top-ups"
    other = api.with_key(await new_key(club, "purchases:write"))
    assert (await other.post(path, TOPUP, once="k")).code == "key.scope"
    assert (await api.post(path, TOPUP)).code == "request.invalid"
    await publishes(club, stored_value=None)
    answer = await api.post(path, TOPUP, once="k")
    assert (answer.status, answer.code) == (422, "credit.none")
