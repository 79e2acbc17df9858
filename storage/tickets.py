"""Tickets: how they stand, whose they are, and by when they are owed something."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from domain.tickets import DONE, RUNNING, Ticket, TicketKind, TicketState
from storage.dialect import Upsert, for_update
from storage.tables import tickets
from storage.ticket_messages import TicketMessages
from storage.types import Instant

_tickets = tickets.Ticket.__table__  # type: ignore[attr-defined]
_FIELDS = tuple(field.name for field in fields(Ticket))
_RUNNING = [state.value for state in RUNNING]

_columns = select(*(_tickets.c[name] for name in _FIELDS))
_get = _columns.where(_tickets.c.id == bindparam("id"))
_lock = select(_tickets.c.id).where(_tickets.c.id == bindparam("id")).with_for_update()
_by_key = _columns.where(_tickets.c.key == bindparam("key"))
_by_number = _columns.where(_tickets.c.number == bindparam("number"))
_taken = select(_tickets.c.id).where(_tickets.c.number == bindparam("number"))
_newest = _columns.where(_tickets.c.member_id == bindparam("member")).order_by(
    _tickets.c.id.desc()
)
_of_member = _newest.where(_tickets.c.merged_into.is_(None)).limit(bindparam("most"))
_open_of = _newest.where(_tickets.c.state.in_(_RUNNING))
_open = Upsert(tickets.Ticket, ("key",))
_this = update(_tickets).where(_tickets.c.id == bindparam("of"))
_change = _this.where(_tickets.c.state.in_(bindparam("before", expanding=True)))
_assign_over = _this.where(_tickets.c.state.in_(_RUNNING)).values(
    staff_id=bindparam("staff"), state=bindparam("state")
)
_assign = _assign_over.where(
    or_(_tickets.c.staff_id.is_(None), _tickets.c.staff_id == bindparam("staff"))
)
_answered = _this.where(_tickets.c.answered_at.is_(None)).values(
    answered_at=bindparam("now", type_=Instant())
)
_repoint = (
    update(_tickets)
    .where(_tickets.c.merged_into == bindparam("old"))
    .values(merged_into=bindparam("new"))
)
_causes = select(_tickets.c.cause, _tickets.c.improvement).where(_tickets.c.id == bindparam("id"))
_unrated = (
    select(_tickets.c.id)
    .where(
        _tickets.c.id > bindparam("after"),
        _tickets.c.done_at > bindparam("since", type_=Instant()),
        _tickets.c.done_at <= bindparam("until", type_=Instant()),
        _tickets.c.state.in_([state.value for state in DONE]),
        _tickets.c.kind != TicketKind.PRAISE.value,
        or_(_tickets.c.rating.is_(None), _tickets.c.rated_at < _tickets.c.done_at),
        _tickets.c.merged_into.is_(None),
    )
    .order_by(_tickets.c.id)
    .limit(bindparam("most"))
)


class Tickets(TicketMessages):
    """The register of tickets (services.ports.tickets.Tickets)."""

    def open(self, ticket: Ticket, key: str) -> bool:
        if self._db.execute(_taken, {"number": ticket.number}).first():
            return False
        row = {name: getattr(ticket, name) for name in _FIELDS}
        row |= {"kind": str(ticket.kind), "state": str(ticket.state), "key": key}
        return _open.run(self._db, row) == 1

    def lock(self, ticket_id: int) -> None:
        if for_update(self._db):
            self._db.execute(_lock, {"id": ticket_id})

    def get(self, ticket_id: int) -> Ticket | None:
        return self._one(_get, id=ticket_id)

    def by_key(self, key: str) -> Ticket | None:
        return self._one(_by_key, key=key)

    def by_number(self, number: int) -> Ticket | None:
        return self._one(_by_number, number=number)

    def of_member(self, member_id: int, most: int) -> list[Ticket]:
        return self._many(_of_member, member=member_id, most=most)

    def open_of(self, member_id: int) -> list[Ticket]:
        return self._many(_open_of, member=member_id)

    def change(
        self, ticket_id: int, before: Collection[TicketState], values: Mapping[str, Any]
    ) -> bool:
        new = {name: _plain(value) for name, value in values.items()}
        states = [state.value for state in before]
        done = self._db.execute(_change.values(**new), {"of": ticket_id, "before": states})
        return bool(done.rowcount == 1)

    def assign(self, ticket_id: int, staff_id: int, state: TicketState, *, over: bool) -> bool:
        key = {"of": ticket_id, "staff": staff_id, "state": state.value}
        done = self._db.execute(_assign_over if over else _assign, key)
        return bool(done.rowcount == 1)

    def answered(self, ticket_id: int, now: datetime) -> None:
        self._db.execute(_answered, {"of": ticket_id, "now": now})

    def repoint(self, ticket_id: int, into: int) -> None:
        self._db.execute(_repoint, {"old": ticket_id, "new": into})

    def causes(self, ticket_id: int) -> tuple[str, str]:
        cause, improvement = self._db.execute(_causes, {"id": ticket_id}).one()
        return cause or "", improvement or ""

    def unrated(self, since: datetime, until: datetime, after: int, most: int) -> list[int]:
        key = {"since": since, "until": until, "after": after, "most": most}
        return list(self._db.execute(_unrated, key).scalars())

    def _one(self, statement: Any, **key: Any) -> Ticket | None:
        return next(iter(self._many(statement, **key)), None)

    def _many(self, statement: Any, **key: Any) -> list[Ticket]:
        return [_ticket(row) for row in self._db.execute(statement, key).mappings()]


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, TicketState | TicketKind) else value


def _ticket(row: Any) -> Ticket:
    typed = {"kind": TicketKind(row["kind"]), "state": TicketState(row["state"])}
    return Ticket(**{**row, **typed})
