"""Members hand points to each other, where the programme lets them; operators can undo it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from domain import bookings
from domain.dates import end_of, local_day, start_of_day
from domain.errors import NotEnoughPoints, ReasonMissing, Refused
from domain.ledger import Booked, Posting, Share, same_content
from domain.members import Member, MemberState, mask_name, require_active
from domain.point_errors import (
    GiftNotFound,
    GiftNotReceivable,
    GiftOverMonth,
    GiftsOff,
    GiftTooSmall,
    GiftToSelf,
)
from domain.points import Unit
from domain.programme import Programme, Transfers
from services import adjustments, charters, finding, ledger, transfers
from services.ports import Work
from services.ports.club import Actor
from services.ports.operations import Gift
from services.ports.post import Notice

SOURCE: Final = "gift"
MOST_WRONG: Final = 5
WRONG_WITHIN: Final = timedelta(hours=1)
MOST_LOOKS: Final = 30
LOOKS_WITHIN: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Found:
    """Who a number or phone belongs to, as much of them as another member may see. `why` there
    is nobody: `unknown`, `idle` (cannot receive now), `self`, `too_often`; `tries_left` before the
    next try has to wait."""

    member_id: int | None = None
    name: str = ""
    tail: str = ""
    why: str = ""
    tries_left: int = 0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a member may hand over now: `have` points, at least `least` of them, `left` in this
    month (None: no limit)."""

    have: int
    least: int
    left: int | None


def allowed(work: Work) -> bool:
    """Whether members can hand points to each other at all."""
    return work.programmes.current().transfers is not None


def allowance(work: Work, member_id: int, now: datetime) -> Allowance:
    """What a member may hand over. Raises GiftsOff, MemberFrozen, MemberClosed,
    RulesNotAccepted."""
    programme = work.programmes.current()
    rules = _rules(programme)
    _may_give(work, member_id)
    has = work.ledger.summary(member_id, Unit.POINTS, now)
    left = None
    if rules.per_month is not None:
        left = max(rules.per_month - _given(work, programme, member_id, now), 0)
    return Allowance(max(has.spendable, 0), rules.least, left)


def find(work: Work, giver_id: int, text: str, now: datetime) -> Found:
    """The member of a number or phone; who tries wrong ones, or very many, has to wait, so that
    nobody can fish for members. Raises GiftsOff."""
    _rules(work.programmes.current())
    wrong, looks = f"gift:wrong:{giver_id}", f"gift:look:{giver_id}"
    since = now - WRONG_WITHIN
    if (
        work.gifts.tries(wrong, since) >= MOST_WRONG
        or work.gifts.tries(looks, now - LOOKS_WITHIN) >= MOST_LOOKS
    ):
        return Found(why="too_often")
    member = _member(work, text)
    if member is None:
        tries = work.gifts.count_try(wrong, now, since)
        return Found(why="unknown", tries_left=MOST_WRONG - tries)
    tries = work.gifts.count_try(looks, now, now - LOOKS_WITHIN)
    if member.id == giver_id:
        return Found(why="self", tries_left=MOST_LOOKS - tries)
    if member.state is not MemberState.ACTIVE:
        return Found(why="idle", tries_left=MOST_LOOKS - tries)
    return Found(member.id, mask_name(member.name or ""), tail(member))


def tail(member: Member) -> str:
    """The end of a member's number, "" of somebody who has left."""
    return "" if member.state is MemberState.CLOSED else member.number[-4:]


def _member(work: Work, text: str) -> Member | None:
    """By number or phone alone: anything else that staff can search by finds nobody here."""
    if not any(letter.isdigit() for letter in text) or any(c in text for c in ":：@"):
        return None
    try:
        return finding.find(work, text)
    except Refused:
        return None


def _may_give(work: Work, giver_id: int) -> None:
    """Asked before anything is handed over: members and, where rights have shrunk, their yes."""
    giver = work.members.get(giver_id)
    require_active(giver.state)
    charters.require_accepted(work, giver)


