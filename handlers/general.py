"""What is the same everywhere: help, leaving a conversation, words nothing understands."""

from bot.messages import Reply
from handlers import points
from handlers.turns import Turn


def help_(turn: Turn) -> Reply:
    """What one can do here."""
    return Reply("help.shown", {"member": turn.person.member_id is not None}, points.MAIN)


def cancel(turn: Turn) -> Reply:
    """Leaves the running conversation; nothing else changes."""
    running = bool(turn.conversation.flow)
    turn.end()
    return Reply("general.cancelled" if running else "general.nothing_to_cancel", {}, points.MAIN)


def unknown(turn: Turn) -> Reply:
    """Never silence: a helpful answer with the main buttons."""
    return Reply("general.unknown", {}, points.MAIN)


def expired(turn: Turn) -> Reply:
    """A button of an earlier time, or of somebody else."""
    return Reply("general.expired", {}, points.MAIN)


def blocked(turn: Turn) -> None:
    """The person blocked the bot: nothing is sent until they come back."""
    if turn.person.address_id is not None:
        turn.work.addresses.set_blocked(turn.person.address_id, turn.now)


def unblocked(turn: Turn) -> None:
    """The person can be reached again."""
    if turn.person.address_id is not None:
        turn.work.addresses.set_blocked(turn.person.address_id, None)
