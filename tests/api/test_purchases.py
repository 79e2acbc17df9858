"""Purchases and refunds as a till sends them."""

import asyncio

import pytest

from domain.dates import local_day
from domain.members import Member, MemberState
from domain.purchases import Line, Order
from domain.receipts import ReceiptPhoto, ReceiptState
from services import purchases
from services.booking import Incoming
from services.ports.sales import Claim
from storage.work import Work
from tests.api.support import Client, new_member, purchase, refund
from tests.support.club import NOW, Club


async def test_a_purchase_is_answered_as_the_contract_says(api: Client, member: Member) -> None:
    answer = await api.buys(member=member.number)
    assert answer.status == 201
    assert set(answer.body) == {
        "purchase_id",
        "posting_id",
        "points",
        "explanation",
        "balance",
        "level",
    }
    assert answer.body["points"] == 128
    assert answer.body["balance"] == {"available": 128, "pending": 0, "held": 0, "debt": 0}
    assert answer.body["level"] == "member"
    shares = answer.body["explanation"]
    assert sum(share["points"] for share in shares) == 128
    assert set(shares[0]) == {"rule", "version", "factor", "points"}
    assert answer.body["purchase_id"].isdigit()


async def test_the_same_again_gets_the_stored_body(api: Client, member: Member) -> None:
    first = await api.buys(member=member.number)
    await api.buys(order_id="A-18", member=member.number)
    again = await api.buys(member=member.number)
    assert again.status == 200
    assert again.body == first.body
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_another_spelling_of_the_same_is_the_same(api: Client, member: Member) -> None:
    first = await api.buys(member=member.number)
    spelt = f"{member.number[:4]} {member.number[4:]}"
    again = await api.buys(member=spelt, occurred_at="2026-05-19T04:00:00Z", amount="128.5")
    assert (again.status, again.body) == (200, first.body)


async def test_other_content_under_the_same_ids_is_a_conflict(api: Client, member: Member) -> None:
    await api.buys(member=member.number)
    answer = await api.buys(member=member.number, amount="5.00", lines=...)
    assert (answer.status, answer.code) == (409, "key.conflict")
    assert (await api.get(f"/members/{member.number}/points")).body["available"] == 128


@pytest.mark.parametrize("who", ["phone:13800138000", "ext:c-1", "phone:+86 138 0013 8000"])
async def test_members_are_found_by_what_the_till_has(
    api: Client, member: Member, who: str
) -> None:
    answer = await api.buys(member=who)
    assert answer.body["points"] == 128


async def test_a_phone_beside_finds_the_member(api: Client, member: Member) -> None:
    assert (await api.buys(phone="138 0013 8000")).body["points"] == 128


async def test_a_purchase_without_lines_is_one_line(api: Client, member: Member) -> None:
    answer = await api.buys(member=member.number, lines=...)
    assert (answer.status, answer.body["points"]) == (201, 128)


async def test_an_unmatched_purchase_waits_until_its_member_appears(api: Client) -> None:
    answer = await api.buys(phone="+8613900139000")
    assert answer.status == 201
    assert answer.body["points"] == 0
    assert answer.body["posting_id"] is answer.body["balance"] is answer.body["level"] is None
    person = {"rules_accepted": True, "phone": "13900139000"}
    number = (await api.post("/members", person, once="m-1")).body["number"]
    points = (await api.get(f"/members/{number}/points")).body
    assert points["available"] == 50 + 128


async def test_a_level_is_reached_at_once(api: Client, member: Member) -> None:
    answer = await api.buys(member=member.number, amount="600.00", lines=...)
    assert answer.body["level"] == "silver"


async def test_a_frozen_member_earns_nothing(api: Client, club: Club) -> None:
    frozen = await new_member(club)
    await club.write(lambda work: work.members.change(frozen.id, state=MemberState.FROZEN.value))
    answer = await api.buys(member=frozen.number)
    assert (answer.status, answer.code) == (409, "member.frozen")


