"""Answering a survey: one question after the other, back, over, and the end with its reward.

Each of these locks the member, so that answers of one member never overtake each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from domain import survey_paths as paths
from domain.dates import local_day
from domain.survey_errors import (
    AnswerNeeded,
    BadChoice,
    BadTicks,
    SurveyAnswered,
    SurveyNotFound,
)
from domain.survey_paths import Trail
from domain.survey_values import check, read
from domain.surveys import Question, QuestionKind, Response, ResponseState, Wave
from services import expiry, ledger, survey_release
from services.ports import Work
from services.surveys import Me, Step, enter, step_of

SOURCE: Final = "survey"


def answer(work: Work, me: Me, wave_id: int, key: str, value: Any, now: datetime) -> Step:
    """Keeps the answer to a question on the member's way and goes on; the last one ends the
    survey and pays the reward in the same transaction.

    An earlier question is answered again; for one that is no longer on the way nothing changes,
    and the step says `moved`. Raises as surveys.begin, SurveyNotFound for a question that is not
    asked, and what domain.survey_values.check raises.
    """
    wave, response, trail = enter(work, me, wave_id, now)
    question = _question(wave, key)
    if key not in trail.path:
        return step_of(wave, response, trail, moved=True)
    check(question, value)
    work.survey_responses.answer(response.id, key, value)
    return _go_on(work, wave, response, trail, key, value, now)


def skip(work: Work, me: Me, wave_id: int, key: str, now: datetime) -> Step:
    """Passes a question over; what was answered to it is forgotten. Raises as `answer`, and
    AnswerNeeded."""
    wave, response, trail = enter(work, me, wave_id, now)
    question = _question(wave, key)
    if key not in trail.path:
        return step_of(wave, response, trail, moved=True)
    if question.required:
        raise AnswerNeeded
    return _go_on(work, wave, response, trail, key, None, now)


def keep(work: Work, me: Me, wave_id: int, key: str, now: datetime) -> Step:
    """Goes on with the answer that the question has. Raises as `answer`, and AnswerNeeded."""
    wave, response, trail = enter(work, me, wave_id, now)
    question = _question(wave, key)
    if key not in trail.path:
        return step_of(wave, response, trail, moved=True)
    value = trail.answers.get(key)
    if value is None:
        raise AnswerNeeded
    check(question, value)
    return _go_on(work, wave, response, trail, key, value, now)


def back(work: Work, me: Me, wave_id: int, key: str, now: datetime) -> Step:
    """From the current question to the one before; from any other, to the current one."""
    wave, response, trail = enter(work, me, wave_id, now)
    if key == trail.current:
        trail = paths.back(trail)
        response = _moved(work, response, trail, now)
    return step_of(wave, response, trail)


def tick(work: Work, me: Me, wave_id: int, key: str, option: str, now: datetime) -> Step:
    """Ticks an option of a question that takes several, or takes the tick away; the question stays
    until `ticked`. Raises as `answer`; BadTicks beyond the most."""
    wave, response, trail = enter(work, me, wave_id, now)
    question = _question(wave, key)
    if key not in trail.path:
        return step_of(wave, response, trail, moved=True)
    if question.option(option) is None or question.kind is not QuestionKind.MULTIPLE:
        raise BadChoice
    had = set(trail.answers.get(key, ())) ^ {option}
    chosen = [one.key for one in question.options if one.key in had]
    if len(chosen) > question.bounds[1]:
        raise BadTicks(*question.bounds)
    if chosen:
        work.survey_responses.answer(response.id, key, chosen)
    else:
        work.survey_responses.forget(response.id, [key])
    path = trail.path[: trail.path.index(key) + 1]
    given = {name: one for name, one in trail.answers.items() if name != key}
    trail = Trail(path, {**given, key: chosen} if chosen else given)
    return step_of(wave, _moved(work, response, trail, now), trail)


def ticked(work: Work, me: Me, wave_id: int, key: str, now: datetime) -> Step:
    """Goes on with what is ticked; nothing passes the question over. Raises as `answer`, BadTicks
    below the least."""
    wave, response, trail = enter(work, me, wave_id, now)
    question = _question(wave, key)
    if key not in trail.path:
        return step_of(wave, response, trail, moved=True)
    value = trail.answers.get(key)
    if value is None and question.required:
        raise BadTicks(*question.bounds)
    if value is not None:
        check(question, value)
    return _go_on(work, wave, response, trail, key, value, now)


def say(
    work: Work,
    me: Me,
    wave_id: int,
    key: str,
    text: str,
    photo: Mapping[str, str] | None,
    now: datetime,
) -> Step:
    """What was written, or a photo that was sent, as the answer to the question that was shown
    last. If another one is current (they went on elsewhere), nothing changes and the step says
    `moved`. Raises as `answer`."""
    wave, response, trail = enter(work, me, wave_id, now)
    if key != trail.current:
        return step_of(wave, response, trail, moved=True)
    question = _question(wave, key)
    value = _said(question, text, photo)
    work.survey_responses.answer(response.id, question.key, value)
    return _go_on(work, wave, response, trail, question.key, value, now)


# -- going on ---------------------------------------------------------------------------


def _go_on(
    work: Work,
    wave: Wave,
    response: Response,
    trail: Trail,
    key: str,
    value: Any,
    now: datetime,
) -> Step:
    after = paths.give(wave.definition, response.seed, trail, key, value)
    gone = [name for name in trail.answers if name not in after.answers]
    work.survey_responses.forget(response.id, gone)
    if wave.definition.quotas and not after.done and _too_many(work, wave, after):
        return _end(work, wave, response, after, now, full=True)
    if after.done:
        return _end(work, wave, response, after, now, full=False)
    response = _moved(work, response, after, now)
    return step_of(wave, response, after)


def _end(
    work: Work, wave: Wave, response: Response, trail: Trail, now: datetime, *, full: bool
) -> Step:
    """Finishes the response once, counts it to the quotas, and pays."""
    zone = work.programmes.current().zone
    member_id = response.member_id
    assert member_id is not None  # it was found by its member
    full = full or not work.surveys.take(wave, _counted(wave, trail.answers))
    ended = replace(
        response,
        state=ResponseState.FULL if full else ResponseState.FINISHED,
        path=trail.path,
        touched_at=now,
        finished_at=now,
        level=work.members.get(member_id).level,
    )
    if not work.survey_responses.finish(ended, local_day(now, zone)):
        raise SurveyAnswered
    if not full:
        _pay(work, wave, ended, member_id, now)
    number, reward = len(trail.path), 0 if full else wave.definition.reward
    return Step(
        *(wave, ended, None, number, number, trail.answers), done=True, full=full, reward=reward
    )


def _pay(work: Work, wave: Wave, response: Response, member_id: int, now: datetime) -> None:
    expiry.extend(work, work.programmes.current(), member_id, SOURCE, now)
    if wave.definition.anonymous:
        survey_release.pay(work, wave, member_id, now)
        return
    key = f"survey:{wave.survey_id}:{wave.wave}:{member_id}"
    source = (SOURCE, wave.survey_id)
    paid = ledger.bonus(work, member_id, wave.definition.reward, key=key, source=source, now=now)
    if paid:
        work.survey_responses.paid(response.id, paid.id)


def _moved(work: Work, response: Response, trail: Trail, now: datetime) -> Response:
    moved = replace(response, path=trail.path, touched_at=now)
    work.survey_responses.move(moved)
    return moved


def _counted(wave: Wave, answers: Mapping[str, Any]) -> Iterator[str]:
    """The keys of the quotas that these answers count to."""
    for quota in wave.definition.quotas:
        value = answers.get(quota.question)
        values = value if isinstance(value, list) else [value]
        if quota.value in {str(one) for one in values}:
            yield quota.key


def _too_many(work: Work, wave: Wave, trail: Trail) -> bool:
    """Whether one of these answers has been given as often as was wanted."""
    taken = work.surveys.taken(wave.id)
    counted = (taken[key] for key in _counted(wave, trail.answers) if key in taken)
    return any(times >= most for times, most in counted)


def _question(wave: Wave, key: str) -> Question:
    try:
        return wave.definition.question(key)
    except KeyError:
        raise SurveyNotFound from None


def _said(question: Question, text: str, photo: Mapping[str, str] | None) -> Any:
    if question.kind is QuestionKind.PHOTO:
        value = dict(photo or {})
        check(question, value)
        return value
    return read(question, "" if photo is not None else text)
