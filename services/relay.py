"""The relay: everything that one side of a ticket says or does reaches the other, once per place.

A place is a chat (services.relay_places); `said:{id}:{place}` is the occasion of a message there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

from domain.tickets import DONE, Author, Event, Ticket
from services import relay_places, ticket_cards
from services.masks import masked
from services.ports import Work
from services.ports.post import LATER, Notice
from services.ports.staff_groups import CLOSED, MAKING, NONE, OFF, OPEN, Post, Topic
from services.ports.tickets import Said
from services.relay_places import MEMBER, STAFF, Place

COLLECTED: Final = timedelta(seconds=2)
"""So long an album is held back, as its pictures come one by one."""
CARD: Final = "desk.card"
ON_ITS_WAY: Final = ("pending", "claimed", "sending")
WHOLE: Final = 500
"""So much of a ticket is posted again where it is needed as a whole."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message in a chat shows: a ticket, to which side, and which message of it (None: its
    card)."""

    ticket_id: int
    side: str
    said_id: int | None


# -- what was said ----------------------------------------------------------------------


def opened(work: Work, ticket: Ticket, said: Said, now: datetime) -> None:
    """Puts a new ticket before the staff: its card, and the files that came with it; before the
    member's own service person in their chat too."""
    theirs = relay_places.of_holder(work, ticket)
    for place in (*relay_places.of_staff(work, ticket, now), *((theirs,) if theirs else ())):
        _card(work, ticket, said, place, now)


def said(work: Work, ticket: Ticket, said: Said, now: datetime) -> bool:
    """Carries a message to everybody on the other side, a note to staff only. False if it is for
    the member and they cannot be reached at the moment: they find it under /tickets."""
    for place in relay_places.of_staff(work, ticket, now):
        if not _written_in(said, place):
            _post(work, ticket, said, place, now)
    _keep_cards(work, ticket, now)
    if said.author != Author.STAFF:
        return True
    theirs = relay_places.of_member(work, ticket)
    if theirs is None:
        return False
    _post(work, ticket, said, theirs, now)
    return True


def grown(work: Work, ticket: Ticket, said: Said, now: datetime) -> None:
    """Another picture of an album has come: it joins those that wait; what is out already is
    followed by the rest."""
    for post in relay_places.read(work, work.ticket_posts.of_said(said.id)):
        if said.author == Author.NOTE and post.side == MEMBER:
            continue
        place = _place_of(work, post)
        notice = replace(_notice(work, ticket, said, place, now), topic=place.topic)
        if not work.ticket_posts.replace(post.delivery_id, notice, relay_places.pieces(notice)):
            occasion = f"said:{said.id}:{place.key}:{len(said.media)}"
            rest = replace(notice, media=notice.media[-1:], dedupe=occasion, due_at=None)
            relay_places.send(work, ticket, place, rest, now, said_id=said.id)


def kept_back(work: Work, said: Said) -> bool:
    """Keeps from the member what still waits to go to them; False if it is on its way."""
    theirs = [post for post in work.ticket_posts.of_said(said.id) if post.side == MEMBER]
    if any(post.state != "pending" for post in theirs):
        return False
    work.ticket_posts.skip([post.delivery_id for post in theirs], "note")
    found = (work.ticket_posts.at(post.delivery_id) for post in theirs)
    return all(post is not None and post.state == "skipped" for post in found)


def edited(work: Work, ticket: Ticket, said: Said, now: datetime) -> None:
    """The text was changed: what waits is replaced, what is out is edited."""
    for post in relay_places.read(work, work.ticket_posts.of_said(said.id)):
        if post.act != "send":
            continue
        place = _place_of(work, post)
        _change(work, ticket, post, _notice(work, ticket, said, place, now), place, now)
    first = _first(work, ticket)
    if first is not None and first.id == said.id:
        _renew_cards(work, ticket, said, now)


# -- what happened ----------------------------------------------------------------------


def moved(work: Work, ticket: Ticket, event: str, now: datetime) -> None:
    """The ticket stands otherwise: its cards say so, its topics are renamed, closed, reopened.
    What was said of a ticket that was merged into it is posted where it is."""
    if event == Event.MERGED_IN:
        whole(work, ticket, now)
    first = _first(work, ticket)
    if first is not None:
        _renew_cards(work, ticket, first, now)
    for topic in work.staff_groups.topics_of(ticket.id):
        _keep_topic(work, ticket, topic, now)


def handed(work: Work, ticket: Ticket, by: str, now: datetime) -> None:
    """The ticket was given to its holder, who gets it in their own chat."""
    place, first = relay_places.of_holder(work, ticket), _first(work, ticket)
    if place is not None and first is not None:
        card = _card_notice(work, ticket, first, place, now)
        given = replace(card, key="desk.given", values={**card.values, "by": by})
        relay_places.send(work, ticket, place, given, now)


