"""Publishes a programme from the command line: at once, or as a request with its dry run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.failures import Failed
from app.simulating import Report, Simulated, levels, simulate
from app.wiring import Club
from domain.approvals import Approval
from domain.money import Money
from domain.programme import Programme
from services import publishing, staffing
from services.ports.club import Actor
from services.programme_diff import differences
from services.simulating import OtherCurrency
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Published:
    """What became of it: `new` if it holds now; else it was there before or waits as `request`
    for one of `asked`. `alone`: the name of the one approver, who asked themselves."""

    new: bool
    request: Approval | None = None
    asked: list[str] = field(default_factory=list)
    alone: str = ""


async def publish(club: Club, programme: Programme, by: str, report: Report) -> Published:
    """Publishes a version, or asks for it where somebody is linked who may approve.

    by: the name of the operator who asks, "" for whoever runs the command. Raises Failed for a
    version that is not above the newest, OperatorNotFound, ProgrammeChanged.
    """
    actor, known, asked = await club.units.read(lambda work: _look(work, programme, by))
    if known or not asked:
        new = await club.units.write(
            lambda work: publishing.publish(work, programme, actor, club.clock.now())
        )
        return Published(new, alone=by)
    shown = await _shown(club, programme, report)

    def ask(work: Work) -> Approval:
        if work.programmes.newest() != shown["newest"]:
            raise Failed("another version was published meanwhile; look at it and try again")
        return publishing.request(work, programme, shown, actor, club.clock.now())

    return Published(False, await club.units.write(ask), asked)


def _look(work: Work, programme: Programme, by: str) -> tuple[Actor, bool, list[str]]:
    """Who asks, whether this version is there already, and who could approve."""
    operator = staffing.find(work, by) if by else None
    actor = Actor(operator.name, operator.id, operator.store_id) if operator else Actor("cli")
    newest = work.programmes.newest()
    if programme.version < newest:
        raise Failed(f"version {newest} is published already; give the file a version above that")
    asked = [one.name for one in publishing.approvers(work, actor)]
    return actor, programme.version == newest, asked


async def _shown(club: Club, programme: Programme, report: Report) -> dict[str, Any]:
    """The values of the card: what changes, and what the dry run says."""
    before = await club.units.read(lambda work: work.programmes.current())
    sections = list(dict.fromkeys(one.section for one in differences(before, programme)))
    about = {
        "names": dict(programme.names),
        "version": programme.version,
        "newest": before.version,
        "sections": sections,
        "currencies": [before.currency, programme.currency],
        "dry": None,
    }
    try:
        found = await simulate(club, programme, report=report)
    except OtherCurrency:
        return about
    return {**about, "dry": summary(found)}


def summary(found: Simulated) -> dict[str, Any]:
    """The dry run in the few numbers that fit a card."""
    simulation, totals = found.simulation, found.totals
    months = totals.months()
    count = max(len(months), 1)
    old, new = (sum(sums.values()) // count for sums in (totals.before, totals.after))
    worth = [found.worth.of(points) for points in (old, new)]
    currency = simulation.before.currency
    return {
        "last": simulation.last.isoformat(),
        "members": totals.members,
        "risen": totals.risen,
        "fallen": totals.fallen,
        "stayed": totals.members - totals.risen - totals.fallen,
        "levels": [
            {"names": names, "emoji": emoji, "before": was, "after": now}
            for names, emoji, was, now in levels(simulation)
        ],
        "points": [old, new],
        "share": round(100 * (new - old) / old) if old else None,
        "worth": [Money(minor, currency) for minor in worth if minor is not None],
    }
