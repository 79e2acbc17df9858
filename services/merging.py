"""Merging two memberships of one person; the way back is in parting.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from domain import merging
from domain.club_errors import (
    BadMergeCode,
    MergeNotFound,
    SameMembership,
)
from domain.members import Member, require_active
from domain.merging import Pair
from domain.points import Unit
from services import events, expiry, holds, level_merging, purchases
from services.codes import new_code, read_code
from services.finding import standing
from services.ports import Work
from services.ports.club import Actor
from services.ports.membership import Merge
from services.ports.points import Summary
from services.transfers import transfer

PURPOSE: Final = "merge"
MINUTES: Final = 15
_LETTERS: Final = 12  # 60 bits: who types codes all year long, by the second, meets none
UNITS: Final = (Unit.POINTS, Unit.GROWTH, Unit.CREDIT)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do. `purchases` move; `fills` names the profile fields that are
    filled from the merged membership; `chats` come along."""

    pair: Pair
    kept_points: Summary
    merged_points: Summary
    purchases: int
    chats: int
    fills: tuple[str, ...]

    @property
    def points(self) -> int:
        """Points available afterwards."""
        return self.kept_points.available + self.merged_points.available


@dataclass(frozen=True, slots=True)
class Merged:
    """Two memberships are one; `new` is False when they were before."""

    merge: Merge
    kept: Member
    new: bool
    points: int


# -- the member's own way: a code from the other chat -----------------------------------


def code(work: Work, member_id: int, now: datetime) -> str:
    """A code that joins whoever types it to this membership, once, within MINUTES."""
    require_active(work.members.get(member_id).state)
    made = new_code(_LETTERS)
    until = now + timedelta(minutes=MINUTES)
    work.staff.add_code(_index(work, made), PURPOSE, now, until, member_id=member_id)
    return made


def behind(work: Work, typed: str, now: datetime) -> Member:
    """The membership that a typed code stands for; raises BadMergeCode. The code stays valid."""
    found = work.staff.peek_code(_index(work, read_code(typed)), PURPOSE, now)
    if found is None:
        raise BadMergeCode(MINUTES)
    return standing(work, found)


def use(work: Work, typed: str, now: datetime) -> Member:
    """As `behind`, and uses the code up."""
    try:
        _, found = work.staff.use_code(_index(work, read_code(typed)), PURPOSE, now)
    except LookupError:
        raise BadMergeCode(MINUTES) from None
    if found is None:
        raise BadMergeCode(MINUTES)
    return standing(work, found)


def adopt(work: Work, address_id: int, member: Member, now: datetime) -> None:
    """A chat that was nobody's joins a membership."""
    work.members.lock(member.id)
    require_active(work.members.get(member.id).state)
    if work.addresses.lock(address_id).member_id is None:
        work.addresses.belong(address_id, member.id)
        work.audit.add(Actor("member"), "member.adopt", ("member", member.id), now, {})


# -- merging ----------------------------------------------------------------------------


def preview(work: Work, one_id: int, other_id: int, now: datetime) -> Preview:
    """What merging two memberships would do. Raises SameMembership, MemberFrozen, MemberClosed."""
    pair = _pair(work, one_id, other_id)
    _check(pair)
    return Preview(
        pair,
        work.ledger.summary(pair.kept.id, Unit.POINTS, now),
        work.ledger.summary(pair.merged.id, Unit.POINTS, now),
        len(work.purchases.of_member(pair.merged.id, 10**6)),
        len(work.addresses.of_member(pair.merged.id)),
        tuple(merging.filled(pair)),
    )


