"""Orders and members for the tests of purchases."""

from datetime import UTC, datetime

from domain.members import Member, MemberState
from domain.purchases import Line, Order
from services import joining
from services.booking import Incoming
from services.ports.sales import Claim
from storage.work import Work
from tests.support.club import NOW, Club

NOON = datetime(2026, 5, 19, 4, tzinfo=UTC)


async def member(club: Club, **values: object) -> Member:
    """A member of the club, with whatever is given."""

    def add(work: Work) -> Member:
        fields = {"level": "member", "joined_at": NOW, **values}
        new = Member(work.random_id(), "", MemberState.ACTIVE, **fields)
        return joining.add_member(work, new)

    found = await club.write(add)
    assert isinstance(found, Member)
    return found


def order(order_id: str = "A-1", *lines: Line, at: datetime = NOON, store: str = "") -> Order:
    """An order of pos-1; a hundred yuan if no lines are given."""
    items = lines or (Line(10000),)
    return Order("pos-1", order_id, at, "CNY", sum(x.minor for x in items), items, store)


def of(member: Member, bought: Order) -> Incoming:
    """That order, bought by that member."""
    return Incoming(bought, (Claim("number", member.number),))
