"""What decides whether claimed delivery rows may leave: a few statements for the whole batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select

from domain.consent import Purpose
from domain.tickets import RUNNING, TicketKind
from services.ports.post import REPLY, Facts, Place, Waiting
from storage.tables import campaigns, chat, people, tickets

_addresses = chat.Address.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_consents = people.Consent.__table__  # type: ignore[attr-defined]
_tickets = tickets.Ticket.__table__  # type: ignore[attr-defined]
_campaigns = campaigns.Campaign.__table__  # type: ignore[attr-defined]

_ids: Any = bindparam("ids", expanding=True)
_reachable = select(_addresses.c.id).where(
    _addresses.c.id.in_(_ids), _addresses.c.blocked_at.is_(None)
)
_places = select(
    _members.c.id, _members.c.state, _members.c.zone, _members.c.quiet_from, _members.c.quiet_to
).where(_members.c.id.in_(_ids))
# Every change of a consent is a row; the newest holds.
_decisions = (
    select(_consents.c.member_id, _consents.c.purpose, _consents.c.given)
    .where(_consents.c.member_id.in_(_ids))
    .order_by(_consents.c.id)
)
_complain = select(_tickets.c.member_id).where(
    _tickets.c.member_id.in_(_ids),
    _tickets.c.kind == TicketKind.COMPLAINT.value,
    _tickets.c.state.in_([state.value for state in RUNNING]),
)
_states = select(_campaigns.c.id, _campaigns.c.state).where(_campaigns.c.id.in_(_ids))


def padded(ids: Iterable[int]) -> list[int]:
    """The ids as a list whose length is a power of two, the last one again and again: so there
    are few different statements to prepare."""
    wanted = list(ids)
    return wanted + wanted[-1:] * ((1 << (len(wanted) - 1).bit_length()) - len(wanted))


def facts(db: Db, rows: Sequence[Waiting], *, people: bool) -> Facts:
    """The facts of these rows, of their members only if `people`; of replies none are needed."""
    bulk = [row for row in rows if row.lane != REPLY]
    members = {row.member_id for row in bulk if row.member_id and people}
    optional = {
        row.member_id
        for row in bulk
        if row.member_id in members and row.purpose != Purpose.SERVICE
    }
    return Facts(
        reachable=frozenset(
            row[0] for row in _found(db, _reachable, {r.address_id for r in bulk if r.address_id})
        ),
        members={row[0]: Place(*row[1:]) for row in _found(db, _places, members)},
        agreed=_agreed(db, optional),
        complain=frozenset(row[0] for row in _found(db, _complain, optional)),
        campaigns={
            row[0]: row[1]
            for row in _found(db, _states, {r.campaign_id for r in bulk if r.campaign_id})
        },
    )


def _agreed(db: Db, members: Iterable[Any]) -> frozenset[tuple[int, str]]:
    newest: dict[tuple[int, str], bool] = {}
    for member, purpose, given in _found(db, _decisions, members):
        newest[member, purpose] = given
    return frozenset(key for key, given in newest.items() if given)


def _found(db: Db, statement: Any, ids: Iterable[Any]) -> Sequence[Any]:
    wanted = sorted(ids)
    return db.execute(statement, {"ids": padded(wanted)}).all() if wanted else ()
