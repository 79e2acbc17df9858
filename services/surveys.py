"""Surveys: which are open for a member, answering once, the reward, and the results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.refusals import SurveyAnswered, SurveyClosed, SurveyNotFound
from domain.surveys import Question, QuestionKind, Survey, average
from services import charters, expiry, ledger
from services.ports import Work
from services.ports.voice import Counted

SOURCE = "survey"


@dataclass(frozen=True, slots=True)
class Asked:
    """A survey and its question."""

    survey: Survey
    question: Question


@dataclass(frozen=True, slots=True)
class Result:
    """How often each answer was given, every possible one in order; `mean` of a rating."""

    survey: Survey
    question: Question
    counts: tuple[Counted, ...]
    total: int
    mean: float | None


def open_for(work: Work, member_id: int, now: datetime) -> list[Survey]:
    """The surveys the member can still answer."""
    answered = work.surveys.answered(member_id)
    return [
        survey
        for survey in work.surveys.all()
        if survey.is_open(now) and (survey.id, survey.wave) not in answered
    ]


def ask(work: Work, member_id: int, survey_id: int, now: datetime) -> Asked:
    """The survey's question; raises SurveyNotFound, SurveyClosed, SurveyAnswered."""
    survey = work.surveys.get(survey_id)
    if survey is None:
        raise SurveyNotFound
    if (survey.id, survey.wave) in work.surveys.answered(member_id):
        raise SurveyAnswered
    if not survey.is_open(now):
        raise SurveyClosed
    return Asked(survey, work.surveys.questions(survey_id)[0])


def answer(work: Work, member_id: int, survey_id: int, choice: int, now: datetime) -> Survey:
    """Takes the member's one answer and pays the reward in the same transaction.

    `choice` counts the question's answers from 1. Raises as `ask`; a member who may not earn
    points is refused too (MemberFrozen, RulesNotAccepted).
    """
    work.members.lock(member_id)
    charters.require_accepted(work, work.members.get(member_id))
    asked = ask(work, member_id, survey_id, now)
    survey, question = asked.survey, asked.question
    if not 1 <= choice <= len(question.values):
        raise SurveyNotFound
    response_id = work.surveys.respond(survey, member_id, now)
    if response_id is None:
        raise SurveyAnswered
    key = f"survey:{survey.id}:{survey.wave}:{member_id}"
    source = (SOURCE, survey.id)
    expiry.extend(work, work.programmes.current(), member_id, SOURCE, now)
    paid = ledger.bonus(work, member_id, survey.reward, key=key, source=source, now=now)
    chosen = {question.id: question.values[choice - 1]}
    work.surveys.finish(response_id, chosen, now, paid.id if paid else None)
    return survey


def results(work: Work, key: str) -> Result:
    """What has been answered in the current wave; raises SurveyNotFound."""
    survey = work.surveys.by_key(key)
    if survey is None:
        raise SurveyNotFound
    question = work.surveys.questions(survey.id)[0]
    given = work.surveys.counts(survey.id, survey.wave).get(question.id, [])
    times = {counted.value: counted.times for counted in given}
    counts = tuple(Counted(value, times.get(value, 0)) for value in question.values)
    mean = None
    if question.kind is QuestionKind.RATING:
        mean = average({int(value): count for value, count in times.items()})
    return Result(survey, question, counts, sum(times.values()), mean)
