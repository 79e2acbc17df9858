"""Postings: double entry over member and programme accounts, idempotency, the hash chain.

What may be posted is in bookings.py and refunds.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from json import JSONEncoder
from typing import Final, NamedTuple

from domain.dates import to_ms
from domain.errors import KeyConflict
from domain.points import Lot, Take, Unit

GENESIS: Final = "0" * 64


class Kind(StrEnum):
    """SEMANTICS: Points, posting types."""

    EARNED = "earned"
    BONUS = "bonus"
    SPENT = "spent"
    HELD = "held"
    RELEASED = "released"
    REFUNDED = "refunded"  # points of a refunded purchase are taken back
    RETURNED = "returned"  # points paid for something come back to their lots
    EXPIRED = "expired"
    REINSTATED = "reinstated"  # expired points are given again
    ADJUSTED = "adjusted"
    TRANSFERRED = "transferred"  # between merged memberships, or as a gift between members
    REVERSED = "reversed"  # a whole posting is undone


# Accounts of a member, and of the programme. A member's `debt` is zero or negative.
WALLET: Final = "wallet"
HELD: Final = "held"
DEBT: Final = "debt"
ISSUE: Final = "issue"
SPENT: Final = "spent"
EXPIRED: Final = "expired"
REVERSED: Final = "reversed"
TRANSFER: Final = "transfer"
MEMBER_ACCOUNTS: Final = (WALLET, HELD, DEBT)
PROGRAMME_ACCOUNTS: Final = (ISSUE, SPENT, EXPIRED, REVERSED, TRANSFER)
ACCOUNTS: Final = MEMBER_ACCOUNTS + PROGRAMME_ACCOUNTS


class Leg(NamedTuple):
    """One side of a posting."""

    account: str
    amount: int


class Share(NamedTuple):
    """One line of an explanation: a rule of a programme version, its factor, its points."""

    rule: str
    version: int
    factor: str
    points: int


@dataclass(frozen=True, slots=True)
class Account:
    """The head row of one member in one unit: sums of the member's legs, and the chain's head.

    `debt` is what is owed, as a positive number; `lifetime` all that was ever given and kept.
    """

    member_id: int
    unit: str = Unit.POINTS
    wallet: int = 0
    held: int = 0
    debt: int = 0
    lifetime: int = 0
    seq: int = 0
    head: str = GENESIS


@dataclass(frozen=True, slots=True)
class Entry:
    """What every posting says beside its amounts. `source_id` holds no personal data."""

    id: int
    key: str
    at: datetime
    source_type: str = ""
    source_id: str = ""
    rule_version: int = 0
    explanation: tuple[Share, ...] = ()
    staff_id: int | None = None
    store_id: int | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """One append-only line of the ledger. `amount` is the change of what the member has: wallet
    plus held minus debt (for `held` and `released`: what moved). `legs` name each account once,
    in the order of ACCOUNTS; `lots_made` are as they were posted."""

    id: int
    key: str
    kind: str
    member_id: int
    unit: str
    amount: int
    at: datetime
    legs: tuple[Leg, ...]
    lots_made: tuple[Lot, ...]
    takes: tuple[Take, ...]
    source_type: str
    source_id: str
    rule_version: int
    explanation: tuple[Share, ...]
    reverses: int | None
    staff_id: int | None
    store_id: int | None
    seq: int
    previous_hash: str
    hash: str


class Booked(NamedTuple):
    """A posting to append and the account as it stands after it."""

    posting: Posting
    account: Account


# -- the chain --------------------------------------------------------------------------

_encode = JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def explained(shares: tuple[Share, ...]) -> str:
    """An explanation as the text that is stored and hashed."""
    return _encode(shares)


def content_text(posting: Posting) -> str:
    """Everything a posting says, one field a line: what the hash covers after the previous hash.

    Made of plain numbers and stored texts only, so that each database can build the same text:
    id, key, kind, member, unit, seq, amount, at (ms), the amounts of ACCOUNTS in their order,
    source type and id, rule version, explanation, reverses, staff, store, the lots made
    (`id:amount:from:until,…` in order of ids), what moved in lots (`id:amount,…` in order);
    what is missing is empty.
    """
    amounts = dict(posting.legs)
    fields = (
        posting.id,
        posting.key,
        posting.kind,
        posting.member_id,
        posting.unit,
        posting.seq,
        posting.amount,
        to_ms(posting.at),
        *[amounts.get(name, 0) for name in ACCOUNTS],
        posting.source_type,
        posting.source_id,
        posting.rule_version,
        explained(posting.explanation),
        _or_empty(posting.reverses),
        _or_empty(posting.staff_id),
        _or_empty(posting.store_id),
        ",".join(map(_lot_text, posting.lots_made)),
        ",".join([f"{take.lot_id}:{take.amount}" for take in posting.takes]),
    )
    return "\n".join(map(str, fields))


CONTENT_LINES: Final = 25


def chain_hash(previous: str, content: str) -> str:
    """sha256 over the account's previous hash and a posting's content."""
    return sha256(f"{previous}\n{content}".encode()).hexdigest()


def _or_empty(number: int | None) -> int | str:
    return "" if number is None else number


def _lot_id(lot: Lot) -> int:
    return lot.id


def _lot_text(lot: Lot) -> str:
    until = to_ms(lot.expires_at) if lot.expires_at else ""
    return f"{lot.id}:{lot.amount}:{to_ms(lot.active_from)}:{until}"


def content_hash(*parts: object) -> str:
    """The fingerprint of what was asked for under an idempotency key (plain values only)."""
    return sha256(_encode(parts).encode()).hexdigest()


def same_content(key: str, stored: str, asked: str) -> None:
    """Raises KeyConflict when a key comes again with other content. SEMANTICS: Points."""
    if stored != asked:
        raise KeyConflict(key)


def book(
    account: Account,
    entry: Entry,
    kind: Kind,
    legs: tuple[Leg, ...],
    lots: tuple[Lot, ...] = (),
    takes: tuple[Take, ...] = (),
    *,
    amount: int | None = None,
    reverses: int | None = None,
) -> Booked:
    """Seals one posting onto an account. `legs` must sum to zero and leave nothing below zero,
    and no text may have a line break in it (ValueError: a bug, not a refusal); `amount` is the
    change of what the member has unless given."""
    sums = _summed(legs)
    after, change = _after(account, sums)
    unsealed = Posting(
        entry.id,
        entry.key,
        kind,
        account.member_id,
        account.unit,
        change if amount is None else amount,
        entry.at,
        legs_of(*sums.items()),
        lots if len(lots) < 2 else tuple(sorted(lots, key=_lot_id)),
        takes,
        entry.source_type,
        entry.source_id,
        entry.rule_version,
        entry.explanation,
        reverses,
        entry.staff_id,
        entry.store_id,
        account.seq + 1,
        account.head,
        "",
    )
    content = content_text(unsealed)
    if content.count("\n") >= CONTENT_LINES:
        raise ValueError(f"a line break in the texts of posting {entry.key!r}")
    sealed = chain_hash(account.head, content)
    object.__setattr__(unsealed, "hash", sealed)  # not shared yet; a copy would cost as much
    object.__setattr__(after, "head", sealed)
    return Booked(unsealed, after)


def _summed(legs: tuple[Leg, ...]) -> dict[str, int]:
    """What each account gets, in the order of ACCOUNTS."""
    sums = dict.fromkeys(ACCOUNTS, 0)
    for name, amount in legs:
        sums[name] += amount
    if sum(sums.values()):
        raise ValueError(f"legs do not sum to zero: {legs}")
    return sums


def _after(account: Account, sums: dict[str, int]) -> tuple[Account, int]:
    """The account after a posting (its head still open), and the change of what the member has."""
    wallet, held = account.wallet + sums[WALLET], account.held + sums[HELD]
    debt = account.debt - sums[DEBT]
    if wallet < 0 or held < 0 or debt < 0:
        raise ValueError(f"account {account.member_id}/{account.unit} below zero after {sums}")
    after = Account(
        account.member_id,
        account.unit,
        wallet,
        held,
        debt,
        account.lifetime - sums[ISSUE] - sums[REVERSED],
        account.seq + 1,
    )
    return after, sums[WALLET] + sums[HELD] + sums[DEBT]


def legs_of(*pairs: tuple[str, int]) -> tuple[Leg, ...]:
    """Legs without the empty ones."""
    return tuple(Leg(name, amount) for name, amount in pairs if amount)


# -- proof ------------------------------------------------------------------------------


def broken_link(postings: Iterable[Posting], head: str) -> int | None:
    """The id of the first posting of an account that breaks its chain; None when it holds.

    `postings` in order of `seq`; 0 stands for a head that is not the last posting's hash.
    """
    previous = GENESIS
    for seq, posting in enumerate(postings, start=1):
        linked = posting.previous_hash == previous and posting.seq == seq
        if not linked or chain_hash(previous, content_text(posting)) != posting.hash:
            return posting.id
        previous = posting.hash
    return None if previous == head else 0
