"""What staff write of a ticket, in their own chat, in a group or in a topic."""

import re

from bot.messages import Address
from domain.tickets import Ticket
from handlers.ticket_parts import media_of
from handlers.turns import Turn, address_id
from services import relay
from services.ports.staff_groups import GroupChat, StaffGroup
from services.tickets import Origin, Words

NOTE = "//"
CARD = re.compile(r"\W+\w+ (\d{4,7})(?: · |$)")
CARRIED = re.compile(r"\W.* · (\d{4,7})(?: \(\w+\)|（\w+）)?$")


def words(turn: Turn, ticket: Ticket) -> Words:
    """The words, files, origin and quote of what came in."""
    inbound = turn.inbound
    origin = Origin(address_id(turn), inbound.address.chat, inbound.message, inbound.topic)
    text = turn.text.removeprefix(NOTE).lstrip() if is_note(turn) else turn.text
    return Words(text, media_of(turn), inbound.album, origin, _quotes(turn, ticket))


def is_note(turn: Turn) -> bool:
    """Whether what was written is for staff only."""
    return turn.text.startswith(NOTE)


def group_of(turn: Turn) -> StaffGroup | None:
    """The staff's group in which this was written."""
    return turn.work.staff_groups.by_chat(place(turn.inbound.address))


def place(address: Address) -> GroupChat:
    """The chat as services name it."""
    return GroupChat(address.channel, address.account, address.chat)


def ticket_here(turn: Turn) -> int | None:
    """The ticket of the topic, else of the message that is answered."""
    group = group_of(turn)
    if group is None:
        return None
    if found := turn.work.staff_groups.ticket_at(group.id, turn.inbound.topic):
        return found
    shown = _shown(turn, group)
    return shown.ticket_id if shown else None


def ticket_meant(turn: Turn) -> int | None:
    """As `ticket_here`, or the ticket that the answered message of ours names."""
    if (found := ticket_here(turn)) is not None:
        return found
    named = named_in(turn)
    return named.id if named else None


def named_in(turn: Turn) -> Ticket | None:
    """The ticket whose number the answered message of ours begins with, as cards and what is
    carried in a group without topics do (templates: desk.card, desk.said)."""
    first = turn.inbound.quoted.partition("\n")[0].rstrip()
    found = CARD.match(first) or CARRIED.match(first)
    return turn.work.tickets.by_number(int(found[1])) if found else None


def _shown(turn: Turn, group: StaffGroup | None) -> relay.Shown | None:
    message = turn.inbound.reply_to
    if not message:
        return None
    if group is not None:
        return relay.shown(turn.work, message, group_id=group.id)
    return relay.shown(turn.work, message, address_id=turn.person.address_id)


def _quotes(turn: Turn, ticket: Ticket) -> int | None:
    if not turn.inbound.reply_to:
        return None
    shown = _shown(turn, group_of(turn))
    if shown is not None:
        return shown.said_id
    return relay.quoted(turn.work, ticket, turn.inbound.address.chat, turn.inbound.reply_to)
