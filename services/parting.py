"""Parting two merged memberships again, within seven days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain import bookings, merging
from domain.club_errors import MergeNotFound, MergeTooOld, MergeUndone
from domain.ledger import DEBT, Posting
from domain.members import Member, MemberState
from domain.merging import UNDO
from domain.points import Lot, Unit
from services import expiry, level_merging
from services.merging import UNITS
from services.ports import Work
from services.ports.club import Actor
from services.ports.membership import Merge, Moved
from services.transfers import entry_of


@dataclass(frozen=True, slots=True)
class WayBack:
    """What parting two memberships again would do. `spent`: transferred points that are gone
    or on hold and cannot return; `stays`: what happened since the merge and remains with the
    kept one."""

    merge: Merge
    kept: Member
    merged: Member
    points: int
    spent: int
    purchases: int
    stays: int
    until: datetime


def way_back(work: Work, merge_id: int, now: datetime) -> WayBack:
    """Raises MergeNotFound, MergeUndone, MergeTooOld."""
    found = _open_merge(work, merge_id, now)
    lots = _transferred(work, found, Unit.POINTS)
    moved = set(found.undo["moved"].get("purchases", ()))
    all_of_kept = work.purchases.of_member(found.kept_id, 10**6)
    return WayBack(
        found,
        work.members.get(found.kept_id),
        work.members.get(found.merged_id),
        sum(lot.left for lot in lots),
        sum(lot.amount - lot.left for lot in lots),
        sum(one.id in moved for one in all_of_kept),
        sum(one.received_at > found.merged_at for one in all_of_kept),
        found.merged_at + UNDO,
    )


def unmerge(work: Work, merge_id: int, actor: Actor, now: datetime, reason: str = "") -> WayBack:
    """Parts two memberships again: what is left of the transferred points goes back, and
    purchases, chats and vouchers that came along. Raises as `way_back`."""
    found = work.merges.get(merge_id)
    if found is None:
        raise MergeNotFound()
    for member_id in sorted((found.kept_id, found.merged_id)):
        work.members.lock(member_id)
    expiry.expire(work, found.kept_id, now)
    back = way_back(work, merge_id, now)
    if not work.merges.undone(merge_id, now) or not work.merges.open_again(found.merged_id):
        raise MergeUndone()
    for unit in UNITS:
        _return(work, found, unit, actor, now)
    moved: Moved = dict(found.undo["moved"])
    work.merges.move_back(moved, found.kept_id, found.merged_id)
    _unfill(work, back, now)
    detail = {"merged": str(found.merged_id), "merge": str(merge_id), "spent": back.spent}
    work.audit.add(actor, "member.unmerge", ("member", found.kept_id), now, detail, reason)
    return back


def _open_merge(work: Work, merge_id: int, now: datetime) -> Merge:
    found = work.merges.get(merge_id)
    if found is None or not found.undo:
        raise MergeNotFound()
    if found.undone_at is not None:
        raise MergeUndone()
    if now >= found.merged_at + UNDO:
        raise MergeTooOld(UNDO.days)
    kept = work.members.get(found.kept_id)
    if kept.state is MemberState.MERGED:
        raise MergeNotFound()
    return found


def _into(work: Work, found: Merge, unit: str) -> Posting | None:
    ids: Mapping[str, list[int]] = found.undo["postings"]
    return work.ledger.posting(ids[unit][1]) if unit in ids else None


def _transferred(work: Work, found: Merge, unit: str) -> list[Lot]:
    into = _into(work, found, unit)
    if into is None:
        return []
    return list(work.ledger.lots_by_id([lot.id for lot in into.lots_made]).values())


def _return(work: Work, found: Merge, unit: Unit, actor: Actor, now: datetime) -> None:
    into = _into(work, found, unit)
    if into is None:
        return
    lots = _transferred(work, found, unit)
    account = work.ledger.account(found.kept_id, unit)
    owed = min(account.debt, -sum(leg.amount for leg in into.legs if leg.account == DEBT))
    change = sum(lot.left for lot in lots) - owed
    if not change and not owed:
        return
    entry = entry_of(work, found.id, f"unmerge:{found.id}:{unit}:out", -change, actor, now)
    out = merging.transfer_back(account, entry, lots, owed)
    entry = entry_of(work, found.id, f"unmerge:{found.id}:{unit}:in", change, actor, now)
    again = bookings.transfer_in(
        work.ledger.account(found.merged_id, unit),
        entry,
        out.posting,
        {lot.id: lot for lot in lots},
        work.new_id,
    )
    work.ledger.append_all([(out, ""), (again, "")])


def _unfill(work: Work, back: WayBack, now: datetime) -> None:
    """Takes back the fields that were filled and not changed since, and the level."""
    found = back.merge
    fields = found.undo["fields"]
    same = [name for name in fields if getattr(back.kept, name) == getattr(back.merged, name)]
    values: dict[str, Any] = {name: () if name == "preferences" else None for name in same}
    if "phone" in same:
        values["phone_verified"] = False
    if "birthday" in same:
        values["birthday_set_at"] = None
    if values:
        work.members.change(found.kept_id, **values)
    standing = found.undo["standing"]
    level_merging.part(work, back.kept, back.merged, standing, found.id, now)
