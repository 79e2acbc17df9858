"""Members, points, ledger, adjustments, benefits and redemptions."""

import asyncio
from typing import Any

import pytest

from domain.members import Member, MemberState
from storage.tables import till
from storage.work import Work
from tests.api.support import Client, add_benefit, new_member
from tests.support.club import Club

PERSON = {
    "rules_accepted": True,
    "name": "Li Wei",
    "phone": "138 0013 8000",
    "email": "Li.Wei@example.com",
    "external_id": "c-9",
    "birthday": "1990-05-20",
    "gender": "male",
    "city": "上海",
    "locale": "zh",
    "time_zone": "Asia/Shanghai",
}


async def test_a_person_at_a_counter_becomes_a_member(api: Client, club: Club) -> None:
    answer = await api.post("/members", PERSON, once="m-1")
    assert answer.status == 201
    number = answer.body["number"]
    assert answer.body == {
        "number": number,
        "state": "active",
        "level": "member",
        "name": "Li Wei",
        "phone": "138****8000",
        "email": "l***@example.com",
        "external_id": "c-9",
        "locale": "zh",
        "joined_at": "2026-05-20T02:00:00Z",
    }
    kept = await club.read(lambda work: work.members.get(work.members.by_number(number)))
    assert kept.phone == "+8613800138000"
    assert (kept.charter_version, str(kept.birthday), kept.source) == (1, "1990-05-20", "api")
    assert (await api.get(f"/members/{number}/points")).body["available"] == 50


async def test_nothing_but_the_rules_is_needed(api: Client) -> None:
    answer = await api.post("/members", {"rules_accepted": True}, once="m-1")
    assert answer.status == 201
    assert answer.body["name"] is answer.body["phone"] is answer.body["locale"] is None


@pytest.mark.parametrize(
    "who", ["phone:+8613800138000", "email:li.wei@example.com", "ext:c-9", "13800138000"]
)
async def test_a_member_is_found_by_what_is_known(api: Client, who: str) -> None:
    number = (await api.post("/members", PERSON, once="m-1")).body["number"]
    assert (await api.get(f"/members/{who}")).body["number"] == number
    assert (await api.get(f"/members/{number}")).body["number"] == number


async def test_a_member_is_found_by_telegram(api: Client, club: Club) -> None:
    person = club.person(user="777001")
    await person.joins()
    answer = await api.get("/members/telegram:777001")
    assert answer.status == 200
    assert len(answer.body["number"]) == 9


@pytest.mark.parametrize("field", ["phone", "email", "external_id"])
async def test_nobody_becomes_a_member_twice(api: Client, field: str) -> None:
    await api.post("/members", PERSON, once="m-1")
    second = {"rules_accepted": True, field: PERSON[field]}
    answer = await api.post("/members", second, once="m-2")
    assert (answer.status, answer.code) == (409, "member.exists")
    assert answer.body["data"] == {"field": field}


async def test_the_same_external_id_at_once_gives_one_member(api: Client) -> None:
    body = {"rules_accepted": True, "external_id": "c-77"}
    answers = await asyncio.gather(*(api.post("/members", body, once=f"x-{n}") for n in range(20)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 19


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"rules_accepted": False}, 400, "request.invalid"),
        ({"rules_accepted": ...}, 400, "request.invalid"),
        ({"phone": "12"}, 422, "phone.bad"),
        ({"email": "nobody"}, 422, "email.bad"),
        ({"name": "!!"}, 422, "name.bad"),
        ({"name": "x" * 41}, 422, "name.bad"),
        ({"city": "123"}, 422, "city.bad"),
        ({"time_zone": "Mars"}, 422, "zone.unknown"),
        ({"birthday": "1990-02-30"}, 422, "birthday.impossible"),
        ({"birthday": "13-13"}, 422, "birthday.impossible"),
        ({"birthday": "2020-01-01"}, 422, "guardian.needed"),
        ({"birthday": "20 May"}, 400, "request.invalid"),
        ({"gender": "cat"}, 400, "request.invalid"),
        ({"points": 5}, 400, "request.invalid"),
    ],
)
async def test_a_wrong_person_is_refused_and_nobody_is_made(
    api: Client, club: Club, changes: dict[str, Any], status: int, code: str
) -> None:
    body = {name: value for name, value in (PERSON | changes).items() if value is not ...}
    answer = await api.post("/members", body, once="m-1")
    assert (answer.status, answer.code) == (status, code)

    def count(work: Work) -> int:
        return int(work.db.exec_driver_sql("SELECT count(*) FROM members").scalar_one())

    assert await club.read(count) == 0


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("ext:nobody", 404, "member.not_found"),
        ("phone:+8613900000000", 404, "member.not_found"),
        ("123456789", 422, "member.bad_number"),
        ("phone:12", 422, "phone.bad"),
        ("email:x", 422, "email.bad"),
        ("telegram:x", 422, "member.bad_number"),
        ("%20", 422, "member.bad_number"),
        ("%00", 400, "request.invalid"),
        ("x" * 121, 400, "request.invalid"),
    ],
)
async def test_nobody_is_found_by_what_fits_nobody(
    api: Client, who: str, status: int, code: str
) -> None:
    for path in ("", "/points", "/ledger"):
        answer = await api.get(str(api.server.make_url("/")) + f"api/v1/members/{who}{path}")
        assert (answer.status, answer.code) == (status, code)


