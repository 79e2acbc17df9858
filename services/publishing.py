"""Publishing a version of the programme: at once, or after the yes of somebody who may approve."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from domain import programme_json
from domain.approvals import Approval, ApprovalOutdated
from domain.level_errors import LevelsLost
from domain.levels import homeless
from domain.programme import Programme
from services import approvals, reviewing
from services.ports import Work
from services.ports.club import Actor, Operator

KIND: Final = "programme.publish"
PERMISSION: Final = "programme:approve"


def publish(work: Work, programme: Programme, actor: Actor, now: datetime) -> bool:
    """Adds a version with its audit row; False if it was published before.

    Of two processes that publish the same version one adds it. Raises ProgrammeChanged if it
    exists with other content, LevelsLost.
    """
    require_homes(work, programme)
    new = work.programmes.publish(programme, now, actor.staff_id)
    if new:
        detail = {"content": programme_json.fingerprint(programme)}
        subject = ("programme", programme.version)
        work.audit.add(actor, KIND, subject, now, detail)
    return new


def require_homes(work: Work, programme: Programme) -> None:
    """Every level that members may hold has to be in the new ladder, or be named there as what a
    level was called formerly: nobody loses a level by a publishing. Raises LevelsLost."""
    lost: dict[str, None] = {}
    for version in reviewing.held_under(work):
        if version < programme.version:
            before = work.programmes.version(version).levels
            lost |= dict.fromkeys(homeless(before, programme.levels))
    if lost:
        raise LevelsLost(tuple(lost))


def approvers(work: Work, actor: Actor) -> list[Operator]:
    """Who can be asked: operators with a linked chat who may approve, but not who asks."""
    return approvals.approvers(work, PERMISSION, actor.staff_id)


def request(
    work: Work, programme: Programme, shown: Mapping[str, Any], actor: Actor, now: datetime
) -> Approval:
    """Asks the approvers for a yes to exactly this content; `shown` are the values of the card.

    Asked again while it waits, it is the same request. Raises LevelsLost.
    """
    require_homes(work, programme)
    fingerprint = programme_json.fingerprint(programme)
    newest = work.programmes.newest()
    for waiting in requests(work, now):
        payload = waiting.payload
        if (payload["fingerprint"], payload["newest"]) == (fingerprint, newest):
            return waiting
    payload = {
        "content": programme_json.to_json(programme),
        "fingerprint": fingerprint,
        "newest": newest,
    }
    return approvals.ask(
        work,
        KIND,
        ("programme", programme.version),
        payload,
        permission=PERMISSION,
        actor=actor,
        summary=("programme.request", shown),
        now=now,
    )


def requests(work: Work, now: datetime) -> list[Approval]:
    """The programmes that wait for a yes, the oldest first."""
    return [one for one in approvals.waiting(work, now) if one.kind == KIND]


def approved(work: Work, payload: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    """Publishes what was approved, as it was shown. Raises ApprovalOutdated if another version
    was published meanwhile."""
    programme = programme_json.from_json(payload["content"])
    known = programme_json.fingerprint(programme) == payload["fingerprint"]
    if not known or work.programmes.newest() != payload["newest"]:
        raise ApprovalOutdated()
    publish(work, programme, actor, now)
