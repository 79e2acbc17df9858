"""The audit's statements: each invariant of the ledger as one query that finds what breaks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select, text, tuple_

from domain.ledger import GENESIS, Posting
from domain.points import Lot, Take
from services.ports.proofs import Chain, Proof
from storage import posting_rows as rows
from storage.migrations.triggers import APPEND_ONLY
from storage.tables import ledger as tables

_EXAMPLES: Final = 5
_PAGE: Final = 500

# name, how many there are to check, the ids of those that are wrong
INVARIANTS: Final = (
    (
        "the legs of every posting sum to zero",
        "SELECT count(*) FROM postings",
        "SELECT id FROM postings"
        " WHERE wallet + held + debt + issue + spent + expired + reversed + transfer <> 0",
    ),
    (
        "every lot movement belongs to a posting",
        "SELECT count(*) FROM lot_moves",
        "SELECT posting_id FROM lot_moves m WHERE NOT EXISTS"
        " (SELECT 1 FROM postings p WHERE p.id = m.posting_id)",
    ),
    (
        "every balance is the sum of its postings",
        "SELECT count(*) FROM accounts",
        "SELECT a.member_id FROM accounts a LEFT JOIN (SELECT p.member_id, p.unit,"
        " sum(p.wallet) AS wallet, sum(p.held) AS held, -sum(p.debt) AS debt,"
        " -sum(p.issue) - sum(p.reversed) AS lifetime"
        " FROM postings p GROUP BY p.member_id, p.unit) s"
        " ON s.member_id = a.member_id AND s.unit = a.unit"
        " WHERE a.wallet <> coalesce(s.wallet, 0) OR a.held <> coalesce(s.held, 0)"
        " OR a.debt <> coalesce(s.debt, 0) OR a.lifetime <> coalesce(s.lifetime, 0)",
    ),
    (
        "every posting belongs to an account",
        "SELECT count(*) FROM postings",
        "SELECT id FROM postings p WHERE NOT EXISTS (SELECT 1 FROM accounts a"
        " WHERE a.member_id = p.member_id AND a.unit = p.unit)",
    ),
    (
        "nothing is below zero",
        "SELECT (SELECT count(*) FROM accounts) + (SELECT count(*) FROM lots)",
        "SELECT member_id FROM accounts WHERE wallet < 0 OR held < 0 OR debt < 0"
        ' UNION ALL SELECT id FROM lots WHERE "left" < 0 OR "left" > amount',
    ),
    (
        "the lots of every account add up to what is in it",
        "SELECT count(*) FROM accounts",
        "SELECT a.member_id FROM accounts a LEFT JOIN (SELECT member_id, unit,"
        ' sum("left") AS rest FROM lots GROUP BY member_id, unit) l'
        " ON l.member_id = a.member_id AND l.unit = a.unit"
        " WHERE a.wallet <> coalesce(l.rest, 0)",
    ),
    (
        "every lot: issued = taken + expired + reversed + left",
        "SELECT count(*) FROM lots",
        "SELECT o.id FROM lots o LEFT JOIN (SELECT lot_id, sum(amount) AS gone FROM lot_moves"
        ' GROUP BY lot_id) m ON m.lot_id = o.id WHERE o.amount <> o."left" + coalesce(m.gone, 0)',
    ),
    (
        "every posting moves as much in lots as in the wallet",
        "SELECT count(*) FROM postings",
        "SELECT p.id FROM postings p"
        " LEFT JOIN (SELECT posting_id, sum(amount) AS made FROM lots GROUP BY posting_id) o"
        " ON o.posting_id = p.id"
        " LEFT JOIN (SELECT posting_id, sum(amount) AS gone FROM lot_moves GROUP BY posting_id) m"
        " ON m.posting_id = p.id"
        " WHERE p.wallet <> coalesce(o.made, 0) - coalesce(m.gone, 0)",
    ),
    (
        "no lot expires earlier than was posted",
        "SELECT count(*) FROM lots",
        "SELECT id FROM lots WHERE expires_at < first_expires_at",
    ),
    (
        "every lot expires when it was posted to or as an extension says",
        "SELECT count(*) FROM lots",
        "SELECT id FROM lots l WHERE (l.expires_at <> l.first_expires_at"
        " OR (l.expires_at IS NULL) <> (l.first_expires_at IS NULL))"
        " AND NOT EXISTS (SELECT 1 FROM expiry_extensions x WHERE x.member_id = l.member_id"
        " AND x.until = l.expires_at AND x.unit = l.unit)"
        " AND NOT EXISTS (SELECT 1 FROM expiry_extensions x WHERE x.member_id IS NULL"
        " AND x.until = l.expires_at AND x.unit = l.unit)",
    ),
    (
        "the numbers of every account's postings have no gap",
        "SELECT count(*) FROM accounts",
        "SELECT a.member_id FROM accounts a LEFT JOIN (SELECT member_id, unit, count(*) AS n,"
        " max(seq) AS last FROM postings GROUP BY member_id, unit) p"
        " ON p.member_id = a.member_id AND p.unit = a.unit"
        " WHERE a.seq <> coalesce(p.n, 0) OR a.seq <> coalesce(p.last, 0)",
    ),
    (
        "no more comes back of a purchase than was paid and given",
        "SELECT count(*) FROM purchases",
        "SELECT id FROM purchases WHERE refunded_minor > minor OR returned_points > points"
        " OR refunded_minor < 0 OR returned_points < 0",
    ),
    (
        "what came back of every purchase is the sum of its refunds",
        "SELECT count(*) FROM refunds",
        "SELECT p.id FROM purchases p JOIN (SELECT purchase_id, sum(minor) AS minor FROM refunds"
        " GROUP BY purchase_id) r ON r.purchase_id = p.id WHERE p.refunded_minor <> r.minor",
    ),
    (
        "the lines of every purchase add up to it",
        "SELECT count(*) FROM purchases",
        "SELECT p.id FROM purchases p LEFT JOIN (SELECT purchase_id, sum(minor) AS minor"
        " FROM purchase_lines GROUP BY purchase_id) l ON l.purchase_id = p.id"
        " WHERE p.minor <> coalesce(l.minor, 0)",
    ),
    (
        "every purchase with a member has a posting of exactly its points, and no other has one",
        "SELECT count(*) FROM purchases",
        "SELECT p.id FROM purchases p LEFT JOIN postings o ON o.id = p.posting_id"
        " WHERE (p.state = 'booked' AND (o.id IS NULL OR p.points <> -o.issue"
        # A merge hands purchases over; their postings stay where they were posted.
        " OR (o.member_id <> p.member_id AND NOT EXISTS"
        " (SELECT 1 FROM merges m WHERE m.merged_id = o.member_id))))"
        " OR (p.state <> 'booked' AND (p.posting_id IS NOT NULL OR p.member_id IS NOT NULL))",
    ),
    (
        "every voucher that was redeemed cost exactly its price",
        "SELECT count(*) FROM vouchers",
        "SELECT v.id FROM vouchers v LEFT JOIN postings p ON p.id = v.posting_id"
        " WHERE (v.posting_id IS NOT NULL"
        " AND (p.id IS NULL OR p.kind <> 'spent' OR p.amount <> -v.price))"
        " OR (v.source = 'redeemed' AND v.price > 0 AND v.posting_id IS NULL)",
    ),
    (
        "every voucher that was given back returned exactly its price",
        "SELECT count(*) FROM vouchers WHERE return_posting_id IS NOT NULL",
        "SELECT v.id FROM vouchers v LEFT JOIN postings p ON p.id = v.return_posting_id"
        " WHERE v.return_posting_id IS NOT NULL AND (p.id IS NULL OR p.amount <> v.price)",
    ),
    (
        "no benefit gave out more than its stock",
        "SELECT count(*) FROM benefits WHERE stock IS NOT NULL",
        "SELECT b.id FROM benefits b LEFT JOIN (SELECT benefit_id, count(*) AS n FROM vouchers"
        " GROUP BY benefit_id) v ON v.benefit_id = b.id"
        " WHERE b.stock < 0 OR b.stock_given - b.stock > coalesce(v.n, 0)",
    ),
)  # fmt: skip

_accounts = tables.Account.__table__  # type: ignore[attr-defined]
_postings = tables.Posting.__table__  # type: ignore[attr-defined]
_lots = tables.Lot.__table__  # type: ignore[attr-defined]
_posted_lot = [
    _lots.c.first_expires_at if c.name == "expires_at" else c
    for c in _lots.c
    if c.name != "first_expires_at"
]
_moves = tables.LotMove.__table__  # type: ignore[attr-defined]

_heads = (
    select(_accounts.c.member_id, _accounts.c.unit, _accounts.c.head)
    .where(
        tuple_(_accounts.c.member_id, _accounts.c.unit)
        > tuple_(bindparam("member"), bindparam("unit"))
    )
    .order_by(_accounts.c.member_id, _accounts.c.unit)
    .limit(_PAGE)
)
_ids: Any = bindparam("ids", expanding=True)
_some_postings = (
    select(_postings)
    .where(_postings.c.member_id.in_(_ids))
    .order_by(_postings.c.member_id, _postings.c.unit, _postings.c.seq)
)
_some = {
    "lots": select(*_posted_lot).where(_lots.c.member_id.in_(_ids)).order_by(_lots.c.id),
    "moves": select(_moves).join(_postings, _postings.c.id == _moves.c.posting_id)
    .where(_postings.c.member_id.in_(_ids))
    .order_by(_moves.c.posting_id, _moves.c.position),
}  # fmt: skip
_MEMBERS: Final = 20


class Proofs:
    """Reads the whole ledger and judges nothing but sums (services.ports.proofs.Proofs)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def snapshot(self) -> None:
        # SQLite's reading transaction is a snapshot anyway.
        if self._db.dialect.name == "postgresql":
            self._db.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def counted(self) -> Iterator[Proof]:
        for name, count, wrong in INVARIANTS:
            checked = int(self._db.execute(text(count)).scalar_one())
            found = self._db.execute(text(f"SELECT count(*) FROM ({wrong}) AS broken"))
            broken = int(found.scalar_one())
            examples: Sequence[Any] = ()
            if broken:
                some = text(f"SELECT * FROM ({wrong}) AS broken LIMIT {_EXAMPLES}")
                examples = self._db.execute(some).scalars().all()
            yield Proof(name, checked, broken, tuple(map(str, examples)))

    def chains(self) -> Iterator[Chain]:
        after: dict[str, Any] = {"member": 0, "unit": ""}
        while heads := self._db.execute(_heads, after).all():
            for start in range(0, len(heads), _MEMBERS):
                yield from self._some_chains(heads[start : start + _MEMBERS])
            after = {"member": heads[-1].member_id, "unit": heads[-1].unit}

    def _some_chains(self, heads: Sequence[Any]) -> Iterator[Chain]:
        ids = {"ids": sorted({head.member_id for head in heads})}
        found = [row for row in self._db.execute(_some_postings, ids).mappings()]
        parts = {name: self._by_posting(name, ids) for name in _some}
        by_account: dict[tuple[int, str], list[Posting]] = {}
        for account, group in groupby(found, lambda row: (row["member_id"], row["unit"])):
            by_account[account] = self._postings(group, parts)
        for member_id, unit, head in heads:
            yield Chain(member_id, unit, head, tuple(by_account.get((member_id, unit), ())))

    def _by_posting(self, name: str, ids: dict[str, Any]) -> dict[int, list[Any]]:
        by_posting: dict[int, list[Any]] = {}
        for row in self._db.execute(_some[name], ids):
            by_posting.setdefault(row.posting_id, []).append(row)
        return by_posting

    def _postings(self, found: Any, parts: dict[str, dict[int, list[Any]]]) -> list[Posting]:
        postings, previous = [], GENESIS
        for row in found:
            lots = [Lot(*lot) for lot in parts["lots"].get(row["id"], ())]
            takes = tuple(Take(m.lot_id, m.amount) for m in parts["moves"].get(row["id"], ()))
            postings.append(rows.posting(row, lots, takes, previous))
            previous = row["hash"]
        return postings

    def missing_triggers(self) -> list[str]:
        if self._db.dialect.name == "postgresql":
            sql = "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            sql += " WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'"
            needed = 1
        else:
            sql = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
            needed = 2
        names = list(self._db.execute(text(sql)).scalars())
        return [table for table in APPEND_ONLY if names.count(table) < needed]
