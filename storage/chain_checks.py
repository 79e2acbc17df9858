"""The audit's statements about hash chains, explanations and seals, for both databases.

The content of a posting is built as `domain.ledger.content_text` does, a seal's as
`domain.seals.digest`. SQLite is lent its hash function (`HASH`) by whoever runs them.
"""

from __future__ import annotations

from typing import Final

from domain.ledger import ACCOUNTS, GENESIS
from domain.seals import MARGIN
from storage.invariants import Invariant

HASH: Final = "sha256_hex"
_BREAK: Final = " || '\n' || "

_HASHED = {
    "sqlite": HASH + "({})",
    "postgresql": "encode(sha256(convert_to({}, 'UTF8')), 'hex')",
}
_JOINED = {"sqlite": "group_concat", "postgresql": "string_agg"}
_SHARES = {
    "sqlite": "SELECT sum(json_extract(value, '$[3]')) FROM json_each(p.explanation)",
    "postgresql": "SELECT sum((value ->> 3)::bigint)"
    " FROM json_array_elements(CAST(p.explanation AS json))",
}
_PREVIOUS: Final = (
    "coalesce((SELECT q.hash FROM postings q WHERE q.member_id = p.member_id"
    f" AND q.unit = p.unit AND q.seq = p.seq - 1), '{GENESIS}')"
)
_RANGE: Final = "p.member_id > :first AND p.member_id <= :last"


def checks(dialect: str) -> tuple[Invariant, ...]:
    """The invariants that each database spells in its own way."""
    accounts = "SELECT count(*) FROM accounts p WHERE " + _RANGE
    return (
        Invariant("every account's hash chain holds", accounts, _chains(dialect)),
        Invariant("every account's head is its last posting's hash", accounts, _HEADS),
        Invariant(
            "every explanation adds up to its points",
            "SELECT count(*) FROM postings p WHERE " + _RANGE,
            f"SELECT p.id FROM postings p WHERE {_RANGE} AND p.kind IN ('earned', 'bonus')"
            f" AND coalesce(({_SHARES[dialect]}), 0) <> -p.issue",
        ),
        Invariant("the chain of seals holds", "SELECT count(*) FROM seals", _seals(dialect)),
        Invariant(
            "every sealed head is that posting's hash",
            "SELECT count(*) FROM seal_heads p WHERE " + _RANGE,
            "SELECT p.member_id FROM seal_heads p LEFT JOIN postings o"
            " ON o.member_id = p.member_id AND o.unit = p.unit AND o.seq = p.seq"
            f" WHERE {_RANGE} AND (o.id IS NULL OR o.hash <> p.hash"
            " OR NOT EXISTS (SELECT 1 FROM seals s WHERE s.number = p.seal))",
        ),
        Invariant("every account that grew before the last seal is sealed", accounts, _UNSEALED),
    )


def _chains(dialect: str) -> str:
    """Postings whose hash is not that of the hash before them and of their content."""
    joined = _JOINED[dialect]
    numbers = (f"CAST({name} AS TEXT)" for name in ("p.reverses", "p.staff_id", "p.store_id"))
    lot = "id || ':' || amount || ':' || active_from || ':'"
    lot += " || coalesce(CAST(first_expires_at AS TEXT), '')"
    fields = (
        *("p.id", "p.key", "p.kind", "p.member_id", "p.unit", "p.seq", "p.amount", "p.at"),
        *(f"p.{account}" for account in ACCOUNTS),
        *("p.source_type", "p.source_id", "p.rule_version", "p.explanation"),
        *(f"coalesce({number}, '')" for number in numbers),
        f"coalesce((SELECT {joined}({lot}, ',') FROM"
        " (SELECT * FROM lots WHERE posting_id = p.id ORDER BY id) AS made), '')",
        f"coalesce((SELECT {joined}(lot_id || ':' || amount, ',') FROM"
        " (SELECT * FROM lot_moves WHERE posting_id = p.id ORDER BY position) AS moved), '')",
    )
    hashed = _HASHED[dialect].format(_BREAK.join((_PREVIOUS, *fields)))
    return f"SELECT p.id FROM postings p WHERE {_RANGE} AND {hashed} IS DISTINCT FROM p.hash"


def _seals(dialect: str) -> str:
    """Seals whose digest is not that of the digest before them, their line and their heads."""
    line = "number || ':' || day || ':' || after || ':' || upto || ':' || target"
    head = "'\n' || member_id || ':' || unit || ':' || seq || ':' || hash"
    whole = _HASHED[dialect].format(f"previous{_BREAK}{line} || rows")
    return (
        f"SELECT number FROM (SELECT s.*, coalesce(lag(s.digest) OVER (ORDER BY s.number),"
        f" '{GENESIS}') AS previous, row_number() OVER (ORDER BY s.number) AS place,"
        f" (SELECT count(*) FROM seal_heads h WHERE h.seal = s.number) AS found,"
        f" coalesce((SELECT {_JOINED[dialect]}({head}, '') FROM (SELECT * FROM seal_heads"
        " WHERE seal = s.number ORDER BY member_id, unit) AS h), '') AS rows FROM seals s) AS x"
        f" WHERE number <> place OR heads <> found OR {whole} IS DISTINCT FROM digest"
    )


_HEADS: Final = (
    "SELECT p.member_id FROM accounts p LEFT JOIN postings o"
    " ON o.member_id = p.member_id AND o.unit = p.unit AND o.seq = p.seq"
    f" WHERE {_RANGE} AND p.head <> coalesce(o.hash, '{GENESIS}')"
)
_UNSEALED: Final = (
    "SELECT p.member_id FROM accounts p JOIN postings o"
    " ON o.member_id = p.member_id AND o.unit = p.unit AND o.seq = p.seq"
    f" WHERE {_RANGE} AND o.id <= (SELECT max(upto) - {MARGIN} FROM seals) AND NOT EXISTS"
    " (SELECT 1 FROM seal_heads h"
    " WHERE h.member_id = p.member_id AND h.unit = p.unit AND h.seq = p.seq)"
)
