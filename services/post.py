"""The post: what may leave now, and what becomes of it. The sender calls this, nobody else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from domain.campaigns import SAME_REFUSALS, CampaignState
from domain.consent import Purpose, agreed
from domain.members import MemberState
from domain.tickets import RUNNING, TicketKind
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import LANES, OPTIONAL, REPLY, Notice, Route, Waiting
from services.quiet import open_at

log = logging.getLogger(__name__)

HOLD: Final = "hold"
LEFT_OVER: Final = timedelta(seconds=10)
PAUSED_WAIT: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = 300
# SEMANTICS: Care. While somebody waits for our answer we do not advertise to them.
PAUSED_BY_COMPLAINT: Final = (Purpose.PROMOTIONS, Purpose.SURVEYS)
MOST_TICKETS: Final = 20
MOST_TRIES: Final = 300
MOST_UNCLEAR: Final = 12
# What a row that is not as it should be can raise; it must not hold up the others.
BROKEN: Final = (LookupError, ValueError, TypeError, AttributeError, AssertionError)

Fill = Callable[[Work, Waiting, datetime], Mapping[str, Any] | None]
Fillers = Mapping[str, Fill]


class Skip(NamedTuple):
    """The message is not sent at all."""

    reason: str


class Wait(NamedTuple):
    """The message is sent later."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sender asks for: `by` names it, `until` is in real time, `lanes` holds how many of
    each it has room for, `only` some rows that this process wrote."""

    route: Route
    by: str
    until: datetime
    lanes: Sequence[int] = ()
    only: Sequence[int] = ()


# -- holding everything -----------------------------------------------------------------


def on_hold(work: Work) -> bool:
    """Whether only service messages leave."""
    return bool(work.settings.get(HOLD))


def hold(work: Work, on: bool, actor: Actor, now: datetime) -> bool:
    """Stops or resumes all sending but service messages; False if it stood so already."""
    if on_hold(work) == on:
        return False
    work.settings.put(HOLD, on)
    work.audit.add(actor, "post.hold" if on else "post.release", ("post", HOLD), now, {})
    return True


# -- claiming ---------------------------------------------------------------------------


def is_due(work: Work, route: Route, now: datetime) -> bool:
    """Whether a claim could find something."""
    return work.outbox.is_due(route, now, now - LEFT_OVER)


def take(work: Work, claim: Claim, fillers: Fillers, now: datetime) -> list[Waiting]:
    """Claims what may leave now, with the values that are only known at this moment.

    What may not leave is skipped with its reason or put back; during a flood wait nothing of
    that chat is taken and nothing in bulk, and nothing at all when several chats must be silent.
    """
    silent = work.outbox.floods(claim.route, now)
    if len(silent) > 1:
        return []
    ready = []
    for row in _claimed(work, claim, bool(silent), now):
        until = silent.get(row.chat)
        verdict = Wait(until) if until else _judged(work, row, fillers, now)
        if isinstance(verdict, Waiting):
            ready.append(verdict)
        else:
            _not_now(work, row, claim.by, verdict)
    return ready


def _claimed(work: Work, claim: Claim, flooded: bool, now: datetime) -> list[Waiting]:
    times: dict[str, Any] = {"by": claim.by, "now": now, "until": claim.until}
    if claim.only:
        return work.outbox.claim_these(claim.route, claim.only, **times)
    held = on_hold(work)
    rows: list[Waiting] = []
    for lane, most in zip(LANES, claim.lanes, strict=False):
        if most <= 0 or (flooded and lane != REPLY) or (held and lane == OPTIONAL):
            continue
        before = now - LEFT_OVER
        rows += work.outbox.claim(claim.route, lane, most, before=before, **times)
    return rows


def _not_now(work: Work, row: Waiting, by: str, verdict: Skip | Wait) -> None:
    if isinstance(verdict, Skip):
        work.outbox.close(row, by=by, state="skipped", reason=verdict.reason)
    else:
        work.outbox.again(row, by=by, due_at=verdict.until)


def _judged(work: Work, row: Waiting, fillers: Fillers, now: datetime) -> Waiting | Skip | Wait:
    try:
        return _filled(work, row, fillers, now)
    except BROKEN:
        log.exception("the message %s (%d) cannot be made ready", row.key, row.id)
        return Skip("broken")


def _filled(work: Work, row: Waiting, fillers: Fillers, now: datetime) -> Waiting | Skip | Wait:
    if verdict := _verdict(work, row, now):
        return verdict
    fill = fillers.get(row.key)
    if fill is None:
        return row
    values = fill(work, row, now)
    if values is None:
        return Skip("nothing_left")
    return replace(row, message={**row.message, "values": dict(values)})


def _verdict(work: Work, row: Waiting, now: datetime) -> Skip | Wait | None:
    """Why a message may not leave now; None when it may."""
    if row.lane == REPLY:
        return None
    if row.address_id and not _reachable(work, row.address_id):
        return Skip("unreachable")
    if row.campaign_id and (verdict := _campaign_verdict(work, row.campaign_id, now)):
        return verdict
    return _member_verdict(work, row, now) if row.member_id else None


def _reachable(work: Work, address_id: int) -> bool:
    try:
        return not work.addresses.get(address_id).blocked
    except LookupError:  # whoever was there has had everything erased
        return False


def _campaign_verdict(work: Work, campaign_id: int, now: datetime) -> Skip | Wait | None:
    state = work.campaigns.get(campaign_id).state
    if state == CampaignState.CANCELLED:
        return Skip("stopped")
    return Wait(now + PAUSED_WAIT) if state == CampaignState.PAUSED else None


def _member_verdict(work: Work, row: Waiting, now: datetime) -> Skip | Wait | None:
    assert row.member_id is not None
    member = work.members.get(row.member_id)
    if member.state not in (MemberState.ACTIVE, MemberState.FROZEN):
        return Skip("closed")
    purpose = Purpose(row.purpose)
    if purpose is not Purpose.SERVICE and not agreed(work.members.consents(member.id), purpose):
        return Skip("no_consent")
    if purpose in PAUSED_BY_COMPLAINT and _complains(work, member.id):
        return Skip("open_complaint")
    zone = member.zone or work.programmes.current().zone
    extras = work.members.extras(member.id)
    at = open_at(now, zone, extras["quiet_from"], extras["quiet_to"])
    return Wait(at) if at > now else None


def _complains(work: Work, member_id: int) -> bool:
    tickets = work.tickets.of_member(member_id, MOST_TICKETS)
    return any(t.kind is TicketKind.COMPLAINT and t.state in RUNNING for t in tickets)


# -- sending ----------------------------------------------------------------------------


class Begun(NamedTuple):
    """The row is marked as being sent; its file, if it has one."""

    file: tuple[str, bytes, str] | None


def begin(work: Work, row: Waiting, by: str, until: datetime, now: datetime) -> Begun | None:
    """Marks a claimed row as being sent, to be committed before the message leaves; None when it
    may not leave any more (somebody else has it, or everything is on hold)."""
    if row.lane == OPTIONAL and on_hold(work):
        work.outbox.again(row, by=by, due_at=now)
        return None
    if not work.outbox.begin(row.id, by=by, until=until):
        return None
    return Begun(work.outbox.file(row.file_id) if row.file_id else None)


def retry(
    work: Work,
    route: Route,
    row: Waiting,
    by: str,
    now: datetime,
    *,
    after: timedelta | None,
    flood: bool,
) -> None:
    """It was surely not sent: it waits, and in a flood its chat with it."""
    if flood and after:
        work.outbox.flood(route, row.chat, now + after, now)
    if row.tries + 1 >= MOST_TRIES:
        work.outbox.close(row, by=by, state="dead", reason="too_many_tries")
        return
    work.outbox.again(row, by=by, due_at=now + (after or _pause(row)), reason="retry")


def unclear(work: Work, row: Waiting, by: str, now: datetime, reason: str) -> None:
    """Nobody knows whether it was sent: `once` messages are never repeated, others are."""
    if not row.surely or row.tries + 1 >= MOST_UNCLEAR:
        work.outbox.close(row, by=by, state="unknown", reason=reason)
        return
    work.outbox.again(row, by=by, due_at=now + _pause(row), reason=reason, repeated=True)


def unreachable(
    work: Work, route: Route, row: Waiting, by: str, now: datetime, reason: str
) -> None:
    """The person cannot be reached there: the address is marked until they come back."""
    work.outbox.close(row, by=by, state="dead", reason="unreachable")
    address_id = row.address_id
    if address_id is None and (found := work.addresses.find(*route, row.user)):
        address_id = found.id
    if address_id is not None:
        work.addresses.set_blocked(address_id, now)


def rejected(work: Work, row: Waiting, by: str, now: datetime, reason: str) -> None:
    """The platform refuses this very message: members are not to blame, a campaign that is
    refused again and again for the same reason is paused and its author told."""
    kept = f"rejected: {reason}"[:500]
    work.outbox.close(row, by=by, state="dead", reason=kept)
    if row.campaign_id is None:
        return
    # Those that are refused at this moment see each other: the last one sees them all.
    work.campaigns.lock(row.campaign_id)
    if work.outbox.states(row.campaign_id).get(("dead", kept), 0) < SAME_REFUSALS:
        return
    running = (CampaignState.RUNNING.value,)
    if work.campaigns.move(row.campaign_id, running, CampaignState.PAUSED, kept):
        campaign = work.campaigns.get(row.campaign_id)
        told = Notice("broadcast.paused", {"reason": reason}, dedupe=f"paused:{campaign.id}")
        work.deliveries.to_address(campaign.address_id, told, now)


def _pause(row: Waiting) -> timedelta:
    return timedelta(seconds=min(2.0 ** (row.tries + 1), LONGEST_PAUSE))
