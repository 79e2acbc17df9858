"""Vouchers when memberships are merged or left: found by their code, moved, ended, exported."""

import json

from services import benefits, erasing, finding, merging, mydata, parting, scanning
from services.ports.club import Actor
from tests.membership.support import OWNER, broken, member
from tests.support.club import NOW, Club, Person
from tests.support.threads import give, offer

TILL = Actor("Till", 3, None)


async def redeemed(club: Club) -> tuple[Person, int, int, str]:
    """Somebody with one voucher: the person, the member, the voucher and its code."""
    coffee = await offer(club)
    mei = await club.person("Mei").joins()
    await give(club, mei, 400)
    me = await mei.member_id()
    done = await club.write(lambda w: benefits.redeem(w, me, coffee, key="r:1", now=NOW))
    code = await club.read(lambda w: w.vouchers.code(done.voucher.id))
    return mei, me, done.voucher.id, code


async def test_a_member_is_found_by_a_voucher_code(club: Club) -> None:
    _, me, _, code = await redeemed(club)
    found = await club.read(lambda w: finding.find(w, code.lower()))
    assert found.id == me


async def test_vouchers_go_along_in_a_merge_and_back(club: Club) -> None:
    _, me, voucher, code = await redeemed(club)
    old = await member(club, days_ago=400)
    done = await club.write(lambda w: merging.merge(w, me, old.id, OWNER, NOW))
    assert (await club.read(lambda w: w.vouchers.get(voucher))).member_id == old.id
    count = f"SELECT sum(used) FROM benefit_uses WHERE member_id = {old.id}"
    used = await club.read(lambda w: w.db.exec_driver_sql(count).scalar_one())
    assert used == 1
    scan = await club.write(lambda w: scanning.scan(w, code, TILL, NOW))
    assert scan.wrong == ""
    await club.write(lambda w: parting.unmerge(w, done.merge.id, OWNER, NOW))
    assert (await club.read(lambda w: w.vouchers.get(voucher))).member_id == me
    uses = "SELECT member_id, used FROM benefit_uses"
    rows = await club.read(lambda w: w.db.exec_driver_sql(uses).all())
    assert [tuple(row) for row in rows] == [(me, 1)]
    assert await broken(club) == []


async def test_a_voucher_is_worth_nothing_after_its_member_has_left(club: Club) -> None:
    _, me, voucher, _ = await redeemed(club)
    lost = await club.write(lambda w: erasing.erase(w, me, NOW))
    assert lost.vouchers == 1
    assert (await club.read(lambda w: w.vouchers.get(voucher))).state_at(NOW) == "expired"
    assert await broken(club) == []


async def test_the_export_shows_the_codes_of_ones_own_vouchers(club: Club) -> None:
    _, me, _, code = await redeemed(club)
    _, content = await club.read(lambda w: mydata.file(w, me, NOW))
    assert [one["code"] for one in json.loads(content)["vouchers"]] == [code]
