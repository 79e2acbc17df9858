"""Two memberships that become one answer each round of a survey once."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection as Db
from sqlalchemy import String, and_, bindparam, cast, delete, select

from domain.surveys import ResponseState
from storage.tables import sentiments, surveys

_responses = surveys.SurveyResponse.__table__  # type: ignore[attr-defined]
_answers = surveys.SurveyAnswer.__table__  # type: ignore[attr-defined]
_moods = sentiments.Sentiment.__table__  # type: ignore[attr-defined]
_merged = _responses.alias()

_STARTED: Final = ResponseState.STARTED.value
_OPEN: Final = (ResponseState.INVITED.value, _STARTED)
_both = (
    select(
        _responses.c.id,
        _responses.c.state,
        _responses.c.path,
        _merged.c.state.label("other_state"),
        _merged.c.path.label("other_path"),
    )
    .join(
        _merged,
        and_(
            _merged.c.survey_id == _responses.c.survey_id,
            _merged.c.wave == _responses.c.wave,
            _merged.c.member_id == bindparam("merged"),
        ),
    )
    .where(_responses.c.member_id == bindparam("kept"), _responses.c.state.in_(_OPEN))
)
_ids: Any = bindparam("ids", expanding=True)
_given = select(cast(_answers.c.id, String)).where(_answers.c.response_id.in_(_ids))
_forget_moods = delete(_moods).where(
    _moods.c.subject_kind == "survey_answer", _moods.c.subject_id.in_(_given)
)
_forget_answers = delete(_answers).where(_answers.c.response_id.in_(_ids))
_forget = delete(_responses).where(_responses.c.id.in_(_ids))


def make_room(db: Db, merged_id: int, kept_id: int) -> None:
    """Where both have the same round of a survey and the merged membership has come further, what
    the kept one has begun of it is forgotten, so that the other one's can move there."""
    rows = db.execute(_both, {"merged": merged_id, "kept": kept_id})
    behind = [
        row.id for row in rows if _far(row.other_state, row.other_path) > _far(row.state, row.path)
    ]
    if behind:
        for statement in (_forget_moods, _forget_answers, _forget):
            db.execute(statement, {"ids": behind})


def _far(state: str, path: list[str]) -> tuple[int, int]:
    """How far somebody has come: invited, at a question, done."""
    return (2 if state not in _OPEN else int(state == _STARTED), len(path))
