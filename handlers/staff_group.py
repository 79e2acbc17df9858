"""The staff's group: linking it to the desk, and what is said and done in it."""

from bot.messages import Reply
from domain.dates import local_day
from domain.desk_errors import NotInGroup
from domain.tickets import Author
from handlers import queue_answers, staff_words
from handlers.queue import QUEUE
from handlers.staff_words import place
from handlers.turns import Turn, actor, address_id
from services import staff_groups, tickets
from services.ports.staff_groups import DESK, ESCALATION, OFF

ANSWER = "ticket:answer"
MANAGE = "ticket:manage"
COMMANDS = ("/desk", "/queue")
WORDS = {
    "": DESK,
    "desk": DESK,
    "escalation": ESCALATION,
    "escalate": ESCALATION,
    "升级": ESCALATION,
    "off": OFF,
    "停用": OFF,
}


def desk(turn: Turn) -> Reply:
    """`/desk`: this group answers tickets from now on; `escalation`: it hears of those near their
    deadline; `off`: neither any more."""
    inbound = turn.inbound
    if inbound.address.private:
        raise NotInGroup
    wanted = WORDS.get(turn.arg().casefold(), DESK)
    if wanted == OFF:
        group = staff_groups.off(turn.work, place(inbound.address), actor(turn), turn.now)
        return Reply("desk.unlinked", {"name": group.name})
    linked = staff_groups.link(
        turn.work,
        place(inbound.address),
        inbound.title or inbound.address.chat,
        wanted,
        forum=inbound.forum,
        locale=turn.locale,
        actor=actor(turn),
        now=turn.now,
    )
    group = linked.group
    values = {"name": group.name, "purpose": group.purpose, "topics": group.topics}
    return Reply("desk.linked", {**values, "missing": linked.missing})


def said(turn: Turn) -> Reply | None:
    """What is written in a ticket's topic, or in answer to its card: to the member it goes, if
    one of the staff wrote it."""
    group = staff_words.group_of(turn)
    linked = group is not None and group.purpose != OFF
    if turn.inbound.hidden:
        return _hidden(turn, linked)
    if not linked:
        return None
    ticket_id = staff_words.ticket_here(turn)
    if ticket_id is None:
        return _unknown(turn)
    if not turn.person.may(ANSWER):
        return _strangers(turn)
    return queue_answers.send(turn, ticket_id)


def _hidden(turn: Turn, linked: bool) -> Reply | None:
    """Nobody knows which of the administrators has written: they are asked to do it by name, of
    an album once."""
    meant = turn.text.startswith(COMMANDS) or (linked and staff_words.ticket_meant(turn))
    album = turn.inbound.album
    if not meant or (album and not _first_of(turn, album)):
        return None
    return Reply("desk.hidden", quote=turn.inbound.message)


def unsupported(turn: Turn) -> Reply | None:
    """A place, a poll, a game: nothing that can be passed on. In a group staff are told."""
    if turn.inbound.address.private:
        return Reply("general.unsupported")
    if not turn.person.may(ANSWER) or staff_words.ticket_here(turn) is None:
        return None
    return Reply("general.unsupported", quote=turn.inbound.message)


def _unknown(turn: Turn) -> Reply | None:
    """Staff answer a message of ours that leads to no ticket, as its id was never learned: the
    ticket that it names gets the answer; in any case they are told, of an album once."""
    inbound = turn.inbound
    ours = inbound.quoted or (inbound.reply_to and not inbound.topic)
    if not ours or not turn.person.may(ANSWER):
        return None
    ticket = staff_words.named_in(turn)
    answer = queue_answers.send(turn, ticket.id) if ticket else None
    if answer is not None or (inbound.album and not _first_of(turn, inbound.album)):
        return answer
    number = ticket.number if ticket else 0
    return Reply("desk.lost", {"number": number}, () if ticket else ((QUEUE,),))


def _first_of(turn: Turn, album: str) -> bool:
    where = ":".join(place(turn.inbound.address))
    return turn.work.ticks.claim("group.lost", f"{where}:{album}", turn.now)


def edited(turn: Turn) -> Reply | None:
    """What staff had written, in a group or in their own chat, was changed: the member's copy is
    changed too."""
    if not turn.person.may(ANSWER):
        return None
    inbound = turn.inbound
    found = turn.work.tickets.written(address_id(turn), inbound.address.chat, inbound.message)
    if found is not None and found.author == Author.STAFF and staff_words.is_note(turn):
        return Reply("desk.not_a_note", quote=inbound.message)
    if found is not None:
        text = turn.text.removeprefix(staff_words.NOTE).lstrip()
        tickets.edit(turn.work, found.id, text, turn.now, by=actor(turn))
    return None


def changed(turn: Turn) -> Reply | None:
    """The bot was added to a group, made administrator there, or put out; or the group has a new
    id."""
    where = place(turn.inbound.address)
    if turn.inbound.became:
        staff_groups.became(turn.work, where, turn.inbound.became)
        return None
    staff = turn.person.may(MANAGE)
    say = staff_groups.stands(turn.work, where, turn.text, turn.now, staff=staff)
    return Reply(f"desk.{say}") if say else None


def _strangers(turn: Turn) -> Reply | None:
    """A hint for who is not of the staff, once a day."""
    zone = turn.work.programmes.current().zone
    occurrence = f"{address_id(turn)}:{local_day(turn.now, zone)}"
    if not turn.work.ticks.claim("group.hint", occurrence, turn.now):
        return None
    return Reply("desk.strangers", quote=turn.inbound.message)
