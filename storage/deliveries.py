"""Delivery rows: what is to be said, to whom and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, insert, select

from bot.messages import (
    Address,
    Button,
    Document,
    Rendered,
    Reply,
    dump_rendered,
    dump_reply,
    load_media,
)
from services.ports.post import Notice, Occasion
from storage.dialect import Upsert
from storage.ids import Ids
from storage.tables import chat, people, post

_rows = post.Delivery.__table__  # type: ignore[attr-defined]
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
_occasion = select(_rows.c.state, _rows.c.reason, _rows.c.due_at).where(
    _rows.c.dedupe == bindparam("dedupe")
)
_FRESH = {
    "state": "pending",
    "reason": "",
    "lane": 0,
    "tries": 0,
    "repeated": False,
    "address_id": None,
    "member_id": None,
    "campaign_id": None,
    "file_id": None,
    "dedupe": None,
    "wording_id": None,
    "rule": "",
    "act": "send",
    "target": "",
    "paid": False,
}


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

    def to_address(
        self, address_id: int, notice: Notice, now: datetime, *, locale: str = ""
    ) -> int | None:
        row = self._db.execute(_one, {"address": address_id}).one_or_none()
        return self._write(row, notice, now, locale) if row else None

    def to_group(
        self,
        group_id: int,
        chat: tuple[str, str, str],
        notice: Notice,
        now: datetime,
        *,
        locale: str,
    ) -> int | None:
        place = dict(zip(("channel", "account", "chat"), chat, strict=True))
        return self._insert({**self._of(notice, now), **place, "locale": locale})

    def suppressed(self, member_id: int, notice: Notice, reason: str, now: datetime) -> bool:
        row = self._db.execute(_reachable, {"member": member_id}).one_or_none()
        place = (row[1], row[2], row[3], row[0]) if row else ("", "", "", None)
        values = dict(zip(("channel", "account", "chat", "address_id"), place, strict=True))
        values |= {"member_id": member_id, "locale": self._fallback}
        values |= {"state": "skipped", "reason": reason, "due_at": notice.due_at or now}
        return _add.run(self._db, {**self._of(notice, now), **values}) == 1

    def occasion(self, dedupe: str) -> Occasion | None:
        row = self._db.execute(_occasion, {"dedupe": dedupe}).one_or_none()
        return Occasion(*row) if row else None

    def reply(self, address: Address, message: Reply, locale: str, now: datetime) -> None:
        """A further message of a reply, in the same chat."""
        file_id = self._file(message.document, now)
        row = _in_chat(address, locale, dump_reply(message), now)
        self._insert({**row, "file_id": file_id})

    def rendered(
        self,
        address: Address,
        message: Rendered,
        now: datetime,
        due_at: datetime,
        *,
        repeated: bool,
    ) -> None:
        """An answer that could not be sent at once, exactly as it was rendered; `repeated` if it
        may have been shown already."""
        row = _in_chat(address, message.locale, {"rendered": dump_rendered(message)}, now)
        self._insert({**row, "due_at": due_at, "repeated": repeated})

    def _write(self, row: Any, notice: Notice, now: datetime, locale: str = "") -> int | None:
        return self._insert(
            {
                **self._of(notice, now),
                "channel": row[1],
                "account": row[2],
                "chat": row[3],
                "user": row[3],
                "address_id": row[0],
                "member_id": row[4],
                "locale": locale or row[6] or row[5] or self._fallback,
            }
        )

    def _of(self, notice: Notice, now: datetime) -> dict[str, Any]:
        """What a row takes from its notice."""
        return {
            **_FRESH,
            "id": self._ids.next(),
            "user": "",
            "campaign_id": notice.campaign_id,
            "purpose": notice.purpose,
            "lane": notice.lane,
            "surely": notice.surely,
            "dedupe": notice.dedupe,
            "rule": notice.rule,
            "wording_id": notice.wording_id,
            "act": notice.act,
            "target": notice.target,
            "paid": notice.paid,
            "message": dumped(notice),
            "made_at": now,
            "due_at": notice.due_at or now,
        }

    def _insert(self, values: dict[str, Any]) -> int | None:
        row = {**_FRESH, "id": self._ids.next(), **values}
        if not _add.run(self._db, row):
            return None
        self._wrote(row["id"])
        return int(row["id"])

    def _file(self, document: Document | None, now: datetime) -> int | None:
        if document is None:
            return None
        file_id = self._ids.next()
        file = {"id": file_id, "name": document.name, "content": document.content}
        file["maker"] = document.maker
        self._db.execute(_keep, {**file, "member_id": None, "made_at": now})
        return file_id


def _in_chat(address: Address, locale: str, message: dict[str, Any], now: datetime) -> Any:
    """A service message in the chat somebody writes from; a group's is nobody's own."""
    return {
        "channel": address.channel,
        "account": address.account,
        "chat": address.chat,
        "user": address.user if address.private else "",
        "locale": locale,
        "message": message,
        "purpose": "service",
        "surely": True,
        "made_at": now,
        "due_at": now,
    }


def dumped(notice: Notice) -> dict[str, Any]:
    """A notice's message as its row keeps it."""
    return dump_reply(_reply(notice))


def _reply(notice: Notice) -> Reply:
    rows = tuple(tuple(Button(*button) for button in row) for row in notice.buttons)
    return Reply(
        notice.key,
        notice.values,
        rows,
        photo=notice.photo,
        media=load_media(notice.media),
        quote=notice.quote,
        topic=notice.topic,
    )
