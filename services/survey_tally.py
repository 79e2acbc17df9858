"""Keeps counts of what was answered, so that results need not count every answer again.

In three steps, so that nothing slow stands in a transaction: look at some responses, listen to
their texts, write. A response is flagged in the transaction that counts it, so it counts once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from domain.survey_tallies import Counts, add_answer, add_response, mood_cell
from domain.survey_words import words
from domain.surveys import QuestionKind, Wave
from services import sentiments
from services.ports import Work
from services.ports.survey_results import MoodRow, Untallied

SLICE: Final = 400
LOOK: Final = "survey_answer", "survey_record"


@dataclass(slots=True)
class Batch:
    """Responses to count, with their waves."""

    responses: list[Untallied]
    waves: dict[int, Wave]
    heard: dict[str, sentiments.Mood] = field(default_factory=dict)


def look(work: Work, most: int = SLICE) -> Batch:
    """Some responses that nobody has counted; an empty batch when there are none."""
    found = work.survey_results.untallied(most)
    waves = {one.wave_id: work.surveys.wave(one.wave_id) for one in found}
    return Batch(found, {of: wave for of, wave in waves.items() if wave is not None})


def listen(batch: Batch) -> Batch:
    """Scores the texts; slow, so outside of every transaction."""
    for one in batch.responses:
        for key, subject, answer in one.answers:
            if _is_text(batch.waves[one.wave_id], key):
                batch.heard[subject] = sentiments.score(answer)
    return batch


def keep(work: Work, batch: Batch, now: datetime) -> int:
    """Writes the counts of those that nobody else has counted meanwhile; how many these were."""
    counts: dict[int, Counts] = {of: Counter() for of in batch.waves}
    found: dict[int, Counter[tuple[str, str]]] = {of: Counter() for of in batch.waves}
    moods: list[MoodRow] = []
    new = work.survey_results.flag(batch.responses)
    for one in batch.responses:
        if one.id in new:
            wave = batch.waves[one.wave_id]
            _count(counts[wave.id], found[wave.id], wave, one, batch)
            moods += _moods(batch, one, now)
    for of, wave in batch.waves.items():
        work.survey_results.add(wave, counts[of], found[of])
    work.sentiments.add(moods)
    return len(new)


def _count(
    counts: Counts, found: Counter[tuple[str, str]], wave: Wave, one: Untallied, batch: Batch
) -> None:
    add_response(counts, one.level, one.day)
    questions = {question.key: question for question in wave.definition.questions}
    for key, subject, answer in one.answers:
        if key in questions:
            add_answer(counts, questions[key], answer, one.level, one.day)
        if subject in batch.heard:
            counts[mood_cell(key, batch.heard[subject].label, one.level, one.day)] += 1
            found.update((key, word) for word in words(answer))


def _moods(batch: Batch, one: Untallied, now: datetime) -> list[MoodRow]:
    kind = LOOK[isinstance(one.id, str)]
    return [
        sentiments.row(batch.heard[subject], kind, subject, one.member_id, now)
        for _, subject, _ in one.answers
        if subject in batch.heard
    ]


def _is_text(wave: Wave, key: str) -> bool:
    return any(
        one.key == key and one.kind is QuestionKind.TEXT for one in wave.definition.questions
    )


def counts_of(work: Work, wave: Wave, *, raw: bool = False) -> Counts:
    """All counts of a wave: the kept ones and what is not in them yet; `raw`: from every answer
    anew (without how texts sound, which is only kept)."""
    counts: Counts = Counter() if raw else work.survey_results.kept(wave)
    questions: dict[str, Any] = {one.key: one for one in wave.definition.questions}
    texts = [key for key, one in questions.items() if one.kind is QuestionKind.TEXT]
    for given in work.survey_results.given(wave, texts, left=not raw):
        if not given.question:
            add_response(counts, given.level, given.day, given.times)
        elif given.question in questions:
            question = questions[given.question]
            add_answer(counts, question, given.answer, given.level, given.day, given.times)
    return counts
