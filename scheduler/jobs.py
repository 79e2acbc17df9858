"""What happens by itself: a table of jobs, in the order in which a night runs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

from services import (
    approvals,
    caring,
    event_series,
    expiry,
    holds,
    insight,
    order_reminders,
    purchases,
    recommending,
    restocks,
    reviewing,
    rhythms,
    saved_audiences,
    sealing,
    survey_invites,
    survey_steps,
    ticket_rating,
    waiting,
)
from services.ports import Work
from services.timetable import Due

NIGHT = time(0, 5)
AFTERNOON = time(17)
MORNING = time(9)
FORENOON = time(10)
BATCH = 20
LOTS = 100
TICKS_KEPT = timedelta(days=35)
INBOX_KEPT = timedelta(days=3)  # platforms deliver an update again for a day at most
INBOX_BATCH = 200
DAYTIME = timedelta(hours=15)  # what comes by day is no use by night
COUNTED = 5

# Does some of the work behind a cursor and returns the next cursor, None when all is done. Each
# call is a unit of its own, short, and doing it twice changes nothing.
Step = Callable[[Work, Due, datetime, int], int | None]
# Reads at length, beside everything else, what the next step needs, and gives that step.
Look = Callable[[Work, Due, datetime], Step]
# Whether there is nothing to do, by reading alone: most nights of a small club are like that.
Idle = Callable[[Work, Due, datetime], bool]


@dataclass(frozen=True, slots=True)
class Job:
    """A job: its name, local times of day, what it does and when that is nothing, in whose zone.

    `within`: how late an occurrence is still worth running (None: always); later ones are only
    recorded, by `too_late`. `rule`: the rule of care it comes from, which says itself what becomes
    of the late. `look`: is asked for each step anew, outside of its transaction.
    """

    name: str
    clocks: tuple[time, ...]
    step: Step
    idle: Idle
    own_zones: bool = False
    within: timedelta | None = None
    too_late: Step | None = None
    rule: caring.Rule | None = None
    look: Look | None = None


def _nothing_endless(work: Work, due: Due, now: datetime) -> bool:
    return expiry.nothing_endless(work)


def _switch_on(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return after + 1 if expiry.switch_on(work, now, LOTS) else None


def _nothing_expires(work: Work, due: Due, now: datetime) -> bool:
    return not work.expiries.any_due(due.at)


def _expire(work: Work, due: Due, now: datetime, after: int) -> int | None:
    # Of a night that is caught up with, what was due in that night and nothing later.
    return after + 1 if expiry.expire_due(work, now, until=due.at, most=LOTS) else None


def _nobody_to_review(work: Work, due: Due, now: datetime) -> bool:
    return reviewing.nothing_due(work, due.day)


def _review(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return reviewing.review_due(work, due.day, now, after, LOTS)


def _nothing_overdue(work: Work, due: Due, now: datetime) -> bool:
    return not work.holds.overdue(now, 1)


def _release(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return after + 1 if holds.release_due(work, now, BATCH) == BATCH else None


def _nothing_left_waiting(work: Work, due: Due, now: datetime) -> bool:
    return not work.purchases.left(1)


def _match(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return after + 1 if purchases.match_left(work, now, BATCH) else None


def _nothing_new(work: Work, due: Due, now: datetime) -> bool:
    return rhythms.nothing_new(work, due.day)


def _keep_up(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return rhythms.keep_up(work, due.day, after, LOTS)


def _nobody_to_compare(work: Work, due: Due, now: datetime) -> bool:
    return saved_audiences.waiting(work, due.at) is None


def _compare(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return saved_audiences.compare_next(work, due.at, after, now)


def _insight_is_there(work: Work, due: Due, now: datetime) -> bool:
    return insight.nothing_due(work, insight.reference(due.day), now)


def _compute_insight(
    work: Work, due: Due, now: datetime, after: int, looked: insight.Looked = insight.NOTHING
) -> int | None:
    day = insight.reference(due.day)
    if insight.nothing_due(work, day, now):
        return None  # computed by hand meanwhile, or a later night's is
    return after + 1 if insight.step(work, day, now, looked) else None


def _look_at_insight(work: Work, due: Due, now: datetime) -> Step:
    looked = insight.look(work, insight.reference(due.day))
    return partial(_compute_insight, looked=looked)


def _nothing_to_tell(work: Work, due: Due, now: datetime) -> bool:
    return restocks.nothing_to_tell(work)


def _tell(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return after + 1 if restocks.tell_some(work, now) else None


def _nothing_lapsed(work: Work, due: Due, now: datetime) -> bool:
    return approvals.nothing_lapsed(work, now)


def _lapse(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return after + 1 if approvals.lapse(work, now, BATCH) == BATCH else None


def _nobody_to_serve(work: Work, due: Due, now: datetime) -> bool:
    return waiting.nothing_to_serve(work, now)


def _serve(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return waiting.serve_due(work, now, after)


def _nothing_to_forget(work: Work, due: Due, now: datetime) -> bool:
    return not work.ticks.any(now - TICKS_KEPT)


def _forget(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return after + 1 if work.ticks.forget(now - TICKS_KEPT, BATCH) == BATCH else None


def _nothing_to_tidy(work: Work, due: Due, now: datetime) -> bool:
    return not work.inbox.any(now - INBOX_KEPT)


def _tidy(work: Work, due: Due, now: datetime, after: int) -> int | None:
    gone = work.inbox.forget(now - INBOX_KEPT, INBOX_BATCH)
    return after + 1 if gone == INBOX_BATCH else None


def _nothing_to_count(work: Work, due: Due, now: datetime) -> bool:
    return recommending.nothing_to_count(work)


def _count(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return recommending.count(work, now, after, COUNTED)


def _no_day_missing(work: Work, due: Due, now: datetime) -> bool:
    return not event_series.missing(work, now)


def _plan_days(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return after + 1 if event_series.plan_some(work, now) else None


def _is_sealed(work: Work, due: Due, now: datetime) -> bool:
    return sealing.is_sealed(work, due.day)


def _seal(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return after + 1 if sealing.seal(work, due.day, now) else None


def _nothing_ordered(work: Work, due: Due, now: datetime) -> bool:
    return order_reminders.nothing_due(work, due.day)


def _remind_staff(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return order_reminders.remind(work, due.day, now, after, BATCH)


def _nothing_to_release(work: Work, due: Due, now: datetime) -> bool:
    return survey_steps.nothing_to_release(work)


def _release_answers(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return survey_steps.release_some(work, now, after)


def _nobody_to_ask_again(work: Work, due: Due, now: datetime) -> bool:
    return not survey_invites.to_remind(work, now)


def _ask_again(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return survey_invites.remind_some(work, now, after, LOTS)


def _nobody_to_rate(work: Work, due: Due, now: datetime) -> bool:
    return ticket_rating.nobody_to_ask(work, due.at)


def _ask_for_ratings(work: Work, due: Due, now: datetime, after: int) -> int | None:
    return ticket_rating.ask_again(work, due.at, now, after, BATCH)


JOBS: tuple[Job, ...] = (
    Job("switch_on", (NIGHT,), _switch_on, _nothing_endless),
    Job("expire", (NIGHT,), _expire, _nothing_expires),
    Job("review", (NIGHT,), _review, _nobody_to_review),
    Job("release", (NIGHT,), _release, _nothing_overdue),
    Job("match", (NIGHT,), _match, _nothing_left_waiting),
    Job("rhythms", (NIGHT,), _keep_up, _nothing_new),
    Job("insight", (NIGHT,), _compute_insight, _insight_is_there, look=_look_at_insight),
    Job("lapse", (NIGHT,), _lapse, _nothing_lapsed),
    # By day the worker does this by the minute.
    Job("serve", (NIGHT,), _serve, _nobody_to_serve),
    Job("restocks", (NIGHT, MORNING, AFTERNOON), _tell, _nothing_to_tell),
    Job("forget", (NIGHT,), _forget, _nothing_to_forget),
    Job("tidy", (NIGHT,), _tidy, _nothing_to_tidy),
    Job("count", (NIGHT,), _count, _nothing_to_count),
    Job("seal", (NIGHT,), _seal, _is_sealed),
    Job("series", (NIGHT,), _plan_days, _no_day_missing),
    Job("audiences", (NIGHT,), _compare, _nobody_to_compare),
    Job("survey_answers", (NIGHT,), _release_answers, _nothing_to_release),
    Job("survey_reminders", (FORENOON,), _ask_again, _nobody_to_ask_again, within=DAYTIME),
    Job(
        "ticket_ratings",
        (time(10), time(14), time(18)),
        _ask_for_ratings,
        _nobody_to_rate,
        within=DAYTIME,
    ),
    Job("orders", (MORNING,), _remind_staff, _nothing_ordered, within=DAYTIME),
)


# -- jobs of the programme ---------------------------------------------------------------


def table(work: Work) -> tuple[Job, ...]:
    """All jobs: those above, and one of its own hour for each rule of care in force."""
    return (*JOBS, *(_care(rule, caring.clocks(work, rule, NIGHT)) for rule in caring.timed(work)))


def _care(rule: caring.Rule, clocks: tuple[time, ...]) -> Job:
    """A rule's job. Hours later those are greeted whom its hour did not know: a zone or a birthday
    that was changed meanwhile."""

    ahead: dict[str, caring.Ahead] = {}

    def step(work: Work, due: Due, now: datetime, after: int) -> int | None:
        if not caring.is_on(work, rule):
            return None  # switched off while it runs
        if due.key not in ahead:
            ahead.clear()
            ahead[due.key] = caring.Ahead(rule, due)
        page = ahead[due.key]
        further = caring.care_for_due(work, rule, due, now, ahead=page, after=after, most=BATCH)
        if further is None:
            ahead.clear()
        return further

    def idle(work: Work, due: Due, now: datetime) -> bool:
        return caring.nobody_due(work, rule, due.day, due.zone)

    own_zones = caring.kind_of(rule).own_zones
    return Job(f"care.{rule.key}", clocks, step, idle, own_zones, rule=rule)
