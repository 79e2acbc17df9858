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
from services.survey_files import REFUSED
from services.surveyjs import LeftOut


def import_surveyjs(
    work: Work,
    text: str,
    key: str,
    actor: Actor,
    now: datetime,
    *,
    one_language: bool = False,
    anonymous: bool | None = None,
    reward: int | None = None,
) -> tuple[Done, tuple[LeftOut, ...]]:
    """The survey of a SurveyJS file, and what of it was left out; twice changes nothing.

    `anonymous` and `reward` are not known to SurveyJS: where they are not given, a known survey
    keeps its own, and a new one is neither. Raises ContentInvalid with every problem.
    """
    found = surveyjs.convert(text, key, one_language=one_language)
    definition = _on_terms(work, found.definition, anonymous, reward)
    if problems := [Problem(path(place), advice) for place, advice in faults(definition)]:
        raise ContentInvalid(tuple(problems))
    outcome = work.surveys.save(definition, now)
    if outcome in REFUSED:
        raise ContentInvalid((Problem(definition.key, REFUSED[outcome]),))
    if outcome != "same":
        changed = {definition.key: outcome, "left_out": len(found.left_out)}
        work.audit.add(actor, "survey.import", ("survey", ""), now, changed)
    return Done(definition.key, outcome), found.left_out


def _on_terms(
    work: Work, definition: Definition, anonymous: bool | None, reward: int | None
) -> Definition:
    wave = work.surveys.by_key(definition.key)
    known = wave.definition if wave else definition
    return replace(
        definition,
        anonymous=known.anonymous if anonymous is None else anonymous,
        reward=known.reward if reward is None else reward,
    )


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
