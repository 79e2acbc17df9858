"""The post: what may leave now. The sender calls this; operators hold, release and resend."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from domain.campaigns import CampaignState
from domain.consent import Purpose
from domain.members import MemberState
from services import campaign_clicks, contacts, restoring
from services.outcomes import EVERYWHERE
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import LANES, OPTIONAL, REPLY, Facts, Route, Waiting
from services.quiet import open_at

log = logging.getLogger(__name__)

HOLD: Final = "hold"
ON: Final = "on"
RESTORED: Final = "restored"
LEFT_OVER: Final = timedelta(seconds=10)
# SEMANTICS: Care. While somebody waits for our answer we do not advertise to them.
PAUSED_BY_COMPLAINT: Final = (Purpose.PROMOTIONS, Purpose.SURVEYS)
# What a row that is not as it should be can raise; it must not hold up the others.
BROKEN: Final = (LookupError, ValueError, TypeError, AttributeError, AssertionError)
# A recall or a correction is no new contact: who has got the message gets it as well.
CHANGES: Final = ("edit", "delete")

# The values, None if nothing is left to tell, or another reason why it is not sent.
Fill = Callable[[Work, Waiting, datetime], Mapping[str, Any] | str | None]
Fillers = Mapping[str, Fill]


class Skip(NamedTuple):
    """The message is not sent at all."""

    reason: str


class Wait(NamedTuple):
    """The message is sent later."""

    until: datetime


Verdict = Skip | Wait | None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sender asks for: `by` names it, `until` is in real time, `lanes` holds how many of
    each it has room for and `paid` how many of those that may be charged for; campaigns get what
    the rest of a lane leaves, beginning with another one each `turn`; `only` some rows that this
    process wrote."""

    route: Route
    by: str
    until: datetime
    lanes: Sequence[int] = ()
    paid: int = 0
    only: Sequence[int] = ()
    turn: int = 0


class Taken(NamedTuple):
    """What may leave now, the contents of the words it is written from, and how many rows were
    looked at."""

    rows: list[Waiting]
    wordings: Mapping[int, Mapping[str, Any]]
    looked_at: int


# -- holding everything -----------------------------------------------------------------


def hold_state(work: Work) -> str:
    """`""`; `on`: only service messages leave; `restored`: only replies written after the moment
    at which a backup was restored."""
    kept = work.settings.get(HOLD)
    return RESTORED if isinstance(kept, dict) else ON if kept else ""


def on_hold(work: Work) -> bool:
    """Whether messages that need consent stay here."""
    return bool(hold_state(work))


def hold(work: Work, on: bool, actor: Actor, now: datetime) -> bool:
    """Stops or resumes all sending but service messages; False if it stood so already."""
    if on_hold(work) == on:
        return False
    if hold_state(work) == RESTORED:
        restoring.lift(work)
    work.settings.put(HOLD, on)
    work.audit.add(actor, "post.hold" if on else "post.release", ("post", HOLD), now, {})
    return True


def hold_restored(work: Work, now: datetime) -> None:
    """A backup was restored at this moment: what was written before does not leave by itself."""
    work.settings.put(HOLD, {"since": now.isoformat()})


def resend(work: Work, delivery_id: int, actor: Actor, now: datetime) -> bool:
    """Sends a message again of which nobody knows whether it arrived; it may be there twice.
    False if its outcome is known, or somebody else has sent it again."""
    if not work.outbox.resend(delivery_id, now):
        return False
    work.audit.add(actor, "post.resend", ("delivery", delivery_id), now, {})
    return True


# -- claiming ---------------------------------------------------------------------------


def is_due(work: Work, route: Route, now: datetime) -> bool:
    """Whether a claim could find something."""
    return work.outbox.is_due(route, now, now - LEFT_OVER)


def silent_until(silent: Mapping[str, datetime], chat: str, lane: int) -> datetime | None:
    """Until when nothing may leave for a chat, for `silent` chats: its own; in bulk every one of
    them, and for all several, as nobody says whether a wait is meant for one chat or for the
    account."""
    if not silent:
        return None
    if len(silent) > 1 or EVERYWHERE in silent or lane != REPLY:
        return max(silent.values())
    return silent.get(chat)


