"""What staff change on a membership, and what its member is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.ledger import Posting
from domain.money import Money
from domain.points import Unit, day_before
from services import merging, parting, purchases, reinstating
from services.merging import Merged
from services.parting import WayBack
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice
from services.purchases import Moved


def reinstate(
    work: Work,
    member_id: int,
    points: int | None,
    *,
    reason: str,
    key: str,
    actor: Actor,
    now: datetime,
) -> Posting:
    """Gives expired points again and tells the member. Raises as reinstating.reinstate."""
    posting = reinstating.reinstate(
        work, member_id, points, reason=reason, key=key, actor=actor, now=now
    )
    zone = work.programmes.current().zone
    until = posting.lots_made[0].expires_at if posting.lots_made else None
    last = day_before(until, zone) if until else None
    values = {"points": posting.amount, "last_day": last}
    _tell(work, member_id, "reinstate.told", values, f"reinstate:{posting.id}", now)
    return posting


def correct(
    work: Work, purchase_id: int, to: int | None, *, reason: str, actor: Actor, now: datetime
) -> Moved:
    """Moves a purchase to another member, or makes it void (`to` None), and tells both."""
    before = work.purchases.get(purchase_id)
    why: dict[str, Any] = {"reason": reason, "actor": actor, "now": now}
    if to is None:
        done = purchases.void(work, purchase_id, **why)
    else:
        done = purchases.move(work, purchase_id, to, **why)
    paid = {"amount": Money(before.minor - before.refunded_minor, before.currency)}
    occasion = f"correct:{purchase_id}:{work.new_id()}"
    if done.taken is not None and before.member_id is not None:
        values = {**paid, "day": before.day, "points": done.taken.taken}
        _tell(work, before.member_id, "correct.told_taken", values, f"{occasion}:from", now)
    if to is not None and before.member_id != to:
        values = {**paid, "day": before.day, "points": done.purchase.points}
        _tell(work, to, "correct.told_given", values, f"{occasion}:to", now)
    return done


def merge(work: Work, one_id: int, other_id: int, actor: Actor, now: datetime) -> Merged:
    """Makes one membership of two and tells the member. Raises as merging.merge."""
    done = merging.merge(work, one_id, other_id, actor, now)
    if done.new:
        values = {"number": done.kept.shown_number}
        _tell(work, done.kept.id, "merge.told", values, f"merge:{done.merge.id}", now)
    return done


def unmerge(work: Work, merge_id: int, actor: Actor, now: datetime) -> WayBack:
    """Parts two memberships again and tells both. Raises as parting.unmerge."""
    back = parting.unmerge(work, merge_id, actor, now)
    for member in (back.kept, back.merged):
        values = {"number": member.shown_number}
        occasion = f"unmerge:{merge_id}:{member.id}"
        _tell(work, member.id, "merge.told_parted", values, occasion, now)
    return back


def _tell(
    work: Work, member_id: int, key: str, values: Mapping[str, Any], occasion: str, now: datetime
) -> None:
    has = work.ledger.summary(member_id, Unit.POINTS, now).available
    notice = Notice(key, {**values, "available": has}, dedupe=occasion)
    work.deliveries.to_member(member_id, notice, now)
