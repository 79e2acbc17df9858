"""The audit's invariants of goodwill: what was given from tickets, in points and vouchers."""

from __future__ import annotations

from typing import Final

from storage.invariants import Invariant

GOODWILL: Final = (
    Invariant(
        "every goodwill is either its points in the ledger, with its ticket, or its voucher",
        "SELECT count(*) FROM goodwill",
        "SELECT g.id FROM goodwill g LEFT JOIN postings p ON p.id = g.posting_id"
        " LEFT JOIN vouchers v ON v.id = g.voucher_id"
        " LEFT JOIN benefits b ON b.id = v.benefit_id"
        " WHERE (g.points > 0 AND (g.voucher_id IS NOT NULL OR g.benefit_key <> ''"
        " OR p.id IS NULL OR p.kind <> 'bonus' OR p.amount <> g.points"
        " OR p.source_type <> 'ticket' OR p.source_id <> CAST(g.ticket_id AS TEXT)"
        " OR p.key <> 'goodwill:' || CAST(g.id AS TEXT)))"
        " OR (g.points <= 0 AND (g.posting_id IS NOT NULL OR v.id IS NULL OR v.price <> 0"
        " OR b.key <> g.benefit_key OR v.key <> 'goodwill:' || CAST(g.id AS TEXT)))",
    ),
    Invariant(
        "every posting for a ticket belongs to exactly one goodwill",
        "SELECT count(*) FROM postings WHERE source_type = 'ticket' AND kind = 'bonus'",
        "SELECT p.id FROM postings p LEFT JOIN goodwill g ON g.posting_id = p.id"
        " WHERE p.source_type = 'ticket' AND p.kind = 'bonus'"
        " GROUP BY p.id HAVING count(g.id) <> 1",
    ),
    Invariant(
        "no voucher was given as goodwill twice, and none without its row",
        "SELECT count(*) FROM vouchers WHERE key LIKE 'goodwill:%'",
        "SELECT v.id FROM vouchers v LEFT JOIN goodwill g ON g.voucher_id = v.id"
        " WHERE v.key LIKE 'goodwill:%' GROUP BY v.id HAVING count(g.id) <> 1",
    ),
)