def to_holder(work: Work, ticket: Ticket, notice: Notice, now: datetime) -> None:
    """A word to who has the ticket, in their own chat; to all of the desk where nobody has it or
    they cannot be reached."""
    holder = relay_places.of_holder(work, ticket)
    places = [holder] if holder else relay_places.of_staff(work, ticket, now)
    for place in places or relay_places.in_private(work, ticket):
        dedupe = f"{notice.dedupe}:{place.key}" if notice.dedupe else None
        relay_places.send(work, ticket, place, replace(notice, dedupe=dedupe), now)


def escalated(
    work: Work, ticket: Ticket, why: str, now: datetime, *, text: str | None = None
) -> None:
    """Puts the ticket before the second group, once for each reason and deadline; without such a
    group before those who manage the desk. `text`: the words it is about, else the first ones."""
    first = _first(work, ticket)
    values = {**ticket_cards.values(work, ticket, now), "why": why}
    values["text"] = text if text is not None else first.text if first else ""
    due = ticket.due_at or ticket.resolve_by or ticket.first_due_at
    occasion = f"escalated:{ticket.id}:{why}:{due.isoformat()}:{ticket.reopened}"
    buttons = ticket_cards.buttons(ticket, now, topic=False)
    for place in relay_places.escalation(work, ticket):
        notice = Notice("desk.escalated", values, buttons, dedupe=f"{occasion}:{place.key}")
        relay_places.send(work, ticket, place, notice, now)


# -- topics -----------------------------------------------------------------------------


def topic_made(work: Work, delivery_id: int, name: str, now: datetime) -> None:
    """The platform has made a topic: all that was said of its ticket is posted there, in order."""
    post = work.ticket_posts.at(delivery_id)
    if post is None or post.group_id is None:
        return
    topic = work.staff_groups.topic(post.ticket_id, post.group_id)
    ticket = work.tickets.get(post.ticket_id)
    if topic is None or ticket is None or topic.state != MAKING:
        return
    work.staff_groups.set_topic(topic, name=name, state=OPEN)
    whole(work, ticket, now)
    _keep_topic(work, ticket, replace(topic, topic=name, state=OPEN), now)


def topic_lost(work: Work, delivery_id: int, now: datetime) -> None:
    """Nobody knows whether the platform has made a topic: all that was said of its ticket is
    posted in the group itself."""
    post = work.ticket_posts.at(delivery_id)
    if post is None or post.group_id is None:
        return
    topic = work.staff_groups.topic(post.ticket_id, post.group_id)
    ticket = work.tickets.get(post.ticket_id)
    if topic is not None and ticket is not None and topic.state == MAKING:
        work.staff_groups.set_topic(topic, state=NONE)
        whole(work, ticket, now)


def whole(work: Work, ticket: Ticket, now: datetime) -> None:
    """Posts whatever of a ticket the staff have not got where they see it now."""
    first = _first(work, ticket)
    for place in relay_places.of_staff(work, ticket, now):
        for one in _spoken(work, ticket):
            if first is not None and one.id == first.id:
                _card(work, ticket, one, place, now)
            elif not _written_in(one, place):
                _post(work, ticket, one, place, now)


def again(work: Work, ticket: Ticket, post: Post, now: datetime) -> None:
    """What a group did not get is put where the staff see the ticket now."""
    if post.act == "topic":
        whole(work, ticket, now)
    elif post.act == "send":
        _again(work, ticket, post, now)


def undelivered(work: Work, delivery_id: int, now: datetime) -> None:
    """A message did not arrive and will not: what is for the member goes to another chat of
    theirs, else staff are told; what is for an operator who cannot be reached goes to others."""
    post = work.ticket_posts.at(delivery_id)
    ticket = work.tickets.get(post.ticket_id) if post else None
    if post is None or ticket is None or post.act != "send" or post.address_id is None:
        return
    if post.side == MEMBER:
        _not_to_member(work, ticket, post, now)
    elif work.addresses.get(post.address_id).blocked:
        again(work, ticket, post, now)


def _not_to_member(work: Work, ticket: Ticket, post: Post, now: datetime) -> None:
    said = work.tickets.said(post.said_id) if post.said_id else None
    if said is None:
        return
    theirs = relay_places.of_member(work, ticket)
    if theirs is not None and _post(work, ticket, said, theirs, now) is not None:
        return
    values = {"number": ticket.number, "name": masked(work, ticket.member_id).name}
    buttons = ((("desk.button_open", "ticket.open", (str(ticket.id),)),),)
    for place in relay_places.of_staff(work, ticket, now):
        occasion = f"undelivered:{said.id}:{place.key}"
        notice = Notice("desk.undelivered", values, buttons, dedupe=occasion)
        relay_places.send(work, ticket, place, notice, now)


