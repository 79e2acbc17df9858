"""What tests of the till begin with: a member with vouchers, operators of stores."""

from typing import Any

from domain.codes import show_code
from services import benefits, member_codes, staffing, stores
from services.ports.club import Actor
from storage.work import Work
from tests.support.club import Club, Person
from tests.support.threads import give, offer

CLI = Actor("cli")


async def voucher(club: Club, mei: Person, key: str = "1", **changes: Any) -> tuple[int, str]:
    """A voucher of the member: its id and its code as it is shown."""
    coffee = await offer(club, **changes)
    member = await mei.member_id()
    await give(club, mei, 400)

    def use(work: Work) -> tuple[int, str]:
        done = benefits.redeem(work, member, coffee, key=f"{member}:{key}", now=club.clock())
        return done.voucher.id, show_code(work.vouchers.code(done.voucher.id))

    found: tuple[int, str] = await club.write(use)
    return found


async def cashier(
    club: Club,
    name: str = "Anna",
    role: str = "till",
    store: str | None = "sh-01",
    locale: str = "en",
) -> Person:
    """An operator of a store, in their own chat."""

    def add(work: Work) -> str:
        if store and not work.stores.by_code(store):
            stores.add(work, store, f"Store {store}", CLI, club.clock())
        return staffing.add(work, name, role, store, CLI, club.clock()).start

    person = club.person(name, locale)
    linked = await person.says(await club.write(add))
    assert linked.key == "staff.linked"
    return person


async def own_code(club: Club, mei: Person) -> str:
    """The member's own code as it is shown to them."""
    member = await mei.member_id()
    found = await club.write(lambda w: member_codes.fresh(w, member, club.clock()))
    code: str = found.code
    return code
