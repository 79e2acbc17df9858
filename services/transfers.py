"""Points that change membership: all of one account goes to another, lots as they are."""

from __future__ import annotations

from datetime import datetime

from domain import bookings
from domain.ledger import Entry, Share
from domain.members import MemberState
from domain.points import Unit
from services.finding import standing
from services.ports import Work
from services.ports.club import Actor

SOURCE = "merge"


def entry_of(
    work: Work, source_id: int, key: str, amount: int, actor: Actor, now: datetime
) -> Entry:
    """The entry of a transfer posting; `amount` is the member's change."""
    version = work.programmes.newest()
    shares = (Share(SOURCE, version, "", amount),)
    source = (SOURCE, str(source_id))
    return Entry(work.new_id(), key, now, *source, version, shares, actor.staff_id, actor.store_id)


def transfer(
    work: Work,
    ids: tuple[int, int],
    unit: Unit,
    *,
    key: str,
    source_id: int,
    actor: Actor,
    now: datetime,
) -> list[int]:
    """Moves everything of `ids[0]` to `ids[1]`, lots with source and expiry, debt too; the ids of
    the two postings, none if there was nothing. Both members are locked by the caller."""
    account = work.ledger.account(ids[0], unit)
    if not account.wallet and not account.debt:
        return []
    lots = work.ledger.lots(ids[0], unit)
    change = account.wallet - account.debt
    entry = entry_of(work, source_id, f"{key}:out", -change, actor, now)
    out = bookings.transfer_out(account, entry, lots)
    into = bookings.transfer_in(
        work.ledger.account(ids[1], unit),
        entry_of(work, source_id, f"{key}:in", change, actor, now),
        out.posting,
        {lot.id: lot for lot in lots},
        work.new_id,
    )
    work.ledger.append_all([(out, ""), (into, "")])
    return [out.posting.id, into.posting.id]


def follow(work: Work, member_id: int, now: datetime, unit: Unit = Unit.POINTS) -> None:
    """What came back to a membership after it was merged goes on to the kept one."""
    if work.members.get(member_id).state is not MemberState.MERGED:
        return
    kept = standing(work, member_id)
    work.members.lock(kept.id)
    seq = work.ledger.account(member_id, unit).seq
    name = str(member_id) if unit is Unit.POINTS else f"{member_id}:{unit}"
    key, ids = f"follow:{name}:{seq}", (member_id, kept.id)
    transfer(work, ids, unit, key=key, source_id=kept.id, actor=Actor("system"), now=now)
