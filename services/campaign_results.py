"""What a campaign brought: who was reached, clicked, bought, against those who were held out.

SEMANTICS: Campaigns. Everybody who was assigned counts, also who could not be reached, for the
held out are not asked whether they can be. What somebody buys counts from their message on (of
the held out: from the moment when that was decided) for the window of the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.campaign_figures import (
    Sums,
    Verdict,
    better_money,
    better_share,
    money_lift,
    share_lift,
)
from domain.campaign_plans import GoalKind, Plan, load_plan
from domain.dates import local_day
from domain.survey_figures import Estimate
from services.campaign_drafts import find
from services.campaign_progress import Progress, progress
from services.ports import Work
from services.ports.campaign_results import Arm, Given, Span, Target
from services.ports.campaigns import Campaign

MOST_TARGETS: Final = 10
DAY: Final = timedelta(days=1)
LATE: Final = timedelta(days=7)
"""An author is not told of a window that was over longer ago."""
MOST_LOOKED_AT: Final = 200


@dataclass(frozen=True, slots=True)
class Group:
    """Members who got one text, all who were written to, or those held out. `revenue` in minor
    units; `clicked` is None for the held out, `redeemed` also where no voucher was given."""

    letter: str
    members: int
    clicked: int | None
    redeemed: int | None
    buyers: int
    purchases: int
    revenue: int
    sums: Sums


@dataclass(frozen=True, slots=True)
class Lift:
    """What the campaign brought above what the held out did by themselves: the share of members
    who buy, money per member, and in all, in minor units. None where too few say nothing."""

    buyers: Estimate | None
    money: Estimate | None
    total: Estimate | None


@dataclass(frozen=True, slots=True)
class Contest:
    """Which text is the better one, by what is counted (domain.campaign_plans.GoalKind)."""

    by: GoalKind
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Result:
    """What a campaign brought. `until`: when the window of the last message is over, None while
    it is sent; `over`: whether that is so; `goal`: how far it came."""

    campaign: Campaign
    plan: Plan
    progress: Progress
    all: Group
    held: Group | None
    lift: Lift | None
    texts: tuple[Group, ...]
    contest: Contest | None
    given: Given
    parted: int
    targets: tuple[Target, ...]
    goal: int | None
    until: datetime | None
    over: bool
    currency: str
    at: datetime


def of(work: Work, campaign_id: int, now: datetime) -> Result:
    """What a campaign has brought by now; counts much, so outside of writing transactions. Raises
    CampaignNotFound."""
    campaign = find(work, campaign_id)
    plan = load_plan(campaign.plan)
    until = _until(work, campaign, plan)
    over = until is not None and until <= now
    arms = work.campaign_results.arms(campaign_id, span(work, campaign, plan, now))
    given = work.campaign_results.given(campaign_id)
    clicked = work.campaign_results.clicked(campaign_id)
    used = work.campaign_results.redeemed(campaign_id) if given.vouchers else None
    written = [one for one in arms if not one.held]
    everybody = _group("", written, sum(clicked.values()), _sum(used))
    texts = tuple(
        _group(one.letter, [one], clicked.get(one.letter, 0), _of(used, one.letter))
        for one in written
        if one.letter
    )
    kept_back = [one for one in arms if one.held]
    held = _group("", kept_back, None, None) if kept_back else None
    return Result(
        campaign=campaign,
        plan=plan,
        progress=progress(work, campaign_id, now),
        all=everybody,
        held=held,
        lift=_lift(everybody, held) if held else None,
        texts=texts,
        contest=_contest(texts, plan, over=over) if len(texts) > 1 else None,
        given=given,
        parted=work.campaign_results.parted(campaign_id),
        targets=tuple(work.campaign_results.targets(campaign_id, MOST_TARGETS)),
        goal=_reached(everybody, plan),
        until=until,
        over=over,
        currency=work.programmes.current().currency,
        at=now,
    )


def span(work: Work, campaign: Campaign, plan: Plan, now: datetime) -> Span:
    """What counts of what members of a campaign buy."""
    programme = work.programmes.current()
    window = timedelta(days=plan.window_days)
    first = campaign.started_at or campaign.made_at
    last = campaign.finished_at or now
    days = (local_day(first, programme.zone) - DAY, local_day(last + window, programme.zone) + DAY)
    return Span(window, programme.currency, *days)


def _until(work: Work, campaign: Campaign, plan: Plan) -> datetime | None:
    if campaign.finished_at is None:
        return None
    last = work.campaign_results.last_sent(campaign.id) or campaign.finished_at
    return last + timedelta(days=plan.window_days)


def _of(by_letter: Mapping[str, int] | None, letter: str) -> int | None:
    return None if by_letter is None else by_letter.get(letter, 0)


def _sum(by_letter: Mapping[str, int] | None) -> int | None:
    return None if by_letter is None else sum(by_letter.values())


def _group(letter: str, arms: Iterable[Arm], clicked: int | None, redeemed: int | None) -> Group:
    some = list(arms)
    members, revenue = sum(one.members for one in some), sum(one.revenue for one in some)
    return Group(
        letter=letter,
        members=members,
        clicked=clicked,
        redeemed=redeemed,
        buyers=sum(one.buyers for one in some),
        purchases=sum(one.purchases for one in some),
        revenue=revenue,
        sums=Sums(
            members,
            sum(one.payers for one in some),
            float(revenue),
            sum(one.squares for one in some),
            sum(one.cubes for one in some),
        ),
    )


def _lift(everybody: Group, held: Group) -> Lift:
    money = money_lift(everybody.sums, held.sums)
    return Lift(
        share_lift(everybody.buyers, everybody.members, held.buyers, held.members),
        money,
        _times(money, everybody.members),
    )


def _times(one: Estimate | None, members: int) -> Estimate | None:
    if one is None or one.low is None or one.high is None:
        return None
    return Estimate(one.value * members, one.low * members, one.high * members)


def _contest(texts: Iterable[Group], plan: Plan, *, over: bool) -> Contest:
    """By the goal of the plan; without one by who has clicked, or bought where nobody did."""
    some = list(texts)
    if plan.goal is not None:
        by = plan.goal.kind
    else:
        by = GoalKind.CLICKED if any(one.clicked for one in some) else GoalKind.MEMBERS
    if by is GoalKind.REVENUE:
        return Contest(by, better_money({one.letter: one.sums for one in some}, over=over))
    times = {one.letter: (_answered(one, by), one.members) for one in some}
    return Contest(by, better_share(times, over=over))


def _answered(group: Group, by: GoalKind) -> int:
    """How many members of a group did what is counted."""
    if by is GoalKind.CLICKED:
        return group.clicked or 0
    return (group.redeemed or 0) if by is GoalKind.REDEEMED else group.buyers


def _reached(everybody: Group, plan: Plan) -> int | None:
    """How far the goal was reached, in its own unit."""
    if plan.goal is None:
        return None
    found: dict[GoalKind, int] = {
        GoalKind.CLICKED: everybody.clicked or 0,
        GoalKind.REDEEMED: everybody.redeemed or 0,
        GoalKind.PURCHASES: everybody.purchases,
        GoalKind.REVENUE: everybody.revenue,
        GoalKind.MEMBERS: everybody.buyers,
    }
    return found[plan.goal.kind]
