"""Surveys: which are open for a member, beginning one, and where a member stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from domain import survey_paths as paths
from domain.campaigns import STORE_MONTHS, Audience, AudienceKind
from domain.dates import add_months, local_day
from domain.survey_errors import SurveyAnswered, SurveyClosed, SurveyFull, SurveyNotFound
from domain.survey_paths import Trail
from domain.surveys import Question, Response, ResponseState, Wave
from services import charters
from services.ports import Work

SEEDS: Final = 2**31
SECONDS: Final = {"text": 30, "photo": 30, "multiple": 12, "number": 12}
"""About how long a question takes; the others take USUAL."""
USUAL: Final = 7


@dataclass(frozen=True, slots=True)
class Me:
    """The member who answers, and in which language."""

    member_id: int
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A survey that a member can answer; with how far they are if they have begun."""

    wave: Wave
    response: Response | None
    number: int
    of: int
    minutes: int

    @property
    def begun(self) -> bool:
        return self.response is not None and self.response.state is ResponseState.STARTED


@dataclass(frozen=True, slots=True)
class Step:
    """Where a member stands: the question asked now, None when `done`; at which of how many.

    `full`: as many have answered as were wanted, there is no reward. `moved`: what was answered is
    no longer on the way, so here is the current question. `reward`: points that were just paid.
    """

    wave: Wave
    response: Response | None
    question: Question | None
    number: int
    of: int
    answers: Mapping[str, Any]
    done: bool = False
    full: bool = False
    moved: bool = False
    reward: int = 0

    @property
    def seed(self) -> int:
        return self.response.seed if self.response else 0


def open_for(work: Work, member_id: int, now: datetime) -> list[Wave]:
    """The surveys the member can still answer: what they were invited to or have begun, and what
    is open to all of its audience."""
    responses = work.survey_responses.of_member(member_id)
    return [
        wave
        for wave in work.surveys.running()
        if wave.is_open(now)
        and not wave.full
        and _takes(work, member_id, wave, responses.get(wave.id), now)
    ]


def offers(work: Work, member_id: int, now: datetime) -> list[Offer]:
    """As `open_for`, with how far the member is; what was begun comes first."""
    found = [_offer(work, member_id, wave) for wave in open_for(work, member_id, now)]
    return sorted(found, key=lambda offer: not offer.begun)


def offer(work: Work, member_id: int, wave_id: int, now: datetime) -> Offer:
    """One survey; raises SurveyNotFound, SurveyAnswered, SurveyClosed, SurveyFull."""
    wave, _ = wanted(work, member_id, wave_id, now)
    return _offer(work, member_id, wave)


def preview(offered: Offer) -> Step:
    """The first question as it stands before anything was answered; nothing is kept."""
    trail = paths.begin(offered.wave.definition, 0)
    return step_of(offered.wave, None, trail)


def begin(work: Work, me: Me, wave_id: int, now: datetime) -> Step:
    """The question where the member is; begins if they have not.

    Raises SurveyNotFound, SurveyAnswered, SurveyClosed, SurveyFull, MemberFrozen, MemberClosed,
    RulesNotAccepted.
    """
    wave, response, trail = enter(work, me, wave_id, now)
    return step_of(wave, response, trail)


def invite(
    work: Work, member_id: int, wave: Wave, occasion: str, now: datetime
) -> Response | None:
    """Opens a survey to a member that is started by something; None if they have it already."""
    invited = _new(work, member_id, wave, ResponseState.INVITED, now)
    invited = replace(invited, occasion=occasion)
    return invited if work.survey_responses.begin(invited) else None


# -- what answering shares --------------------------------------------------------------


def wanted(
    work: Work, member_id: int, wave_id: int, now: datetime
) -> tuple[Wave, Response | None]:
    """The wave and the member's response if they have one; raises as `offer`."""
    wave = work.surveys.wave(wave_id)
    if wave is None:
        raise SurveyNotFound
    response = work.survey_responses.of(wave, member_id)
    if response and response.done:
        raise SurveyAnswered
    if not wave.is_open(now):
        raise SurveyClosed
    if not _takes(work, member_id, wave, response, now):
        raise SurveyNotFound
    if wave.full:
        raise SurveyFull
    return wave, response


def enter(work: Work, me: Me, wave_id: int, now: datetime) -> tuple[Wave, Response, Trail]:
    """The member's running response with the member locked; begun if it was not. Raises as
    `begin`."""
    work.members.lock(me.member_id)
    member = work.members.get(me.member_id)
    charters.require_accepted(work, member)
    member.may_move_points()
    wave, response = wanted(work, me.member_id, wave_id, now)
    if response is None or response.state is ResponseState.INVITED:
        response = _begun(work, me, wave, response, now)
        return wave, response, Trail(response.path)
    return wave, response, trail_of(work, response)


def trail_of(work: Work, response: Response) -> Trail:
    """Where a running response stands."""
    return Trail(response.path, work.survey_responses.answers(response.id))


def step_of(wave: Wave, response: Response | None, trail: Trail, *, moved: bool = False) -> Step:
    """The question asked now."""
    seed = response.seed if response else 0
    number, of = paths.progress(wave.definition, seed, trail)
    question = wave.definition.question(trail.current)
    return Step(wave, response, question, number, of, trail.answers, moved=moved)


def _begun(work: Work, me: Me, wave: Wave, invited: Response | None, now: datetime) -> Response:
    response = invited or _new(work, me.member_id, wave, ResponseState.STARTED, now)
    first = paths.begin(wave.definition, response.seed)
    started = replace(
        response,
        state=ResponseState.STARTED,
        path=first.path,
        locale=me.locale,
        started_at=now,
        touched_at=now,
    )
    if invited:
        work.survey_responses.move(started)
    elif not work.survey_responses.begin(started):
        raise SurveyAnswered  # by a merge: the membership has answered this wave
    return started


def _new(work: Work, member_id: int, wave: Wave, state: ResponseState, now: datetime) -> Response:
    return Response(
        work.new_id(),
        wave.survey_id,
        wave.wave,
        wave.id,
        member_id,
        state,
        started_at=now,
        touched_at=now,
        seed=work.random_id() % SEEDS,
    )


def _takes(
    work: Work, member_id: int, wave: Wave, response: Response | None, now: datetime
) -> bool:
    """Whether this survey is for the member."""
    if response is not None:
        return not response.done
    definition = wave.definition
    return not definition.start and is_for(work, member_id, definition.audience, now)


def is_for(work: Work, member_id: int, audience: Audience, now: datetime) -> bool:
    """Whether a member belongs to an audience."""
    if audience.kind is AudienceKind.LEVEL:
        return work.members.get(member_id).level in audience.values
    if audience.kind is AudienceKind.STORE:
        since = add_months(local_day(now, work.programmes.current().zone), -STORE_MONTHS)
        return work.survey_responses.bought_in(member_id, audience.values, since)
    return audience.kind is AudienceKind.EVERYBODY


def _offer(work: Work, member_id: int, wave: Wave) -> Offer:
    response = work.survey_responses.of(wave, member_id)
    if response and response.state is ResponseState.STARTED:
        trail = trail_of(work, response)
    else:
        trail = paths.begin(wave.definition, 0)
    number, of = paths.progress(wave.definition, response.seed if response else 0, trail)
    return Offer(wave, response, number, of, _minutes(wave, of - number + 1))


def _minutes(wave: Wave, left: int) -> int:
    """About how long so many questions take, at least one minute."""
    asked = wave.definition.questions
    seconds = sum(SECONDS.get(question.kind, USUAL) for question in asked)
    return max(1, round(seconds * left / len(asked) / 60))
