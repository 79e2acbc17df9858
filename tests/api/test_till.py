"""Vouchers at tills that have their own system: held, used once, released, by who has a key."""

import pytest

from domain.codes import make_code
from domain.members import Member
from domain.wrong_codes import MOST_OF_STAFF, TILLS_OF_KEY, UNKNOWN_COST
from services import stores
from services.ports.club import Actor
from tests.api.support import Client, new_key
from tests.purchases.support import voucher_of
from tests.support.club import NOW, Club


async def _till(club: Club, api: Client) -> Client:
    return api.with_key(await new_key(club, "vouchers:use"))


async def test_a_voucher_is_held_released_and_used(
    api: Client, club: Club, member: Member
) -> None:
    await club.write(lambda w: stores.add(w, "sh-01", "Road", Actor("cli"), NOW))
    _, code = await voucher_of(club, member)
    mine, other = await _till(club, api), await _till(club, api)
    spoken = f"{code[:4]} {code[4:].lower()}"
    held = await mine.post(f"/vouchers/{spoken}/hold", {"store": "sh-01"})
    assert (held.status, held.body["state"]) == (200, "held")
    assert held.body["member"].endswith(member.number[-1])
    refused = await other.post(f"/vouchers/{code}/use", {}, once="u-0")
    assert (refused.status, refused.code) == (409, "till.held")
    gone = await mine.post(f"/vouchers/{code}/release", {})
    assert (gone.status, gone.body["state"]) == (200, "issued")
    used = await other.post(f"/vouchers/{code}/use", {"store": "sh-01"}, once="u-0")
    assert (used.status, used.body["state"]) == (200, "used")
    again = await other.post(f"/vouchers/{code}/use", {"store": "sh-01"}, once="u-0")
    assert (again.status, again.body) == (200, used.body)
    assert again.headers["Idempotent-Replayed"] == "true"
    late = await mine.post(f"/vouchers/{code}/use", {}, once="u-1")
    assert (late.status, late.code) == (409, "till.taken")
    assert late.body["data"]["store"] == "Road"
    assert late.body["data"]["by"]
    assert late.body["data"]["at"].startswith("2026-05-20T")
    rows = await club.read(
        lambda w: (
            w.db.exec_driver_sql(
                "SELECT detail FROM audit WHERE action = 'voucher.scan' ORDER BY id"
            )
            .scalars()
            .all()
        )
    )
    wrong = [why for row in rows for why in ("till.held", "till.taken") if why in row]
    assert wrong == ["till.held", "till.taken"]


async def test_the_tills_of_a_key_are_told_apart_by_name(
    api: Client, club: Club, member: Member
) -> None:
    _, code = await voucher_of(club, member)
    path, one, two = f"/vouchers/{code}", {"till": "1"}, {"till": "2"}
    for _ in range(2):
        assert (await api.post(f"{path}/hold", one)).status == 200
    for other in (two, {}):
        refused = await api.post(f"{path}/hold", other)
        assert (refused.status, refused.code) == (409, "till.held")
        assert refused.body["data"]["by"].endswith(" / 1")
        assert (await api.post(f"{path}/release", other)).body["state"] == "held"
        assert (await api.post(f"{path}/use", other, once=f"u-{len(other)}")).code == "till.held"
    paid = {"payments": [{"kind": "voucher", "code": code, "amount": "10.00"}], "lines": ...}
    refused = await api.buys(member=member.number, **two, **paid)
    assert refused.body["data"]["reason"] == "held"
    assert (await api.buys(member=member.number, **one, **paid)).status == 201


async def test_a_key_without_the_scope_uses_nothing(
    api: Client, club: Club, member: Member
) -> None:
    _, code = await voucher_of(club, member)
    key = await new_key(club, "vouchers:write")
    refused = await api.with_key(key).post(f"/vouchers/{code}/use", {}, once="u-0")
    assert (refused.status, refused.code) == (403, "key.scope")


async def test_an_unknown_store_holds_nothing(api: Client, club: Club, member: Member) -> None:
    _, code = await voucher_of(club, member)
    till, other = await _till(club, api), await _till(club, api)
    wrong = await till.post(f"/vouchers/{code}/hold", {"store": "nowhere"})
    assert (wrong.status, wrong.code) == (422, "store.not_found")
    assert (await other.post(f"/vouchers/{code}/hold", {})).status == 200


async def test_wrong_codes_lock_the_key_and_stand_nowhere(
    api: Client, club: Club, member: Member
) -> None:
    _, code = await voucher_of(club, member)
    till = await _till(club, api)
    for guess in range(MOST_OF_STAFF * TILLS_OF_KEY // UNKNOWN_COST):
        wrong = await till.post(f"/vouchers/{make_code(guess)}/hold", {})
        assert (wrong.status, wrong.code) == (404, "till.code_unknown")
    locked = await till.post(f"/vouchers/{code}/use", {}, once="u-0")
    assert (locked.status, locked.code) == (429, "till.codes_locked")
    other = await _till(club, api)
    assert (await other.post(f"/vouchers/{code}/hold", {})).status == 200
    club.clock.move(minutes=11)
    assert (await till.post(f"/vouchers/{code}/use", {}, once="u-0")).status == 200
    kept = await club.read(lambda w: repr(w.db.exec_driver_sql("SELECT * FROM audit").all()))
    kept += await club.read(lambda w: repr(w.db.exec_driver_sql("SELECT * FROM answers").all()))
    assert "voucher.scan" in kept
    assert code not in kept
    assert make_code(0) not in kept


@pytest.mark.parametrize("what", ["hold", "use", "release"])
async def test_what_is_no_code_is_not_found(api: Client, club: Club, what: str) -> None:
    till = await _till(club, api)
    for place, code in enumerate(("x", "100000017", "%20", "13800138000")):
        answer = await till.post(f"/vouchers/{code}/{what}", {}, once=f"u-{place}")
        assert answer.status in (400, 404), code
