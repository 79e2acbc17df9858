"""The main buttons: everything that works, for strangers, for members and for each staff role.

A slice of the chat adds one line to MEMBER, or to STAFF with the permission it needs.
"""

from collections.abc import Callable, Mapping

from bot.messages import Button, Rows
from domain.programme import Programme
from handlers.turns import Turn

JOIN = Button("button.join", "join", effect=True)
RULES = Button("button.rules", "rules")
LANGUAGE = Button("button.language", "language")
CARD = Button("button.card", "card")
POINTS = Button("button.points", "points")
HISTORY = Button("button.history", "history")
STATEMENT = Button("button.statement", "statement")
SETTINGS = Button("button.settings", "settings")
HELP = Button("button.help", "help")
NEW_RULES = Button("button.new_rules", "rules")

# In the order in which a member sees them, two in a row.
MEMBER: tuple[Button, ...] = (
    Button("button.code", "code"),
    POINTS,
    HISTORY,
    Button("button.benefits", "benefits"),
    Button("button.vouchers", "vouchers"),
    Button("credit.button_menu", "credit"),
    Button("button.checkin", "checkin"),
    Button("receipt.button_menu", "receipt"),
    Button("button.level", "level"),
    Button("button.events", "events"),
    Button("button.survey", "survey"),
    Button("button.tickets", "tickets"),
    Button("button.profile", "profile"),
    SETTINGS,
    HELP,
)

# The row of staff: what each button needs.
STAFF: tuple[tuple[str, Button], ...] = (
    ("member:find", Button("button.member", "member")),
    ("purchase:book", Button("button.award", "award")),
    ("voucher:use", Button("button.till", "till")),
    ("voucher:use", Button("button.closing", "closing")),
    ("purchase:book", Button("receipt.button_list", "receipts")),
    ("order:fulfil", Button("order.button_orders", "orders")),
    ("benefit:write", Button("stock.button_stock", "stock")),
    ("ticket:answer", Button("button.queue", "queue")),
    ("approval:see", Button("button.approvals", "approvals")),
    ("event:write", Button("button.events_manage", "event.manage")),
    ("survey:write", Button("survey_post.button_manage", "surveys")),
    ("survey:write", Button("button.results", "results")),
    ("campaign:write", Button("broadcast.button_start", "broadcast")),
    ("campaign:write", Button("segment.button_list", "audiences")),
    ("campaign:write", Button("insight.button_menu", "insight")),
    ("care:see", Button("caring.button_care", "care")),
    ("post:hold", Button("post.button_post", "post")),
    ("message:write", Button("wording.button_menu", "templates")),
)

# What a club may have or not, by its programme.
BY_CHOICE: Mapping[str, Callable[[Programme], bool]] = {
    "checkin": lambda programme: programme.checkin is not None,
    "receipt": lambda programme: programme.receipt_photos is not None,
    "receipts": lambda programme: programme.receipt_photos is not None,
    "credit": lambda programme: programme.stored_value is not None,
    "gift": lambda programme: programme.transfers is not None,
}

STRANGER: Rows = ((JOIN,), (RULES, LANGUAGE))
# Under answers that are asked for often: few buttons, the card has the rest.
SHORT: Rows = ((HISTORY, CARD),)


def main(turn: Turn) -> Rows:
    """The buttons of the member card; a stranger's lead into the club."""
    return rows_for(turn, member=turn.person.member_id is not None)


def rows_for(turn: Turn, *, member: bool) -> Rows:
    """As `main`, for somebody who has joined in this very turn."""
    theirs = _two_in_a_row(_offered(turn)) if member else STRANGER
    return (*theirs, *_two_in_a_row(tuple(_of_staff(turn))))


def left_out(programme: Programme) -> frozenset[str]:
    """What this club does not have, so that no menu lists it."""
    return frozenset(intent for intent, has in BY_CHOICE.items() if not has(programme))


def _offered(turn: Turn) -> tuple[Button, ...]:
    without = left_out(turn.work.programmes.current())
    return tuple(button for button in MEMBER if button.intent not in without)


def staff_intents(turn: Turn) -> list[str]:
    """What a member of staff may do from the menu."""
    return [button.intent for button in _of_staff(turn)]


def _of_staff(turn: Turn) -> list[Button]:
    allowed = [button for needs, button in STAFF if turn.person.may(needs)]
    without = left_out(turn.work.programmes.current()) if allowed else ()
    return [button for button in allowed if button.intent not in without]


def _two_in_a_row(buttons: tuple[Button, ...]) -> Rows:
    return tuple(buttons[at : at + 2] for at in range(0, len(buttons), 2))
