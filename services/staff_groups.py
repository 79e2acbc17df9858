"""The staff's groups: linking one to the desk, what becomes of it, and its way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from domain.desk_errors import GroupUnknown
from services import relay, relay_places
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice, Route
from services.ports.staff_groups import DESK, FAILED, OFF, GroupChat, StaffGroup

NO_TOPICS: Final = "no_topics"
NO_RIGHTS: Final = "no_rights"
GONE: Final = "gone"
ADMINISTRATOR: Final = "administrator"
_LEFT: Final = ("left", "kicked")


@dataclass(frozen=True, slots=True)
class Linked:
    """A group that answers tickets now. `missing`: what is to be switched on for a topic per
    ticket: `forum`, `rights`, or "" for nothing."""

    group: StaffGroup
    missing: str


def link(
    work: Work,
    place: GroupChat,
    name: str,
    purpose: str,
    *,
    forum: bool,
    locale: str,
    actor: Actor,
    now: datetime,
    categories: tuple[str, ...] = (),
    store_id: int | None = None,
) -> Linked:
    """The group answers tickets from now on (DESK), or is told of those near their deadline
    (ESCALATION). Doing it again mends a group that had a problem."""
    known = work.settings.get(_standing(place))
    missing = "" if purpose != DESK else _missing(forum, known)
    group = StaffGroup(
        id=0,
        **place._asdict(),
        name=name,
        purpose=purpose,
        topics=purpose == DESK and not missing,
        categories=categories,
        store_id=store_id,
        locale=locale,
        added_by=actor.staff_id,
    )
    saved = work.staff_groups.save(group, now)
    detail = {"purpose": purpose, "topics": saved.topics}
    work.audit.add(actor, "group.link", ("group", saved.id), now, detail)
    return Linked(saved, missing)


def off(work: Work, place: GroupChat, actor: Actor, now: datetime) -> StaffGroup:
    """The group answers no tickets any more; what waits for it goes to the operators' own chats.
    Raises GroupUnknown."""
    group = known(work, place)
    work.staff_groups.save(replace(group, purpose=OFF), now)
    work.audit.add(actor, "group.off", ("group", group.id), now, {})
    _elsewhere(work, group, now)
    return group


def known(work: Work, place: GroupChat) -> StaffGroup:
    """The group that answers tickets in that chat; raises GroupUnknown."""
    group = work.staff_groups.by_chat(place)
    if group is None or group.purpose == OFF:
        raise GroupUnknown
    return group


def stands(work: Work, place: GroupChat, standing: str, now: datetime, *, staff: bool) -> str:
    """The platform tells how the bot stands in a group. What has to be said there: `hello` for a
    group that staff have added it to, `mended` where it can go on, else ""."""
    group = work.staff_groups.by_chat(place)
    if staff or group is not None:
        work.settings.put(_standing(place), standing)
    if group is None or group.purpose == OFF:
        return "hello" if staff and standing not in _LEFT else ""
    if standing in _LEFT:
        refused(work, place, GONE, now)
        return ""
    if standing != ADMINISTRATOR and group.topics:
        refused(work, place, NO_RIGHTS, now)
        return ""
    mended = group.problem in (NO_RIGHTS, GONE) and work.staff_groups.set_problem(group.id, "")
    return "mended" if mended else ""


# -- what the sender finds out ------------------------------------------------------------


def topic_made(work: Work, delivery_id: int, topic: str, now: datetime) -> None:
    """A topic that was asked for is there."""
    relay.topic_made(work, delivery_id, topic, now)


def topic_lost(work: Work, delivery_id: int, now: datetime) -> None:
    """Nobody knows what became of a topic that was asked for, and it is not asked for again."""
    relay.topic_lost(work, delivery_id, now)


def topic_gone(work: Work, place: GroupChat, topic: str, now: datetime) -> None:
    """Somebody deleted the topic of a ticket: it gets a new one with all that was said."""
    group = work.staff_groups.by_chat(GroupChat(*place))
    ticket_id = work.staff_groups.ticket_at(group.id, topic) if group else None
    if group is None or ticket_id is None:
        return
    found = work.staff_groups.topic(ticket_id, group.id)
    ticket = work.tickets.get(ticket_id)
    if found is not None and ticket is not None:
        work.staff_groups.set_topic(found, state=FAILED)
        relay.whole(work, ticket, now)


def refused(work: Work, place: GroupChat, why: str, now: datetime) -> None:
    """The platform refuses the group (`no_topics`, `no_rights`, `gone`): its tickets go to the
    operators' own chats until it is mended, what was on its way too, and those who manage the
    desk are told once what to do."""
    group = work.staff_groups.by_chat(GroupChat(*place))
    if group is None or group.purpose == OFF:
        return
    new = work.staff_groups.set_problem(group.id, why)
    if why == NO_TOPICS:
        work.staff_groups.forget_topics(group.id)
    if new:
        _tell(work, group, why, now)
    _elsewhere(work, group, now)


def became(work: Work, place: GroupChat, chat: str) -> None:
    """The platform tells that the group has a new id: what waits for it goes there too."""
    work.outbox.moved(Route(place.channel, place.account), place.chat, chat)
    moved(work, place, chat)


def moved(work: Work, place: GroupChat, chat: str) -> None:
    """The group has a new id (Bot API: migrate_to_chat_id); one that was linked under both is one
    group from now on."""
    work.staff_groups.moved(GroupChat(*place), chat)


def _elsewhere(work: Work, group: StaffGroup, now: datetime) -> None:
    stuck = work.ticket_posts.stuck(group.id)
    waiting = [post.delivery_id for post in stuck if post.state == "pending"]
    work.ticket_posts.skip(waiting, f"group {group.problem or OFF}")
    for post in stuck:
        ticket = work.tickets.get(post.ticket_id)
        if ticket is not None:
            relay.again(work, ticket, post, now)


def _tell(work: Work, group: StaffGroup, why: str, now: datetime) -> None:
    notice = Notice("desk.problem", {"name": group.name, "why": why})
    for one in relay_places.linked(work, relay_places.MANAGE):
        if one.address_id is not None:
            work.deliveries.to_address(one.address_id, notice, now)


def _missing(forum: bool, standing: object) -> str:
    if not forum:
        return "forum"
    return "" if standing in (None, ADMINISTRATOR) else "rights"


def _standing(place: GroupChat) -> str:
    """Under which name of the settings the bot's standing in a group is kept."""
    return f"group:{':'.join(place)}"
