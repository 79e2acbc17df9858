"""Parts what somebody answered in surveys from them when they leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection as Db
from sqlalchemy import delete, select, update

from storage.tables import metadata

_responses = metadata.tables["survey_responses"]
_answers = metadata.tables["survey_answers"]
_waves = metadata.tables["survey_waves"]
_FREE: Final = ("text", "photo")
_COUNTED: Final = ("finished", "full")


def part(db: Db, member_ids: Sequence[int]) -> None:
    """Whoever has finished stays counted, without a name and without what they wrote or showed;
    what was not finished goes, and so does all of an anonymous survey that was not released."""
    mine = _responses.c.member_id.in_(member_ids)
    for response_id, state, kinds in _of(db, mine):
        gone = _answers.c.response_id == response_id
        if state in _COUNTED and kinds is not None:
            free = [key for key, kind in kinds.items() if kind in _FREE]
            gone = gone & _answers.c.question.in_(free)
        db.execute(delete(_answers).where(gone))
    db.execute(delete(_responses).where(mine, _responses.c.state.not_in(_COUNTED)))
    nobody = {"member_id": None, "posting_id": None, "occasion": ""}
    db.execute(update(_responses).where(mine).values(**nobody))


def _of(db: Db, mine: Any) -> list[tuple[int, str, dict[str, str] | None]]:
    """Responses with their state, and the kinds of questions, None of an anonymous survey."""
    rows = select(_responses.c.id, _responses.c.state, _waves.c.definition).join(
        _waves, _waves.c.id == _responses.c.wave_id
    )
    return [(row[0], row[1], _kinds(row[2])) for row in db.execute(rows.where(mine))]


def _kinds(definition: Any) -> dict[str, str] | None:
    if definition["anonymous"]:
        return None
    return {one["key"]: one["kind"] for one in definition["questions"]}
