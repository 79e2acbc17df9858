"""What a message to many has beside words, audience and time: goal, budget, gift, a second text,
members held out, the hour, a checklist. Each is a card that leads back to the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.campaign_plans import Gift, Goal, GoalKind, Plan, Timing, TimingKind
from domain.money import parse_money
from handlers import drafting
from handlers.parts import led_back, number, pairs, turning, whole
from handlers.turns import Turn, actor
from services import campaign_plan_words, campaign_plans
from services.ports.campaigns import Campaign

PLAN: Final = Flow(
    "plan",
    (
        Step("card", frozenset()),
        *(Step(name) for name in ("goal", "budget", "points", "text", "task")),
    ),
    timeout=timedelta(days=7),
)
HELD: Final = (0, 5, 10, 20)
HOURS: Final = (10 * 60, 12 * 60, 17 * 60 + 30, 20 * 60)
VALID: Final = 30
PAGE: Final = 6
PARTS: Final = {
    "goal": "goals",
    "limit": "ask_budget",
    "gift": "gift",
    "held": "held",
    "hour": "hour",
    "texts": "texts",
    "tasks": "tasks",
}
"""The parts of a plan, and where each is asked for."""
BACK: Final = Button("campaign_plan.button_back", "plan.show", here=True)
asked_again = led_back(((BACK,),))


def opened(turn: Turn) -> Campaign:
    """The draft that this is about; raises CampaignNotFound, NotYourDraft."""
    return drafting.own(turn, int(turn.data.get("campaign") or 0))


def begin(turn: Turn) -> Reply:
    """From the draft to its plan."""
    found = drafting.opened(turn)
    turn.start(PLAN, "card", campaign=str(found.id))
    return card(turn, found)


def show(turn: Turn) -> Reply:
    """The plan as it is."""
    turn.go("card")
    return card(turn, opened(turn))


def leave(turn: Turn) -> Reply:
    """Back to the draft."""
    return drafting.card(turn, opened(turn), edit=True)


def card(turn: Turn, campaign: Campaign, *, edit: bool = True) -> Reply:
    """Everything of the plan, and a button for each part."""
    buttons = [here(name, f"plan.{intent}") for name, intent in PARTS.items()]
    rows = pairs(buttons)
    done = Button("campaign_plan.button_draft", "plan.leave", here=True)
    return Reply(
        "campaign_plan.card",
        campaign_plan_words.values(turn.work, campaign),
        (*rows, (done,)),
        edit=edit,
    )


def here(label: str, intent: str, *args: str, **shown: Any) -> Button:
    """A button of this point of the conversation."""
    return Button(f"campaign_plan.button_{label}", intent, args, here=True, values=shown)


def _set(turn: Turn, **changes: Any) -> Reply:
    """Keeps a changed plan and shows it."""
    found = opened(turn)
    plan: Plan = replace(campaign_plans.plan_of(found), **changes)
    changed = campaign_plans.set_plan(turn.work, found.id, plan, actor(turn), turn.now)
    turn.go("card")
    return card(turn, changed, edit=not turn.text)


def asked(turn: Turn, step: str, key: str, rows: Rows, **shown: Any) -> Reply:
    """A question with its answers and the way back."""
    turn.go(step)
    return Reply(key, shown, (*rows, (BACK,)), edit=True)


# -- goal, budget, gift ------------------------------------------------------------------


def goal(turn: Turn) -> Reply:
    """What is it to bring?"""
    kinds = tuple((here(f"goal_{kind}", "plan.goal_kind", str(kind)),) for kind in GoalKind)
    none = (here("none", "plan.no_goal"),)
    return asked(turn, "card", "campaign_plan.ask_goal", (*kinds, none))


def goal_kind(turn: Turn) -> Reply:
    """How many, or how much?"""
    kind = turn.arg() if turn.arg() in tuple(GoalKind) else str(GoalKind.CLICKED)
    turn.go("goal", kind=kind)
    return Reply("campaign_plan.ask_target", {"goal": kind}, ((BACK,),), edit=True)


@asked_again
def take_goal(turn: Turn) -> Reply:
    """The number that was typed."""
    kind = GoalKind(str(turn.data["kind"]))
    if kind is GoalKind.REVENUE:
        target = parse_money(turn.text, turn.work.programmes.current().currency).minor
    else:
        target = whole(turn.text)
    return _set(turn, goal=Goal(kind, target))


def no_goal(turn: Turn) -> Reply:
    """Without a goal."""
    return _set(turn, goal=None)


def budget(turn: Turn) -> Reply:
    """What may its gifts cost in all?"""
    none = ((here("none", "plan.no_budget"),),)
    return asked(turn, "budget", "campaign_plan.ask_amount", none)


@asked_again
def take_budget(turn: Turn) -> Reply:
    """The amount that was typed."""
    currency = turn.work.programmes.current().currency
    return _set(turn, budget_minor=parse_money(turn.text, currency).minor)


def no_budget(turn: Turn) -> Reply:
    """Without a limit."""
    return _set(turn, budget_minor=None)


def gift(turn: Turn) -> Reply:
    """Points, a voucher, or nothing?"""
    rows: Rows = (
        (here("points", "plan.ask_points"), here("voucher", "plan.vouchers")),
        (here("none", "plan.no_gift"),),
    )
    return asked(turn, "card", "campaign_plan.ask_gift", rows)


def ask_points(turn: Turn) -> Reply:
    """How many points for each?"""
    return asked(turn, "points", "campaign_plan.ask_points", ())


@asked_again
def take_points(turn: Turn) -> Reply:
    """The number that was typed."""
    return _set(turn, gift=Gift(points=whole(turn.text)))


def vouchers(turn: Turn) -> Reply:
    """Which benefit's voucher?"""
    found, page = turn.work.benefits.all(), number(turn)
    rows = tuple(
        (here("benefit", "plan.benefit", str(one.id), names=dict(one.names)),)
        for one in found[page * PAGE : (page + 1) * PAGE]
    )
    return asked(
        turn,
        "card",
        "campaign_plan.ask_benefit",
        (*rows, *turning(page, len(found), PAGE, here("", "plan.vouchers"))),
    )