async def test_several_with_one_phone_are_told_apart_by_number(api: Client, club: Club) -> None:
    for _ in range(2):
        await new_member(club, phone="+8613800138000")
    answer = await api.get("/members/phone:+8613800138000")
    assert (answer.status, answer.code) == (409, "member.several")
    assert answer.body["data"]["count"] == 2


async def test_closed_members_are_not_shown(api: Client, club: Club, member: Member) -> None:
    await club.write(lambda work: work.members.change(member.id, state=MemberState.CLOSED.value))
    assert (await api.get(f"/members/{member.number}")).code == "member.not_found"


# -- points and ledger ------------------------------------------------------------------


async def test_points_follow_the_club_s_clock(api: Client, club: Club, member: Member) -> None:
    await api.buys(member=member.number)
    shown = (await api.get(f"/members/{member.number}/points")).body
    assert shown == {
        "number": member.number,
        "level": "member",
        "available": 128,
        "pending": 0,
        "held": 0,
        "debt": 0,
        "spendable": 128,
        "lifetime": 128,
        "expiring": [{"points": 128, "last_day": "2027-05-31"}],
    }
    club.clock.move(days=377)
    assert (await api.get(f"/members/{member.number}/points")).body["available"] == 0


async def test_the_ledger_is_read_page_by_page(api: Client, member: Member) -> None:
    for n in range(5):
        await api.buys(order_id=f"A-{n}", member=member.number, amount=f"{n + 1}.00", lines=...)
    path = f"/members/{member.number}/ledger"
    seen: list[int] = []
    query = "?limit=2"
    for pages in (2, 2, 1):
        page = (await api.get(path + query)).body
        assert len(page["items"]) == pages
        seen += [item["points"] for item in page["items"]]
        query = f"?limit=2&before={page['next']}"
    assert page["next"] is None
    assert seen == [5, 4, 3, 2, 1]
    newest = (await api.get(path)).body["items"][0]
    assert newest["paid"] == {"amount": "5.00", "currency": "CNY"}
    assert newest["kind"] == "earned"
    assert sum(share["points"] for share in newest["explanation"]) == 5


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=1.0",
        "limit=+5",
        "limit=%205",
        "limit=١",
        "limit=",
        "limit=99999999999999999999999",
        "before=x",
        "before=-1",
        "before=" + "9" * 20,
        "limit=5&limit=6",
        "befor=1",
        "%00=1",
    ],
)
async def test_a_wrong_query_is_told(api: Client, member: Member, query: str) -> None:
    answer = await api.get(f"/members/{member.number}/ledger?{query}")
    assert (answer.status, answer.code) == (400, "request.invalid")
    assert answer.places


async def test_the_last_cursor_there_can_be_is_read(api: Client, member: Member) -> None:
    answer = await api.get(f"/members/{member.number}/ledger?before={'9' * 19}")
    assert answer.status == 200


# -- adjustments ------------------------------------------------------------------------


