"""Points from a photographed receipt (小票拍照积分): what members send."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from domain.bill_rules import ReceiptPhotos
from domain.counter import ReceiptOverLimit
from domain.dates import local_day, start_of_day
from domain.members import Member
from domain.money import Money
from domain.receipt_errors import (
    NoReceiptPhotos,
    NumberUsed,
    PictureUsed,
    ReceiptsADay,
    ReceiptTooHigh,
)
from domain.receipts import ReceiptPhoto, ReceiptState, parse_day, plain_number
from services import awarding, counter, finding, receipt_posts
from services.ports import Work
from services.ports.club import Actor

NEWEST: Final = 3
LATELY: Final = 30


@dataclass(frozen=True, slots=True)
class Draft:
    """What a member has told of a receipt. `reference` is where the platform keeps the picture
    for an account of a channel; `digest` and `near` are what it is known again by."""

    channel: str
    account: str
    reference: str
    digest: str
    near: str
    store_id: int | None
    number: str
    minor: int
    bought_on: date


@dataclass(frozen=True, slots=True)
class Mine:
    """A receipt as its sender sees it; `points` where it was booked."""

    receipt: ReceiptPhoto
    points: int


def rules(work: Work) -> ReceiptPhotos:
    """What the club says of photographed receipts; raises NoReceiptPhotos."""
    found = work.programmes.current().receipt_photos
    if found is None:
        raise NoReceiptPhotos
    return found


def begin(work: Work, member_id: int, now: datetime) -> ReceiptPhotos:
    """Whether a member may send a receipt now.

    Raises NoReceiptPhotos, ReceiptsADay, MemberFrozen, MemberClosed.
    """
    ours = rules(work)
    finding.standing(work, member_id).may_move_points()
    today = start_of_day(_today(work, now), work.programmes.current().zone)
    if work.receipts.sent_since(member_id, today) >= ours.per_day:
        raise ReceiptsADay(ours.per_day)
    return ours


def newest(work: Work, member_id: int) -> list[Mine]:
    """What became of the member's last receipts."""
    found = work.receipts.of_member(member_id, NEWEST)
    return [Mine(one, points(work, one)) for one in found]


def points(work: Work, receipt: ReceiptPhoto) -> int:
    """The points that a receipt has brought."""
    return work.purchases.get(receipt.purchase_id).points if receipt.purchase_id else 0


def usual_stores(work: Work, member_id: int) -> list[int]:
    """Where the member has bought lately, most often first."""
    bought = work.purchases.of_member(member_id, LATELY)
    times = Counter(one.store_id for one in bought if one.store_id is not None)
    return [store_id for store_id, _ in times.most_common()]


# -- what stands on it ------------------------------------------------------------------


def check_picture(work: Work, member_id: int, digest: str) -> None:
    """Raises PictureUsed if this very picture waits or was booked."""
    if before := work.receipts.by_picture(digest):
        raise PictureUsed(before.member_id == member_id)


def read_number(work: Work, member_id: int, store_id: int | None, text: str) -> str:
    """A receipt's number at a store; raises BadReceipt, NumberUsed."""
    number = counter.read_number(text)
    _check_number(work, member_id, store_id, number, text)
    return number


def read_amount(work: Work, text: str) -> Money:
    """What was paid; raises BadAmount, ReceiptTooHigh."""
    try:
        return awarding.read_amount(work, text)
    except ReceiptOverLimit as over:
        raise ReceiptTooHigh(over.limit) from over


def read_day(work: Work, text: str, now: datetime) -> date:
    """The day of the purchase; raises BadDay."""
    return parse_day(text, _today(work, now), earliest(work, now))


def earliest(work: Work, now: datetime) -> date:
    """The oldest day that a receipt may be of."""
    first = _today(work, now) - timedelta(days=rules(work).within_days)
    opened = work.programmes.current().opened_on
    return max(first, opened) if opened else first


def _today(work: Work, now: datetime) -> date:
    return local_day(now, work.programmes.current().zone)


def _check_number(
    work: Work, member_id: int, store_id: int | None, number: str, typed: str = ""
) -> None:
    """Raises NumberUsed if the receipt waits, or was booked from whatever source."""
    if before := work.receipts.by_order(order_key(work, store_id, number)):
        raise NumberUsed(number, before.member_id == member_id)
    spelled = {number, number.lower(), plain_number(typed), typed.strip()} - {""}
    for order in work.receipts.orders(sorted(spelled)):
        if order.store_id == store_id:
            raise NumberUsed(number, order.member_id == member_id)


def order_key(work: Work, store_id: int | None, number: str) -> str:
    """What a receipt of a store is known by, the same as at the counter."""
    return f"{counter.source(work, Actor('', None, store_id))}|{number}"


# -- sending ----------------------------------------------------------------------------


def send(work: Work, member_id: int, draft: Draft, now: datetime) -> ReceiptPhoto:
    """Keeps a receipt for the staff to look at and tells them. The same picture, and the same
    number of a store, are taken once.

    Raises NoReceiptPhotos, ReceiptsADay, PictureUsed, NumberUsed, BadDay, MemberFrozen,
    MemberClosed.
    """
    work.members.lock(member_id)
    begin(work, member_id, now)
    check_picture(work, member_id, draft.digest)
    _check_number(work, member_id, draft.store_id, draft.number)
    read_day(work, draft.bought_on.isoformat(), now)
    receipt = _receipt(work, finding.standing(work, member_id), draft, now)
    if not work.receipts.add(receipt):
        check_picture(work, member_id, draft.digest)
        raise NumberUsed(draft.number, own=False)
    receipt_posts.to_staff(work, receipt, now)
    return receipt


def _receipt(work: Work, member: Member, draft: Draft, now: datetime) -> ReceiptPhoto:
    return ReceiptPhoto(
        id=work.new_id(),
        member_id=member.id,
        channel=draft.channel,
        account=draft.account,
        file_id=draft.reference,
        picture_hash=draft.digest,
        near_hash=draft.near,
        store_id=draft.store_id,
        number=draft.number,
        minor=draft.minor,
        currency=work.programmes.current().currency,
        bought_on=draft.bought_on,
        order_key=order_key(work, draft.store_id, draft.number),
        state=ReceiptState.WAITING,
        sent_at=now,
    )


def withdraw_all(work: Work, member_id: int, now: datetime) -> None:
    """Its member leaves for good: nobody need look at what waits."""
    for one in work.receipts.waiting_of(member_id):
        work.receipts.withdraw(one.id, now)


def amount_of(receipt: ReceiptPhoto) -> Money:
    """What was paid, as it was typed or corrected."""
    return Money(receipt.minor, receipt.currency)
