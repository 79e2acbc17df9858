"""What was posted of tickets, and where: the way from a message in a chat back to its ticket."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, insert, select, update

from services.ports.post import Notice
from services.ports.staff_groups import Post
from storage.deliveries import dumped
from storage.tables import post, tickets

_posts = tickets.TicketPost.__table__  # type: ignore[attr-defined]
_rows = post.Delivery.__table__  # type: ignore[attr-defined]
MOST_PIECES = 10  # of an album (Bot API: sendMediaGroup)

_add = insert(_posts)
_columns = select(
    _posts.c.delivery_id,
    _posts.c.ticket_id,
    _posts.c.address_id,
    _posts.c.group_id,
    _posts.c.side,
    _posts.c.said_id,
    _posts.c.pieces,
    _rows.c.state,
    _rows.c.message_id,
    _rows.c.act,
    _rows.c.message,
).select_from(_posts.join(_rows, _rows.c.id == _posts.c.delivery_id))
_oldest = _columns.order_by(_posts.c.delivery_id)
_at = _columns.where(_posts.c.delivery_id == bindparam("id"))
_of_said = _oldest.where(_posts.c.said_id == bindparam("said"))
_cards = _oldest.where(
    _posts.c.ticket_id == bindparam("ticket"),
    _posts.c.said_id.is_(None),
    _posts.c.side == "staff",
    _rows.c.act == "send",
)
_of_ticket = _columns.where(_posts.c.ticket_id == bindparam("ticket"))
_newest = _of_ticket.order_by(_posts.c.delivery_id.desc()).limit(40)
_edits = _of_ticket.where(
    _rows.c.act == "edit", _rows.c.state == "pending", _rows.c.target == bindparam("target")
)
_titled = (
    select(_rows.c.message)
    .select_from(_posts.join(_rows, _rows.c.id == _posts.c.delivery_id))
    .where(
        _posts.c.ticket_id == bindparam("ticket"),
        _posts.c.group_id == bindparam("there"),
        _rows.c.act.in_(("topic", "topic_rename")),
    )
    .order_by(_rows.c.id.desc())
    .limit(1)
)
_shown = (
    _columns.where(_rows.c.message_id.in_(bindparam("ids", expanding=True)), _rows.c.act == "send")
    .order_by(_posts.c.delivery_id.desc())
    .limit(MOST_PIECES)
)
_shown_there = {
    name: _shown.where(_posts.c[name] == bindparam("there")) for name in ("address_id", "group_id")
}
_stuck = _oldest.where(
    _posts.c.group_id == bindparam("there"), _rows.c.state.in_(("pending", "dead"))
)
_waiting = _oldest.where(
    _posts.c.address_id == bindparam("there"),
    _posts.c.side == "staff",
    _rows.c.state == "pending",
)
_skip = (
    update(_rows)
    .where(_rows.c.id.in_(bindparam("ids", expanding=True)), _rows.c.state == "pending")
    .values(state="skipped", reason=bindparam("why"))
)
_replace = (
    update(_rows)
    .where(_rows.c.id == bindparam("of"), _rows.c.state == "pending")
    .values(message=bindparam("new"))
)
_pieces = (
    update(_posts).where(_posts.c.delivery_id == bindparam("of")).values(pieces=bindparam("many"))
)


class TicketPosts:
    """The register of posts (services.ports.staff_groups.TicketPosts)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(
        self,
        ticket_id: int,
        delivery_id: int,
        side: str,
        *,
        address_id: int | None = None,
        group_id: int | None = None,
        said_id: int | None = None,
        pieces: int = 1,
    ) -> None:
        row = {"delivery_id": delivery_id, "ticket_id": ticket_id, "side": side}
        place = {"address_id": address_id, "group_id": group_id}
        self._db.execute(_add, {**row, **place, "said_id": said_id, "pieces": pieces})

    def at(self, delivery_id: int) -> Post | None:
        return next(iter(self._many(_at, id=delivery_id)), None)

    def of_said(self, said_id: int) -> list[Post]:
        return self._many(_of_said, said=said_id)

    def cards(self, ticket_id: int) -> list[Post]:
        return self._many(_cards, ticket=ticket_id)

    def newest(self, ticket_id: int, key: str) -> Post | None:
        found = self._many(_newest, ticket=ticket_id)
        return next((one for one in found if one.key == key), None)

    def edits(self, ticket_id: int, target: str) -> list[Post]:
        return self._many(_edits, ticket=ticket_id, target=target)

    def titled(self, ticket_id: int, group_id: int) -> str:
        found = self._db.execute(_titled, {"ticket": ticket_id, "there": group_id}).scalar()
        return str(found["values"]["name"]) if found else ""

    def shown(
        self, message: str, *, address_id: int | None = None, group_id: int | None = None
    ) -> Post | None:
        name = "group_id" if group_id is not None else "address_id"
        there = group_id if group_id is not None else address_id
        found = self._many(_shown_there[name], there=there, ids=_ends(message))
        exact = [one for one in found if one.message == message]
        return next((one for one in (*exact, *found) if _shows(one, message)), None)

    def stuck(self, group_id: int) -> list[Post]:
        return self._many(_stuck, there=group_id)

    def waiting(self, address_id: int) -> list[Post]:
        return self._many(_waiting, there=address_id)

    def skip(self, delivery_ids: list[int], reason: str) -> None:
        if delivery_ids:
            self._db.execute(_skip, {"ids": delivery_ids, "why": reason})

    def replace(self, delivery_id: int, notice: Notice, pieces: int = 1) -> bool:
        done = self._db.execute(_replace, {"of": delivery_id, "new": dumped(notice)})
        if done.rowcount == 1:
            self._db.execute(_pieces, {"of": delivery_id, "many": pieces})
        return bool(done.rowcount == 1)

    def _many(self, statement: Any, **key: Any) -> list[Post]:
        return [_post(row) for row in self._db.execute(statement, key)]


def _post(row: Any) -> Post:
    return Post(
        delivery_id=row.delivery_id,
        ticket_id=row.ticket_id,
        address_id=row.address_id,
        group_id=row.group_id,
        side=row.side,
        said_id=row.said_id,
        pieces=row.pieces,
        state=row.state,
        message=row.message_id or "",
        act=row.act,
        key=str(row.message.get("key", "")),
        values=row.message.get("values", {}),
    )


def _ends(message: str) -> list[str]:
    """The ids that an album may end with of which this is a piece."""
    if not message.isdecimal():
        return [message]
    return [str(int(message) + after) for after in range(MOST_PIECES)]


def _shows(one: Post, message: str) -> bool:
    if one.message == message:
        return True
    if not (message.isdecimal() and one.message.isdecimal()):
        return False
    return int(one.message) - one.pieces < int(message) <= int(one.message)