def take(work: Work, claim: Claim, fillers: Fillers, now: datetime) -> Taken:
    """Claims what may leave now, with the values that are only known at this moment.

    What may not leave is skipped with its reason or put back; during a flood wait nothing of
    that chat is taken and nothing in bulk, and nothing at all when several chats must be silent.
    """
    silent = work.outbox.floods(claim.route, now)
    if len(silent) > 1 or EVERYWHERE in silent:
        return Taken([], {}, 0)
    claimed = _claimed(work, claim, bool(silent), now)
    facts = work.outbox.facts(claimed)
    wordings = work.wordings.contents(row.wording_id for row in claimed if row.wording_id)
    campaign_clicks.register(work, claimed, wordings)
    ready: list[Waiting] = []
    refused: list[tuple[Waiting, Skip | Wait]] = []
    for row in claimed:
        until = silent_until(silent, row.chat, row.lane)
        verdict = Wait(until) if until else _judged(work, row, facts, fillers, now)
        if isinstance(verdict, Waiting):
            ready.append(verdict)
        else:
            refused.append((row, verdict))
    _not_now(work, refused, claim.by)  # first, for what stays here takes nobody's place
    crowded = contacts.crowded_out(work, ready, now)
    full = Skip("contact_budget")
    _not_now(work, [(row, full) for row in ready if row.id in crowded], claim.by)
    return Taken([row for row in ready if row.id not in crowded], wordings, len(claimed))


def _claimed(work: Work, claim: Claim, flooded: bool, now: datetime) -> list[Waiting]:
    times: dict[str, Any] = {"by": claim.by, "now": now, "until": claim.until}
    if claim.only:
        return work.outbox.claim_these(claim.route, claim.only, **times)
    held, since = hold_state(work), _restored_at(work)
    asked = [(lane, False, most) for lane, most in zip(LANES, claim.lanes, strict=False)]
    asked += [(lane, True, claim.paid) for lane in LANES[1:]]
    rows: list[Waiting] = []
    more: dict[str, Any] = {"before": now - LEFT_OVER, "since": since}
    free: list[tuple[int, bool, int]] = []
    for lane, paid, most in asked:
        stays = lane == OPTIONAL if held != RESTORED else lane != REPLY
        if most <= 0 or (flooded and lane != REPLY) or (held and stays):
            continue
        free.append((lane, paid, most))
        rows += work.outbox.claim(claim.route, lane, most, paid=paid, **times, **more)
    return rows + _of_campaigns(work, claim, free, rows, times)


def _of_campaigns(
    work: Work,
    claim: Claim,
    free: Sequence[tuple[int, bool, int]],
    rows: Sequence[Waiting],
    times: Mapping[str, Any],
) -> list[Waiting]:
    """What campaigns get of the room that others leave: those of lower lanes first, and those of
    one lane alike."""
    if not any(lane != REPLY for lane, _, _ in free):
        return []
    going = work.outbox.going(claim.route, times["now"])
    bulk = Counter(row.paid for row in rows if row.lane != REPLY)
    found: list[Waiting] = []
    for lane, paid, most in free:
        those = [one.id for one in going if (one.lane, one.paid) == (lane, paid)]
        first = claim.turn % len(those) if those else 0
        got = _shared(work, claim, those[first:] + those[:first], most - bulk[paid], times)
        bulk[paid] += len(got)
        found += got
    return found


