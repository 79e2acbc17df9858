"""Persons' addresses and conversations, loaded together in one query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import orjson
from sqlalchemy import Connection as Db
from sqlalchemy import and_, bindparam, select, update

from bot.messages import Address
from bot.state import Conversation, Person, Staff, State
from domain.staff import permissions
from storage.dialect import Upsert, for_update
from storage.prepared import Prepared
from storage.tables import chat, club, people
from storage.types import from_millis

if TYPE_CHECKING:
    from storage.work import Shared

_addresses = chat.Address.__table__  # type: ignore[attr-defined]
_talks = chat.Conversation.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_staff = club.Staff.__table__  # type: ignore[attr-defined]

_load = Prepared(
    select(
        _addresses.c.id,
        _addresses.c.member_id,
        _addresses.c.locale,
        _addresses.c.blocked_at,
        _members.c.locale,
        _members.c.zone,
        _staff.c.id,
        _staff.c.name,
        _staff.c.role,
        _staff.c.store_id,
        _talks.c.flow,
        _talks.c.step,
        _talks.c.data,
        _talks.c.version,
        _talks.c.expires_at,
        _addresses.c.seen_at,
    )
    .select_from(
        _addresses.outerjoin(_members, _members.c.id == _addresses.c.member_id)
        .outerjoin(_staff, and_(_staff.c.address_id == _addresses.c.id, _staff.c.active))
        .outerjoin(
            _talks,
            and_(_talks.c.address_id == _addresses.c.id, _talks.c.chat == bindparam("chat")),
        )
    )
    .where(
        _addresses.c.channel == bindparam("channel"),
        _addresses.c.account == bindparam("account"),
        _addresses.c.user == bindparam("user"),
    )
)
_lock = Prepared(
    select(_addresses.c.id)
    .where(
        _addresses.c.channel == bindparam("channel"),
        _addresses.c.account == bindparam("account"),
        _addresses.c.user == bindparam("user"),
    )
    .with_for_update()
)
_seen = Prepared(
    update(_addresses).where(_addresses.c.id == bindparam("of")).values(seen_at=bindparam("now"))
)
_new_address = Upsert(chat.Address, ("channel", "account", "user"))
_new_talk = Upsert(chat.Conversation, ("address_id", "chat"))
_move = Prepared(
    update(_talks)
    .where(
        _talks.c.address_id == bindparam("of"),
        _talks.c.chat == bindparam("in_chat"),
        _talks.c.version == bindparam("before"),
    )
    .values(
        flow=bindparam("flow"),
        step=bindparam("step"),
        data=bindparam("data"),
        version=bindparam("version"),
        expires_at=bindparam("expires_at"),
    )
)


_SEEN: Final = timedelta(hours=1)


class StaleConversation(Exception):
    """The conversation was moved by somebody else meanwhile; the unit must be run again."""


class Conversations:
    """States of persons (bot.state.Conversations)."""

    def __init__(self, db: Db, shared: Shared) -> None:
        self._db = db
        self._shared = shared

    def load(self, address: Address, hint: str) -> State:
        return self._state(_load.row(self._db, _where(address)), hint)

    def _state(self, row: Any | None, hint: str) -> State:
        if row is None:
            return State(Person(None, self._locale(hint)), Conversation())
        staff = Staff(row[6], row[7], row[8], row[9], permissions(row[8])) if row[6] else None
        locale = row[4] or row[2] or self._locale(hint)
        person = Person(row[0], locale, row[1], row[5] or "", staff, row[3] is not None)
        return State(person, _talk(row[10:15]) if row[13] else Conversation())

    def lock(self, address: Address, hint: str) -> State:
        key = {"channel": address.channel, "account": address.account, "user": address.user}
        if for_update(self._db) and _lock.row(self._db, key):
            return self._there(address, hint)
        state = self._there(address, hint)
        if state.person.address_id is not None:
            return state
        now = self._shared.clock()
        first = {"id": self._shared.ids.next(), "first_seen": now, "seen_at": now}
        _new_address.run(self._db, {**key, **first})
        if for_update(self._db):
            _lock.row(self._db, key)
        return self.load(address, hint)

    def _there(self, address: Address, hint: str) -> State:
        """The state of who is there now, which is noted once an hour."""
        row = _load.row(self._db, _where(address))
        now = self._shared.clock()
        if row is not None and (row[15] is None or from_millis(row[15]) < now - _SEEN):
            _seen.run(self._db, {"of": row[0], "now": now})
        return self._state(row, hint)

    def save(self, address_id: int, chat: str, conversation: Conversation) -> None:
        talk = {
            "flow": conversation.flow,
            "step": conversation.step,
            "data": dict(conversation.data),
            "version": conversation.version,
            "expires_at": conversation.expires_at,
        }
        if conversation.version == 1 and _new_talk.run(
            self._db, {**talk, "address_id": address_id, "chat": chat}
        ):
            return
        before = {"of": address_id, "in_chat": chat, "before": conversation.version - 1}
        if _move.run(self._db, {**talk, **before}) != 1:
            raise StaleConversation

    def _locale(self, hint: str) -> str:
        language = hint.partition("-")[0].casefold()
        if language in ("zh", "en"):
            return language
        return "en" if language else self._shared.locale


def _talk(row: Sequence[Any]) -> Conversation:
    flow, step, data, version, expires = row
    until = None if expires is None else from_millis(expires)
    return Conversation(flow, step, orjson.loads(data), version, until)


def _where(address: Address) -> dict[str, str]:
    return {
        "channel": address.channel,
        "account": address.account,
        "user": address.user,
        "chat": address.chat,
    }
