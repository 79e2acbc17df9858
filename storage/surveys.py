"""Surveys, responses and their results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, delete, func, insert, select, update

from domain.surveys import Option, Question, QuestionKind, Survey
from services.ports.voice import Counted
from storage.dialect import Upsert
from storage.ids import Ids
from storage.tables import surveys

_surveys = surveys.Survey.__table__  # type: ignore[attr-defined]
_questions = surveys.SurveyQuestion.__table__  # type: ignore[attr-defined]
_responses = surveys.SurveyResponse.__table__  # type: ignore[attr-defined]
_answers = surveys.SurveyAnswer.__table__  # type: ignore[attr-defined]
_FIELDS = tuple(field.name for field in fields(Survey))

_all = select(*(_surveys.c[name] for name in _FIELDS)).order_by(_surveys.c.id)
_get = _all.where(_surveys.c.id == bindparam("id"))
_by_key = _all.where(_surveys.c.key == bindparam("key"))
_hash = select(_surveys.c.content_hash).where(_surveys.c.key == bindparam("key"))
_add = insert(_surveys)
_change = update(_surveys).where(_surveys.c.id == bindparam("of"))
_asked = (
    select(_questions)
    .where(_questions.c.survey_id == bindparam("survey"))
    .order_by(_questions.c.number)
)
_ask = insert(_questions)
_forget = delete(_questions).where(_questions.c.survey_id == bindparam("survey"))
_respond = Upsert(surveys.SurveyResponse, ("survey_id", "wave", "member_id"))
_answered = select(_responses.c.survey_id, _responses.c.wave).where(
    _responses.c.member_id == bindparam("member")
)
_anybody = select(_responses.c.id).where(_responses.c.survey_id == bindparam("survey")).limit(1)
_finish = (
    update(_responses)
    .where(_responses.c.id == bindparam("of"))
    .values(finished_at=bindparam("now"), posting_id=bindparam("posting"))
)
_answer = insert(_answers)
_counts = (
    select(_answers.c.question_id, _answers.c.value, func.count())
    .select_from(_answers.join(_responses, _responses.c.id == _answers.c.response_id))
    .where(_responses.c.survey_id == bindparam("survey"), _responses.c.wave == bindparam("wave"))
    .group_by(_answers.c.question_id, _answers.c.value)
)


class Surveys:
    """The register of surveys (services.ports.voice.Surveys)."""

    def __init__(self, db: Db, ids: Ids) -> None:
        self._db = db
        self._ids = ids

    def all(self) -> list[Survey]:
        return [Survey(**row) for row in self._db.execute(_all).mappings()]

    def get(self, survey_id: int) -> Survey | None:
        row = self._db.execute(_get, {"id": survey_id}).mappings().one_or_none()
        return Survey(**row) if row else None

    def by_key(self, key: str) -> Survey | None:
        row = self._db.execute(_by_key, {"key": key}).mappings().one_or_none()
        return Survey(**row) if row else None

    def questions(self, survey_id: int) -> list[Question]:
        rows = self._db.execute(_asked, {"survey": survey_id}).mappings()
        return [_question(row) for row in rows]

    def save(
        self, survey: Survey, questions: tuple[Question, ...], content_hash: str, now: datetime
    ) -> str:
        old = self._db.execute(_hash, {"key": survey.key}).scalar_one_or_none()
        if old == content_hash:
            return "same"
        row = {name: getattr(survey, name) for name in _FIELDS if name != "id"}
        row |= {"names": dict(survey.names), "thanks": dict(survey.thanks)}
        row |= {"content_hash": content_hash, "changed_at": now}
        known = self.by_key(survey.key)
        if known is None:
            survey_id = self._ids.next()
            self._db.execute(_add, {**row, "id": survey_id, "anonymous": False})
            self._ask(survey_id, questions)
            return "added"
        if not self._ask_anew(known.id, questions):
            return "answered"
        self._db.execute(_change.values(**row), {"of": known.id})
        return "changed"

    def answered(self, member_id: int) -> set[tuple[int, int]]:
        rows = self._db.execute(_answered, {"member": member_id})
        return {(row[0], row[1]) for row in rows}

    def respond(self, survey: Survey, member_id: int, now: datetime) -> int | None:
        response_id = self._ids.next()
        row = {"id": response_id, "survey_id": survey.id, "wave": survey.wave}
        more = {"member_id": member_id, "started_at": now, "finished_at": None}
        new = _respond.run(self._db, {**row, **more, "posting_id": None})
        return response_id if new else None

    def finish(
        self, response_id: int, answers: Mapping[int, Any], now: datetime, posting_id: int | None
    ) -> None:
        done = {"of": response_id, "now": now, "posting": posting_id}
        self._db.execute(_finish, done)
        rows = [
            {"id": self._ids.next(), "response_id": response_id, "question_id": of, "value": value}
            for of, value in answers.items()
        ]
        if rows:
            self._db.execute(_answer, rows)

    def counts(self, survey_id: int, wave: int) -> dict[int, list[Counted]]:
        found: dict[int, list[Counted]] = {}
        for of, value, times in self._db.execute(_counts, {"survey": survey_id, "wave": wave}):
            found.setdefault(of, []).append(Counted(str(value), times))
        return found

    def _ask_anew(self, survey_id: int, questions: tuple[Question, ...]) -> bool:
        """Replaces the questions; False if they differ and somebody has answered the old."""
        if _content(self.questions(survey_id)) == _content(questions):
            return True
        if self._db.execute(_anybody, {"survey": survey_id}).first():
            return False
        self._db.execute(_forget, {"survey": survey_id})
        self._ask(survey_id, questions)
        return True

    def _ask(self, survey_id: int, questions: tuple[Question, ...]) -> None:
        rows = [
            {"id": self._ids.next(), "survey_id": survey_id, **content}
            for content in _content(questions)
        ]
        self._db.execute(_ask, rows)


def _content(questions: list[Question] | tuple[Question, ...]) -> list[dict[str, Any]]:
    return [
        {
            "number": question.number,
            "kind": str(question.kind),
            "texts": dict(question.texts),
            "options": [[option.key, dict(option.names)] for option in question.options],
        }
        for question in questions
    ]


def _question(row: Any) -> Question:
    options = tuple(Option(key, names) for key, names in row["options"])
    return Question(row["id"], row["number"], QuestionKind(row["kind"]), row["texts"], options)
