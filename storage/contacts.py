"""The contact budget's reads, each one statement for a whole batch of members."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, literal_column, null, select, union_all

from domain.birthdays import Birthday
from domain.consent import Purpose
from services.ports.contacts import Facts, History, Person, Waiting
from storage.tables import chat, people, post

_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_consents = people.Consent.__table__  # type: ignore[attr-defined]
_addresses = chat.Address.__table__  # type: ignore[attr-defined]

_asked = (
    select(_members.c.id.label("whose"), _members.c.id.label("of"))
    .where(_members.c.id.in_(bindparam("members", expanding=True)))
    .cte("membership", recursive=True)
)
_merged = select(_asked.c.whose, _members.c.id).where(_members.c.merged_into == _asked.c.of)
_whole = _asked.union_all(_merged)
_mine = _rows.c.member_id == _whole.c.of
# Written out, so that both databases see that their partial indexes fit.
_optional = _rows.c.lane == literal_column("2")
_sends = _rows.c.act == literal_column("'send'")
_begun = select(
    _whole.c.whose,
    _rows.c.id,
    _rows.c.state,
    _rows.c.rule,
    _rows.c.begun_at.label("begun_at"),
    _rows.c.due_at,
).where(
    _mine,
    _optional,
    _sends,
    _rows.c.begun_at.is_not(None),
    _rows.c.begun_at > bindparam("since"),
    _rows.c.state.in_([literal_column(f"'{state}'") for state in ("sent", "sending", "unknown")]),
)
_never = null().label("begun_at")
_claimed = select(
    _whole.c.whose, _rows.c.id, _rows.c.state, _rows.c.rule, _never, _rows.c.due_at
).where(_mine, _optional, _sends, _rows.c.state == literal_column("'claimed'"))
_care = select(
    _whole.c.whose, _rows.c.id, _rows.c.state, _rows.c.rule, _never, _rows.c.due_at
).where(
    _mine,
    _optional,
    _sends,
    _rows.c.rule != literal_column("''"),
    _rows.c.state == literal_column("'pending'"),
)
_history = union_all(_begun, _claimed, _care)
_given = (
    select(_consents.c.given)
    .where(_consents.c.member_id == _members.c.id, _consents.c.purpose == bindparam("purpose"))
    .order_by(_consents.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_facts = select(
    _members.c.id,
    _members.c.joined_at,
    _members.c.zone,
    _members.c.birth_month,
    _members.c.birth_day,
    _members.c.birth_lunar,
    _given,
).where(_members.c.id.in_(bindparam("members", expanding=True)))
_chats = select(func.count()).where(_addresses.c.member_id == _members.c.id)
_people = select(
    _members.c.id,
    _members.c.number,
    func.coalesce(_members.c.name, ""),
    _members.c.state,
    func.coalesce(_members.c.locale, ""),
    func.coalesce(_members.c.zone, ""),
    _members.c.quiet_from,
    _members.c.quiet_to,
    _chats.scalar_subquery(),
    _chats.where(_addresses.c.blocked_at.is_(None)).scalar_subquery(),
    _given,
).where(_members.c.id.in_(bindparam("members", expanding=True)))


class Contacts:
    """Reads of the contact budget (services.ports.contacts.Contacts)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def history(
        self, member_ids: Collection[int], since: datetime, now: datetime
    ) -> dict[int, History]:
        found: dict[int, History] = {}
        asked = {"members": list(member_ids), "since": since}
        for whose, row_id, state, rule, begun_at, due_at in self._db.execute(_history, asked):
            one = found.setdefault(whose, History())
            if state == "pending":
                one.waiting.append(Waiting(row_id, rule, due_at))
            else:
                one.begun[row_id] = begun_at or now
        return found

    def facts(self, member_ids: Collection[int]) -> dict[int, Facts]:
        asked = {"members": list(member_ids), "purpose": Purpose.CARE.value}
        rows = self._db.execute(_facts, asked)
        return {
            member: Facts(joined, zone or "", _born(month, day, lunar), bool(agreed))
            for member, joined, zone, month, day, lunar, agreed in rows
        }

    def people(self, member_ids: Collection[int], purpose: str) -> dict[int, Person]:
        asked = {"members": list(member_ids), "purpose": purpose}
        always = purpose == Purpose.SERVICE.value
        return {
            row[0]: Person(*row[1:10], agreed=always or bool(row[10]))
            for row in self._db.execute(_people, asked)
        }


def _born(month: Any, day: Any, lunar: bool) -> Birthday | None:
    return Birthday(month, day, lunar=lunar) if month and day else None
