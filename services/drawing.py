"""Cards that are drawn when they are sent: a line here for each kind. Codes come from the
database at that moment and are kept nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final

from domain.codes import show_code
from services import event_answers, event_tickets, member_codes, vouchers
from services.masks import masked
from services.pictures import code_card_png
from services.ports import Work

VOUCHER: Final = "voucher"
MEMBER_CODE: Final = "member_code"
Draw = Callable[[], bytes]
Maker = Callable[[Work, str, str, datetime], Draw | None]


def voucher_photo(voucher_id: int, member_id: int) -> str:
    """The name of the picture of a voucher, as it may be shown to that member."""
    return f"{VOUCHER}:{voucher_id}:{member_id}"


def _voucher(work: Work, which: str, locale: str, now: datetime) -> Draw | None:
    """The card of a voucher's code; None if it is that member's no longer, or not to be used."""
    voucher_id, _, member_id = which.partition(":")
    shown = vouchers.show(work, int(member_id), int(voucher_id), now)
    if not shown.code:
        return None
    names = shown.mine.voucher.names
    title = names.get(locale) or next(iter(names.values()), "")
    return partial(code_card_png, shown.code, shown.link, title)


def member_code_photo(code_id: int, member_id: int) -> str:
    """The name of the picture of a member's own code for the till."""
    return f"{MEMBER_CODE}:{code_id}:{member_id}"


def _member_code(work: Work, which: str, locale: str, now: datetime) -> Draw | None:
    """The card of a member's own code; None if it is good no longer."""
    code_id, _, member_id = which.partition(":")
    shown = member_codes.shown(work, int(member_id), now)
    if shown is None or str(shown.id) != code_id:
        return None
    level = masked(work, int(member_id)).level
    title = level.get(locale) or next(iter(level.values()), "")
    return partial(code_card_png, show_code(shown.code), shown.link, title)


def _event_ticket(work: Work, which: str, locale: str, now: datetime) -> Draw | None:
    """The ticket of an event; None without a seat any more."""
    event_id, _, member_id = which.partition(":")
    mine = event_answers.show(work, int(member_id), int(event_id))
    if not mine.code or mine.event.over(now):
        return None
    title = mine.event.names.get(locale) or next(iter(mine.event.names.values()), "")
    return partial(code_card_png, mine.code, event_tickets.link(work, mine.code), title)


# Reads what is to be drawn in a transaction; the drawing itself is done outside of it.
MAKERS: Final[Mapping[str, Maker]] = {
    VOUCHER: _voucher,
    MEMBER_CODE: _member_code,
    event_tickets.PICTURE: _event_ticket,
}
