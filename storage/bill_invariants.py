"""The audit's invariants of bills and stored value: what their steps, payments, postings and the
till's journal say is the same."""

from __future__ import annotations

from typing import Final

from storage.invariants import Invariant

_PAID: Final = (
    "SELECT purchase_id, sum(minor) AS minor,"
    " sum(CASE kind WHEN 'points' THEN points ELSE 0 END) AS points,"
    " sum(CASE kind WHEN 'credit' THEN minor ELSE 0 END) AS credit"
    " FROM purchase_payments GROUP BY purchase_id"
)
_REFUNDED: Final = (
    "SELECT purchase_id, sum(amount_minor) AS money, sum(points) AS points,"
    " sum(credit_minor) AS credit, count(*) AS n FROM till_events WHERE kind = 'refund'"
    " GROUP BY purchase_id"
)
# What all steps of a bill take off, and those of one kind: the databases read JSON differently.
_STEPS: Final = {
    "sqlite": (
        "SELECT b.purchase_id, sum(json_extract(s.value, '$.off')) AS taken,"
        " sum(CASE json_extract(s.value, '$.kind') WHEN 'level'"
        " THEN json_extract(s.value, '$.off') ELSE 0 END) AS level"
        " FROM bills b, json_each(b.steps) s GROUP BY b.purchase_id"
    ),
    "postgresql": (
        "SELECT b.purchase_id, sum(CAST(s.value ->> 'off' AS bigint)) AS taken,"
        " sum(CASE s.value ->> 'kind' WHEN 'level'"
        " THEN CAST(s.value ->> 'off' AS bigint) ELSE 0 END) AS level"
        " FROM bills b, json_array_elements(CAST(b.steps AS json)) s GROUP BY b.purchase_id"
    ),
}
STORED_VALUE: Final = (
    Invariant(
        "every top-up and payout in the till's journal is what was posted, its bonus apart",
        "SELECT count(*) FROM till_events WHERE kind IN ('topup', 'payout')",
        "SELECT e.id FROM till_events e LEFT JOIN postings p ON p.id = e.posting_id"
        " LEFT JOIN postings b ON b.key = p.key || '\\:bonus'"
        " WHERE e.kind IN ('topup', 'payout') AND (p.id IS NULL OR p.unit <> 'credit'"
        " OR p.amount <> e.amount_minor"
        " OR coalesce(b.amount, 0) <> e.credit_minor - e.amount_minor)",
    ),
    Invariant(
        "every posting of a top-up or payout at the till is in its journal, once",
        "SELECT count(*) FROM postings WHERE unit = 'credit' AND source_type IN"
        " ('topup', 'payout') AND (key LIKE 'topup:%' OR key LIKE 'payout:%')",
        "SELECT p.id FROM postings p LEFT JOIN till_events e ON e.posting_id = p.id"
        " AND e.kind IN ('topup', 'payout') WHERE p.unit = 'credit' AND p.source_type IN"
        " ('topup', 'payout') AND (p.key LIKE 'topup:%' OR p.key LIKE 'payout:%')"
        " GROUP BY p.id HAVING count(e.id) <> 1",
    ),
    Invariant(
        "every line of the till's journal that takes one back is its opposite, refunds apart",
        "SELECT count(*) FROM till_events WHERE undoes IS NOT NULL",
        "SELECT u.id FROM till_events u LEFT JOIN till_events e ON e.id = u.undoes"
        f" LEFT JOIN ({_REFUNDED}) r ON r.purchase_id = e.purchase_id"
        " AND e.kind IN ('bill', 'award')"
        " WHERE (u.kind = 'undo') <> (u.undoes IS NOT NULL) OR (u.undoes IS NOT NULL AND"
        " (e.id IS NULL OR u.amount_minor + e.amount_minor + coalesce(r.money, 0) <> 0"
        " OR u.points + e.points + coalesce(r.points, 0) <> 0"
        " OR u.credit_minor + e.credit_minor + coalesce(r.credit, 0) <> 0))",
    ),
    Invariant(
        "every refund of what was paid or entered at a till is in its journal, with its money",
        "SELECT count(*) FROM till_events WHERE kind = 'refund'",
        "SELECT e.id FROM till_events e JOIN purchases p ON p.id = e.purchase_id"
        " LEFT JOIN (SELECT purchase_id, sum(minor) AS minor, sum(taken_points) AS taken,"
        " count(*) AS n FROM refunds GROUP BY purchase_id) b ON b.purchase_id = p.id"
        f" LEFT JOIN ({_REFUNDED}) r ON r.purchase_id = p.id"
        " LEFT JOIN (SELECT purchase_id, sum(returned_minor) AS minor FROM purchase_payments"
        " GROUP BY purchase_id) q ON q.purchase_id = p.id"
        " WHERE e.kind IN ('bill', 'award') AND (coalesce(b.n, 0) <> coalesce(r.n, 0)"
        " OR (e.kind = 'award' AND coalesce(b.taken, 0) + coalesce(r.points, 0) <> 0)"
        # What paid a void purchase has all come back, not by its refunds alone.
        " OR (p.state <> 'void' AND coalesce(b.minor, 0) - coalesce(q.minor, 0)"
        " + coalesce(r.money, 0) <> 0))",
    ),
)


def bills(dialect: str) -> tuple[Invariant, ...]:
    """The invariants of bills, of their steps too."""
    return (
        Invariant(
            "the steps of every bill take off what its purchase and payments say",
            "SELECT count(*) FROM bills",
            "SELECT b.purchase_id FROM bills b JOIN purchases p ON p.id = b.purchase_id"
            f" LEFT JOIN ({_STEPS[dialect]}) s ON s.purchase_id = b.purchase_id"
            f" LEFT JOIN ({_PAID}) q ON q.purchase_id = b.purchase_id"
            " WHERE b.gross_minor - coalesce(s.level, 0) <> p.minor"
            " OR coalesce(s.taken, 0) - coalesce(s.level, 0) <> coalesce(q.minor, 0)",
        ),
        Invariant(
            "every bill in the till's journal is what its purchase and payments say",
            "SELECT count(*) FROM till_events WHERE kind = 'bill'",
            "SELECT e.id FROM till_events e LEFT JOIN purchases p ON p.id = e.purchase_id"
            f" LEFT JOIN ({_PAID}) q ON q.purchase_id = e.purchase_id"
            " LEFT JOIN bills b ON b.purchase_id = e.purchase_id"
            " WHERE e.kind = 'bill' AND (p.id IS NULL OR b.purchase_id IS NULL"
            " OR e.amount_minor <> p.minor - coalesce(q.minor, 0)"
            " OR e.points <> -coalesce(q.points, 0)"
            " OR e.credit_minor <> -coalesce(q.credit, 0))",
        ),
        *STORED_VALUE,
    )
