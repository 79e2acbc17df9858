"""Parting the answers of anonymous surveys from the members who gave them.

Whatever tells what somebody answered, or when, or in how many steps, goes: answers, the way
through the questions, cards and stored replies, the conversation, what was said of a text.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection as Db
from sqlalchemy import String, bindparam, cast, delete, func, insert, select, update

from domain.surveys import ResponseState, Wave
from services.ports.survey_rounds import Finished
from storage.dialect import Upsert, for_update
from storage.survey_chats import forget, pages
from storage.tables import sentiments, surveys

_responses = surveys.SurveyResponse.__table__  # type: ignore[attr-defined]
_answers = surveys.SurveyAnswer.__table__  # type: ignore[attr-defined]
_records = surveys.SurveyRecord.__table__  # type: ignore[attr-defined]
_quotas = surveys.SurveyQuota.__table__  # type: ignore[attr-defined]
_completions = surveys.SurveyCompletion.__table__  # type: ignore[attr-defined]
_waves = surveys.SurveyWave.__table__  # type: ignore[attr-defined]
_moods = sentiments.Sentiment.__table__  # type: ignore[attr-defined]

_DONE: Final = (ResponseState.FINISHED.value, ResponseState.FULL.value)

_ids: Any = bindparam("ids", expanding=True)
_lock = select(_waves.c.id).where(_waves.c.id == bindparam("id")).with_for_update()
_finished = (
    select(
        _responses.c.id,
        _responses.c.member_id,
        _responses.c.level,
        _responses.c.state,
        _responses.c.started_at,
        _responses.c.finished_at,
    )
    .where(
        _responses.c.wave_id == bindparam("wave_of"),
        _responses.c.survey_id == bindparam("survey"),
        _responses.c.state.in_(_DONE),
        _responses.c.finished_at <= bindparam("until"),
        _responses.c.member_id.is_not(None),
    )
    .order_by(_responses.c.id)
)
_waiting = select(func.count()).where(
    _responses.c.wave == bindparam("number"),
    _responses.c.survey_id == bindparam("survey"),
    _responses.c.state == ResponseState.FINISHED.value,
    _responses.c.finished_at.is_not(None),
    _responses.c.member_id.is_not(None),
)
_given = select(_answers.c.response_id, _answers.c.question, _answers.c.value).where(
    _answers.c.response_id.in_(_ids)
)
_keep = insert(_records)
_forget_moods = delete(_moods).where(
    _moods.c.subject_kind == "survey_answer",
    _moods.c.subject_id.in_(
        select(cast(_answers.c.id, String)).where(_answers.c.response_id.in_(_ids))
    ),
)
_forget_answers = delete(_answers).where(_answers.c.response_id.in_(_ids))
_part = (
    update(_responses)
    .where(_responses.c.id.in_(_ids))
    .values(
        # Whoever came too late for a quota of one answer has given that answer.
        state=ResponseState.FINISHED.value,
        path=[],
        seed=0,
        locale="",
        level="",
        started_at=bindparam("day"),
        touched_at=bindparam("day"),
        reminded_at=None,
        finished_at=None,
        finished_on=bindparam("on"),
        posting_id=None,
        tallied=True,
    )
)
# Each quota's row was written by the last who gave its answer, and says so.
_rewrite_quotas = (
    update(_quotas).where(_quotas.c.wave_id == bindparam("of")).values(taken=_quotas.c.taken)
)
_unfinished = select(
    _responses.c.id, _responses.c.member_id, _responses.c.level, _responses.c.started_at
).where(
    _responses.c.wave == bindparam("number"),
    _responses.c.survey_id == bindparam("survey"),
    _responses.c.state == ResponseState.STARTED.value,
    _responses.c.member_id.is_not(None),
)
_leave = (
    update(_responses)
    .where(_responses.c.id.in_(_ids))
    .values(path=[], seed=0, locale="", touched_at=_responses.c.started_at)
)
_completed = select(_completions.c.token_hash).where(
    _completions.c.wave_id == bindparam("wave_of"),
    _completions.c.member_id == bindparam("member"),
)
_complete = Upsert(surveys.SurveyCompletion, ("token_hash",))
_paid = (
    update(_completions)
    .where(_completions.c.token_hash == bindparam("of"))
    .values(posting_id=bindparam("posting"))
)


class SurveyReleases:
    """Parting answers from members (services.ports.survey_rounds.SurveyReleases)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def lock(self, wave_id: int) -> None:
        if for_update(self._db):
            self._db.execute(_lock, {"id": wave_id})

    def finished(self, wave: Wave, until: datetime) -> list[Finished]:
        values = {"wave_of": wave.id, "survey": wave.survey_id, "until": until}
        return [
            Finished(
                row.id,
                row.member_id,
                row.level,
                row.state == ResponseState.FINISHED.value,
                row.started_at,
                row.finished_at,
            )
            for row in self._db.execute(_finished, values)
        ]

    def waiting(self, wave: Wave) -> int:
        of = {"survey": wave.survey_id, "number": wave.wave}
        return int(self._db.execute(_waiting, of).scalar_one())

    def answers(self, response_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        for some in pages(response_ids):
            for response, question, value in self._db.execute(_given, {"ids": some}):
                found.setdefault(response, {})[question] = value
        return found

    def keep(
        self, wave: Wave, day: date, records: Sequence[tuple[str, Mapping[str, Any]]]
    ) -> None:
        same = {"survey_id": wave.survey_id, "wave": wave.wave, "day": day, "tallied": False}
        rows = [
            {"id": secrets.token_hex(16), "level": level, "answers": dict(answers), **same}
            for level, answers in records
        ]
        if rows:
            self._db.execute(_keep, rows)

    def part(
        self, wave: Wave, gone: Sequence[Finished], day: date, noon: datetime, until: datetime
    ) -> None:
        for some in pages(gone):
            ids = self._forget(wave, some, until)
            self._db.execute(_part, {"ids": ids, "day": noon, "on": day})
        self._db.execute(_rewrite_quotas, {"of": wave.id})

    def forget_unfinished(self, wave: Wave, until: datetime) -> None:
        left = {"survey": wave.survey_id, "number": wave.wave}
        ways = [
            Finished(row.id, row.member_id, row.level, False, row.started_at, until)
            for row in self._db.execute(_unfinished, left)
        ]
        for some in pages(ways):
            self._db.execute(_leave, {"ids": self._forget(wave, some, until)})

    def _forget(self, wave: Wave, some: Sequence[Finished], until: datetime) -> list[int]:
        """What these members did and said on their way; the ids of their responses."""
        ids = [one.id for one in some]
        forget(self._db, wave, some, until)
        self._db.execute(_forget_moods, {"ids": ids})
        self._db.execute(_forget_answers, {"ids": ids})
        return ids

    def complete(self, token_hash: str, wave_id: int, member_id: int) -> bool:
        mine = {"wave_of": wave_id, "member": member_id}
        if self._db.execute(_completed, mine).first():
            return False
        row = {"token_hash": token_hash, "wave_id": wave_id, "member_id": member_id}
        return _complete.run(self._db, {**row, "posting_id": None}) == 1

    def paid(self, token_hash: str, posting_id: int) -> None:
        self._db.execute(_paid, {"of": token_hash, "posting": posting_id})
