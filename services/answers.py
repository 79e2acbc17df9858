"""Doing a write of the API once: the same request again gets the answer that is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from domain.errors import KeyConflict, MemberClosed
from services.ports import Work
from services.ports.answers import Stored

OK: Final = 200
CREATED: Final = 201
ACCEPTED: Final = 202
_ERASED: Final = {"status": "erased"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write answers. `body` is plain JSON data; `member_id`: whom it is about; `again`:
    it was given before and nothing was done now."""

    status: int
    body: Any
    member_id: int | None = None
    again: bool = False


Effect = Callable[[], Answer]


def once(work: Work, scope: str, key: str, content: str, now: datetime, effect: Effect) -> Answer:
    """Runs `effect` for the first request with this key and gives its answer to all others.

    `scope`: caller and operation; `content`: all that the request says. Other content under the
    same key raises KeyConflict; a refused effect leaves the key free.
    """
    index, content_hash = work.vault.index("answer", key), work.vault.index("answer", content)
    before = work.answers.claim(scope, index, content_hash, now)
    if before is not None:
        if before.content_hash != content_hash:
            raise KeyConflict(key)
        return Answer(before.status, _body(before), again=True)
    answer = effect()
    work.answers.keep(scope, index, answer.status, answer.body, answer.member_id)
    return answer


def once_by_own_id(work: Work, scope: str, key: str, now: datetime, effect: Effect) -> Answer:
    """The same for what carries an id of its own (an order, a refund).

    `effect` always runs: it finds what is booked under that id, compares the content, and says
    by `again` whether it was there before. The first body is the one that all get.
    """
    index = work.vault.index("answer", key)
    before = work.answers.claim(scope, index, "", now)
    answer = effect()
    if before is not None:
        return Answer(OK, _body(before), answer.member_id, again=True)
    if answer.again:
        answer = Answer(OK, answer.body, answer.member_id, again=True)
    work.answers.keep(scope, index, answer.status, answer.body, answer.member_id)
    return answer


def _body(before: Stored) -> Any:
    if before.body == _ERASED:
        raise MemberClosed()
    return before.body
