"""The till's journal: who did what at which counter, for the day's closing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from domain.dates import local_day
from domain.till import TillEvent, TillKind
from services.ports import Work
from services.ports.club import Actor
from services.ports.sales import Refund

API: Final = "api"
STAFF: Final = "staff"
SYSTEM: Final = "system"


def record(
    work: Work,
    kind: TillKind,
    actor: Actor,
    now: datetime,
    *,
    key: str,
    member_id: int | None = None,
    voucher_id: int | None = None,
    purchase_id: int | None = None,
    posting_id: int | None = None,
    amount_minor: int = 0,
    points: int = 0,
    credit_minor: int = 0,
    undoes: int | None = None,
) -> TillEvent:
    """Writes a line down, on the local day of the operator's store, once for each key: the same
    key again gives the line that is there.

    Raises ValueError when another line has taken the same one back before.
    """
    event = TillEvent(
        id=work.new_id(),
        key=key,
        kind=kind,
        day=day_at(work, actor.store_id, now),
        at=now,
        channel=channel_of(actor),
        staff_id=actor.staff_id,
        store_id=actor.store_id,
        member_id=member_id,
        voucher_id=voucher_id,
        purchase_id=purchase_id,
        posting_id=posting_id,
        amount_minor=amount_minor,
        points=points,
        credit_minor=credit_minor,
        undoes=undoes,
    )
    if work.till_events.add(event):
        return event
    before = work.till_events.by_key(key)
    if before is None:
        raise ValueError(f"line {undoes} of the till was taken back before")
    return before


def take_back(
    work: Work, event: TillEvent, actor: Actor, now: datetime, *, posting_id: int | None = None
) -> TillEvent:
    """Writes down that a line was undone: its figures turned round, once; of a bill or an entered
    purchase what refunds have left, so that all lines of it add up to nothing."""
    lines = [event, *_refunds(work, event)]
    return record(
        work,
        TillKind.UNDO,
        actor,
        now,
        key=f"undo:{event.id}",
        member_id=event.member_id,
        voucher_id=event.voucher_id,
        purchase_id=event.purchase_id,
        posting_id=posting_id,
        amount_minor=-sum(one.amount_minor for one in lines),
        points=-sum(one.points for one in lines),
        credit_minor=-sum(one.credit_minor for one in lines),
        undoes=event.id,
    )


def day_at(work: Work, store_id: int | None, now: datetime) -> date:
    """The local day of a store on which its lines are written."""
    return local_day(now, zone_at(work, store_id))


def line_of(work: Work, purchase_id: int) -> TillEvent | None:
    """The line of a purchase that was paid or entered at a till."""
    keys = (f"{kind}:{purchase_id}" for kind in (TillKind.BILL, TillKind.AWARD))
    return next((found for key in keys if (found := work.till_events.by_key(key))), None)


def refunded(
    work: Work,
    refund: Refund,
    *,
    member_id: int | None,
    money: int,
    points: int,
    credit_minor: int,
    now: datetime,
) -> None:
    """Writes down what came back of a purchase that was paid or entered at a till; nothing for
    any other. `money`: what the drawer gave; `points`: what a bill had been paid with (an entered
    purchase was not: there it is the points taken back that count). It is the refund's operator
    and store, or, if it names neither, those of the purchase."""
    line = line_of(work, refund.purchase_id)
    if line is None:
        return
    who = (refund.staff_id, refund.store_id)
    if who == (None, None):
        who = (line.staff_id, line.store_id)
    record(
        work,
        TillKind.REFUND,
        Actor(f"{API}:{refund.source}", *who),
        now,
        key=f"refund:{refund.id}",
        member_id=member_id,
        purchase_id=refund.purchase_id,
        posting_id=refund.posting_id,
        amount_minor=-money,
        points=points if line.kind is TillKind.BILL else -refund.taken_points,
        credit_minor=credit_minor,
    )


def _refunds(work: Work, event: TillEvent) -> Sequence[TillEvent]:
    """What came back before of a bill or an entered purchase."""
    if event.purchase_id is None or event.kind not in (TillKind.BILL, TillKind.AWARD):
        return ()
    return work.till_events.refunds_of(event.purchase_id)


def zone_at(work: Work, store_id: int | None) -> str:
    """The zone of a store, else the programme's."""
    store = work.stores.by_id(store_id) if store_id else None
    return (store.zone if store else "") or work.programmes.current().zone


def channel_of(actor: Actor) -> str:
    """Where an actor works: the chat of the staff, the API, or neither."""
    if actor.name.startswith(f"{API}:"):
        return API
    return STAFF if actor.staff_id is not None else SYSTEM