def _shared(
    work: Work, claim: Claim, those: Sequence[int], most: int, times: Mapping[str, Any]
) -> list[Waiting]:
    """A fair share for each; what one leaves is for the next."""
    found: list[Waiting] = []
    for number, campaign_id in enumerate(those):
        share = -(-(most - len(found)) // (len(those) - number))
        if share > 0:
            found += work.outbox.claim_of(claim.route, campaign_id, share, **times)
    return found


def _restored_at(work: Work) -> datetime | None:
    kept = work.settings.get(HOLD)
    return datetime.fromisoformat(kept["since"]) if isinstance(kept, dict) else None


def _not_now(work: Work, refused: Sequence[tuple[Waiting, Skip | Wait]], by: str) -> None:
    alike: dict[Skip | Wait, list[int]] = defaultdict(list)
    for row, verdict in refused:
        alike[verdict].append(row.id)
    for verdict, ids in alike.items():
        if isinstance(verdict, Skip):
            work.outbox.skip(ids, by=by, reason=verdict.reason)
        else:
            work.outbox.put_back(ids, by=by, due_at=verdict.until)


def _judged(
    work: Work, row: Waiting, facts: Facts, fillers: Fillers, now: datetime
) -> Waiting | Skip | Wait:
    try:
        return _filled(work, row, facts, fillers, now)
    except BROKEN:
        log.exception("the message %s (%d) cannot be made ready", row.key, row.id)
        return Skip("broken")


def _filled(
    work: Work, row: Waiting, facts: Facts, fillers: Fillers, now: datetime
) -> Waiting | Skip | Wait:
    if verdict := _verdict(work, row, facts, now):
        return verdict
    fill = fillers.get(row.key)
    if fill is None or row.act == "delete":
        return row
    values = fill(work, row, now)
    if values is None or isinstance(values, str):
        return Skip(values or "nothing_left")
    if values is row.message.get("values"):
        return row
    return replace(row, message={**row.message, "values": dict(values)})


def _verdict(work: Work, row: Waiting, facts: Facts, now: datetime) -> Verdict:
    """Why a message may not leave now; None when it may."""
    if verdict := _ended(row, facts, now):
        return verdict
    if row.lane != REPLY and row.member_id and row.act not in CHANGES:
        return _member_verdict(work, row, facts, now)
    return None


def _ended(row: Waiting, facts: Facts, now: datetime) -> Verdict:
    """Whether its address or its campaign says no; a reply is tried in any case."""
    if row.lane == REPLY:
        return None
    if row.address_id and row.address_id not in facts.reachable:
        return Skip("unreachable")  # or whoever was there has had everything erased
    if row.campaign_id:
        state = facts.campaigns[row.campaign_id]
        if state == CampaignState.CANCELLED:
            return Skip("stopped")
        if state == CampaignState.PAUSED:
            return Wait(now)  # and nothing of it is claimed until it goes on
    return None


def _member_verdict(work: Work, row: Waiting, facts: Facts, now: datetime) -> Verdict:
    assert row.member_id is not None
    member = facts.members[row.member_id]
    if member.state not in (MemberState.ACTIVE.value, MemberState.FROZEN.value):
        return Skip("closed")
    if member.state == MemberState.FROZEN.value and row.purpose != Purpose.SERVICE:
        return Skip("frozen")
    if row.purpose != Purpose.SERVICE and (row.member_id, row.purpose) not in facts.agreed:
        return Skip("no_consent")
    if row.purpose in PAUSED_BY_COMPLAINT and row.member_id in facts.complain:
        return Skip("open_complaint")
    programme = work.programmes.current()
    zone = member.zone or programme.zone
    at = open_at(now, zone, member.quiet_from, member.quiet_to, programme.care.quiet)
    return Wait(at) if at > now else None


# -- just before it is sent -------------------------------------------------------------


class Begun(NamedTuple):
    """Which rows are marked as being sent, the files of those that have one, and the messages
    that those answer which were written before these were out, "" for none."""

    ids: set[int]
    files: Mapping[int, tuple[str, bytes, str]]
    quotes: Mapping[int, str]


def begin(
    work: Work, route: Route, rows: Sequence[Waiting], by: str, until: datetime, now: datetime
) -> Begun:
    """Marks claimed rows as being sent, to be committed before the messages leave. Those that may
    not leave any more are put back or skipped (a hold, a wait, a campaign that was stopped, who
    has just blocked us) or are somebody else's."""
    held, silent = hold_state(work), work.outbox.floods(route, now)
    facts = work.outbox.facts(rows, people=False)
    go: list[Waiting] = []
    refused: list[tuple[Waiting, Skip | Wait]] = []
    for row in rows:
        wait = now if _held(row, held) else silent_until(silent, row.chat, row.lane)
        if verdict := Wait(wait) if wait else _ended(row, facts, now):
            refused.append((row, verdict))
        else:
            go.append(row)
    _not_now(work, refused, by)
    ids = work.outbox.begin([row.id for row in go], by=by, until=until, now=now)
    files = {
        row.id: found
        for row in go
        if row.file_id and row.id in ids and (found := work.outbox.file(row.file_id))
    }
    answered = {row.id: row.quotes for row in go if row.quotes is not None}
    out = work.outbox.messages(tuple(answered.values())) if answered else {}
    return Begun(ids, files, {row_id: out.get(of, "") for row_id, of in answered.items()})


def _held(row: Waiting, held: str) -> bool:
    return bool(held) and (row.lane == OPTIONAL or (held == RESTORED and row.lane != REPLY))
