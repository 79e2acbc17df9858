"""Campaigns in a list: how far each is, its goal against what came, its cost against the budget;
and all of them as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from domain.campaign_plans import GoalKind, load_plan
from domain.campaigns import CampaignState
from domain.dates import zone_of
from services import campaign_figures, campaign_results
from services.campaign_telling import abouts
from services.ports import Work
from services.ports.campaigns import Campaign
from services.ports.club import Actor

PAGE: Final = 6
MOST: Final = 100_000
NOBODY: Final = 0
"""Sees no drafts."""
ANYBODY: Final = -1
"""Sees all of them, as the command line does."""
_GOING: Final = (CampaignState.RUNNING, CampaignState.PAUSED)
_WENT: Final = ("planned", "sent", "unreachable", "skipped", "failed", "unknown")
_OF_ALL: Final = ("clicked", "redeemed", "buyers", "purchases", "revenue")


@dataclass(frozen=True, slots=True)
class Page:
    """Some campaigns as `broadcast.list` shows them, which page that is, how many there are."""

    lines: list[dict[str, Any]]
    page: int
    count: int


def page(work: Work, staff_id: int, wanted: int, now: datetime, most: int = PAGE) -> Page:
    """A page of the campaigns that an operator sees, the last one for one that is not there."""
    count = work.campaign_list.count(staff_id)
    at = min(wanted, max(count - 1, 0) // most)
    found = work.campaign_list.page(staff_id, at * most, most)
    return Page(_lines(work, found, now), at, count)


def _lines(work: Work, found: list[Campaign], now: datetime) -> list[dict[str, Any]]:
    names = {one.id: one.name for one in work.staff.all()}
    about = abouts(work, found)
    kept = work.campaign_list.figures([one.id for one in found])
    currency = work.programmes.current().currency
    return [
        {
            "id": str(one.id),
            "state": one.state,
            "kind": one.kind,
            "name": one.name,
            "about": about[one.id],
            "at": one.send_at or one.started_at or one.made_at,
            "author": names.get(one.author_id, ""),
            **_went(work, one, kept.get(one.id)),
            "goal": _goal(one, kept.get(one.id), currency, now),
            **_cost(one, currency),
        }
        for one in found
    ]


def _went(work: Work, one: Campaign, data: Mapping[str, Any] | None) -> dict[str, Any]:
    """How far it is: counted for one on its way, of the others what was kept of them if it was."""
    if one.started_at is None or (data and one.state not in _GOING):
        planned, sent = (data["planned"], data["sent"]) if data else (one.planned, None)
        return {"planned": planned, "sent": sent, "percent": None}
    states = work.campaign_rows.states(one.id)
    written = sum(states.values())
    planned = written if one.filled_at else max(written, one.planned or 0)
    waiting = sum(states.get(state, 0) for state in ("pending", "claimed", "sending"))
    going = one.state in _GOING
    percent = (100 * (written - waiting) // planned if planned else 0) if going else None
    return {"planned": planned, "sent": states.get("sent", 0), "percent": percent}


def _goal(
    one: Campaign, data: Mapping[str, Any] | None, currency: str, now: datetime
) -> dict[str, Any] | None:
    """The goal of a campaign that has begun: `reached` (None until it was counted), `status`."""
    plan = load_plan(one.plan)
    if plan.goal is None or one.started_at is None:
        return None
    found = data["goal"]["reached"] if data and data["goal"] else None
    over = one.finished_at and one.finished_at + timedelta(days=plan.window_days) <= now
    met = found is not None and found >= plan.goal.target
    money = plan.goal.kind is GoalKind.REVENUE
    return {
        "kind": str(plan.goal.kind),
        "target": _money(plan.goal.target, currency) if money else plan.goal.target,
        "reached": _money(found, currency) if money and found is not None else found,
        "status": "reached" if met else "missed" if over and found is not None else "open",
    }


def _cost(one: Campaign, currency: str) -> dict[str, Any]:
    """What its gifts have cost, None without any, and what they may."""
    given = bool(one.plan.get("gift"))
    budget = one.budget_minor if given else None
    return {
        "cost": _money(one.spent_minor, currency) if given else None,
        "budget": None if budget is None else _money(budget, currency),
    }


def _money(minor: int, currency: str) -> dict[str, Any]:
    return {"minor": minor, "currency": currency}


# -- all of them as a table --------------------------------------------------------------


def table(work: Work, now: datetime) -> dict[str, Any]:
    """The key figures of all campaigns that are no drafts, the newest first, as plain data: money
    in minor units, shares from 0 to 1, local times. What was never counted is counted now, so
    that this may take long."""
    programme = work.programmes.current()
    found = work.campaign_list.page(NOBODY, 0, MOST)
    names = {one.id: one.name for one in work.staff.all()}
    about, kept = abouts(work, found), _figures(work, found, now)
    zone = zone_of(programme.zone)

    def local(at: datetime | None) -> str:
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""

    rows = [
        {
            "id": str(one.id),
            "name": one.name,
            "about": about[one.id],
            "kind": one.kind,
            "state": one.state,
            "author": names.get(one.author_id, ""),
            "began": local(one.started_at or one.send_at),
            "ended": local(one.finished_at),
            **_key_figures(one, kept.get(one.id), now),
        }
        for one in found
    ]
    return {"rows": rows, "currency": programme.currency, "zone": programme.zone, "at": local(now)}


def _figures(work: Work, found: Iterable[Campaign], now: datetime) -> dict[int, Mapping[str, Any]]:
    some = list(found)
    kept = work.campaign_list.figures([one.id for one in some])
    for one in some:
        if one.id not in kept and one.started_at is not None:
            result = campaign_results.of(work, one.id, now)
            kept[one.id] = campaign_figures.plain(work, result)
    return kept


def _key_figures(one: Campaign, data: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    if data is None:
        return {"planned": one.planned}
    everybody, held = data["all"], data["held"] or {}
    goal = _goal(one, data, data["currency"], now)
    lift = (data["lift"] or {}).get("total") or [None] * 3
    return {
        **{name: data[name] for name in _WENT},
        **{name: everybody[name] for name in _OF_ALL},
        "click_share": (everybody["click_share"] or [None])[0],
        "buy_share": (everybody["buy_share"] or [None])[0],
        "goal": goal["kind"] if goal else "",
        "target": data["goal"]["target"] if data["goal"] else None,
        "reached": data["goal"]["reached"] if data["goal"] else None,
        "status": goal["status"] if goal else "",
        "gifts": data["gifts"]["members"],
        "cost": data["cost"],
        "budget": data["budget"],
        "held": held.get("members", 0),
        **dict(zip(("lift", "lift_low", "lift_high"), lift, strict=True)),
        "parted": data["parted"],
    }


def note(work: Work, form: str, actor: Actor, now: datetime) -> None:
    """Notes in the audit that somebody takes the table out, before it leaves."""
    detail = {"what": "list", "form": form}
    work.audit.add(actor, "campaign.export", ("campaign", "all"), now, detail)
