"""Takes a file of SurveyJS into the club: the whole of what can be asked here, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from domain.errors import Problem
from domain.refusals import ContentInvalid
from domain.surveys import Definition, QuestionKind
from services import surveyjs
from services.content_files import Done
from services.ports import Work
from services.ports.club import Actor
from services.programme_problems import path
from services.survey_checks import faults
from services.surveyjs import LeftOut

ANSWERED = "has answers already, so what is asked cannot change; give it a new key"


def import_surveyjs(
    work: Work,
    text: str,
    key: str,
    actor: Actor,
    now: datetime,
    *,
    one_language: bool = False,
    anonymous: bool = False,
    reward: int = 0,
) -> tuple[Done, tuple[LeftOut, ...]]:
    """The survey of a SurveyJS file, and what of it was left out; twice changes nothing.

    `anonymous` and `reward` are not known to SurveyJS. Raises ContentInvalid with every problem.
    """
    found = surveyjs.convert(text, key, one_language=one_language)
    definition = replace(found.definition, anonymous=anonymous, reward=reward)
    if problems := [Problem(path(place), advice) for place, advice in faults(definition)]:
        raise ContentInvalid(tuple(problems))
    outcome = work.surveys.save(definition, now)
    if outcome == "answered":
        raise ContentInvalid((Problem(definition.key, ANSWERED),))
    if outcome != "same":
        changed = {definition.key: outcome, "left_out": len(found.left_out)}
        work.audit.add(actor, "survey.import", ("survey", ""), now, changed)
    return Done(definition.key, outcome), found.left_out


def warnings(definition: Definition) -> Iterator[str]:
    """What the author of an anonymous survey should know."""
    if not definition.anonymous:
        return
    for question in definition.questions:
        if question.kind is QuestionKind.TEXT:
            yield (
                f"{definition.key}: what people write to {question.key} may tell who they are; "
                "ask for it only where it is needed"
            )