async def test_points_are_adjusted_once_per_key(api: Client, member: Member) -> None:
    path = f"/members/{member.number}/adjustments"
    body = {"points": 100, "reason": "Late delivery"}
    answers = await asyncio.gather(*(api.post(path, body, once="k") for _ in range(50)))
    assert {answer.status for answer in answers} == {201}
    assert all(answer.body == answers[0].body for answer in answers)
    assert answers[0].body["balance"]["available"] == 100
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 49
    more = await api.post(path, body, once="k2")
    assert more.body["balance"]["available"] == 200


async def test_other_content_under_the_same_key_is_a_conflict(
    api: Client, club: Club, member: Member
) -> None:
    path = f"/members/{member.number}/adjustments"
    await api.post(path, {"points": 100, "reason": "a"}, once="k")
    for other in ({"points": 101, "reason": "a"}, {"points": 100, "reason": "b"}):
        answer = await api.post(path, other, once="k")
        assert (answer.status, answer.code) == (409, "key.conflict")
    somebody = await new_member(club)
    answer = await api.post(
        f"/members/{somebody.number}/adjustments", {"points": 100, "reason": "a"}, once="k"
    )
    assert answer.code == "key.conflict"


async def test_a_refused_write_leaves_its_key_free(api: Client, member: Member) -> None:
    path = f"/members/{member.number}/adjustments"
    answer = await api.post(path, {"points": -100, "reason": "a"}, once="k")
    assert (answer.status, answer.code) == (409, "points.too_few")
    assert answer.body["data"] == {"have": 0, "price": 100, "missing": 100, "unit": "points"}
    assert (await api.post(path, {"points": 100, "reason": "a"}, once="k")).status == 201


