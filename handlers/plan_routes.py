"""The routes of a campaign's plan."""

from typing import Final

from bot.router import Handler, Route
from handlers import campaign_plan, campaign_trials

WRITES: Final = "campaign:write"


def _step(name: str, handle: Handler) -> Route:
    return Route(f"plan.{name}", handle, writes=True, needs=WRITES)


ROUTES: Final[tuple[Route, ...]] = (
    Route("draft.plan", campaign_plan.begin, writes=True, needs=WRITES),
    _step("show", campaign_plan.show),
    _step("leave", campaign_plan.leave),
    _step("goals", campaign_plan.goal),
    _step("goal_kind", campaign_plan.goal_kind),
    _step("goal", campaign_plan.take_goal),
    _step("no_goal", campaign_plan.no_goal),
    _step("ask_budget", campaign_plan.budget),
    _step("budget", campaign_plan.take_budget),
    _step("no_budget", campaign_plan.no_budget),
    _step("gift", campaign_plan.gift),
    _step("ask_points", campaign_plan.ask_points),
    _step("points", campaign_plan.take_points),
    _step("vouchers", campaign_plan.vouchers),
    _step("benefit", campaign_plan.benefit),
    _step("no_gift", campaign_plan.no_gift),
    _step("held", campaign_plan.held),
    _step("hold", campaign_plan.hold),
    _step("hour", campaign_plan.hour),
    _step("timing", campaign_plan.timing),
    _step("texts", campaign_trials.texts),
    _step("write", campaign_trials.write_text),
    Route(
        "plan.text",
        campaign_trials.take_text,
        writes=True,
        needs=WRITES,
        looks=campaign_trials.to_try,
    ),
    _step("share", campaign_trials.share),
    _step("one_text", campaign_trials.one_text),
    _step("tasks", campaign_trials.tasks),
    _step("task", campaign_trials.take_task),
    _step("tick", campaign_trials.tick),
)
FLOWS: Final = (campaign_plan.PLAN,)
