"""Where the messages of a ticket go: the member's chat, the staff's group, or their own chats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Final

from domain.staff import ROLES, permissions
from domain.tickets import Ticket
from services import ticket_cards
from services.ports import Work
from services.ports.club import Operator
from services.ports.post import Notice
from services.ports.staff_groups import (
    CLOSED,
    DESK,
    ESCALATION,
    FAILED,
    NONE,
    OPEN,
    Post,
    StaffGroup,
    Topic,
)

ANSWER: Final = "ticket:answer"
MANAGE: Final = "ticket:manage"
MEMBER: Final = "member"
STAFF: Final = "staff"
CAPTION: Final = 1000
"""So much of what was said has a place under a picture, with a line of who said it (Bot API:
1,024 UTF-16 units)."""
WITHOUT_CAPTION: Final = ("video_note", "sticker")


@dataclass(frozen=True, slots=True)
class Place:
    """A chat where a ticket is shown to a side: an address's or a group's, there perhaps in a
    topic."""

    side: str
    chat: str
    address_id: int | None = None
    group: StaffGroup | None = None
    topic: str = ""

    @property
    def key(self) -> str:
        """What tells places apart in occasions."""
        if self.group is not None:
            return f"g{self.group.id}.{self.topic}" if self.topic else f"g{self.group.id}"
        return f"{self.side[0]}{self.address_id}"


def send(
    work: Work,
    ticket: Ticket,
    place: Place,
    notice: Notice,
    now: datetime,
    *,
    said_id: int | None = None,
) -> int | None:
    """Writes a message that shows the ticket in a place; None if it was written before."""
    group = place.group
    if group is not None:
        notice = replace(notice, topic=place.topic)
        delivery_id = work.deliveries.to_group(
            group.id, group.place, notice, now, locale=group.locale
        )
    else:
        assert place.address_id is not None
        delivery_id = work.deliveries.to_address(place.address_id, notice, now)
    if delivery_id is not None:
        work.ticket_posts.add(
            ticket.id,
            delivery_id,
            place.side,
            address_id=place.address_id,
            group_id=group.id if group else None,
            said_id=said_id,
            pieces=pieces(notice),
        )
    return delivery_id


def pieces(notice: Notice) -> int:
    """Of how many messages a notice is made: its media, and its text where that has no place under
    them, as under an album with buttons (Bot API: sendMediaGroup, captions)."""
    if not notice.media:
        return 1
    album = len(notice.media) > 1 and bool(notice.buttons)
    bare = notice.media[0].get("kind") in WITHOUT_CAPTION
    text = escape(str(notice.values.get("text", "")), quote=False)
    long = len(text.encode("utf-16-le")) // 2 > CAPTION
    return len(notice.media) + (album or bare or long)


def of_member(work: Work, ticket: Ticket) -> Place | None:
    """The chat that opened the ticket, else the member's newest one that can be reached."""
    known = [one for one in work.addresses.of_member(ticket.member_id) if not one.blocked]
    same = [one for one in known if one.id == ticket.address_id]
    return next((Place(MEMBER, one.user, one.id) for one in (*same, *known)), None)


def of_staff(work: Work, ticket: Ticket, now: datetime) -> list[Place]:
    """Where staff see the ticket; a topic that is still to be made is begun and is no place yet,
    for what is said until then is posted when it is there."""
    group = desk(work, ticket)
    if group is None:
        return in_private(work, ticket)
    if not group.topics:
        return [Place(STAFF, group.chat, group=group)]
    topic = work.staff_groups.topic(ticket.id, group.id)
    if topic is None or topic.state == FAILED:
        begin_topic(work, ticket, group, now)
        return []
    if topic.state == NONE:
        return [Place(STAFF, group.chat, group=group)]
    if topic.state not in (OPEN, CLOSED):
        return []
    return [Place(STAFF, group.chat, group=group, topic=topic.topic)]


def begin_topic(work: Work, ticket: Ticket, group: StaffGroup, now: datetime) -> None:
    """Asks the platform for a topic, once."""
    if not work.staff_groups.begin(ticket.id, group.id):
        return
    name = ticket_cards.title(work, ticket, group.locale, now)
    notice = Notice("desk.topic", {"name": name}, act="topic")
    send(work, ticket, Place(STAFF, group.chat, group=group), notice, now)


def change_topic(
    work: Work, ticket: Ticket, group: StaffGroup, topic: Topic, act: str, now: datetime
) -> None:
    """Closes, reopens or renames a topic."""
    name = ticket_cards.title(work, ticket, group.locale, now)
    notice = Notice("desk.topic", {"name": name}, act=act, target=topic.topic)
    send(work, ticket, Place(STAFF, group.chat, group=group), notice, now)


def desk(work: Work, ticket: Ticket) -> StaffGroup | None:
    """The group that has the ticket: where its topic is, else the one for its category or store,
    else one for all; None while no group can be used."""
    groups = _usable(work, DESK)
    there = {topic.group_id for topic in work.staff_groups.topics_of(ticket.id)}
    fitting = [group for group in groups if group.id in there or group.takes(ticket)]
    fitting.sort(key=lambda one: (one.id not in there, not one.categories, one.store_id is None))
    return next(iter(fitting), None)


def escalation(work: Work, ticket: Ticket) -> list[Place]:
    """The second group; without one the private chats of who manages the desk."""
    groups = [group for group in _usable(work, ESCALATION) if group.takes(ticket)]
    if groups:
        return [Place(STAFF, group.chat, group=group) for group in groups[:1]]
    return _chats(work, linked(work, MANAGE))


def _usable(work: Work, purpose: str) -> list[StaffGroup]:
    return [one for one in work.staff_groups.all() if one.purpose == purpose and not one.problem]


def in_private(work: Work, ticket: Ticket) -> list[Place]:
    """The chat of who has the ticket, else those of everybody who may answer it; also where its
    holder cannot be reached."""
    staff = linked(work, ANSWER)
    return _chats(work, [one for one in staff if one.id == ticket.staff_id]) or _chats(work, staff)


def read(work: Work, posts: list[Post]) -> list[Post]:
    """Those that show their ticket to who may read it now: what a member says later is not for a
    group that was put off, nor for who is no operator any more."""
    staff = {one.address_id for one in linked(work, ANSWER)}
    using = {one.id for one in work.staff_groups.all()}
    return [
        post
        for post in posts
        if post.side == MEMBER or post.group_id in using or post.address_id in staff
    ]


def of_holder(work: Work, ticket: Ticket) -> Place | None:
    """The chat of who has the ticket."""
    staff = linked(work, ANSWER)
    return next(iter(_chats(work, (one for one in staff if one.id == ticket.staff_id))), None)


def linked(work: Work, permission: str) -> list[Operator]:
    """Active operators with a permission and a linked chat."""
    roles = frozenset(role for role in ROLES if permission in permissions(role))
    return work.staff.in_roles(roles)


def _chats(work: Work, staff: Iterable[Operator]) -> list[Place]:
    ids = [one.address_id for one in staff if one.address_id is not None]
    known = [work.addresses.get(address_id) for address_id in ids]
    return [Place(STAFF, one.user, one.id) for one in known if not one.blocked]
