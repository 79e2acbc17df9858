"""`memberbot orders`: what has to be made ready and handed over."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click

from app.commands.common import seen, table
from app.wiring import Club
from domain.fulfilments import OrderState
from services import orders as service
from services.orders import View
from storage.work import Work

HEADS = ("Due", "State", "Benefit", "Member", "Ordered", "Voucher", "Note")
MOST = 1000


@click.command("orders")
@click.option("--overdue", is_flag=True, help="Only those that should have been ready.")
def orders(overdue: bool) -> None:
    """List open orders: what members redeemed that has to be made ready and handed over.

    Late ones come first. Members are masked. Staff work on them in the chat: /orders.
    """

    def read(work: Work, club: Club) -> tuple[list[View], ZoneInfo]:
        only = service.LATE if overdue else service.ALL
        zone = ZoneInfo(work.programmes.current().zone)
        return service.listed(work, only, club.clock.now(), MOST), zone

    found, zone = seen(read)
    none = "nothing is late" if overdue else "there are no open orders"
    table(HEADS, [_row(one, zone) for one in found], none)


def _row(one: View, zone: ZoneInfo) -> tuple[str, ...]:
    late = f" ({one.late} d late)" if one.late > 0 else ""
    return (
        f"{one.order.due_on}{late}" if one.order.state is OrderState.ORDERED else "",
        str(one.order.state),
        one.names.get("en") or next(iter(one.names.values()), ""),
        f"{one.member.name or '-'} {one.member.number}",
        f"{one.order.ordered_at.astimezone(zone):%Y-%m-%d %H:%M}",
        str(one.voucher),
        one.order.note,
    )
