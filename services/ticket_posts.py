"""The messages that carry a ticket between a member and the staff, each in the other's chat."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from domain.points import Unit
from domain.staff import ROLES, permissions
from domain.tickets import Ticket
from services.masks import masked
from services.ports import Work
from services.ports.club import Operator
from services.ports.post import Notice
from services.ports.voice import Said

PERMISSION: Final = "ticket:answer"
MEMBER: Final = "member"
STAFF: Final = "staff"


def tell_staff(work: Work, ticket: Ticket, said: Said, key: str, now: datetime) -> None:
    """Puts what the member said before the operators whom it concerns."""
    member = masked(work, ticket.member_id)
    values = {
        "number": ticket.number,
        "kind": str(ticket.kind),
        "category": ticket.category,
        "name": member.name,
        "member": member.number,
        "level": dict(member.level),
        "points": work.ledger.summary(ticket.member_id, Unit.POINTS, now).available,
        "text": said.text,
        "due_at": ticket.due_at,
        "zone": work.programmes.current().zone,
    }
    mark = str(ticket.id)
    buttons = (
        (("button.ticket_answer", "ticket.reply", (mark,)),),
        (
            ("button.ticket_take", "ticket.take", (mark,)),
            ("button.ticket_resolve", "ticket.resolve", (mark,)),
        ),
    )
    for staff in concerned(work, ticket):
        photo = _photo(work, said, staff.address_id)
        post(work, ticket, staff.address_id, Notice(key, values, buttons, photo=photo), now, STAFF)


def tell_member(work: Work, ticket: Ticket, said: Said, key: str, now: datetime) -> bool:
    """Sends the member what an operator said; False if the member cannot be reached."""
    address_id = _reachable(work, ticket)
    if address_id is None:
        return False
    mark = str(ticket.id)
    buttons = (
        (("button.ticket_add", "ticket.add", (mark,)),),
        (
            ("button.ticket_close", "ticket.close", (mark,)),
            ("button.ticket_rate", "ticket.rate", (mark,)),
        ),
    )
    values = {"number": ticket.number, "staff": said.staff_name, "text": said.text}
    notice = Notice(key, values, buttons, photo=_photo(work, said, address_id))
    return post(work, ticket, address_id, notice, now, MEMBER)


def post(
    work: Work, ticket: Ticket, address_id: int | None, notice: Notice, now: datetime, side: str
) -> bool:
    """Writes a message that shows the ticket to a side, so that a reply to it finds the ticket;
    False if there is nobody to write to."""
    if address_id is None:
        return False
    delivery_id = work.deliveries.to_address(address_id, notice, now)
    if delivery_id is None:
        return False
    work.tickets.posted(ticket.id, delivery_id, address_id, side)
    return True


def concerned(work: Work, ticket: Ticket) -> list[Operator]:
    """Who has the ticket, else everybody who may answer it and has a linked chat."""
    roles = frozenset(role for role in ROLES if PERMISSION in permissions(role))
    staff = work.staff.in_roles(roles)
    return [one for one in staff if one.id == ticket.staff_id] or staff


def _reachable(work: Work, ticket: Ticket) -> int | None:
    """The chat that opened the ticket, else the member's newest one that can be reached."""
    known = [one for one in work.addresses.of_member(ticket.member_id) if not one.blocked]
    ids = [address.id for address in known]
    return ticket.address_id if ticket.address_id in ids else next(iter(ids), None)


def _photo(work: Work, said: Said, address_id: int | None) -> str:
    """The reference of a photo, where the account that keeps it is the one that sends."""
    if address_id is None or not said.media:
        return ""
    address, media = work.addresses.get(address_id), said.media[0]
    same = (address.channel, address.account) == (media["channel"], media["account"])
    return media["reference"] if same else ""
