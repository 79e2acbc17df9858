"""The audit's invariants of events: seats that are taken, and deposits."""

from __future__ import annotations

from typing import Final

from storage.invariants import Invariant

EVENTS: Final = (
    Invariant(
        "the seats taken of an event are those of its guests and of open offers, within capacity",
        "SELECT count(*) FROM events",
        "SELECT e.id FROM events e LEFT JOIN invitations i ON i.event_id = e.id"
        " AND i.place IN ('seated', 'offered') GROUP BY e.id, e.taken, e.capacity"
        " HAVING e.taken <> coalesce(sum(1 + i.guests), 0) OR e.taken > e.capacity",
    ),
    Invariant(
        "every deposit of an event is held, returned or kept, as its points are",
        "SELECT count(*) FROM invitations WHERE deposit_posting IS NOT NULL",
        "SELECT i.id FROM invitations i LEFT JOIN holds h ON h.posting_id = i.deposit_posting"
        " LEFT JOIN postings p ON p.id = h.posting_id"
        " WHERE (i.deposit_posting IS NULL AND i.deposit_state <> '')"
        " OR (i.deposit_posting IS NOT NULL AND (h.posting_id IS NULL OR p.source_type <> 'event'"
        " OR p.source_id <> CAST(i.event_id AS TEXT) OR h.amount <> i.deposit"
        " OR (h.state <> 'moved' AND h.state <> CASE i.deposit_state WHEN 'held' THEN 'open'"
        " WHEN 'returned' THEN 'released' WHEN 'forfeited' THEN 'settled' ELSE '' END)))",
    ),
    Invariant(
        "as many points are set aside for an event as deposits are held",
        "SELECT count(DISTINCT event_id) FROM invitations WHERE deposit > 0",
        "SELECT e.id FROM events e WHERE (SELECT coalesce(sum(i.deposit), 0) FROM invitations i"
        " WHERE i.event_id = e.id AND i.deposit_state = 'held') <>"
        " (SELECT coalesce(sum(h.amount), 0) FROM postings p JOIN holds h ON h.posting_id = p.id"
        " WHERE p.source_type = 'event' AND p.source_id = CAST(e.id AS TEXT)"
        " AND h.state = 'open')",
    ),
)
