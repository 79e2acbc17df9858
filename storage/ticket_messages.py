"""What was said about tickets, by both sides and by staff among themselves."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, or_, select, update

from domain.tickets import Author
from services.ports.tickets import Media, Said
from storage.dialect import Upsert
from storage.tables import tickets
from storage.types import Instant

_tickets = tickets.Ticket.__table__  # type: ignore[attr-defined]
_messages = tickets.TicketMessage.__table__  # type: ignore[attr-defined]

_columns = select(*(_messages.c[field.name] for field in fields(Said)))
_say = Upsert(tickets.TicketMessage, ("key",))
_get = _columns.where(_messages.c.id == bindparam("id"))
_by_key = _columns.where(_messages.c.key == bindparam("key"))
_newest = _columns.order_by(_messages.c.id.desc()).limit(1)
_written = _newest.where(
    _messages.c.address_id == bindparam("address"),
    _messages.c.chat == bindparam("chat"),
    _messages.c.message == bindparam("message"),
)
_of_album = _newest.where(
    _messages.c.ticket_id == bindparam("ticket"),
    _messages.c.address_id == bindparam("address"),
    _messages.c.album == bindparam("album"),
)
_this = update(_messages).where(_messages.c.id == bindparam("of"))
_edit = _this.where(_messages.c.text != bindparam("new")).values(
    text=bindparam("new"), edited_at=bindparam("when", type_=Instant())
)
_of_ticket = or_(
    _messages.c.ticket_id == bindparam("ticket"),
    _messages.c.ticket_id.in_(
        select(_tickets.c.id).where(_tickets.c.merged_into == bindparam("ticket"))
    ),
)
_page = _columns.order_by(_messages.c.id.desc()).limit(bindparam("most")).offset(bindparam("skip"))
_thread = _page.where(_messages.c.ticket_id == bindparam("ticket"))
_thread_with_merged = _page.where(_of_ticket)
_count = select(func.count()).select_from(_messages).where(_of_ticket)
_told_to_wait = select(_tickets.c.id).where(
    _tickets.c.member_id == bindparam("member"),
    _tickets.c.told_to_wait_at > bindparam("since", type_=Instant()),
)
_newest_of = (
    select(func.max(_tickets.c.id))
    .where(_tickets.c.member_id == bindparam("member"))
    .scalar_subquery()
)
_tell_to_wait = (
    update(_tickets)
    .where(_tickets.c.id == _newest_of)
    .values(told_to_wait_at=bindparam("now", type_=Instant()))
)
_said_since = (
    select(func.count())
    .select_from(_messages.join(_tickets, _tickets.c.id == _messages.c.ticket_id))
    .where(
        _tickets.c.member_id == bindparam("member"),
        _messages.c.author == Author.MEMBER.value,
        _messages.c.staff_id.is_(None),
        _messages.c.at > bindparam("since", type_=Instant()),
    )
)


class TicketMessages:
    """The messages (part of services.ports.tickets.Tickets)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def say(self, said: Said, key: str) -> bool:
        row = {**asdict(said), "author": str(said.author), "key": key}
        row["media"] = [dict(media) for media in said.media]
        return _say.run(self._db, row) == 1

    def said(self, said_id: int) -> Said | None:
        return self._one_said(_get, id=said_id)

    def said_by(self, key: str) -> Said | None:
        return self._one_said(_by_key, key=key)

    def written(self, address_id: int, chat: str, message: str) -> Said | None:
        if not message:
            return None
        return self._one_said(_written, address=address_id, chat=chat, message=message)

    def of_album(self, ticket_id: int, address_id: int, album: str) -> Said | None:
        return self._one_said(_of_album, ticket=ticket_id, address=address_id, album=album)

    def edit(self, said_id: int, text: str, at: datetime) -> bool:
        done = self._db.execute(_edit, {"of": said_id, "new": text, "when": at})
        return bool(done.rowcount == 1)

    def grow(self, said_id: int, media: Media, text: str) -> None:
        parts = [dict(one) for one in media]
        self._db.execute(_this.values(media=parts, text=text), {"of": said_id})

    def make_note(self, said_id: int) -> None:
        self._db.execute(_this.values(author=Author.NOTE.value), {"of": said_id})

    def thread(
        self, ticket_id: int, most: int, skip: int = 0, *, merged: bool = False
    ) -> list[Said]:
        key = {"ticket": ticket_id, "most": most, "skip": skip}
        wanted = _thread_with_merged if merged else _thread
        rows = self._db.execute(wanted, key).mappings().all()
        return [_said(row) for row in reversed(rows)]

    def count(self, ticket_id: int) -> int:
        return int(self._db.execute(_count, {"ticket": ticket_id}).scalar_one())

    def said_since(self, member_id: int, since: datetime) -> int:
        key = {"member": member_id, "since": since}
        return int(self._db.execute(_said_since, key).scalar_one())

    def tell_to_wait(self, member_id: int, since: datetime, now: datetime) -> bool:
        if self._db.execute(_told_to_wait.limit(1), {"member": member_id, "since": since}).first():
            return False
        self._db.execute(_tell_to_wait, {"member": member_id, "now": now})
        return True

    def _one_said(self, statement: Any, **key: Any) -> Said | None:
        row = self._db.execute(statement, key).mappings().one_or_none()
        return _said(row) if row else None


def _said(row: Any) -> Said:
    return Said(**{**row, "media": tuple(row["media"])})
