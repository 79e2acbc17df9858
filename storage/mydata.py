"""Everything that is held about a person: read for the export, emptied when they leave."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection as Db
from sqlalchemy import String, and_, bindparam, cast, delete, func, or_, select, update

from services.ports.membership import Reach
from storage import survey_parting
from storage.holdings import HOLDINGS, Erase, Holding
from storage.prepared import Prepared
from storage.tables import metadata
from storage.vault import Vault

_t = metadata.tables
_members = _t["members"]
_addresses = _t["addresses"]
_deliveries = _t["deliveries"]
_PARENTS: Final = {holding.table: holding for holding in reversed(HOLDINGS) if holding.name}
_merged = Prepared(select(_members.c.id).where(_members.c.merged_into == bindparam("kept")))
_OPEN_VOUCHERS: Final = ("issued", "held")
_OPEN_TICKETS: Final = ("open", "assigned", "waiting")
_UNSENT: Final = ("pending", "claimed")


class MyData:
    """What the tables hold of a person (services.ports.membership.MyData)."""

    def __init__(self, db: Db, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def memberships(self, member_id: int) -> list[int]:
        found = [member_id]
        for one in found:  # grows while it is read: what was merged into the merged, too
            merged = _merged.rows(self._db, {"kept": one})
            found += [row[0] for row in merged if row[0] not in found]
        return found

    def open_vouchers(self, member_ids: list[int]) -> int:
        return self._count("vouchers", member_ids, _OPEN_VOUCHERS)

    def open_tickets(self, member_ids: list[int]) -> int:
        return self._count("tickets", member_ids, _OPEN_TICKETS)

    def _count(self, table: str, member_ids: list[int], states: Sequence[str]) -> int:
        rows = _t[table]
        wanted = select(func.count()).where(
            rows.c.member_id.in_(member_ids), rows.c.state.in_(states)
        )
        return int(self._db.execute(wanted).scalar_one())

    # -- the export ---------------------------------------------------------------------

    def export(self, member_ids: list[int]) -> dict[str, list[dict[str, Any]]]:
        held = {
            holding.name: self._rows(holding, member_ids) for holding in HOLDINGS if holding.name
        }
        held["messages"] += self._replies(member_ids)
        return held

    def _rows(self, holding: Holding, member_ids: list[int]) -> list[dict[str, Any]]:
        table = _t[holding.table]
        wanted = select(table).where(_owned(holding, member_ids)).order_by(*table.primary_key)
        rows = [dict(row) for row in self._db.execute(wanted).mappings()]
        return [self._told(row, holding) for row in rows if holding.told(row)]

    def _replies(self, member_ids: list[int]) -> list[dict[str, Any]]:
        """Further messages of replies are kept by chat, without a member."""
        holding = _PARENTS["deliveries"]
        found: list[dict[str, Any]] = []
        for reach in self._reaches(member_ids):
            chat = and_(_in_chat(reach), _deliveries.c.member_id.is_(None))
            rows = self._db.execute(select(_deliveries).where(chat)).mappings()
            found += [self._told(dict(row), holding) for row in rows]
        return found

    def _told(self, row: dict[str, Any], holding: Holding) -> dict[str, Any]:
        for name in holding.sealed:
            row[name] = self._vault.open(row[name]) if row[name] else None
        for name in holding.packed:
            row[name] = orjson.loads(row[name]) if row[name] else None
        return {
            name: _plain(value)
            for name, value in row.items()
            if value is not None and name not in holding.hidden
        }

    # -- erasing ------------------------------------------------------------------------

    def erase(self, member_ids: list[int], at: datetime) -> list[Reach]:
        reaches = self._reaches(member_ids)
        self._erase_chats(reaches)
        self._erase_corrections(member_ids)
        self._erase_posts(member_ids)
        self._settle(member_ids, at)
        for holding in reversed(HOLDINGS):
            self._erase_rows(holding, member_ids)
        self._close(member_ids, at)
        self._empty_addresses(member_ids)
        return reaches

    def _reaches(self, member_ids: list[int]) -> list[Reach]:
        wanted = select(_addresses.c.channel, _addresses.c.account, _addresses.c.user).where(
            _addresses.c.member_id.in_(member_ids)
        )
        return [Reach(*row) for row in self._db.execute(wanted)]

    def _erase_chats(self, reaches: list[Reach]) -> None:
        """What is found by the chat or by the sender's user id."""
        blank = next(one for one in HOLDINGS if one.table == "deliveries").blank
        files, floods = _t["files"], _t["floods"]
        for reach in reaches:
            chat = _in_chat(reach)
            sent = select(_deliveries.c.file_id).where(chat, _deliveries.c.file_id.is_not(None))
            self._db.execute(delete(files).where(files.c.id.in_(sent)))
            unsent = and_(chat, _deliveries.c.state.in_(_UNSENT))
            self._db.execute(update(_deliveries).where(unsent).values(state="skipped"))
            self._db.execute(update(_deliveries).where(chat).values(file_id=None, **blank))
            self._db.execute(delete(floods).where(floods.c.chat == reach.user))
            self._erase_letters(reach)

    def _erase_letters(self, reach: Reach) -> None:
        """Dead letters by their sender, or whose raw text names the user's id."""
        letters = _t["dead_letters"]
        wanted = select(letters.c.id, letters.c.user, letters.c.raw).where(
            letters.c.channel == reach.channel
        )
        whole = re.compile(rf"(?<!\w){re.escape(reach.user)}(?!\w)")
        ids = [
            row.id
            for row in self._db.execute(wanted)
            if row.user == reach.user or whole.search(self._vault.open(row.raw))
        ]
        self._db.execute(delete(letters).where(letters.c.id.in_(ids)))

    def _erase_posts(self, member_ids: list[int]) -> None:
        """What their tickets were shown as to staff, in chats and groups."""
        posts, tickets = _t["ticket_posts"], _t["tickets"]
        theirs = select(tickets.c.id).where(tickets.c.member_id.in_(member_ids))
        shown = select(posts.c.delivery_id).where(posts.c.ticket_id.in_(theirs))
        rows = _deliveries.c.id.in_(shown)
        unsent = and_(rows, _deliveries.c.state.in_(_UNSENT))
        self._db.execute(update(_deliveries).where(unsent).values(state="skipped"))
        self._db.execute(update(_deliveries).where(rows).values(message={}, reason=""))

    def _erase_corrections(self, member_ids: list[int]) -> None:
        """Why a purchase was moved or voided: its audit rows name the purchase, not the member."""
        changes, audit, reasons = _t["purchase_changes"], _t["audit"], _t["audit_reasons"]
        concerned = or_(changes.c.from_member.in_(member_ids), changes.c.to_member.in_(member_ids))
        corrected = select(cast(changes.c.purchase_id, String)).where(concerned)
        rows = select(audit.c.id).where(
            audit.c.subject_kind == "purchase", audit.c.subject_id.in_(corrected)
        )
        self._db.execute(delete(reasons).where(reasons.c.audit_id.in_(rows)))

    def _settle(self, member_ids: list[int], at: datetime) -> None:
        """Ends what is open, and parts survey answers from the person."""
        vouchers, tickets = _t["vouchers"], _t["tickets"]
        mine = and_(vouchers.c.member_id.in_(member_ids), vouchers.c.state.in_(_OPEN_VOUCHERS))
        self._db.execute(update(vouchers).where(mine).values(state="expired"))
        said = and_(tickets.c.member_id.in_(member_ids), tickets.c.state.in_(_OPEN_TICKETS))
        clocks = {"due_at": None, "resolve_by": None, "resolve_left": None}
        self._db.execute(update(tickets).where(said).values(state="closed", done_at=at, **clocks))
        deliveries = and_(
            _deliveries.c.member_id.in_(member_ids), _deliveries.c.state.in_(_UNSENT)
        )
        self._db.execute(update(_deliveries).where(deliveries).values(state="skipped"))
        survey_parting.part(self._db, member_ids)

    def _erase_rows(self, holding: Holding, member_ids: list[int]) -> None:
        table, owned = _t[holding.table], _owned(holding, member_ids)
        if holding.erase is Erase.DELETE:
            self._db.execute(delete(table).where(owned))
        elif holding.erase is Erase.BLANK:
            self._db.execute(update(table).where(owned).values(**holding.blank))

    def _close(self, member_ids: list[int], at: datetime) -> None:
        """The number goes too: it is on cards and in people's pockets."""
        for member_id in member_ids:
            gone = {"state": "closed", "closed_at": at, "number": f"x{member_id}"}
            self._db.execute(update(_members).where(_members.c.id == member_id).values(**gone))

    def _empty_addresses(self, member_ids: list[int]) -> None:
        """An operator's address stays in the staff register, unbound."""
        staff = _t["staff"]
        linked = set(
            self._db.execute(select(staff.c.address_id).where(staff.c.address_id.is_not(None)))
            .scalars()
            .all()
        )
        mine = select(_addresses.c.id).where(_addresses.c.member_id.in_(member_ids))
        for address_id in self._db.execute(mine).scalars().all():
            left: dict[str, Any] = {"member_id": None, "source": None}
            if address_id not in linked:
                left |= {"user": f"erased:{address_id}", "locale": None, "blocked_at": None}
            change = update(_addresses).where(_addresses.c.id == address_id)
            self._db.execute(change.values(**left))


def _owned(holding: Holding, member_ids: list[int]) -> Any:
    """The condition that a table's rows belong to these members."""
    column = _t[holding.table].c[holding.by]
    if holding.of == "members":
        return column.in_(member_ids)
    parent = _PARENTS[holding.of]
    return column.in_(select(_t[holding.of].c.id).where(_owned(parent, member_ids)))


def _in_chat(reach: Reach) -> Any:
    return and_(
        _deliveries.c.channel == reach.channel,
        _deliveries.c.account == reach.account,
        _deliveries.c.chat == reach.user,
    )


def _plain(value: Any) -> Any:
    """A value as JSON can hold it; ids and other long numbers as text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return str(value)
    return value
