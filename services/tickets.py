"""Tickets (SEMANTICS: Complaints): everything that members and staff do with them, in one place to
import; what belongs together is found in the ticket_* modules."""

from services.ticket_finding import (
    SHOWN,
    View,
    find,
    for_member,
    for_staff,
    get,
    leading,
    of_member,
    own,
    staff_name,
)
from services.ticket_moves import (
    assign,
    close,
    merge,
    release,
    reopen,
    resolve,
    set_category,
    set_priority,
    take,
)
from services.ticket_opening import PURCHASE, VOUCHER, Opening, open_ticket
from services.ticket_rating import Rated, comment, rate
from services.ticket_talk import add, edit, note, say
from services.ticket_words import Origin, Words, happened

__all__ = [
    "PURCHASE",
    "SHOWN",
    "VOUCHER",
    "Opening",
    "Origin",
    "Rated",
    "View",
    "Words",
    "add",
    "assign",
    "close",
    "comment",
    "edit",
    "find",
    "for_member",
    "for_staff",
    "get",
    "happened",
    "leading",
    "merge",
    "note",
    "of_member",
    "open_ticket",
    "own",
    "rate",
    "release",
    "reopen",
    "resolve",
    "say",
    "set_category",
    "set_priority",
    "staff_name",
    "take",
]
