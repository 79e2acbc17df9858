"""A till system's order of a receipt that was booked from its photo before: it counts once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from domain.dates import local_day
from domain.receipts import ReceiptState, plain_number
from services import desk, receipts
from services.booking import Incoming
from services.paying import SYSTEM
from services.ports import Work
from services.ports.sales import BOOKED

REASON: Final = "{number}: {source}"
APART: Final = timedelta(days=1)


def make_way(work: Work, incoming: Incoming, now: datetime) -> None:
    """Makes the purchase of a receipt photo void, and tells its member, when the till's own order
    of that store, number and amount is about to be booked on somebody: what the till says is
    surer. One of which a part was refunded stays. To be called before the booking, so that the
    photo's purchase uses up no limit of it.
    """
    order = incoming.order
    key = (order.source, order.order_id)
    number = plain_number(order.order_id)
    photo = work.receipts.by_order(receipts.order_key(work, incoming.store_id, number))
    if photo is None or photo.state is not ReceiptState.BOOKED or photo.purchase_id is None:
        return
    work.purchases.claim([key])
    if work.purchases.stored([key]) or not work.purchases.match(set(incoming.claims)):
        return
    bought = work.purchases.get(photo.purchase_id)
    day = local_day(order.occurred_at, work.programmes.current().zone)
    same = (bought.state, bought.minor, bought.currency) == (BOOKED, order.minor, order.currency)
    if not same or bought.refunded_minor or abs(bought.day - day) > APART:
        return
    reason = REASON.format(number=photo.number, source=order.source)
    desk.correct(work, bought.id, None, reason=reason, actor=SYSTEM, now=now)