def merge(work: Work, one_id: int, other_id: int, actor: Actor, now: datetime) -> Merged:
    """Makes one membership of two (SEMANTICS: Members, merging): points with their lots' expiry,
    purchases, chats and vouchers go to the older one, its profile is filled, no reward is given
    again. What is on hold stays on hold there. The same two again change nothing.

    Raises SameMembership, MemberFrozen, MemberClosed.
    """
    for member_id in sorted({one_id, other_id}):
        work.members.lock(member_id)
    if before := _merged_before(work, one_id, other_id):
        return before
    pair = _pair(work, one_id, other_id)
    _check(pair)
    merge_id = work.new_id()
    undo: dict[str, Any] = {"fields": list(merging.filled(pair))}
    events.merge(work, pair.merged.id, pair.kept.id, now)
    lifted = holds.lift(work, pair.merged.id, now)
    undo["postings"] = _transfer_all(work, pair, merge_id, actor, now)
    for one in lifted:
        holds.put(work, one, pair.kept.id, now)
    _fill(work, pair, now)
    if not work.merges.close_into(pair.merged.id, pair.kept.id):
        raise MergeNotFound()
    undo["moved"] = work.merges.move(pair.merged.id, pair.kept.id)
    undo["standing"] = level_merging.merge(work, pair.kept, pair.merged, merge_id, now)
    purchases.match_waiting(work, pair.kept.id, now)
    made = Merge(merge_id, pair.kept.id, pair.merged.id, actor.staff_id, now, None, undo)
    work.merges.add(made)
    detail = {"merged": str(pair.merged.id), "merge": str(merge_id)}
    work.audit.add(actor, "member.merge", ("member", pair.kept.id), now, detail)
    points = work.ledger.summary(pair.kept.id, Unit.POINTS, now).available
    return Merged(made, work.members.get(pair.kept.id), True, points)


def merge_by_phone(work: Work, mine: int, other: int, actor: Actor, now: datetime) -> Merged:
    """As `merge`, after the platform vouched that the other membership's phone is the member's
    own: it counts as verified from then on."""
    phone = work.members.get(other).phone
    done = merge(work, mine, other, actor, now)
    if done.new and done.kept.phone == phone:
        work.members.change(done.kept.id, phone_verified=True)
    return done


def _index(work: Work, made: str) -> str:
    return work.vault.index(PURPOSE, made)


def _pair(work: Work, one_id: int, other_id: int) -> Pair:
    one, other = work.members.get(one_id), work.members.get(other_id)
    if one.id == other.id:
        raise SameMembership()
    return merging.choose(one, other)


def _check(pair: Pair) -> None:
    require_active(pair.kept.state)
    require_active(pair.merged.state)


def _merged_before(work: Work, one_id: int, other_id: int) -> Merged | None:
    """The merge that made these two one, if that is what they are."""
    one, other = standing(work, one_id), standing(work, other_id)
    if one_id == other_id or one.id != other.id:
        return None
    found = work.merges.newest(one_id if one.id != one_id else other_id)
    if found is None:
        return None
    return Merged(found, one, False, 0)


# -- points -----------------------------------------------------------------------------


def _transfer_all(
    work: Work, pair: Pair, merge_id: int, actor: Actor, now: datetime
) -> dict[str, list[int]]:
    """Moves every unit; the ids of the two postings by unit, for the way back."""
    expiry.expire(work, pair.merged.id, now)
    expiry.expire(work, pair.kept.id, now)
    ids = (pair.merged.id, pair.kept.id)
    moved = {
        unit: transfer(
            work,
            ids,
            unit,
            key=f"merge:{merge_id}:{unit}",
            source_id=merge_id,
            actor=actor,
            now=now,
        )
        for unit in UNITS
    }
    return {str(unit): ids for unit, ids in moved.items() if ids}


# -- the person -------------------------------------------------------------------------


def _fill(work: Work, pair: Pair, now: datetime) -> None:
    """Fills what the kept profile lacks. The merged row keeps its own for the way back, but is
    found by it no longer: lookups pass over merged memberships."""
    values: dict[str, Any] = merging.filled(pair)
    if "gender" in values:
        values["gender"] = values["gender"].value
    extras = work.members.extras(pair.merged.id)
    if "phone" in values:
        values["phone_verified"] = extras["phone_verified"]
        if pair.merged.id not in work.members.by_phone(values["phone"]):
            values["phone_index"] = None  # only typed: it finds nobody
    if "birthday" in values:
        values["birthday_set_at"] = pair.merged.birthday_set_at or now
    claimed = work.members.extras(pair.kept.id)["claimed_at"]
    work.members.change(pair.kept.id, **values, claimed_at=claimed or now)
    changed = merging.consents(
        work.members.consents(pair.kept.id), work.members.consents(pair.merged.id)
    )
    for purpose, given in changed.items():
        work.members.set_consent(pair.kept.id, purpose, given, "merge", now)
    accepted = pair.merged.charter_version
    if accepted and accepted > (pair.kept.charter_version or 0):
        work.members.accept_charter(pair.kept.id, accepted, "merge", now)
