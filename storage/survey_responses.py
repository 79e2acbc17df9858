"""Members' responses to surveys and their answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, delete, func, select, update

from domain.surveys import Response, ResponseState, Wave
from services.ports.sales import BOOKED
from services.ports.surveys import Counted
from storage.dialect import Upsert
from storage.ids import Ids
from storage.prepared import Mapped, Prepared
from storage.tables import purchases, surveys
from storage.tables.club import Store

_responses = surveys.SurveyResponse.__table__  # type: ignore[attr-defined]
_answers = surveys.SurveyAnswer.__table__  # type: ignore[attr-defined]
_purchases = purchases.Purchase.__table__  # type: ignore[attr-defined]
_stores = Store.__table__  # type: ignore[attr-defined]

_COLUMNS: Final = tuple(Response.__dataclass_fields__)
_MOVED: Final = ("state", "path", "seed", "locale", "occasion", "started_at", "touched_at")
_DONE: Final = ("finished", "full")

_read = select(*(_responses.c[name] for name in _COLUMNS))
_of = Mapped(
    _read.where(
        _responses.c.survey_id == bindparam("survey_id"),
        _responses.c.wave == bindparam("wave"),
        _responses.c.member_id == bindparam("member"),
    )
)
_get = Mapped(_read.where(_responses.c.id == bindparam("id")))
_mine = Mapped(_read.where(_responses.c.member_id == bindparam("member")))
_begin = Upsert(surveys.SurveyResponse, ("survey_id", "wave", "member_id"))
_move = Prepared(
    update(_responses)
    .where(_responses.c.id == bindparam("of"))
    .values({name: bindparam(f"new_{name}", type_=_responses.c[name].type) for name in _MOVED})
)
_finish = update(_responses).where(
    _responses.c.id == bindparam("of"), _responses.c.state.not_in(_DONE)
)
_one = update(_responses).where(_responses.c.id == bindparam("of"))
_given = Mapped(
    select(_answers.c.question, _answers.c.value).where(
        _answers.c.response_id == bindparam("response")
    )
)
_answer = Upsert(surveys.SurveyAnswer, ("response_id", "question"), ("value",))
_finished = select(func.count()).where(
    _responses.c.wave_id == bindparam("wave"), _responses.c.state == "finished"
)
_bought = (
    select(_purchases.c.id)
    .join(_stores, _stores.c.id == _purchases.c.store_id)
    .where(_purchases.c.state == BOOKED)
)
_counts = (
    select(_answers.c.question, _answers.c.value, func.count())
    .select_from(_answers.join(_responses, _responses.c.id == _answers.c.response_id))
    .where(_responses.c.wave_id == bindparam("wave"), _responses.c.state == "finished")
    .group_by(_answers.c.question, _answers.c.value)
)


class SurveyResponses:
    """Responses and answers (services.ports.surveys.SurveyResponses)."""

    def __init__(self, db: Db, ids: Ids) -> None:
        self._db = db
        self._ids = ids

    def of(self, wave: Wave, member_id: int) -> Response | None:
        values = {"survey_id": wave.survey_id, "wave": wave.wave, "member": member_id}
        return _response(_of.row(self._db, values))

    def get(self, response_id: int) -> Response | None:
        return _response(_get.row(self._db, {"id": response_id}))

    def of_member(self, member_id: int) -> dict[int, Response]:
        rows = _mine.rows(self._db, {"member": member_id})
        return {row["wave_id"]: _made(row) for row in rows}

    def begin(self, response: Response) -> bool:
        row = {name: getattr(response, name) for name in _COLUMNS}
        row |= {"path": list(response.path), "state": str(response.state), "tallied": False}
        return bool(_begin.run(self._db, row))

    def move(self, response: Response) -> None:
        row = {f"new_{name}": getattr(response, name) for name in _MOVED}
        row |= {"new_path": list(response.path), "new_state": str(response.state)}
        _move.run(self._db, {**row, "of": response.id})

    def finish(self, response: Response, day: date) -> bool:
        row = {name: getattr(response, name) for name in (*_MOVED, "finished_at", "level")}
        row |= {"path": list(response.path), "state": str(response.state), "finished_on": day}
        return bool(self._db.execute(_finish.values(**row), {"of": response.id}).rowcount)

    def paid(self, response_id: int, posting_id: int | None) -> None:
        self._db.execute(_one.values(posting_id=posting_id), {"of": response_id})

    # -- answers ------------------------------------------------------------------------

    def answers(self, response_id: int) -> dict[str, Any]:
        rows = _given.rows(self._db, {"response": response_id})
        return {row["question"]: row["value"] for row in rows}

    def answer(self, response_id: int, question: str, value: Any) -> None:
        row = {"id": self._ids.next(), "response_id": response_id, "question": question}
        _answer.run(self._db, {**row, "value": value})

    def forget(self, response_id: int, questions: Iterable[str]) -> None:
        gone = list(questions)
        if gone:
            rows = (_answers.c.response_id == response_id, _answers.c.question.in_(gone))
            self._db.execute(delete(_answers).where(*rows))

    def finished(self, wave_id: int) -> int:
        return int(self._db.execute(_finished, {"wave": wave_id}).scalar_one())

    def bought_in(self, member_id: int, stores: Iterable[str], since: date) -> bool:
        wanted = _bought.where(
            _purchases.c.member_id == member_id,
            _purchases.c.day > since.toordinal(),
            _stores.c.code.in_(list(stores)),
        )
        return self._db.execute(wanted.limit(1)).first() is not None

    def counts(self, wave_id: int) -> dict[str, list[Counted]]:
        found: dict[str, Counter[str]] = {}
        for question, value, times in self._db.execute(_counts, {"wave": wave_id}):
            for one in value if isinstance(value, list) else [value]:
                found.setdefault(question, Counter())[str(one)] += times
        return {
            question: [Counted(value, times) for value, times in sorted(counted.items())]
            for question, counted in found.items()
        }


def _response(row: dict[str, Any] | None) -> Response | None:
    return _made(row) if row else None


def _made(row: dict[str, Any]) -> Response:
    state = ResponseState(row["state"])
    return Response(**{**row, "state": state, "path": tuple(row["path"])})
