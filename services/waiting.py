"""Waiting for what is sold out: whoever has waited longest is offered what comes back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from domain.benefit_errors import CannotWait
from domain.benefits import Benefit, Why
from domain.members import MemberState
from domain.waiting import Wait, WaitState
from services import catalogue, restocks
from services.ports import Work
from services.ports.post import Notice

MOST: Final = 100
"""So many are served in one transaction; the job goes on."""

LAPSED: Final = "waiting.lapsed"
ENDED: Final = "waiting.ended"
"""Nobody took it in time, and it goes to nobody else: it is stopped, or its time is over."""

_Button = tuple[str, str, tuple[str, ...]]


def join(work: Work, member_id: int, benefit_id: int, now: datetime) -> Wait:
    """Takes a place at the end of the list, twice the same one.

    Raises BenefitNotFound, CannotWait, MemberFrozen, MemberClosed.
    """
    work.members.lock(member_id)
    work.members.get(member_id).may_move_points()
    # Locked, so that nothing comes back between seeing that it is sold out and waiting for it.
    work.benefits.lock(benefit_id)
    found = catalogue.offer(work, member_id, benefit_id, now)
    if found.waits is not None:
        return found.waits
    _require(work, found)
    work.waits.join(benefit_id, member_id, now)
    return work.waits.of_member(member_id)[benefit_id]


def _require(work: Work, found: catalogue.Offer) -> None:
    benefit, why = found.benefit, found.standing.why
    if not benefit.offer_hours:
        raise CannotWait("no_list", benefit.names)
    if why in (Why.NOTHING, Why.POINTS, Why.NOT_YET):
        raise CannotWait("to_be_had", benefit.names)
    if why is not Why.SOLD_OUT:
        raise CannotWait(str(why), benefit.names)


def leave(work: Work, member_id: int, benefit_id: int, now: datetime) -> None:
    """Gives up a place, or what is kept for the member, which goes to the next; twice changes
    nothing."""
    work.members.lock(member_id)
    if benefit_id in work.waits.of_member(member_id):
        _give_up(work, member_id, benefit_id, now)


def leave_all(work: Work, member_id: int, now: datetime) -> None:
    """Gives up every place of a member who leaves the club. The member is locked by the caller."""
    for benefit_id in sorted(work.waits.of_member(member_id)):
        _give_up(work, member_id, benefit_id, now)


def _give_up(work: Work, member_id: int, benefit_id: int, now: datetime) -> None:
    work.benefits.lock(benefit_id)
    # Read under the lock: until then one of the stock may have been offered to this place.
    wait = work.waits.of_member(member_id).get(benefit_id)
    if wait is None:
        return
    offered = wait.state is WaitState.OFFERED
    if work.waits.leave(wait.id, WaitState.LEFT, offered=offered) and offered:
        work.benefits.give_stock(benefit_id)
        stock_came(work, benefit_id, now, more=1)


# -- serving those who wait -------------------------------------------------------------


def stock_came(
    work: Work,
    benefit_id: int,
    now: datetime,
    most: int = MOST,
    *,
    more: int = 0,
    started: bool = False,
) -> int:
    """Offers what is left of a benefit to those who wait, the longest first, and what nobody took
    in time to the next; how many were offered one. To be called in the transaction in which
    anything came back: `more` of it, or it was `started` again. Whoever calls it may hold the lock
    of a member, but not of another benefit.

    If it could not be had before, and something is left for others, that is news to them.
    """
    benefit = work.benefits.lock(benefit_id)
    if benefit is None:
        return 0
    was_out = started or (benefit.stock is not None and benefit.stock <= more)
    told = LAPSED if _to_be_had(benefit, now) else ENDED
    for late in work.waits.lapsed(benefit_id, now):
        if work.waits.leave(late.id, WaitState.LAPSED, offered=True):
            work.benefits.give_stock(benefit_id)
            _tell(work, late, benefit, told, now)
    served = _serve(work, benefit, now, most)
    if was_out and _to_be_had(benefit, now):
        restocks.came_back(work, benefit_id, now)
    return served


def _serve(work: Work, benefit: Benefit, now: datetime, most: int) -> int:
    if not _to_be_had(benefit, now):
        return 0
    served = 0
    while served < most and (wait := work.waits.first(benefit.id)):
        if work.members.get(wait.member_id).state is not MemberState.ACTIVE:
            work.waits.leave(wait.id, WaitState.LAPSED, offered=False)
            continue
        if not _offer(work, wait, benefit, now):
            break
        served += 1
    return served


def _offer(work: Work, wait: Wait, benefit: Benefit, now: datetime) -> bool:
    if benefit.stock is None:  # there is enough for everybody now
        work.waits.leave(wait.id, WaitState.LAPSED, offered=False)
        _tell(work, wait, benefit, "waiting.back", now)
        return True
    if not work.benefits.reserve(benefit.id):
        return False
    until = now + timedelta(hours=benefit.offer_hours or 1)
    ends = (benefit.redeem_until, benefit.visible_until)
    until = min([until, *(end for end in ends if end is not None)])
    work.waits.offer(wait.id, now, until)
    _tell(work, wait, benefit, "waiting.offered", now, until)
    return True


def _to_be_had(benefit: Benefit, now: datetime) -> bool:
    if benefit.stopped or not benefit.visible(now):
        return False
    early = benefit.redeem_from is not None and now < benefit.redeem_from
    late = benefit.redeem_until is not None and now >= benefit.redeem_until
    return not (early or late)


def _tell(
    work: Work,
    wait: Wait,
    benefit: Benefit,
    key: str,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """At once, by night, too: they have asked for it, and it is theirs for hours only."""
    values: dict[str, object] = {"names": dict(benefit.names)}
    if until:
        zone = work.programmes.current().zone
        values |= {"until": until.isoformat(), "zone": zone}
    notice = Notice(key, values, _buttons(key, benefit), dedupe=f"{key}:{wait.id}")
    work.deliveries.to_member(wait.member_id, notice, now)


def _buttons(
    key: str, benefit: Benefit
) -> tuple[tuple[tuple[str, str, tuple[str, ...]], ...], ...]:
    see = ("button.benefits", "benefits", ())
    if key in (LAPSED, ENDED):
        return ((see,),)
    return ((("button.redeem", "benefit.confirm", (str(benefit.id),)),), (see,))


# -- the job ----------------------------------------------------------------------------


def nothing_to_serve(work: Work, now: datetime) -> bool:
    """Whether no offer has lapsed and nothing is left of anything that somebody waits for."""
    return not work.waits.to_serve(now, 0, 1)


def serve_some(work: Work, now: datetime) -> None:
    """Serves what a file of benefits has brought back, as far as one transaction goes."""
    for benefit_id in work.waits.to_serve(now, 0, MOST):
        stock_came(work, benefit_id, now)


def serve_due(work: Work, now: datetime, after: int, most: int = MOST) -> int | None:
    """Serves the list of the next benefit after an id, and returns where to go on; None when all
    are served."""
    found = work.waits.to_serve(now, after, 1)
    if not found:
        return None
    served = stock_came(work, found[0], now, most)
    return found[0] - 1 if served == most else found[0]
