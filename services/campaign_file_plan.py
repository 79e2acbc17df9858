"""What a campaign's file says beside words, audience and time: goal, budget, gift, texts to try,
share held out, hour, window, checklist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.campaign_plans import (
    LETTERS,
    LONGEST_WINDOW,
    MOST_HELD,
    MOST_POINTS,
    Gift,
    Goal,
    GoalKind,
    Plan,
    Timing,
    TimingKind,
)
from domain.club_errors import OperatorNotFound
from domain.money import exponent
from services import campaign_plans, campaign_tasks, campaign_variants
from services.content_files import Found
from services.file_values import Amount, Section
from services.ports import Work
from services.ports.club import Actor

Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
MONEY = GoalKind.REVENUE


class Target(Section):
    """What it is to bring within the window; `target` is money for revenue, else a number."""

    kind: Literal["clicked", "redeemed", "purchases", "revenue", "members"]
    target: Amount


class Present(Section):
    """Points, or the voucher of a benefit by its key; `cost`: of one, in the club's currency."""

    points: Annotated[int, Field(ge=0, le=MOST_POINTS)] = 0
    voucher: str = ""
    valid_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    cost: Amount | None = None


class Hour(Section):
    """At an hour of each member's own day, or at the one at which they usually come."""

    local_hour: Clock | None = None
    usual_hour: Clock | None = None


class Texts(Section):
    zh: str = ""
    en: str = ""


class Variant(Section):
    """Another text, for so many of a hundred."""

    text: Texts
    share: Annotated[int, Field(ge=1, le=99)]


class Task(Section):
    """A line of the checklist: whose it is (an operator's name) and until when."""

    text: Line
    owner: str = ""
    due: date | None = None


class Planned(Section):
    """The part of the file that says it."""

    name: Annotated[str, StringConstraints(max_length=60)] = ""
    goal: Target | None = None
    budget: Amount | None = None
    gift: Present | None = None
    variants: Annotated[dict[str, Variant], Field(default_factory=dict, max_length=3)]
    hold_out: Annotated[int, Field(ge=0, le=MOST_HELD)] = 0
    hour: Hour | None = None
    window_days: Annotated[int, Field(ge=1, le=LONGEST_WINDOW)] = 7
    checklist: Annotated[list[Line | Task], Field(default_factory=list, max_length=30)]


def problems(file: Planned) -> Iterator[Found]:
    """What is wrong beyond the shape of single values."""
    if file.gift and bool(file.gift.points) == bool(file.gift.voucher):
        yield ("gift",), "give points: or voucher:, one of them"
    if file.hour and (file.hour.local_hour is None) == (file.hour.usual_hour is None):
        yield ("hour",), "give local_hour: or usual_hour:, one of them"
    if file.goal and file.goal.kind != MONEY and file.goal.target % 1:
        yield ("goal", "target"), "must be a whole number"
    letters = tuple(file.variants)
    if letters != tuple(LETTERS[1 : len(letters) + 1]):
        yield ("variants",), "must be called B, then C, then D; A is text:"
    if sum(one.share for one in file.variants.values()) > 99:
        yield ("variants",), "together must leave a share of at least 1 for text:"
    for letter, one in file.variants.items():
        if not one.text.zh.strip() and not one.text.en.strip():
            yield ("variants", letter), "write zh: or en:, or both"


def plan_of(file: Planned, currency: str) -> Plan:
    """The plan that the file says."""
    gift = file.gift
    goal = file.goal
    timing = Timing()
    if file.hour is not None:
        local = file.hour.local_hour
        clock = local or file.hour.usual_hour or ""
        kind = TimingKind.LOCAL_HOUR if local else TimingKind.USUAL_HOUR
        timing = Timing(kind, int(clock[:2]) * 60 + int(clock[3:]))
    return Plan(
        goal=Goal(GoalKind(goal.kind), _target(goal, currency)) if goal else None,
        budget_minor=None if file.budget is None else _minor(file.budget, currency),
        gift=_gift(gift, currency) if gift else None,
        held_percent=file.hold_out,
        timing=timing,
        window_days=file.window_days,
    )


def _gift(gift: Present, currency: str) -> Gift:
    each = None if gift.cost is None else _minor(gift.cost, currency)
    return Gift(gift.points, gift.voucher, gift.valid_days, each)


def _target(goal: Target, currency: str) -> int:
    return _minor(goal.target, currency) if goal.kind == MONEY else int(goal.target)


def _minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(exponent(currency)))


def set_all(
    work: Work,
    campaign_id: int,
    file: Planned,
    wordings: dict[str, int],
    actor: Actor,
    now: datetime,
) -> None:
    """Gives a draft all of it. `wordings`: the version of the words by letter, A among them.
    Raises as services.campaign_plans, campaign_variants and campaign_tasks."""
    if file.name.strip():
        campaign_plans.set_name(work, campaign_id, file.name, actor, now)
    plan = plan_of(file, work.programmes.current().currency)
    campaign_plans.set_plan(work, campaign_id, plan, actor, now)
    if file.variants:
        rest = 100 - sum(one.share for one in file.variants.values())
        shares = {"A": rest, **{letter: one.share for letter, one in file.variants.items()}}
        texts = [(letter, wordings[letter], share) for letter, share in shares.items()]
        campaign_variants.set_variants(work, campaign_id, texts, actor, now)
    for line in file.checklist:
        _task(work, campaign_id, line, actor, now)


def _task(work: Work, campaign_id: int, line: str | Task, actor: Actor, now: datetime) -> None:
    task = Task(text=line) if isinstance(line, str) else line
    owner = work.staff.by_name(task.owner) if task.owner else None
    if task.owner and owner is None:
        raise OperatorNotFound(task.owner)
    owner_id = owner.id if owner else None
    campaign_tasks.add(work, campaign_id, task.text, owner_id, task.due, actor, now)