async def test_a_purchase_of_staff_is_known_to_the_api(
    api: Client, club: Club, member: Member
) -> None:
    first = await api.buys(member=member.number)

    def forget_the_answer(work: Work) -> None:
        work.db.exec_driver_sql("DELETE FROM answers")

    await club.write(forget_the_answer)
    again = await api.buys(member=member.number)
    assert again.status == 200
    assert again.body["purchase_id"] == first.body["purchase_id"]
    assert again.body["explanation"] == first.body["explanation"]


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"amount": "128.505"}, "amount.bad", "/amount"),
        ({"amount": "1.00"}, "purchase.invalid", "/amount"),
        ({"currency": "USD"}, "currency.wrong", "/currency"),
        ({"occurred_at": "2019-12-31T12:00:00+08:00"}, "purchase.too_early", "/occurred_at"),
        ({"occurred_at": "2026-05-22T12:00:00+08:00"}, "purchase.invalid", "/occurred_at"),
        ({"occurred_at": "2026-02-30T12:00:00+08:00"}, "request.impossible", "/occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "request.impossible", "/occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "request.impossible", "/occurred_at"),
        ({"store": "nowhere"}, "store.not_found", "/store"),
        ({"member": "123456789"}, "member.bad_number", "/member"),
        ({"phone": "12"}, "phone.bad", "/phone"),
        ({"email": "nobody"}, "email.bad", "/email"),
        ({"order_id": "  "}, "purchase.invalid", "/order_id"),
        ({"source": "\u00a0\u2028"}, "purchase.invalid", "/source"),
        ({"lines": [{"amount": "128.501"}]}, "amount.bad", "/lines/0/amount"),
        ({"amount": "99999999999.00", "lines": ...}, "purchase.invalid", "/lines/0"),
    ],
)
async def test_what_cannot_be_booked_is_told_with_its_place(
    api: Client, changes: dict[str, object], code: str, pointer: str
) -> None:
    answer = await api.buys(**changes)
    assert (answer.status, answer.code, answer.places) == (422, code, [pointer])
    assert answer.body["detail"]


# -- refunds ----------------------------------------------------------------------------


async def test_a_whole_refund_takes_the_points_back(api: Client, member: Member) -> None:
    bought = await api.buys(member=member.number)
    answer = await api.post("/purchases/A-17/refunds", refund(amount=None))
    assert answer.status == 201
    assert answer.body["purchase_id"] == bought.body["purchase_id"]
    assert (answer.body["amount"], answer.body["points"]) == ("128.50", -128)
    assert answer.body["balance"]["available"] == 0
    assert answer.body["explanation"][0]["rule"] == "refund.given"


async def test_the_same_refund_again_gets_the_stored_body(api: Client, member: Member) -> None:
    await api.buys(member=member.number)
    first = await api.post("/purchases/A-17/refunds", refund())
    again = await api.post("/purchases/A-17/refunds", refund())
    assert (again.status, again.body) == (200, first.body)
    other = await api.post("/purchases/A-17/refunds", refund(amount="1.00"))
    assert (other.status, other.code) == (409, "key.conflict")
    more = await api.post("/purchases/A-17/refunds", refund(refund_id="R-2"))
    assert (more.status, more.code) == (409, "refund.already")


async def test_parts_are_refunded_exactly(api: Client, member: Member) -> None:
    lines = [{"quantity": 3, "amount": "100.00"}, {"amount": "28.50"}]
    await api.buys(member=member.number, lines=lines)
    path = "/purchases/A-17/refunds"
    one = await api.post(path, refund(lines=[{"line": 1, "quantity": 1}]))
    assert (one.body["amount"], one.body["points"]) == ("33.33", -33)
    two = await api.post(path, refund(refund_id="R-2", amount="20.17"))
    assert (two.body["amount"], two.body["points"]) == ("20.17", -20)
    rest = await api.post(path, refund(refund_id="R-3"))
    assert (rest.body["amount"], rest.body["points"]) == ("75.00", -75)
    assert rest.body["balance"]["available"] == 0


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": "129.00"}, 422, "refund.too_large"),
        ({"amount": "0.00"}, 422, "refund.invalid"),
        ({"amount": "1.005"}, 422, "amount.bad"),
        ({"amount": "1.00", "lines": [{"line": 1, "quantity": 1}]}, 422, "refund.invalid"),
        ({"lines": [{"line": 2, "quantity": 1}]}, 422, "refund.invalid"),
        ({"lines": [{"line": 1}]}, 422, "refund.invalid"),
        ({"lines": [{"line": 1, "quantity": 2}]}, 422, "refund.invalid"),
        ({"source": "pos-2"}, 404, "purchase.not_found"),
        ({"occurred_at": "2027-01-01T00:00:00Z"}, 422, "purchase.invalid"),
        ({"refund_id": " "}, 422, "purchase.invalid"),
    ],
)
async def test_a_wrong_refund_changes_nothing(
    api: Client, member: Member, changes: dict[str, object], status: int, code: str
) -> None:
    await api.buys(member=member.number)
    answer = await api.post("/purchases/A-17/refunds", refund(**changes))
    assert (answer.status, answer.code) == (status, code)
    assert (await api.get(f"/members/{member.number}/points")).body["available"] == 128


