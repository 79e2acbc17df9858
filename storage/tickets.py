"""Tickets, what was said about them, and the messages that show them."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, case, func, insert, literal, or_, select, update

from domain.tickets import DONE, RUNNING, Ticket, TicketKind, TicketState
from services.ports.voice import Said
from storage.dialect import Upsert
from storage.ids import Ids
from storage.tables import post, tickets
from storage.types import Instant

_tickets = tickets.Ticket.__table__  # type: ignore[attr-defined]
_messages = tickets.TicketMessage.__table__  # type: ignore[attr-defined]
_posts = tickets.TicketPost.__table__  # type: ignore[attr-defined]
_deliveries = post.Delivery.__table__  # type: ignore[attr-defined]
_FIELDS = tuple(field.name for field in fields(Ticket))
_RUNNING = tuple(state.value for state in RUNNING)
_TO_DO = (TicketState.OPEN.value, TicketState.ASSIGNED.value)

_columns = select(*(_tickets.c[name] for name in _FIELDS))
_get = _columns.where(_tickets.c.id == bindparam("id"))
_by_key = _columns.where(_tickets.c.key == bindparam("key"))
_taken = select(_tickets.c.id).where(_tickets.c.number == bindparam("number"))
_of_member = (
    _columns.where(_tickets.c.member_id == bindparam("member"))
    .order_by(_tickets.c.id.desc())
    .limit(bindparam("most"))
)
_queue = (
    _columns.where(_tickets.c.state.in_(_TO_DO))
    .order_by(_tickets.c.due_at, _tickets.c.id)
    .limit(bindparam("most"))
)
_open = Upsert(tickets.Ticket, ("key",))
_assign = update(_tickets).where(_tickets.c.id == bindparam("of"), _tickets.c.state.in_(_RUNNING))
_assign_over = _assign.values(
    staff_id=bindparam("staff"),
    state=case(
        (_tickets.c.state == TicketState.OPEN.value, TicketState.ASSIGNED.value),
        else_=_tickets.c.state,
    ),
)
_assign_free = _assign_over.where(
    or_(_tickets.c.staff_id.is_(None), _tickets.c.staff_id == bindparam("staff"))
)
_move = update(_tickets).where(
    _tickets.c.id == bindparam("of"),
    _tickets.c.state.in_(bindparam("before", expanding=True)),
)
_rate = update(_tickets).where(_tickets.c.id == bindparam("of")).values(rating=bindparam("stars"))
_say = Upsert(tickets.TicketMessage, ("key",))
_thread = (
    select(_messages)
    .where(_messages.c.ticket_id == bindparam("ticket"))
    .order_by(_messages.c.id.desc())
    .limit(bindparam("most"))
)
_posted = insert(_posts)
_shown_by = (
    select(_posts.c.ticket_id, _posts.c.side)
    .select_from(_posts.join(_deliveries, _deliveries.c.id == _posts.c.delivery_id))
    .where(
        _posts.c.address_id == bindparam("address"),
        _deliveries.c.message_id == bindparam("message"),
    )
    .order_by(_posts.c.delivery_id.desc())
    .limit(1)
)


class Tickets:
    """The register of tickets (services.ports.voice.Tickets)."""

    def __init__(self, db: Db, ids: Ids) -> None:
        self._db = db
        self._ids = ids

    def open(self, ticket: Ticket, key: str) -> bool:
        if self._db.execute(_taken, {"number": ticket.number}).first():
            return False
        row = {name: getattr(ticket, name) for name in _FIELDS}
        row |= {"kind": str(ticket.kind), "state": str(ticket.state), "key": key}
        return _open.run(self._db, row) == 1

    def get(self, ticket_id: int) -> Ticket | None:
        return self._one(_get, id=ticket_id)

    def by_key(self, key: str) -> Ticket | None:
        return self._one(_by_key, key=key)

    def of_member(self, member_id: int, most: int) -> list[Ticket]:
        rows = self._db.execute(_of_member, {"member": member_id, "most": most})
        return [_ticket(row) for row in rows.mappings()]

    def queue(self, most: int) -> list[Ticket]:
        rows = self._db.execute(_queue, {"most": most})
        return [_ticket(row) for row in rows.mappings()]

    def say(self, ticket_id: int, said: Said, key: str) -> bool:
        row = {name: getattr(said, name) for name in Said.__dataclass_fields__}
        row["media"] = [dict(media) for media in said.media]
        new = {"id": self._ids.next(), "key": key, "ticket_id": ticket_id}
        new |= {"album": "", "address_id": None, "chat": "", "message": "", "quotes": None}
        return _say.run(self._db, {**row, **new}) == 1

    def thread(self, ticket_id: int, most: int) -> list[Said]:
        rows = self._db.execute(_thread, {"ticket": ticket_id, "most": most}).mappings().all()
        return [
            Said(
                author=row["author"],
                text=row["text"],
                at=row["at"],
                staff_id=row["staff_id"],
                staff_name=row["staff_name"],
                media=tuple(row["media"]),
            )
            for row in reversed(rows)
        ]

    def assign(self, ticket_id: int, staff_id: int, now: datetime, *, over: bool) -> bool:
        statement = _assign_over if over else _assign_free
        done = self._db.execute(statement, {"of": ticket_id, "staff": staff_id})
        return bool(done.rowcount == 1)

    def move(
        self,
        ticket_id: int,
        before: tuple[TicketState, ...],
        after: TicketState,
        now: datetime,
        due_at: datetime | None = None,
    ) -> bool:
        values: dict[str, Any] = {"state": after.value, "done_at": now if after in DONE else None}
        if after is TicketState.WAITING:
            values["answered_at"] = func.coalesce(_tickets.c.answered_at, literal(now, Instant()))
        if after in RUNNING and set(before) <= set(DONE):
            values["reopened"] = _tickets.c.reopened + 1
        if due_at is not None:
            values["due_at"] = due_at
        states = [state.value for state in before]
        done = self._db.execute(_move.values(**values), {"of": ticket_id, "before": states})
        return bool(done.rowcount == 1)

    def rate(self, ticket_id: int, rating: int) -> None:
        self._db.execute(_rate, {"of": ticket_id, "stars": rating})

    def posted(self, ticket_id: int, delivery_id: int, address_id: int, side: str) -> None:
        row = {"delivery_id": delivery_id, "ticket_id": ticket_id, "address_id": address_id}
        more = {"group_id": None, "said_id": None, "pieces": 1}
        self._db.execute(_posted, {**row, "side": side, **more})

    def shown_by(self, address_id: int, message: str) -> tuple[int, str] | None:
        key = {"address": address_id, "message": message}
        row = self._db.execute(_shown_by, key).one_or_none()
        return (row[0], row[1]) if row else None

    def _one(self, statement: Any, **key: Any) -> Ticket | None:
        row = self._db.execute(statement, key).mappings().one_or_none()
        return _ticket(row) if row else None


def _ticket(row: Any) -> Ticket:
    typed = {"kind": TicketKind(row["kind"]), "state": TicketState(row["state"])}
    return Ticket(**{**row, **typed})