def _may_receive(giver_id: int, receiver: Member) -> None:
    if receiver.id == giver_id:
        raise GiftToSelf
    if receiver.state is not MemberState.ACTIVE:
        raise GiftNotReceivable


# -- giving -----------------------------------------------------------------------------


def give(
    work: Work, giver_id: int, receiver_id: int, points: int, *, key: str, now: datetime
) -> Posting:
    """Hands points over in spending order; with the receiver they keep source, start and expiry.

    Two postings, one key each (`KEY:out`, `KEY:in`); the same again changes nothing and returns
    the giver's. The receiver is told. Raises GiftsOff, GiftToSelf, GiftNotReceivable,
    GiftTooSmall, GiftOverMonth, NotEnoughPoints, MemberFrozen, MemberClosed, KeyConflict.
    """
    for member_id in sorted({giver_id, receiver_id}):
        work.members.lock(member_id)
    programme = work.programmes.current()
    shares = (Share(SOURCE, programme.version, "", -points),)
    source = (SOURCE, str(receiver_id))
    entry = ledger.entry_of(f"{key}:out", source, now, programme.version, None, shares)
    asked = ledger.asked_for(giver_id, entry, Unit.POINTS, (SOURCE, points))
    if before := work.ledger.by_key(entry.key):
        same_content(entry.key, before[1], asked)
        return before[0]
    _check(work, programme, giver_id, receiver_id, points, now)
    lots = work.ledger.lots(giver_id, Unit.POINTS)
    account = work.ledger.account(giver_id, Unit.POINTS)
    out = bookings.hand_over(account, replace(entry, id=work.new_id()), points, lots)
    into = _received(work, out.posting, receiver_id, points, f"{key}:in", now)
    work.ledger.append_all([(out, asked), (into, "")])
    _tell(work, giver_id, receiver_id, points, into.posting.id, now)
    return out.posting


def check(work: Work, giver_id: int, receiver_id: int, points: int, now: datetime) -> None:
    """Raises what `give` would, before anybody is asked to confirm, and RulesNotAccepted."""
    _may_give(work, giver_id)
    _check(work, work.programmes.current(), giver_id, receiver_id, points, now)
    has = work.ledger.summary(giver_id, Unit.POINTS, now)
    if has.spendable < points:
        raise NotEnoughPoints(max(has.spendable, 0), points)


def _received(
    work: Work, out: Posting, receiver_id: int, points: int, key: str, now: datetime
) -> Booked:
    shares = (Share(SOURCE, out.rule_version, "", points),)
    source = (SOURCE, str(out.member_id))
    entry = ledger.entry_of(key, source, now, out.rule_version, None, shares)
    return bookings.transfer_in(
        work.ledger.account(receiver_id, Unit.POINTS),
        replace(entry, id=work.new_id()),
        out,
        work.ledger.lots_by_id([take.lot_id for take in out.takes]),
        work.new_id,
    )


def _check(
    work: Work, programme: Programme, giver_id: int, receiver_id: int, points: int, now: datetime
) -> None:
    rules = _rules(programme)
    require_active(work.members.get(giver_id).state)
    _may_receive(giver_id, work.members.get(receiver_id))
    if points < max(rules.least, 1):
        raise GiftTooSmall(points, max(rules.least, 1))
    if rules.per_month is not None:
        used = _given(work, programme, giver_id, now)
        if used + points > rules.per_month:
            raise GiftOverMonth(points, rules.per_month, used)


def _rules(programme: Programme) -> Transfers:
    if programme.transfers is None:
        raise GiftsOff
    return programme.transfers


def _given(work: Work, programme: Programme, giver_id: int, now: datetime) -> int:
    """What was given in the local month of the programme, by memberships merged since too."""
    today = local_day(now, programme.zone)
    since = start_of_day(today.replace(day=1), programme.zone)
    until = start_of_day(end_of("month", today) + timedelta(days=1), programme.zone)
    return work.gifts.given(work.mydata.memberships(giver_id), since, until)


