"""Answers to surveys, counted: from the raw rows, and as counts that are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection as Db
from sqlalchemy import Text, and_, bindparam, case, cast, func, select, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.survey_tallies import Cell, Counts
from domain.surveys import Wave
from services.ports.survey_results import Given, Said, Untallied
from storage.tables import sentiments, surveys

_responses = surveys.SurveyResponse.__table__  # type: ignore[attr-defined]
_answers = surveys.SurveyAnswer.__table__  # type: ignore[attr-defined]
_records = surveys.SurveyRecord.__table__  # type: ignore[attr-defined]
_waves = surveys.SurveyWave.__table__  # type: ignore[attr-defined]
_counts = surveys.SurveyCount.__table__  # type: ignore[attr-defined]
_words = surveys.SurveyWord.__table__  # type: ignore[attr-defined]
_sentiments = sentiments.Sentiment.__table__  # type: ignore[attr-defined]

ANSWER, RECORD = "survey_answer", "survey_record"
_NOTHING = '""'

_kept = select(
    _counts.c.question, _counts.c.value, _counts.c.level, _counts.c.day, _counts.c.times
).where(_counts.c.survey_id == bindparam("survey"), _counts.c.wave == bindparam("number"))
_kept_words = (
    select(_words.c.word, _words.c.times)
    .where(
        _words.c.survey_id == bindparam("survey"),
        _words.c.wave == bindparam("number"),
        _words.c.question == bindparam("question"),
    )
    .order_by(_words.c.times.desc(), _words.c.word)
    .limit(bindparam("most"))
)

# -- raw rows ---------------------------------------------------------------------------

_value = type_coerce(_answers.c.value, Text)
_answer = case(
    (_answers.c.question.in_(bindparam("texts", expanding=True)), _NOTHING), else_=_value
).label("answer")
_of_wave = and_(_responses.c.wave_id == bindparam("wave"), _responses.c.state == "finished")
_given = (
    select(
        _answers.c.question, _answer, _responses.c.level, _responses.c.finished_on, func.count()
    )
    .join_from(_answers, _responses, _responses.c.id == _answers.c.response_id)
    .where(_of_wave)
    .group_by(_answers.c.question, _answer, _responses.c.level, _responses.c.finished_on)
)
_finished = (
    select(_responses.c.level, _responses.c.finished_on, func.count())
    .where(_of_wave)
    .group_by(_responses.c.level, _responses.c.finished_on)
)
_of_records = and_(
    _records.c.survey_id == bindparam("survey"), _records.c.wave == bindparam("number")
)
_recorded = select(_records.c.answers, _records.c.level, _records.c.day).where(_of_records)

# -- tallying ---------------------------------------------------------------------------

_new = (
    select(
        _responses.c.wave_id,
        _responses.c.id,
        _responses.c.member_id,
        _responses.c.level,
        _responses.c.finished_on,
    )
    .join_from(_responses, _waves, _waves.c.id == _responses.c.wave_id)
    .where(_responses.c.state == "finished", ~_responses.c.tallied, _waves.c.anonymous.is_(False))
    .order_by(_responses.c.wave_id, _responses.c.id)
    .limit(bindparam("most"))
)
_their_answers = (
    select(_answers.c.response_id, _answers.c.question, _answers.c.id, _answers.c.value)
    .where(_answers.c.response_id.in_(bindparam("ids", expanding=True)))
    .order_by(_answers.c.response_id, _answers.c.id)
)
_new_records = (
    select(_waves.c.id, _records.c.id, _records.c.level, _records.c.day, _records.c.answers)
    .join_from(
        _records,
        _waves,
        and_(_waves.c.survey_id == _records.c.survey_id, _waves.c.wave == _records.c.wave),
    )
    .where(~_records.c.tallied)
    .order_by(_waves.c.id, _records.c.id)
    .limit(bindparam("most"))
)
_flag_responses = (
    update(_responses)
    .where(_responses.c.id.in_(bindparam("ids", expanding=True)), ~_responses.c.tallied)
    .values(tallied=True)
    .returning(_responses.c.id)
)
_flag_records = (
    update(_records)
    .where(_records.c.id.in_(bindparam("ids", expanding=True)), ~_records.c.tallied)
    .values(tallied=True)
    .returning(_records.c.id)
)


def _adding(table: Any, key: tuple[str, ...]) -> dict[str, Any]:
    """By database: an INSERT that adds `times` to a row that is there."""
    found: dict[str, Any] = {}
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
        statement: Any = insert(table)
        more = {"times": table.c.times + statement.excluded.times}
        found[name] = statement.on_conflict_do_update(index_elements=key, set_=more)
    return found


_add_counts = _adding(_counts, ("survey_id", "wave", "question", "value", "level", "day"))
_add_words = _adding(_words, ("survey_id", "wave", "question", "word"))

# -- texts ------------------------------------------------------------------------------

_label = func.coalesce(func.nullif(_sentiments.c.corrected, ""), _sentiments.c.label, "")
_mood = (
    _label,
    func.coalesce(_sentiments.c.score, 500),
    func.coalesce(_sentiments.c.corrected, "") != "",
)
_texts = (
    select(_answers.c.value, *_mood, cast(_answers.c.id, Text), _responses.c.finished_on)
    .join_from(_answers, _responses, _responses.c.id == _answers.c.response_id)
    .outerjoin(
        _sentiments,
        and_(
            _sentiments.c.subject_kind == ANSWER,
            _sentiments.c.subject_id == cast(_answers.c.id, Text),
        ),
    )
    .where(_of_wave, _answers.c.question == bindparam("question"))
    .order_by(_responses.c.finished_at.desc(), _answers.c.id.desc())
    .limit(bindparam("most"))
)
_where_answer = (
    select(_responses.c.wave_id, _answers.c.question, _responses.c.level, _responses.c.finished_on)
    .join_from(_answers, _responses, _responses.c.id == _answers.c.response_id)
    .where(_answers.c.id == bindparam("of"), _responses.c.tallied)
)
_where_record = (
    select(_waves.c.id, _records.c.level, _records.c.day)
    .join_from(
        _records,
        _waves,
        and_(_waves.c.survey_id == _records.c.survey_id, _waves.c.wave == _records.c.wave),
    )
    .where(_records.c.id == bindparam("of"), _records.c.tallied)
)
_texts_recorded = (
    select(_records.c.answers, _records.c.id, _records.c.day)
    .where(_of_records)
    .order_by(_records.c.day.desc(), _records.c.id.desc())
    .limit(bindparam("most"))
)


class SurveyResults:
    """Counts of answers (services.ports.survey_results.SurveyResults)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    # -- counts -------------------------------------------------------------------------

    def kept(self, wave: Wave) -> Counts:
        found: Counts = Counter()
        for *cell, times in self._db.execute(_kept, _key(wave)):
            found[Cell(*cell)] = times
        return found

    def kept_words(self, wave: Wave, question: str, most: int) -> dict[str, int]:
        asked = {**_key(wave), "question": question, "most": most}
        return {word: times for word, times in self._db.execute(_kept_words, asked)}

    def given(self, wave: Wave, texts: Sequence[str], *, left: bool) -> Iterable[Given]:
        if wave.definition.anonymous:
            return list(self._recorded(wave, texts, left))
        return list(self._given(wave, texts, left))

    def _given(self, wave: Wave, texts: Sequence[str], left: bool) -> Iterator[Given]:
        given, finished = _given, _finished
        if left:
            given = given.where(~_responses.c.tallied)
            finished = finished.where(~_responses.c.tallied)
        rows = self._db.execute(given, {"wave": wave.id, "texts": list(texts)})
        for question, answer, level, day, times in rows:
            yield Given(question, orjson.loads(answer), level, day, times)
        for level, day, times in self._db.execute(finished, {"wave": wave.id}):
            yield Given("", "", level, day, times)

    def _recorded(self, wave: Wave, texts: Sequence[str], left: bool) -> Iterator[Given]:
        query = _recorded.where(~_records.c.tallied) if left else _recorded
        for answers, level, day in self._db.execute(query, _key(wave)):
            yield Given("", "", level, day, 1)
            for question, answer in answers.items():
                yield Given(question, "" if question in texts else answer, level, day, 1)

    # -- tallying -----------------------------------------------------------------------

    def untallied(self, most: int) -> list[Untallied]:
        rows = self._db.execute(_new, {"most": most}).all()
        if not rows:
            return self._untallied_records(most)
        answers: dict[int, list[tuple[str, str, Any]]] = {}
        ids = [row.id for row in rows]
        for response, question, answer_id, value in self._db.execute(_their_answers, {"ids": ids}):
            answers.setdefault(response, []).append((question, str(answer_id), value))
        return [Untallied(*row, tuple(answers.get(row.id, ()))) for row in rows]

    def _untallied_records(self, most: int) -> list[Untallied]:
        return [
            Untallied(
                wave_id,
                record,
                None,
                level,
                day,
                tuple((key, f"{record}:{key}", value) for key, value in answers.items()),
            )
            for wave_id, record, level, day, answers in self._db.execute(
                _new_records, {"most": most}
            )
        ]

    def flag(self, found: Sequence[Untallied]) -> set[int | str]:
        records = sorted(one.id for one in found if isinstance(one.id, str))
        responses = sorted(one.id for one in found if isinstance(one.id, int))
        done: set[int | str] = set()
        for statement, ids in ((_flag_records, records), (_flag_responses, responses)):
            if ids:
                done |= {row[0] for row in self._db.execute(statement, {"ids": ids})}
        return done

    def add(self, wave: Wave, counts: Counts, words: Mapping[tuple[str, str], int]) -> None:
        of = {"survey_id": wave.survey_id, "wave": wave.wave}
        cells = [
            {**of, **cell._asdict(), "times": times}
            for cell, times in sorted(counts.items())
            if times
        ]
        found = [
            {**of, "question": question, "word": word, "times": times}
            for (question, word), times in sorted(words.items())
        ]
        for statement, rows in ((_add_counts, cells), (_add_words, found)):
            if rows:
                self._db.execute(statement[self._db.dialect.name], rows)

    # -- texts --------------------------------------------------------------------------

    def texts(self, wave: Wave, question: str, most: int) -> list[Said]:
        if wave.definition.anonymous:
            return self._texts_recorded(wave, question, most)
        asked = {"wave": wave.id, "question": question, "most": most}
        return [Said(*row) for row in self._db.execute(_texts, asked)]

    def _texts_recorded(self, wave: Wave, question: str, most: int) -> list[Said]:
        # Within a JSON text only a key stands like this: quotes of what was written are escaped.
        holds = type_coerce(_records.c.answers, Text).contains(f'"{question}":', autoescape=True)
        rows = self._db.execute(_texts_recorded.where(holds), {**_key(wave), "most": most})
        found: list[tuple[str, str, date]] = [
            (answers[question], f"{record}:{question}", day)
            for answers, record, day in rows
            if question in answers
        ]
        moods = self._moods([subject for _, subject, _ in found])
        nobody = ("", 500, False)
        return [
            Said(text, *moods.get(subject, nobody), subject, day) for text, subject, day in found
        ]

    def _moods(self, subjects: Sequence[str]) -> dict[str, tuple[str, int, bool]]:
        query = select(_sentiments.c.subject_id, *_mood).where(
            _sentiments.c.subject_kind == RECORD, _sentiments.c.subject_id.in_(subjects)
        )
        return {row[0]: (row[1], row[2], bool(row[3])) for row in self._db.execute(query)}

    def where(self, subject_kind: str, subject_id: str) -> tuple[int, str, str, date] | None:
        if subject_kind == ANSWER:
            row = self._db.execute(_where_answer, {"of": int(subject_id)}).one_or_none()
            return tuple(row) if row else None
        record, _, question = subject_id.partition(":")
        row = self._db.execute(_where_record, {"of": record}).one_or_none()
        return (row[0], question, row[1], row[2]) if row else None


def _key(wave: Wave) -> dict[str, int]:
    return {"survey": wave.survey_id, "number": wave.wave}