def withdrawn(work: Work, address_id: int, now: datetime) -> None:
    """An operator answers tickets no more: what still waits for their chat is not sent there, but
    where staff see the ticket now."""
    waiting = work.ticket_posts.waiting(address_id)
    work.ticket_posts.skip([post.delivery_id for post in waiting], "answers no tickets")
    for post in waiting:
        ticket = work.tickets.get(post.ticket_id)
        if ticket is not None:
            again(work, ticket, post, now)


def _again(work: Work, ticket: Ticket, post: Post, now: datetime) -> None:
    first = _first(work, ticket)
    said = work.tickets.said(post.said_id) if post.said_id else None
    for place in relay_places.of_staff(work, ticket, now):
        if said is not None:
            _post(work, ticket, said, place, now)
        elif post.key == CARD and first is not None:
            _card(work, ticket, first, place, now)
        elif post.key != CARD:
            occasion = f"again:{post.delivery_id}:{place.key}"
            buttons = ticket_cards.buttons(ticket, now, topic=False)
            notice = Notice(post.key, post.values, buttons, dedupe=occasion)
            relay_places.send(work, ticket, place, notice, now)


def _keep_topic(work: Work, ticket: Ticket, topic: Topic, now: datetime) -> None:
    group = work.staff_groups.get(topic.group_id)
    used = group is not None and group.purpose != OFF and not group.problem
    if group is None or not used or topic.state not in (OPEN, CLOSED):
        return
    done = ticket.state in DONE
    if not done and topic.state == CLOSED:
        relay_places.change_topic(work, ticket, group, topic, "topic_reopen", now)
        work.staff_groups.set_topic(topic, state=OPEN)
    if work.ticket_posts.titled(ticket.id, group.id) != ticket_cards.title(
        work, ticket, group.locale, now
    ):
        relay_places.change_topic(work, ticket, group, topic, "topic_rename", now)
    if done and topic.state == OPEN:
        relay_places.change_topic(work, ticket, group, topic, "topic_close", now)
        work.staff_groups.set_topic(topic, state=CLOSED)


# -- back from a message ----------------------------------------------------------------


def shown(
    work: Work, message: str, *, address_id: int | None = None, group_id: int | None = None
) -> Shown | None:
    """What a message in somebody's chat or in a group shows, for replies to it."""
    post = work.ticket_posts.shown(message, address_id=address_id, group_id=group_id)
    return Shown(post.ticket_id, post.side, post.said_id) if post else None


def quoted(work: Work, ticket: Ticket, chat: str, message: str) -> int | None:
    """Which message of the ticket was written as this message of that chat."""
    found = (one.id for one in _spoken(work, ticket) if (one.chat, one.message) == (chat, message))
    return next(found, None)


# -- bits -------------------------------------------------------------------------------


def _card(work: Work, ticket: Ticket, first: Said, place: Place, now: datetime) -> None:
    notice = _card_notice(work, ticket, first, place, now)
    notice = replace(notice, dedupe=f"card:{ticket.id}:{place.key}")
    delivery_id = relay_places.send(work, ticket, place, notice, now)
    if delivery_id is not None and first.media:
        _post(work, ticket, first, place, now)


def _card_notice(work: Work, ticket: Ticket, first: Said, place: Place, now: datetime) -> Notice:
    values = ticket_cards.values(work, ticket, now)
    values |= {"text": first.text, "topic": bool(place.topic), "files": len(first.media)}
    values["card"] = place.group is not None
    return Notice(CARD, values, ticket_cards.buttons(ticket, now, topic=bool(place.topic)))


def _post(work: Work, ticket: Ticket, said: Said, place: Place, now: datetime) -> int | None:
    """The delivery; None if it is there already."""
    notice = _notice(work, ticket, said, place, now)
    return relay_places.send(work, ticket, place, notice, now, said_id=said.id)


def _notice(work: Work, ticket: Ticket, said: Said, place: Place, now: datetime) -> Notice:
    key, values, buttons = _shape(work, ticket, said, place, now)
    return Notice(
        key,
        values,
        buttons,
        dedupe=f"said:{said.id}:{place.key}",
        due_at=now + COLLECTED if said.album else None,
        media=tuple(said.media),
        quote=_quote(work, ticket, said, place),
    )


