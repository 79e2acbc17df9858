"""What is the same everywhere: help, leaving a conversation, words nothing understands."""

from bot.messages import Kind, Reply
from handlers import menu, staff_words
from handlers.ticket_parts import unsent
from handlers.turns import Turn
from services import missed


def help_(turn: Turn) -> Reply:
    """What one can do here; a running conversation goes on afterwards."""
    values = {
        "member": turn.person.member_id is not None,
        "staff": menu.staff_intents(turn),
        "running": turn.conversation.active(turn.now),
    }
    return Reply("help.shown", values, menu.main(turn))


def cancel(turn: Turn) -> Reply:
    """Leaves the running conversation; nothing else changes."""
    running = turn.conversation.active(turn.now)
    kept = unsent(turn)
    turn.end()
    rows = menu.main(turn) if turn.inbound.address.private else ()
    if not running:
        return Reply("general.nothing_to_cancel", {}, rows)
    return Reply("general.cancelled", {"unsent": kept}, rows)


def unknown(turn: Turn) -> Reply:
    """Never silence: a helpful answer with the main buttons."""
    if turn.inbound.kind is Kind.TAP:  # a button of ours that the person may not use any more
        return Reply("general.not_allowed", {}, menu.main(turn))
    said = turn.inbound.kind is Kind.TEXT
    running = turn.conversation.active(turn.now)
    if running and not said:
        return Reply("general.not_this_now")
    return Reply("general.unknown" if said else "general.not_text", {}, menu.main(turn))


def expired(turn: Turn) -> Reply:
    """A button of an earlier time, or of somebody else."""
    return Reply("general.expired", {}, menu.main(turn))


def group(turn: Turn) -> Reply:
    """In a group others read along, so nothing of anybody is said there; what is in a group of
    the staff is for the staff."""
    if turn.person.staff is None and staff_words.group_of(turn) is not None:
        return Reply("desk.strangers")
    return Reply("general.group")


def blocked(turn: Turn) -> None:
    """The person blocked the bot: nothing is sent until they come back."""
    if turn.person.address_id is not None:
        turn.work.addresses.set_blocked(turn.person.address_id, turn.now)


def unblocked(turn: Turn) -> None:
    """The person can be reached again, and hears what they missed."""
    if turn.person.address_id is not None:
        missed.wake(turn.work, turn.person.address_id, turn.now)
