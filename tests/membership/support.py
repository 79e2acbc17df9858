"""Members, purchases and chats for the tests of memberships."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.messages import Address
from domain.members import Member, MemberState
from domain.points import Unit
from domain.purchases import Line, Order
from services import audit, joining, purchases
from services.booking import Incoming, Outcome
from services.ports.club import Actor
from services.ports.points import Summary
from services.ports.sales import Claim
from storage.work import Work
from tests.support.club import NOW, Club

OWNER = Actor("Anna", 7, None)
PHONE = "+8613800138000"
NOON = datetime(2026, 5, 19, 4, tzinfo=UTC)


async def member(club: Club, *, days_ago: int = 0, **values: Any) -> Member:
    """A member as an import makes them: no chat, no welcome."""
    fields = {"level": "member", "joined_at": NOW - timedelta(days=days_ago), **values}

    def add(work: Work) -> Member:
        return joining.add_member(work, Member(work.random_id(), "", MemberState.ACTIVE, **fields))

    found = await club.write(add)
    assert isinstance(found, Member)
    return found


async def address(club: Club, member_id: int | None = None) -> int:
    """A chat, of a member if one is given."""
    user = str(secrets.randbelow(10**9) + 1000)

    def add(work: Work) -> int:
        state = work.conversations.lock(Address("telegram", "42", user, user), "en")
        assert state.person.address_id is not None
        if member_id is not None:
            work.addresses.belong(state.person.address_id, member_id)
        return state.person.address_id

    found = await club.write(add)
    assert isinstance(found, int)
    return found


async def buys(club: Club, who: Member, order_id: str, minor: int = 10000) -> Outcome:
    """A purchase at the first till."""
    order = Order("pos-1", order_id, NOON, "CNY", minor, (Line(minor),))
    incoming = Incoming(order, (Claim("number", who.number),))
    done = await club.write(lambda work: purchases.book(work, incoming, club.clock.now))
    assert isinstance(done, Outcome)
    return done


async def points(club: Club, member_id: int) -> Summary:
    """What a member has now."""
    found = await club.read(
        lambda work: work.ledger.summary(member_id, Unit.POINTS, club.clock.now)
    )
    assert isinstance(found, Summary)
    return found


async def broken(club: Club) -> list[str]:
    """The invariants of the ledger that do not hold, by name."""
    proofs = await club.write(lambda work: list(audit.prove(work)))
    return [proof.name for proof in proofs if not proof.holds]