def _shape(
    work: Work, ticket: Ticket, said: Said, place: Place, now: datetime
) -> tuple[str, dict[str, Any], ticket_cards.Rows]:
    this = (str(ticket.id),)
    values: dict[str, Any] = {"number": ticket.number, "staff": said.staff_name}
    values |= {"text": said.text, "edited": said.edited_at is not None}
    if place.side == MEMBER:
        add = ("button.ticket_add", "ticket.add", this)
        return "ticket.answered", values, ((add, ("button.ticket_close", "ticket.close", this)),)
    values |= {"zone": work.programmes.current().zone, "topic": bool(place.topic)}
    values |= {"name": masked(work, ticket.member_id).name, "due_at": ticket.due_at}
    if said.author != Author.MEMBER:
        return "desk.note" if said.author == Author.NOTE else "desk.answered", values, ()
    answer = ("button.ticket_answer", "ticket.reply", this)
    open_ = ("desk.button_open", "ticket.open", this)
    return "desk.said", values, () if place.topic else ((answer, open_),)


def _quote(work: Work, ticket: Ticket, said: Said, place: Place) -> str:
    """The message in that place which shows what is quoted, or will; "" where none does."""
    if said.quotes is None:
        return ""
    one = next((other for other in _spoken(work, ticket) if other.id == said.quotes), None)
    if one is None:
        return ""
    if _written_in(one, place):
        return one.message
    posts = work.ticket_posts.of_said(one.id)
    first = _first(work, ticket)
    if place.side == STAFF and first is not None and one.id == first.id:
        posts += work.ticket_posts.cards(ticket.id)
    shown = [post for post in posts if _at(post, place)]
    out = (post.message for post in shown if post.message)
    coming = (f"{LATER}{post.delivery_id}" for post in shown if post.state in ON_ITS_WAY)
    return next(chain(out, coming), "")


def _written_in(said: Said, place: Place) -> bool:
    """Whether everybody there has seen it being written; another topic is another place."""
    return (said.chat, said.topic) == (place.chat, place.topic)


def _at(post: Post, place: Place) -> bool:
    group_id = place.group.id if place.group else None
    same = (post.address_id, post.group_id) == (place.address_id, group_id)
    return same and post.side == place.side and post.act == "send"


def _place_of(work: Work, post: Post) -> Place:
    if post.group_id is None:
        assert post.address_id is not None
        chat = work.addresses.get(post.address_id).user
        return Place(post.side, chat, post.address_id)
    group = work.staff_groups.get(post.group_id)
    topic = work.staff_groups.topic(post.ticket_id, post.group_id)
    assert group is not None
    return Place(post.side, group.chat, group=group, topic=topic.topic if topic else "")


def _keep_cards(work: Work, ticket: Ticket, now: datetime) -> None:
    """The cards tell another state than the ticket has: they are changed."""
    newest = work.ticket_posts.newest(ticket.id, CARD)
    if newest is None or newest.values.get("state") == ticket.state_at(now):
        return
    first = _first(work, ticket)
    if first is not None:
        _renew_cards(work, ticket, first, now)


def _renew_cards(work: Work, ticket: Ticket, first: Said, now: datetime) -> None:
    for post in relay_places.read(work, work.ticket_posts.cards(ticket.id)):
        if post.key != CARD:
            continue
        place = _place_of(work, post)
        _change(work, ticket, post, _card_notice(work, ticket, first, place, now), place, now)


def _change(
    work: Work, ticket: Ticket, post: Post, notice: Notice, place: Place, now: datetime
) -> None:
    """Shows something else in a message: instead of it while it waits, else by an edit; of several
    edits that wait the last one is enough."""
    notice = replace(notice, topic=place.topic)
    if work.ticket_posts.replace(post.delivery_id, notice, relay_places.pieces(notice)):
        return
    if not post.message or post.state != "sent":
        return
    change = replace(notice, act="edit", target=_text_of(post, notice), dedupe=None, due_at=None)
    for waiting in work.ticket_posts.edits(ticket.id, change.target):
        if _same_place(waiting, post) and work.ticket_posts.replace(waiting.delivery_id, change):
            return
    relay_places.send(work, ticket, place, change, now, said_id=post.said_id)


def _text_of(post: Post, notice: Notice) -> str:
    """The message of an album that has the text: the first one, with buttons the last."""
    if post.pieces > 1 and post.message.isdecimal() and not notice.buttons:
        return str(int(post.message) - post.pieces + 1)
    return post.message


def _same_place(one: Post, other: Post) -> bool:
    return (one.address_id, one.group_id) == (other.address_id, other.group_id)


def _first(work: Work, ticket: Ticket) -> Said | None:
    """What the ticket began with, which its card shows."""
    own = (one for one in _spoken(work, ticket) if one.ticket_id == ticket.id)
    return next(own, None)


def _spoken(work: Work, ticket: Ticket) -> list[Said]:
    """What people have said of the ticket, and notes; not what happened to it."""
    thread = work.tickets.thread(ticket.id, WHOLE, merged=True)
    return [one for one in thread if one.author != Author.EVENT]