def _tell(
    work: Work, giver_id: int, receiver_id: int, points: int, posting_id: int, now: datetime
) -> None:
    giver = work.members.get(giver_id)
    has = work.ledger.summary(receiver_id, Unit.POINTS, now).available
    values = {
        "name": mask_name(giver.name or ""),
        "tail": tail(giver),
        "points": points,
        "available": has,
    }
    notice = Notice("gift.told", values, dedupe=f"gift:{posting_id}")
    work.deliveries.to_member(receiver_id, notice, now)


# -- undoing, by staff ------------------------------------------------------------------


def undoable(work: Work, member_id: int) -> Gift | None:
    """The newest gift of a member, if it has not been undone."""
    newest = work.gifts.of_giver(member_id, 1)
    return newest[0] if newest and not newest[0].undone else None


def gift(work: Work, posting_id: int) -> Gift:
    """A gift by its giver's posting; raises GiftNotFound."""
    out, into = _pair(work, posting_id)
    undone = work.ledger.is_reversed(out.id)
    return Gift(out.id, out.member_id, into.member_id, -out.amount, out.at, undone)


def undo(work: Work, posting_id: int, *, reason: str, actor: Actor, now: datetime) -> Gift:
    """Takes a gift back by reversing both its postings; both members are told. A giver's
    membership that was merged since hands the points on to the kept one.

    Raises GiftNotFound, ReasonMissing, AlreadyReversed, CannotReverse (some of it is used).
    """
    out, into = _pair(work, posting_id)
    if not (reason := adjustments.short(reason)):
        raise ReasonMissing("gift.undo")
    for member_id in sorted((out.member_id, into.member_id)):
        work.members.lock(member_id)
    back = [_reversed(work, one, now, actor) for one in (into, out)]
    work.ledger.append_all([(one, "") for one in back])
    transfers.follow(work, out.member_id, now)
    detail = {"points": -out.amount, "to": str(into.member_id), "posting": str(out.id)}
    work.audit.add(actor, "gift.undo", ("member", out.member_id), now, detail, reason)
    for one in back:
        _tell_undone(work, one.posting, reason, now)
    return gift(work, posting_id)


def _tell_undone(work: Work, back: Posting, reason: str, now: datetime) -> None:
    work.ledger.add_reason(back.id, back.member_id, reason)
    told = finding.standing(work, back.member_id).id
    has = work.ledger.summary(told, Unit.POINTS, now).available
    values = {"points": back.amount, "reason": reason, "available": has}
    notice = Notice("gift.told_undone", values, dedupe=f"gift:{back.id}")
    work.deliveries.to_member(told, notice, now)


def _pair(work: Work, posting_id: int) -> tuple[Posting, Posting]:
    """Both sides of a gift by the giver's posting."""
    try:
        out = work.ledger.posting(posting_id)
    except LookupError:
        raise GiftNotFound from None
    into = work.ledger.by_key(out.key.removesuffix(":out") + ":in")
    if out.source_type != SOURCE or not out.key.endswith(":out") or into is None:
        raise GiftNotFound
    return out, into[0]


def _reversed(work: Work, posting: Posting, now: datetime, actor: Actor) -> Booked:
    programme = work.programmes.current()
    lots = {lot.id for lot in posting.lots_made} | {take.lot_id for take in posting.takes}
    shares = (Share("reversed", programme.version, "", -posting.amount),)
    source = (SOURCE, posting.source_id)
    key = f"undo:{posting.key}"
    entry = ledger.entry_of(key, source, now, programme.version, actor, shares)
    return bookings.reverse(
        work.ledger.account(posting.member_id, Unit.POINTS),
        replace(entry, id=work.new_id()),
        posting,
        work.ledger.lots_by_id(sorted(lots)),
        reversed_before=work.ledger.is_reversed(posting.id),
        until=ledger.restored_until(programme, now),
        new_id=work.new_id,
    )
