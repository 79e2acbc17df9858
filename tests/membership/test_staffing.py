"""Operators and stores: every change audited with it, codes once, no club without an owner."""

import asyncio

import pytest

from domain.club_errors import (
    BadLinkCode,
    BadRole,
    BadStoreCode,
    BadZone,
    LastOwner,
    OperatorExists,
    OperatorNotFound,
    StoreExists,
)
from domain.errors import StoreNotFound
from domain.staff import PERMISSIONS, permissions
from services import staffing, stores
from services.ports.club import Actor
from storage.work import Work
from tests.membership.support import address
from tests.support.club import NOW, Club

CLI = Actor("cli")


def added(name: str, role: str = "till", store: str | None = None) -> object:
    return lambda w: staffing.add(w, name, role, store, CLI, NOW)


async def test_the_code_is_kept_only_as_a_hash(club: Club) -> None:
    invited = await club.write(added("Anna"))
    rows = await club.read(lambda w: w.db.exec_driver_sql("SELECT * FROM link_codes").all())
    assert invited.code not in repr(rows)
    assert invited.start == f"/start op_{invited.code}"
    assert len(invited.code) * 5 >= 128


async def test_of_two_chats_with_one_code_one_is_linked(club: Club, elsewhere: Club) -> None:
    invited = await club.write(added("Anna"))
    chats = [await address(club) for _ in range(6)]
    done = await asyncio.gather(
        *(
            (club if at % 2 else elsewhere).write(
                lambda w, here=here: staffing.link(w, here, invited.code, NOW)
            )
            for at, here in enumerate(chats)
        ),
        return_exceptions=True,
    )
    assert sum(not isinstance(one, BaseException) for one in done) == 1
    assert all(isinstance(one, BadLinkCode) for one in done if isinstance(one, BaseException))


async def test_a_new_code_moves_the_operator_to_a_new_chat(club: Club) -> None:
    invited = await club.write(added("Anna"))
    old, new = await address(club), await address(club)
    await club.write(lambda w: staffing.link(w, old, invited.code, NOW))
    again = await club.write(lambda w: staffing.invite(w, "Anna", CLI, NOW))
    linked = await club.write(lambda w: staffing.link(w, new, again.code, NOW))
    assert linked.address_id == new
    assert (await club.read(lambda w: w.staff.by_name("Anna"))).address_id == new


async def test_a_code_of_a_disabled_operator_links_nothing(club: Club) -> None:
    await club.write(added("Olga", "owner"))
    invited = await club.write(added("Anna"))
    await club.write(lambda w: staffing.disable(w, "Anna", "", CLI, NOW))
    chat = await address(club)
    with pytest.raises(BadLinkCode):
        await club.write(lambda w: staffing.link(w, chat, invited.code, NOW))


async def test_what_is_wrong_is_refused_and_changes_nothing(club: Club) -> None:
    await club.write(added("Anna", "owner"))
    for wrong, error in (
        (added("Anna"), OperatorExists),
        (added("Ben", "boss"), BadRole),
        (added("Ben", "till", "nowhere"), StoreNotFound),
        (lambda w: staffing.disable(w, "Nobody", "", CLI, NOW), OperatorNotFound),
        (lambda w: staffing.disable(w, "Anna", "", CLI, NOW), LastOwner),
        (lambda w: staffing.set_role(w, "Anna", "till", None, CLI, NOW), LastOwner),
    ):
        with pytest.raises(error):
            await club.write(wrong)
    assert [one.name for one in await club.read(lambda w: staffing.all_operators(w))] == ["Anna"]


async def test_every_change_has_its_audit_row(club: Club) -> None:
    await club.write(added("Olga", "owner"))
    anna = (await club.write(added("Anna"))).operator
    await club.write(lambda w: staffing.set_role(w, "Anna", "service", None, CLI, NOW))
    await club.write(lambda w: staffing.disable(w, "Anna", "Olga", CLI, NOW))
    rows = await club.read(lambda w: w.audit.about(("staff", anna.id)))
    assert [row["action"] for row in rows] == ["staff.disable", "staff.role", "staff.add"]
    assert {row["staff_name"] for row in rows} == {"cli"}
    assert rows[0]["detail"]["hand_over_to"] is not None


async def test_an_audit_row_goes_with_its_change_or_not_at_all(club: Club) -> None:
    def fails(work: Work) -> None:
        staffing.add(work, "Anna", "till", None, CLI, NOW)
        raise RuntimeError("later in the same unit")

    with pytest.raises(RuntimeError):
        await club.write(fails)
    assert await club.read(lambda w: staffing.all_operators(w)) == []
    count = "SELECT count(*) FROM audit"
    assert await club.read(lambda w: w.db.exec_driver_sql(count).scalar_one()) == 0


async def test_stores_are_added_once_and_listed_by_code(club: Club) -> None:
    def add(code: str, zone: str = "") -> object:
        return lambda w: stores.add(w, code, "Store", CLI, NOW, city="上海", zone=zone)

    await club.write(add("sh-02"))
    await club.write(add("sh-01", "Asia/Shanghai"))
    for wrong, error in (
        (add("sh-01"), StoreExists),
        (add("a b"), BadStoreCode),
        (add(""), BadStoreCode),
        (add("x" * 33), BadStoreCode),
        (add("sh-03", "Mars/Base"), BadZone),
    ):
        with pytest.raises(error):
            await club.write(wrong)
    codes = [one.code for one in await club.read(lambda w: stores.all_stores(w))]
    assert codes == ["sh-01", "sh-02"]


def test_an_unknown_role_may_do_nothing() -> None:
    assert permissions("boss") == frozenset()
    assert "points:adjust" not in PERMISSIONS["till"]
    assert "staff:write" not in PERMISSIONS["operator"]
