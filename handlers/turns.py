"""What every handler works with: a turn whose unit of work is the services' one."""

from bot.turn import Turn as GenericTurn
from services.ports import Work
from services.ports.club import Actor

Turn = GenericTurn[Work]


def member_id(turn: Turn) -> int:
    """The member who writes; routes that are not open to anyone always have one."""
    found = turn.person.member_id
    assert found is not None
    return found


def address_id(turn: Turn) -> int:
    """The address of a writing route, which the core made before routing."""
    found = turn.person.address_id
    assert found is not None
    return found


def actor(turn: Turn) -> Actor:
    """The operator who writes; routes that need a permission always have one."""
    staff = turn.person.staff
    assert staff is not None
    return Actor(staff.name, staff.id, staff.store_id)
