"""Delivery rows: what is to be said, to whom and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, insert, select

from bot.messages import Address, Button, Document, Reply, dump_reply
from services.ports.post import Notice
from storage.dialect import Upsert
from storage.ids import Ids
from storage.tables import chat, people, post

_addresses = chat.Address.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]

_add = Upsert(post.Delivery, ("dedupe",))
_keep = insert(post.File.__table__)  # type: ignore[attr-defined]
_where = select(
    _addresses.c.id,
    _addresses.c.channel,
    _addresses.c.account,
    _addresses.c.user,
    _addresses.c.member_id,
    _addresses.c.locale,
    _members.c.locale,
).select_from(_addresses.outerjoin(_members, _members.c.id == _addresses.c.member_id))
_reachable = (
    _where.where(_addresses.c.member_id == bindparam("member"), _addresses.c.blocked_at.is_(None))
    .order_by(_addresses.c.id.desc())
    .limit(1)
)
_one = _where.where(_addresses.c.id == bindparam("address"))


class Deliveries:
    """Writes delivery rows (services.ports.post.Deliveries, bot.dispatch.Outgoing)."""

    def __init__(self, db: Db, ids: Ids, fallback: str, wrote: Callable[[int], None]) -> None:
        self._db = db
        self._ids = ids
        self._fallback = fallback
        self._wrote = wrote

    def to_member(self, member_id: int, notice: Notice, now: datetime) -> int | None:
        row = self._db.execute(_reachable, {"member": member_id}).one_or_none()
        return self._write(row, notice, now) if row else None

    def to_address(self, address_id: int, notice: Notice, now: datetime) -> int | None:
        row = self._db.execute(_one, {"address": address_id}).one_or_none()
        return self._write(row, notice, now) if row else None

    def reply(self, address: Address, message: Reply, locale: str, now: datetime) -> None:
        """A further message of a reply, in the same chat."""
        where = {"channel": address.channel, "account": address.account, "chat": address.chat}
        self._insert(
            {
                **where,
                "locale": locale,
                "message": dump_reply(message),
                "file_id": self._file(message.document, now),
                "purpose": "service",
                "surely": True,
                "made_at": now,
                "due_at": now,
            }
        )

    def _write(self, row: Any, notice: Notice, now: datetime) -> int | None:
        return self._insert(
            {
                "channel": row[1],
                "account": row[2],
                "chat": row[3],
                "address_id": row[0],
                "member_id": row[4],
                "campaign_id": notice.campaign_id,
                "purpose": notice.purpose,
                "surely": notice.surely,
                "dedupe": notice.dedupe,
                "locale": row[6] or row[5] or self._fallback,
                "message": dump_reply(_reply(notice)),
                "made_at": now,
                "due_at": notice.due_at or now,
            }
        )

    def _insert(self, values: dict[str, Any]) -> int | None:
        delivery_id = self._ids.next()
        defaults = {"state": "pending", "reason": "", "tries": 0, "repeated": False}
        if not _add.run(self._db, {**defaults, **values, "id": delivery_id}):
            return None
        self._wrote(delivery_id)
        return delivery_id

    def _file(self, document: Document | None, now: datetime) -> int | None:
        if document is None:
            return None
        file_id = self._ids.next()
        file = {"id": file_id, "name": document.name, "content": document.content}
        self._db.execute(_keep, {**file, "member_id": None, "made_at": now})
        return file_id


def _reply(notice: Notice) -> Reply:
    rows = tuple(tuple(Button(*button) for button in row) for row in notice.buttons)
    return Reply(notice.key, notice.values, rows)
