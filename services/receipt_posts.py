"""What staff and members are told of a photographed receipt."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from domain.money import Money
from domain.receipts import Reason, ReceiptPhoto, ReceiptState, alike
from domain.staff import ROLES, permissions
from services.masks import masked
from services.ports import Work
from services.ports.club import Operator
from services.ports.post import Notice

PERMISSION: Final = "purchase:book"
PICTURE: Final = "receipt"
MOST_TOLD: Final = 20
LOOK_BACK: Final = timedelta(days=90)
COMPARED: Final = 2000
PURCHASES_COMPARED: Final = 20_000


def card(work: Work, receipt: ReceiptPhoto) -> dict[str, Any]:
    """What staff see of a receipt: the member masked, what was typed, and what to look out for."""
    member = masked(work, receipt.member_id)
    store = work.stores.by_id(receipt.store_id) if receipt.store_id else None
    return {
        "name": member.name,
        "member": member.number,
        "level": dict(member.level),
        "store": store.name if store else "",
        "number": receipt.number,
        "amount": Money(receipt.minor, receipt.currency),
        "day": receipt.bought_on,
        "sent_at": receipt.sent_at,
        "zone": work.programmes.current().zone,
        "warnings": warnings(work, receipt),
    }


def warnings(work: Work, receipt: ReceiptPhoto) -> list[str]:
    """What staff should look at twice, most serious first: `near` a nearly identical picture,
    `near_refused` one that was refused, `twin` another receipt of the store, day and amount,
    `bought` a purchase of the member of that day and amount, `booked` one of the store that is
    somebody else's or nobody's yet."""
    found = []
    since = receipt.sent_at - LOOK_BACK
    near = [
        one
        for one in work.receipts.near(receipt.id, since, COMPARED)
        if alike(one.near_hash, receipt.near_hash)
    ]
    held = (ReceiptState.WAITING.value, ReceiptState.BOOKED.value)
    if any(one.state in held for one in near):
        found.append("near")
    if any(one.state == ReceiptState.REFUSED.value for one in near):
        found.append("near_refused")
    if work.receipts.alike(receipt):
        found.append("twin")
    if _bought(work, receipt):
        found.append("bought")
    alike_booked = work.receipts.booked_alike(receipt, PURCHASES_COMPARED)
    if any(one.member_id != receipt.member_id for one in alike_booked):
        found.append("booked")
    return found


def _bought(work: Work, receipt: ReceiptPhoto) -> bool:
    return any(
        one.minor == receipt.minor
        and one.day == receipt.bought_on
        and one.id != receipt.purchase_id
        for one in work.purchases.of_member(receipt.member_id, 50)
    )


def to_staff(work: Work, receipt: ReceiptPhoto, now: datetime) -> None:
    """Shows a new receipt to those who may book it: of its store, or of no store at all."""
    mark = (str(receipt.id),)
    buttons = (
        (
            ("receipt.button_confirm", "check.confirm", mark),
            ("receipt.button_refuse", "check.refuse", mark),
        ),
        (("receipt.button_amount", "check.amount", mark),),
    )
    values = card(work, receipt)
    for one in _staff(work, receipt)[:MOST_TOLD]:
        assert one.address_id is not None
        notice = Notice(
            "receipt.to_check",
            values,
            buttons,
            dedupe=f"receipt:{receipt.id}:{one.id}",
            photo=picture(receipt),
        )
        work.deliveries.to_address(one.address_id, notice, now)


def picture(receipt: ReceiptPhoto) -> str:
    """Names the picture, for the platform's reference of it to be looked up when it is sent:
    what waits to be sent, and what was, does not hold it."""
    return f"{PICTURE}:{receipt.id}"


def reference(work: Work, receipt_id: int, channel: str, account: str) -> str | None:
    """The platform's reference of a picture, None where another account keeps it or its sender
    has left for good."""
    found = work.receipts.get(receipt_id)
    if found is None or (found.channel, found.account) != (channel, account):
        return None
    return found.file_id or None


def _staff(work: Work, receipt: ReceiptPhoto) -> list[Operator]:
    roles = frozenset(role for role in ROLES if PERMISSION in permissions(role))
    own = {one.id for one in work.addresses.of_member(receipt.member_id)}
    return [
        one
        for one in work.staff.in_roles(roles)
        if one.store_id in (None, receipt.store_id) and one.address_id not in own
    ]


def tell_corrected(work: Work, receipt: ReceiptPhoto, typed: Money, now: datetime) -> None:
    """The amount on the receipt was another than the member had typed."""
    values = {
        "number": receipt.number,
        "typed": typed,
        "amount": Money(receipt.minor, receipt.currency),
    }
    notice = Notice("receipt.told_corrected", values, dedupe=f"receipt_amount:{receipt.id}")
    work.deliveries.to_member(receipt.member_id, notice, now)


def tell_refused(work: Work, receipt: ReceiptPhoto, reason: Reason, now: datetime) -> None:
    """It was not booked, why, and what can be done."""
    values = {
        "number": receipt.number,
        "amount": Money(receipt.minor, receipt.currency),
        "day": receipt.bought_on,
        "reason": str(reason),
    }
    again = (("receipt.button_again", "receipt", ()),)
    ask = (("receipt.button_ask", "feedback", ()),)
    rows = (ask,) if reason in (Reason.NOT_OURS, Reason.USED) else (again, ask)
    notice = Notice("receipt.told_refused", values, rows, dedupe=f"receipt_no:{receipt.id}")
    work.deliveries.to_member(receipt.member_id, notice, now)