@pytest.mark.parametrize(
    "path", ["/members", "/members/ext:c-1/adjustments", "/members/ext:c-1/redemptions"]
)
@pytest.mark.parametrize("once", [None, "", "a b", "ü", "x" * 201])
async def test_writes_ask_for_a_key_of_their_own(
    api: Client, member: Member, path: str, once: str | None
) -> None:
    bodies: dict[str, Any] = {
        "/members": {"rules_accepted": True},
        "/members/ext:c-1/adjustments": {"points": 1, "reason": "a"},
        "/members/ext:c-1/redemptions": {"benefit": "free-tea"},
    }
    answer = await api.post(path, bodies[path], once=once)
    assert (answer.status, answer.code) == (400, "request.invalid")
    assert answer.places == ["Idempotency-Key"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"points": 0, "reason": "a"}, 422, "adjustment.zero"),
        ({"points": 1, "reason": "  "}, 422, "adjustment.no_reason"),
        ({"points": 1.5, "reason": "a"}, 400, "request.invalid"),
        ({"points": "1", "reason": "a"}, 400, "request.invalid"),
        ({"points": True, "reason": "a"}, 400, "request.invalid"),
        ({"points": 2**63, "reason": "a"}, 400, "request.invalid"),
        ({"points": 1, "reason": "a\u0000"}, 400, "request.invalid"),
    ],
)
async def test_a_wrong_adjustment_is_refused(
    api: Client, member: Member, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await api.post("/members/ext:c-1/adjustments", body, once="k")
    assert (answer.status, answer.code) == (status, code)


# -- benefits ---------------------------------------------------------------------------


async def test_benefits_are_listed(api: Client, club: Club) -> None:
    assert (await api.get("/benefits")).body == {"items": [], "next": None}
    await add_benefit(club, stock=3)
    await add_benefit(club, "hidden", visible_from=club.clock.now.replace(year=2030))
    items = (await api.get("/benefits")).body["items"]
    assert [item["key"] for item in items] == ["free-tea"]
    assert (items[0]["price"], items[0]["stock"], items[0]["kind"]) == (100, 3, "gift")
    assert items[0]["names"] == {"zh": "一杯茶", "en": "A cup of tea"}


async def test_benefits_come_in_pages(api: Client, club: Club) -> None:
    for place in range(5):
        await add_benefit(club, f"tea-{place}", place=place, stopped=place == 4)
    first = (await api.get("/benefits?limit=3")).body
    assert [one["key"] for one in first["items"]] == ["tea-0", "tea-1", "tea-2"]
    rest = (await api.get(f"/benefits?limit=3&after={first['next']}")).body
    assert [(one["key"], one["stopped"]) for one in rest["items"]] == [
        ("tea-3", False),
        ("tea-4", True),
    ]
    assert rest["next"] is None
    assert (await api.get("/benefits?after=4711")).body == {"items": [], "next": None}
    assert (await api.get("/benefits?limit=0")).status == 400


async def test_a_code_that_was_handed_on_is_not_told_to_who_redeemed_it(
    api: Client, club: Club, member: Member
) -> None:
    await add_benefit(club)
    await api.buys(member=member.number)
    path = f"/members/{member.number}/redemptions"
    first = await api.post(path, {"benefit": "free-tea"}, once="r")
    assert first.body["code"]

    def hand_on(work: Work) -> None:
        row = {"id": work.new_id(), "voucher_id": int(first.body["voucher_id"])}
        row |= {"giver_id": member.id, "taker_id": member.id, "token_index": "t", "token": ""}
        row |= {"state": "taken", "at": club.clock(), "until": club.clock()}
        gifts = till.VoucherGift.__table__  # type: ignore[attr-defined]
        work.db.execute(gifts.insert().values(**row))

    await club.write(hand_on)
    again = await api.post(path, {"benefit": "free-tea"}, once="r")
    assert again.body == {**first.body, "code": ""}


async def test_a_benefit_is_redeemed_once_per_key(api: Client, club: Club, member: Member) -> None:
    await add_benefit(club, stock=5)
    await api.buys(member=member.number)
    path = f"/members/{member.number}/redemptions"
    answers = await asyncio.gather(
        *(api.post(path, {"benefit": "free-tea"}, once="r") for _ in range(20))
    )
    assert {answer.status for answer in answers} == {201}
    assert all(answer.body == answers[0].body for answer in answers)
    assert len(answers[0].body["code"]) == 16
    assert answers[0].body["balance"]["available"] == 28
    issued = ("voucher", int(answers[0].body["voucher_id"]))
    rows = await club.read(lambda work: work.audit.about(issued))
    assert [(row["action"], row["staff_name"][:4]) for row in rows] == [("voucher.issue", "api:")]
    assert (await api.get("/benefits")).body["items"][0]["stock"] == 4


async def test_another_price_than_the_one_named_is_not_taken(
    api: Client, club: Club, member: Member
) -> None:
    await add_benefit(club)
    await api.buys(member=member.number)
    path = f"/members/{member.number}/redemptions"
    refused = await api.post(path, {"benefit": "free-tea", "price": 99}, once="r")
    assert (refused.status, refused.code) == (409, "benefit.price_changed")
    assert refused.places == ["/price"]
    assert (await api.get(f"/members/{member.number}/points")).body["available"] == 128
    done = await api.post(path, {"benefit": "free-tea", "price": 100}, once="s")
    assert (done.status, done.body["balance"]["available"]) == (201, 28)


async def test_codes_are_not_kept_with_the_answers(
    api: Client, club: Club, member: Member
) -> None:
    await add_benefit(club)
    await api.buys(member=member.number)
    path = f"/members/{member.number}/redemptions"
    code = (await api.post(path, {"benefit": "free-tea"}, once="r")).body["code"]
    kept = await club.read(
        lambda work: work.db.exec_driver_sql("SELECT body FROM answers").scalars().all()
    )
    assert not any(code in str(body) for body in kept)


@pytest.mark.parametrize(
    ("benefit", "status", "code"),
    [
        ("nothing", 404, "benefit.not_found"),
        ("free-tea", 409, "points.too_few"),
        ("sold-out", 409, "benefit.unavailable"),
    ],
)
async def test_why_a_benefit_cannot_be_had_is_told(
    api: Client, club: Club, member: Member, benefit: str, status: int, code: str
) -> None:
    await add_benefit(club)
    await add_benefit(club, "sold-out", price=0, stock=0)
    path = f"/members/{member.number}/redemptions"
    answer = await api.post(path, {"benefit": benefit}, once="r")
    assert (answer.status, answer.code) == (status, code)


async def test_who_has_not_accepted_the_rules_redeems_nothing(api: Client, club: Club) -> None:
    imported = await new_member(club, external_id="old")
    await add_benefit(club)
    await api.buys(member="ext:old")
    answer = await api.post("/members/ext:old/redemptions", {"benefit": "free-tea"}, once="r")
    assert (answer.status, answer.code) == (409, "rules.not_accepted")
    assert (await api.get(f"/members/{imported.number}/points")).body["available"] == 128
