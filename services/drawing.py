"""Cards that are drawn when they are sent: a line here for each kind. Codes come from the
database at that moment and are kept nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final

from services import vouchers
from services.pictures import code_card_png
from services.ports import Work

VOUCHER: Final = "voucher"
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


# Reads what is to be drawn in a transaction; the drawing itself is done outside of it.
MAKERS: Final[Mapping[str, Maker]] = {VOUCHER: _voucher}