async def test_a_void_purchase_cannot_be_refunded(api: Client, club: Club, member: Member) -> None:
    from services.ports.club import Actor

    bought = (await api.buys(member=member.number)).body
    await club.write(
        lambda work: purchases.void(
            work,
            int(bought["purchase_id"]),
            reason="wrong",
            actor=Actor("test"),
            now=club.clock(),
        )
    )
    answer = await api.post("/purchases/A-17/refunds", refund())
    assert (answer.status, answer.code) == (422, "purchase.invalid")


async def test_odd_order_ids_can_be_refunded(api: Client, member: Member) -> None:
    from urllib.parse import quote

    for order_id in ("a/b", "50%", "订单 1", "x?y#z", "{id}"):
        await api.buys(order_id=order_id, member=member.number)
        url = str(api.server.make_url("/api/v1/purchases/"))
        answer = await api.post(
            f"{url}{quote(order_id, safe='')}/refunds", refund(refund_id=f"R {order_id}")
        )
        assert answer.status == 201, (order_id, answer.body)


# -- many copies at once ----------------------------------------------------------------


async def test_fifty_copies_at_once_are_one_purchase(api: Client, member: Member) -> None:
    answers = await asyncio.gather(*(api.buys(member=member.number) for _ in range(50)))
    assert sorted({answer.status for answer in answers}) == [200, 201]
    assert sum(answer.status == 201 for answer in answers) == 1
    assert all(answer.body == answers[0].body for answer in answers)
    assert (await api.get(f"/members/{member.number}/points")).body["available"] == 128


async def test_fifty_copies_of_an_unmatched_purchase_are_one(api: Client, club: Club) -> None:
    answers = await asyncio.gather(*(api.buys() for _ in range(50)))
    assert sum(answer.status == 201 for answer in answers) == 1
    assert {answer.body["purchase_id"] for answer in answers} == {answers[0].body["purchase_id"]}


async def test_fifty_copies_of_a_refund_are_one(api: Client, member: Member) -> None:
    await api.buys(member=member.number)
    path = "/purchases/A-17/refunds"
    answers = await asyncio.gather(*(api.post(path, refund()) for _ in range(50)))
    assert sum(answer.status == 201 for answer in answers) == 1
    assert all(answer.body == answers[0].body for answer in answers)


@pytest.mark.parametrize("matched", [True, False])
async def test_different_refunds_at_once_give_back_no_more_than_was_paid(
    api: Client, member: Member, matched: bool
) -> None:
    await api.buys(member=member.number if matched else None)
    path = "/purchases/A-17/refunds"
    answers = await asyncio.gather(
        *(api.post(path, refund(refund_id=f"R-{n}", amount="50.00")) for n in range(10))
    )
    assert sorted(answer.status for answer in answers) == [201] * 2 + [422] * 8


async def test_of_two_contents_at_once_one_wins(api: Client, member: Member) -> None:
    amounts = ["128.50", "64.25"] * 10
    answers = await asyncio.gather(
        *(api.buys(member=member.number, amount=amount, lines=...) for amount in amounts)
    )
    codes = [answer.status for answer in answers]
    assert codes.count(201) == 1
    assert codes.count(200) == 9
    assert codes.count(409) == 10


async def test_a_key_may_come_with_a_purchase(api: Client, member: Member) -> None:
    body = purchase(member=member.number)
    first = await api.post("/purchases", body, once="k-1")
    again = await api.post("/purchases", body, once="k-1")
    assert (first.status, again.status, again.body) == (201, 200, first.body)
    other = await api.post("/purchases", body | {"order_id": "A-18"}, once="k-1")
    assert (other.status, other.code) == (409, "key.conflict")


async def test_an_order_counts_once_beside_the_photo_of_its_receipt(
    api: Client, club: Club, member: Member
) -> None:
    sent = purchase(order_id="A-5", source="pos-9", member=member.number)
    until = local_day(NOW, club.programme.zone)

    def photo_booked(work: Work) -> None:
        order = Order("till:-", "A-5", NOW, "CNY", 12850, (Line(12850),))
        claims = (Claim("number", member.number),)
        bought = purchases.book(work, Incoming(order, claims, "receipt"), NOW).purchase
        texts = ("telegram", "club", "f", "h", "n", None, "A-5", 12850, "CNY", until, "till:-|A-5")
        state = (ReceiptState.WAITING, NOW)
        photo = ReceiptPhoto(work.new_id(), member.id, *texts, *state)
        assert work.receipts.add(photo)
        assert work.receipts.book(photo.id, 12850, None, NOW)
        work.receipts.booked(photo.id, bought.id)

    await club.write(photo_booked)
    answer = await api.post("/purchases", sent)
    assert answer.status == 201
    assert answer.body["balance"]["available"] == 128
