"""Parting the answers of anonymous surveys from the members who gave them.

Whatever tells what somebody answered, or when, or in how many steps, goes: answers, the way
through the questions, cards and stored replies, the conversation, what was said of a text.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection as Db
from sqlalchemy import String, bindparam, cast, delete, insert, select, update

from domain.surveys import ResponseState, Wave
from services.ports.survey_rounds import Finished
from storage.dialect import Upsert, for_update
from storage.tables import chat, post, sentiments, surveys

_responses = surveys.SurveyResponse.__table__  # type: ignore[attr-defined]
_answers = surveys.SurveyAnswer.__table__  # type: ignore[attr-defined]
_records = surveys.SurveyRecord.__table__  # type: ignore[attr-defined]
_completions = surveys.SurveyCompletion.__table__  # type: ignore[attr-defined]
_waves = surveys.SurveyWave.__table__  # type: ignore[attr-defined]
_addresses = chat.Address.__table__  # type: ignore[attr-defined]
_talks = chat.Conversation.__table__  # type: ignore[attr-defined]
_inbox = chat.Inbox.__table__  # type: ignore[attr-defined]
_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_moods = sentiments.Sentiment.__table__  # type: ignore[attr-defined]

NOUN: Final = "survey."
"""What the keys of cards of surveys begin with; invitations and reminders are another noun."""
FLOW: Final = "asking"
"""The conversation in which answers are written or sent."""
_STEPS: Final = 1000
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
_given = select(_answers.c.response_id, _answers.c.question, _answers.c.value).where(
    _answers.c.response_id.in_(_ids)
)
_keep = insert(_records)
_chats = select(
    _addresses.c.id,
    _addresses.c.member_id,
    _addresses.c.channel,
    _addresses.c.account,
    _addresses.c.user,
).where(_addresses.c.member_id.in_(_ids))
_forget_inbox = delete(_inbox).where(
    _inbox.c.address_id == bindparam("chat_of"),
    _inbox.c.received_at >= bindparam("first"),
    _inbox.c.received_at <= bindparam("last"),
)
_said = select(_rows.c.id, _rows.c.message).where(
    _rows.c.address_id == bindparam("chat_of"),
    _rows.c.made_at >= bindparam("first"),
    _rows.c.made_at <= bindparam("last"),
)
# What was said in a chat before it had an address row names the user alone. Ids rise with time,
# so only what was written since the first of these responses is looked at.
_said_to_users = select(_rows.c.id, _rows.c.channel, _rows.c.account, _rows.c.user).where(
    _rows.c.id >= bindparam("since"), _rows.c.lane == 0, _rows.c.address_id.is_(None)
)
_said_here = select(_rows.c.id, _rows.c.message, _rows.c.made_at).where(_rows.c.id.in_(_ids))
_posted = select(_rows.c.id, _rows.c.message).where(_rows.c.dedupe.in_(_ids))
_drop = delete(_rows).where(_rows.c.id.in_(_ids))
_blank = update(_rows).where(_rows.c.id.in_(_ids)).values(message={})
_blank_one = update(_rows).where(_rows.c.id == bindparam("of"))
_flows = select(
    _talks.c.address_id, _talks.c.chat, _talks.c.flow, _talks.c.data, _talks.c.version
).where(_talks.c.address_id.in_(_ids))
_walk_on = update(_talks).where(
    _talks.c.address_id == bindparam("of"), _talks.c.chat == bindparam("in_chat")
)
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
_unfinished = select(_responses.c.id).where(
    _responses.c.wave_id == bindparam("wave_of"), _responses.c.state.not_in(_DONE)
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

    def answers(self, response_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        for some in _pages(response_ids):
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

    def part(self, wave: Wave, gone: Sequence[Finished], day: date, noon: datetime) -> None:
        for some in _pages(gone):
            ids = [one.id for one in some]
            self._forget_chats(wave, some)
            self._forget_posted(wave, some)
            self._db.execute(_forget_moods, {"ids": ids})
            self._db.execute(_forget_answers, {"ids": ids})
            self._db.execute(_part, {"ids": ids, "day": noon, "on": day})

    def forget_unfinished(self, wave_id: int) -> None:
        ids = list(self._db.execute(_unfinished, {"wave_of": wave_id}).scalars())
        for some in _pages(ids):
            self._db.execute(_forget_moods, {"ids": some})
            self._db.execute(_forget_answers, {"ids": some})

    def complete(self, token_hash: str, wave_id: int, member_id: int) -> bool:
        mine = {"wave_of": wave_id, "member": member_id}
        if self._db.execute(_completed, mine).first():
            return False
        row = {"token_hash": token_hash, "wave_id": wave_id, "member_id": member_id}
        return _complete.run(self._db, {**row, "posting_id": None}) == 1

    def paid(self, token_hash: str, posting_id: int) -> None:
        self._db.execute(_paid, {"of": token_hash, "posting": posting_id})

    # -- chats ---------------------------------------------------------------------------

    def _forget_chats(self, wave: Wave, some: Sequence[Finished]) -> None:
        """The steps that were taken in the chats of these members while they answered."""
        by_member = {one.member_id: one for one in some}
        chats = self._db.execute(_chats, {"ids": sorted(by_member)}).all()
        users = {(row.channel, row.account, row.user): by_member[row.member_id] for row in chats}
        for row in chats:
            one = by_member[row.member_id]
            within = {"chat_of": row.id, "first": one.started_at, "last": one.finished_at}
            self._db.execute(_forget_inbox, within)
            self._forget_said(self._db.execute(_said, within).all())
        self._forget_of_users(users, min(one.id for one in some))
        self._walk_on(wave, [row.id for row in chats])

    def _forget_of_users(self, users: Mapping[tuple[str, str, str], Finished], since: int) -> None:
        rows = self._db.execute(_said_to_users, {"since": since}).all()
        found = {row.id: users.get((row.channel, row.account, row.user)) for row in rows}
        ours = {row_id: one for row_id, one in found.items() if one is not None}
        for ids in _pages(sorted(ours)):
            said = self._db.execute(_said_here, {"ids": ids}).all()
            self._forget_said(
                [
                    row
                    for row in said
                    if ours[row.id].started_at <= row.made_at <= ours[row.id].finished_at
                ]
            )

    def _forget_said(self, rows: Iterable[Any]) -> None:
        """Cards of surveys go; of an answer as it was rendered nobody can tell what it was."""
        cards = [row.id for row in rows if _key(row.message).startswith(NOUN)]
        rendered = [row.id for row in rows if row.message and "rendered" in row.message]
        for ids in _pages(cards):
            self._db.execute(_drop, {"ids": ids})
        for ids in _pages(rendered):
            self._db.execute(_blank, {"ids": ids})

    def _forget_posted(self, wave: Wave, some: Sequence[Finished]) -> None:
        """How far they had come stands in their reminders."""
        names = [
            f"survey:{wave.survey_id}:{wave.wave}:{one.member_id}:remind:{days}"
            for one in some
            for days in wave.definition.remind_days
        ]
        for page in _pages(names):
            for row in self._db.execute(_posted, {"ids": page}).all():
                plain = {**row.message, "values": {}} if row.message else {}
                self._db.execute(_blank_one.values(message=plain), {"of": row.id})

    def _walk_on(self, wave: Wave, address_ids: Collection[int]) -> None:
        """How many steps a conversation has had says how many questions there were."""
        for row in self._db.execute(_flows, {"ids": sorted(address_ids)}).all():
            version = row.version + 1 + secrets.randbelow(_STEPS)
            values: dict[str, Any] = {"version": version}
            if row.flow == FLOW and (row.data or {}).get("wave") == str(wave.id):
                values |= {"flow": "", "step": "", "data": {}, "expires_at": None}
            of = {"of": row.address_id, "in_chat": row.chat}
            self._db.execute(_walk_on.values(**values), of)


def _key(message: Any) -> str:
    return str(message.get("key", "")) if isinstance(message, dict) else ""


def _pages(items: Sequence[Any], most: int = 500) -> Iterable[list[Any]]:
    for first in range(0, len(items), most):
        yield list(items[first : first + most])
