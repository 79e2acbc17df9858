"""The audit's invariants of benefits: what was paid, what came back, what the stock gave."""

from __future__ import annotations

from typing import Final

from storage.invariants import Invariant

BENEFITS: Final = (
    Invariant(
        "every voucher that was redeemed cost exactly its price",
        "SELECT count(*) FROM vouchers",
        "SELECT v.id FROM vouchers v LEFT JOIN postings p ON p.id = v.posting_id"
        " WHERE (v.posting_id IS NOT NULL"
        " AND (p.id IS NULL OR p.kind <> 'spent' OR p.amount <> -v.price))"
        " OR (v.source = 'redeemed' AND v.price > 0 AND v.posting_id IS NULL)",
    ),
    Invariant(
        "every payment for a benefit has exactly one voucher",
        "SELECT count(*) FROM postings WHERE source_type = 'benefit' AND kind = 'spent'",
        "SELECT p.id FROM postings p LEFT JOIN vouchers v ON v.posting_id = p.id"
        " WHERE p.source_type = 'benefit' AND p.kind = 'spent' AND p.key LIKE 'redeem:%'"
        " GROUP BY p.id HAVING count(v.id) <> 1",
    ),
    Invariant(
        "every voucher that was given back returned exactly its price, to the lots that paid it",
        "SELECT count(*) FROM vouchers WHERE state = 'cancelled'",
        "SELECT v.id FROM vouchers v LEFT JOIN postings p ON p.id = v.return_posting_id"
        " WHERE (v.return_posting_id IS NOT NULL AND (v.state <> 'cancelled' OR p.id IS NULL"
        " OR p.kind <> 'returned' OR p.amount <> v.price OR v.posting_id IS NULL))"
        " OR (v.state = 'cancelled' AND v.posting_id IS NOT NULL AND v.return_posting_id IS NULL)"
        " UNION ALL SELECT v.id FROM vouchers v JOIN lot_moves b"
        " ON b.posting_id = v.return_posting_id LEFT JOIN lot_moves m"
        " ON m.posting_id = v.posting_id AND m.lot_id = b.lot_id"
        " WHERE m.lot_id IS NULL OR b.amount <> -m.amount",
    ),
    Invariant(
        "nothing was given back for two vouchers",
        "SELECT count(*) FROM vouchers WHERE return_posting_id IS NOT NULL",
        "SELECT return_posting_id FROM vouchers WHERE return_posting_id IS NOT NULL"
        " GROUP BY return_posting_id HAVING count(*) > 1",
    ),
    Invariant(
        "what every benefit gave out, keeps for somebody and has left is the stock it was given",
        "SELECT count(*) FROM benefits WHERE stock IS NOT NULL",
        "SELECT b.id FROM benefits b LEFT JOIN (SELECT benefit_id, count(*) AS n FROM vouchers"
        " WHERE stocked AND state <> 'cancelled' GROUP BY benefit_id) v ON v.benefit_id = b.id"
        " LEFT JOIN (SELECT benefit_id, count(*) AS n FROM benefit_waits"
        " WHERE state = 'offered' GROUP BY benefit_id) w ON w.benefit_id = b.id"
        " WHERE b.stock < 0"
        " OR b.stock_given <> b.stock + coalesce(v.n, 0) + coalesce(w.n, 0)",
    ),
    Invariant(
        "every place on a waiting list is open or over, and whoever took theirs has the voucher",
        "SELECT count(*) FROM benefit_waits",
        "SELECT w.id FROM benefit_waits w LEFT JOIN vouchers v ON v.id = w.voucher_id"
        " WHERE (w.state IN ('waiting', 'offered')) <> (w.active IS NOT NULL)"
        " OR (w.state = 'offered') <> (w.offered_until IS NOT NULL AND w.active IS NOT NULL)"
        " OR (w.state = 'taken') <> (w.voucher_id IS NOT NULL)"
        " OR (w.state = 'taken' AND (v.id IS NULL OR v.benefit_id <> w.benefit_id))",
    ),
    Invariant(
        "every code was used at most once",
        "SELECT count(*) FROM vouchers",
        "SELECT CAST(id AS TEXT) FROM vouchers WHERE (state = 'used') <> (used_at IS NOT NULL)"
        " UNION ALL SELECT code_index FROM vouchers GROUP BY code_index HAVING count(*) > 1"
        " UNION ALL SELECT use_key FROM vouchers WHERE use_key IS NOT NULL"
        " GROUP BY use_key HAVING count(*) > 1",
    ),
    Invariant(
        "every code of a partner belongs to at most one voucher, of its benefit",
        "SELECT count(*) FROM partner_codes WHERE voucher_id IS NOT NULL",
        "SELECT c.voucher_id FROM partner_codes c LEFT JOIN vouchers v ON v.id = c.voucher_id"
        " WHERE c.voucher_id IS NOT NULL AND (v.id IS NULL OR v.benefit_id <> c.benefit_id)"
        " UNION ALL SELECT voucher_id FROM partner_codes WHERE voucher_id IS NOT NULL"
        " GROUP BY voucher_id HAVING count(*) > 1",
    ),
)
