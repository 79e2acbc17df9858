"""Results of campaigns as plain data: for the card in the chat, for files, and to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain import sending
from domain.survey_figures import Estimate, share
from services import campaign_telling
from services.campaign_results import Group, Result
from services.ports import Work
from services.ports.campaigns import Campaign


def plain(work: Work, result: Result) -> dict[str, Any]:
    """Everything that is said of a campaign; money in minor units, estimates as [value, low,
    high], low and high None where nothing is said of them."""
    campaign, went = result.campaign, result.progress
    about = campaign_telling.abouts(work, (campaign,))[campaign.id]
    return {
        "campaign_id": str(campaign.id),
        "name": campaign.name,
        "about": about,
        "state": campaign.state,
        "currency": result.currency,
        "zone": work.programmes.current().zone,
        "at": result.at.isoformat(),
        "until": result.until.isoformat() if result.until else None,
        "over": result.over,
        "window_days": result.plan.window_days,
        "planned": went.planned,
        "sent": went.sent,
        "waiting": went.waiting,
        "skipped": went.skipped,
        "unreachable": went.unreachable,
        "failed": went.failed,
        "unknown": went.unknown,
        "reasons": [{"reason": reason, "count": count} for reason, count in went.reasons],
        "all": _group(result.all),
        "held": _group(result.held) if result.held else None,
        "texts": [_group(one) for one in result.texts],
        "lift": {
            "buyers": _estimate(result.lift.buyers),
            "money": _estimate(result.lift.money),
            "total": _estimate(result.lift.total),
        }
        if result.lift
        else None,
        "contest": {
            "by": str(result.contest.by),
            "winner": result.contest.verdict.winner,
            "leader": result.contest.verdict.leader,
            "needed": result.contest.verdict.needed,
        }
        if result.contest
        else None,
        "goal": _goal(result),
        "gifts": {
            "members": result.given.members,
            "vouchers": result.given.vouchers,
            "points": result.given.points,
            "revoked": result.given.revoked,
        },
        "cost": result.given.cost_minor,
        "budget": campaign.budget_minor
        if campaign.budget_minor is not None
        else result.plan.budget_minor,
        "stars": _stars(work, campaign, went.sent),
        "parted": result.parted,
        "targets": [
            {"name": one.name, "link": one.is_link, "members": one.members, "times": one.times}
            for one in result.targets
        ],
    }


def _goal(result: Result) -> dict[str, Any] | None:
    goal, reached = result.plan.goal, result.goal
    if goal is None or reached is None:
        return None
    met = reached >= goal.target
    return {"kind": str(goal.kind), "target": goal.target, "reached": reached, "met": met}


def _stars(work: Work, campaign: Campaign, sent: int) -> int:
    """What sending has cost in Telegram's Stars at most, 0 for what went at the usual rate."""
    return sending.estimate(sent, work.rate, work.paid_rate).stars if campaign.paid else 0


def _group(group: Group) -> dict[str, Any]:
    return {
        "letter": group.letter,
        "members": group.members,
        "clicked": group.clicked,
        "redeemed": group.redeemed,
        "buyers": group.buyers,
        "purchases": group.purchases,
        "revenue": group.revenue,
        "click_share": _share(group.clicked, group.members),
        "buy_share": _estimate(share(group.buyers, group.members)),
    }


def _share(times: int | None, of: int) -> list[float | None] | None:
    return None if times is None else _estimate(share(min(times, of), of))


def _estimate(found: Estimate | None) -> list[float | None] | None:
    return None if found is None else [found.value, found.low, found.high]


def rows(data: Mapping[str, Any]) -> list[list[Any]]:
    """The figures as a table: what, of whom (a letter, `all`, `held`, or what is counted), value,
    low, high. Shares are numbers from 0 to 1, money is in minor units."""
    table: list[list[Any]] = [
        [name, "", data[name], None, None]
        for name in ("planned", "sent", "waiting", "skipped", "unreachable", "failed", "unknown")
    ]
    table += [["reason", one["reason"], one["count"], None, None] for one in data["reasons"]]
    groups = [("all", data["all"]), *((one["letter"], one) for one in data["texts"])]
    for of, group in (*groups, *((("held", data["held"]),) if data["held"] else ())):
        for name in ("members", "clicked", "redeemed", "buyers", "purchases", "revenue"):
            if group[name] is not None:
                table.append([name, of, group[name], None, None])
        for name in ("click_share", "buy_share"):
            if group[name] is not None:
                table.append([name, of, *group[name]])
    for name, found in (data["lift"] or {}).items():
        if found is not None:
            table.append([f"lift_{name}", "", *found])
    if data["goal"]:
        table += [[f"goal_{name}", "", data["goal"][name], None, None] for name in _OF_GOAL]
    table += [[name, "", data[name], None, None] for name in ("cost", "budget")]
    if data.get("stars"):
        table.append(["stars", "", data["stars"], None, None])
    table.append(["parted", "", data["parted"], None, None])
    table += [["followed", one["name"], one["members"], None, None] for one in data["targets"]]
    return [row for row in table if row[2] is not None]


_OF_GOAL = ("target", "reached")