def benefit(turn: Turn) -> Reply:
    """The voucher that was tapped."""
    found = next((one for one in turn.work.benefits.all() if one.id == number(turn)), None)
    if found is None:
        return vouchers(turn)
    return _set(turn, gift=Gift(benefit_key=found.key, valid_days=VALID))


def no_gift(turn: Turn) -> Reply:
    """Without a gift, and so without a budget."""
    return _set(turn, gift=None, budget_minor=None)


# -- who gets what, and when -------------------------------------------------------------


def held(turn: Turn) -> Reply:
    """How many get nothing, to compare with?"""
    row = tuple(here("percent", "plan.hold", str(one), percent=one) for one in HELD)
    return asked(turn, "card", "campaign_plan.ask_held", (row,))


def hold(turn: Turn) -> Reply:
    """So many of a hundred."""
    return _set(turn, held_percent=number(turn) if number(turn) in HELD else 0)


def hour(turn: Turn) -> Reply:
    """At once, or at an hour of each member's own day?"""
    rows: list[tuple[Button, ...]] = [(here("at_once", "plan.timing", "at_once", "0"),)]
    local = [
        here("local_hour", "plan.timing", "local_hour", str(one), clock=_clock(one))
        for one in HOURS
    ]
    rows += [tuple(local[:2]), tuple(local[2:])]
    rows.append((here("usual_hour", "plan.timing", "usual_hour", str(HOURS[0])),))
    return asked(turn, "card", "campaign_plan.ask_hour", tuple(rows))


def timing(turn: Turn) -> Reply:
    """The hour that was tapped."""
    kind, minute = turn.arg(), number(turn, 1)
    if kind not in tuple(TimingKind) or (minute not in HOURS and kind != TimingKind.AT_ONCE):
        return hour(turn)
    if kind == TimingKind.AT_ONCE:
        return _set(turn, timing=Timing())
    return _set(turn, timing=Timing(TimingKind(kind), minute))


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"
