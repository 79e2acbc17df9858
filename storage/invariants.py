"""The audit's invariants: each one statement that counts and one that finds what breaks it.

A statement that names :first and :last is asked for one range of members after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Invariant:
    """What holds, how many there are to check, and the ids of those that are wrong."""

    name: str
    count: str
    wrong: str

    @property
    def by_member(self) -> bool:
        return ":first" in self.wrong


_POSTINGS: Final = "SELECT count(*) FROM postings WHERE member_id > :first AND member_id <= :last"
_ACCOUNTS: Final = "SELECT count(*) FROM accounts WHERE member_id > :first AND member_id <= :last"

LEDGER: Final = (
    Invariant(
        "every balance is the sum of its postings, which have no gap",
        _ACCOUNTS,
        "SELECT a.member_id FROM accounts a LEFT JOIN (SELECT p.member_id, p.unit,"
        " sum(p.wallet) AS wallet, sum(p.held) AS held, -sum(p.debt) AS debt,"
        " -sum(p.issue) - sum(p.reversed) AS lifetime, count(*) AS n, max(p.seq) AS last"
        " FROM postings p WHERE p.member_id > :first AND p.member_id <= :last"
        " GROUP BY p.member_id, p.unit) s ON s.member_id = a.member_id AND s.unit = a.unit"
        " WHERE a.member_id > :first AND a.member_id <= :last"
        " AND (a.wallet <> coalesce(s.wallet, 0) OR a.held <> coalesce(s.held, 0)"
        " OR a.debt <> coalesce(s.debt, 0) OR a.lifetime <> coalesce(s.lifetime, 0)"
        " OR a.seq <> coalesce(s.n, 0) OR a.seq <> coalesce(s.last, 0))",
    ),
    Invariant(
        "every posting is double entry, belongs to an account and moves in lots what it does in"
        " the wallet",
        _POSTINGS,
        "SELECT p.id FROM postings p WHERE p.member_id > :first AND p.member_id <= :last AND ("
        "p.wallet + p.held + p.debt + p.issue + p.spent + p.expired + p.reversed + p.transfer <> 0"
        " OR p.wallet"
        " <> coalesce((SELECT sum(o.amount) FROM lots o WHERE o.posting_id = p.id), 0)"
        " - coalesce((SELECT sum(m.amount) FROM lot_moves m WHERE m.posting_id = p.id), 0)"
        " OR NOT EXISTS"
        " (SELECT 1 FROM accounts a WHERE a.member_id = p.member_id AND a.unit = p.unit))",
    ),
    Invariant(
        "the lots of every account add up to what is in it, and nothing is below zero",
        _ACCOUNTS,
        "SELECT a.member_id FROM accounts a LEFT JOIN (SELECT member_id, unit,"
        ' sum("left") AS rest FROM lots WHERE "left" > 0'
        " AND member_id > :first AND member_id <= :last GROUP BY member_id, unit) l"
        " ON l.member_id = a.member_id AND l.unit = a.unit"
        " WHERE a.member_id > :first AND a.member_id <= :last"
        " AND (a.wallet <> coalesce(l.rest, 0) OR a.wallet < 0 OR a.held < 0 OR a.debt < 0)",
    ),
    Invariant(
        "every lot: issued = taken + expired + reversed + left",
        "SELECT count(*) FROM lots",
        "SELECT o.id FROM lots o LEFT JOIN (SELECT lot_id, sum(amount) AS gone FROM lot_moves"
        ' GROUP BY lot_id) m ON m.lot_id = o.id WHERE o.amount <> o."left" + coalesce(m.gone, 0)'
        ' OR o."left" < 0 OR o."left" > o.amount',
    ),
    Invariant(
        "every lot belongs to the account of the posting that made it",
        "SELECT count(*) FROM lots",
        "SELECT o.id FROM lots o LEFT JOIN postings p ON p.id = o.posting_id"
        " WHERE p.id IS NULL OR p.member_id <> o.member_id OR p.unit <> o.unit",
    ),
    Invariant(
        "every lot movement is a posting's, in a lot of its account",
        "SELECT count(*) FROM lot_moves",
        "SELECT m.posting_id FROM lot_moves m LEFT JOIN postings p ON p.id = m.posting_id"
        " LEFT JOIN lots o ON o.id = m.lot_id"
        " WHERE p.id IS NULL OR o.id IS NULL OR p.member_id <> o.member_id OR p.unit <> o.unit",
    ),
    Invariant(
        "no lot expires earlier than was posted",
        "SELECT count(*) FROM lots",
        "SELECT id FROM lots WHERE expires_at < first_expires_at",
    ),
    Invariant(
        "every lot expires when it was posted to or as an extension says",
        "SELECT count(*) FROM lots",
        "SELECT id FROM lots l WHERE (l.expires_at <> l.first_expires_at"
        " OR (l.expires_at IS NULL) <> (l.first_expires_at IS NULL))"
        " AND NOT EXISTS (SELECT 1 FROM expiry_extensions x WHERE x.member_id = l.member_id"
        " AND x.until = l.expires_at AND x.unit = l.unit)"
        " AND NOT EXISTS (SELECT 1 FROM expiry_extensions x WHERE x.member_id IS NULL"
        " AND x.until = l.expires_at AND x.unit = l.unit)",
    ),
    Invariant(
        "what left one membership arrived in another",
        "SELECT count(*) FROM postings WHERE transfer <> 0",
        "SELECT unit FROM postings WHERE transfer <> 0 GROUP BY unit HAVING sum(transfer) <> 0",
    ),
)

CLUB: Final = (
    Invariant(
        "what is on hold is the sum of the open holds",
        "SELECT count(*) FROM accounts",
        "SELECT a.member_id FROM accounts a LEFT JOIN (SELECT member_id, unit,"
        " sum(amount) AS amount FROM holds WHERE state = 'open' GROUP BY member_id, unit) h"
        " ON h.member_id = a.member_id AND h.unit = a.unit"
        " WHERE a.held <> coalesce(h.amount, 0)",
    ),
    Invariant(
        "no more comes back of an expiry than expired, and what came back is what was posted",
        "SELECT count(*) FROM reinstatements",
        "SELECT r.id FROM (SELECT expired_id AS id, sum(amount) AS amount FROM reinstatements"
        " GROUP BY expired_id) r LEFT JOIN postings p ON p.id = r.id AND p.kind = 'expired'"
        " WHERE p.id IS NULL OR r.amount > -p.amount"
        " UNION ALL SELECT r.id FROM (SELECT posting_id AS id, sum(amount) AS amount"
        " FROM reinstatements GROUP BY posting_id) r LEFT JOIN postings p ON p.id = r.id"
        " WHERE p.id IS NULL OR p.amount <> r.amount",
    ),
    Invariant(
        "no more comes back of a purchase than was paid and given",
        "SELECT count(*) FROM purchases",
        "SELECT id FROM purchases WHERE refunded_minor > minor OR returned_points > points"
        " OR refunded_minor < 0 OR returned_points < 0 OR returned_growth > growth"
        " OR taken_points + lapsed_points > returned_points",
    ),
    Invariant(
        "levels count no more of a purchase than was paid in money and is left of it",
        "SELECT count(*) FROM purchases",
        "SELECT id FROM purchases WHERE basis_minor < 0 OR off_minor < 0"
        " OR basis_minor > minor - refunded_minor OR basis_minor > minor - off_minor",
    ),
    Invariant(
        "every payment with points or credit was spent, and no more of it came back",
        "SELECT count(*) FROM purchase_payments",
        "SELECT q.purchase_id FROM purchase_payments q LEFT JOIN postings p ON p.id = q.posting_id"
        " WHERE q.returned_minor < 0 OR q.returned_minor > q.minor"
        " OR (q.kind = 'voucher' AND q.voucher_id IS NULL)"
        " OR (q.kind <> 'voucher' AND (p.id IS NULL OR p.kind <> 'spent'"
        " OR p.spent <> CASE q.kind WHEN 'points' THEN q.points ELSE q.minor END))",
    ),
    Invariant(
        "what came back of every bill is at most what its payments have returned",
        "SELECT count(*) FROM purchase_payments",
        "SELECT b.id FROM (SELECT CAST(q.purchase_id AS TEXT) AS id, q.kind, sum(CASE q.kind"
        " WHEN 'points' THEN q.points * q.returned_minor / q.minor ELSE q.returned_minor END)"
        " AS due FROM purchase_payments q GROUP BY q.purchase_id, q.kind) b"
        " JOIN (SELECT source_id, unit, -sum(spent) AS back FROM postings"
        " WHERE source_type = 'payment' AND kind = 'returned' GROUP BY source_id, unit) r"
        " ON r.source_id = b.id AND r.unit = b.kind WHERE r.back > b.due",
    ),
    Invariant(
        "what came back of every purchase is the sum of its refunds",
        "SELECT count(*) FROM refunds",
        "SELECT p.id FROM purchases p JOIN (SELECT purchase_id, sum(minor) AS minor FROM refunds"
        " GROUP BY purchase_id) r ON r.purchase_id = p.id WHERE p.refunded_minor <> r.minor",
    ),
    Invariant(
        "the lines of every purchase add up to it",
        "SELECT count(*) FROM purchases",
        "SELECT p.id FROM purchases p LEFT JOIN (SELECT purchase_id, sum(minor) AS minor"
        " FROM purchase_lines GROUP BY purchase_id) l ON l.purchase_id = p.id"
        " WHERE p.minor <> coalesce(l.minor, 0)",
    ),
    Invariant(
        "every line of a purchase is of its day",
        "SELECT count(*) FROM purchase_lines",
        "SELECT l.purchase_id FROM purchase_lines l LEFT JOIN purchases p ON p.id = l.purchase_id"
        " WHERE p.id IS NULL OR p.day <> l.day",
    ),
    Invariant(
        "every purchase with a member has a posting of exactly its points, and no other has one",
        "SELECT count(*) FROM purchases",
        "SELECT p.id FROM purchases p LEFT JOIN postings o ON o.id = p.posting_id"
        " WHERE (p.state = 'booked' AND (o.id IS NULL OR p.points <> -o.issue"
        # A merge hands purchases over; their postings stay where they were posted.
        " OR (o.member_id <> p.member_id AND NOT EXISTS"
        " (SELECT 1 FROM merges m WHERE m.merged_id = o.member_id))))"
        " OR (p.state <> 'booked' AND (p.posting_id IS NOT NULL OR p.member_id IS NOT NULL))",
    ),
)
