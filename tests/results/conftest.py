"""A club on both databases in turn: surveys and answers written as they are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

import pytest
from sqlalchemy import insert

from domain.surveys import Definition, Option, Question, QuestionKind, Wave, WaveState
from scheduler.moods import Moods
from storage.tables import people, surveys
from storage.work import Work
from tests.support.club import NOW, Club, programme

DAY = date(2026, 5, 20)
_ids = count(1)


def _names(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


OPTIONS = tuple(Option(key, _names(key.upper())) for key in ("a", "b", "c"))
QUESTIONS = (
    Question("one", QuestionKind.SINGLE, _names("One?"), OPTIONS),
    Question("many", QuestionKind.MULTIPLE, _names("Many?"), OPTIONS),
    Question("stars", QuestionKind.RATING, _names("Stars?")),
    Question("nps", QuestionKind.NPS, _names("Recommend?")),
    Question("number", QuestionKind.NUMBER, _names("How many?")),
    Question("say", QuestionKind.TEXT, _names("What else?")),
    Question("photo", QuestionKind.PHOTO, _names("A photo?")),
)


@dataclass(frozen=True)
class Answered:
    """A response that is finished."""

    answers: Mapping[str, Any]
    level: str = "silver"
    day: date = DAY


@pytest.fixture
async def club(database_url: str) -> AsyncIterator[Club]:
    opened = await Club(database_url, programme()).open()
    yield opened
    await opened.close()


def survey(work: Work, *, anonymous: bool = False) -> Wave:
    """A survey of every kind of question."""
    key = f"survey-{next(_ids)}"
    work.surveys.save(Definition(key, _names(key), QUESTIONS, anonymous=anonymous), NOW)
    wave = work.surveys.by_key(key)
    assert wave is not None
    if anonymous:
        work.surveys.change(wave.id, state=WaveState.CLOSED.value)
    return work.surveys.wave(wave.id) or wave


def member(work: Work) -> int:
    """Somebody who can answer."""
    member_id = work.new_id()
    work.db.execute(
        insert(people.Member.__table__),
        {
            "id": member_id,
            "number": str(member_id),
            "state": "active",
            "joined_at": NOW,
            "locale": "en",
            "zone": "Asia/Shanghai",
            "level": "silver",
        },
    )
    return member_id


def answer(work: Work, wave: Wave, given: Sequence[Answered]) -> None:
    """Writes finished responses, of an anonymous survey as they are released at its end."""
    for one in given:
        if wave.definition.anonymous:
            _record(work, wave, one)
        else:
            _respond(work, wave, one)


def _record(work: Work, wave: Wave, one: Answered) -> None:
    row = {"survey_id": wave.survey_id, "wave": wave.wave, "day": one.day, "level": one.level}
    row |= {"id": f"r{next(_ids)}", "answers": dict(one.answers), "tallied": False}
    work.db.execute(insert(surveys.SurveyRecord.__table__), row)


def _respond(work: Work, wave: Wave, one: Answered) -> None:
    response = work.new_id()
    row = {"id": response, "survey_id": wave.survey_id, "wave": wave.wave, "wave_id": wave.id}
    row |= {"member_id": member(work), "state": "finished", "level": one.level, "path": []}
    row |= {"started_at": NOW, "touched_at": NOW, "finished_at": NOW, "finished_on": one.day}
    defaults = {"occasion": "", "locale": "", "seed": 0, "tallied": False}
    work.db.execute(insert(surveys.SurveyResponse.__table__), {**defaults, **row})
    for question, value in one.answers.items():
        given = {"id": work.new_id(), "response_id": response, "question": question}
        work.db.execute(insert(surveys.SurveyAnswer.__table__), {**given, "value": value})


async def tally(club: Club) -> int:
    """Counts what nobody has counted; how many responses there were."""
    moods, done = Moods(club.units), 0
    while more := await moods.work(NOW):
        done += more
    return done
