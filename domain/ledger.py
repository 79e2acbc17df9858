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
    TRANSFERRED = "transferred"  # from one merged membership to the other
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
    plus held minus debt (for `held` and `released`: what moved)."""

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


def chain_hash(posting: Posting) -> str:
    """sha256 over the previous hash and everything the posting says, in a fixed order."""
    content = (
        posting.id,
        posting.key,
        posting.kind,
        posting.member_id,
        posting.unit,
        posting.amount,
        to_ms(posting.at),
        posting.legs,
        [_lot_content(lot) for lot in posting.lots_made],
        posting.takes,
        posting.source_type,
        posting.source_id,
        posting.rule_version,
        posting.explanation,
        posting.reverses,
        posting.staff_id,
        posting.store_id,
        posting.seq,
    )
    return sha256((posting.previous_hash + _encode(content)).encode()).hexdigest()


def _lot_content(lot: Lot) -> tuple[int, int, int, int | None]:
    until = to_ms(lot.expires_at) if lot.expires_at else None
    return (lot.id, lot.amount, to_ms(lot.active_from), until)


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
    """Seals one posting onto an account. `legs` must sum to zero and leave nothing below zero
    (ValueError: a bug, not a refusal); `amount` is the change of what the member has unless
    given."""
    after, change = _after(account, legs)
    unsealed = Posting(
        entry.id,
        entry.key,
        kind,
        account.member_id,
        account.unit,
        change if amount is None else amount,
        entry.at,
        legs,
        lots,
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
    sealed = chain_hash(unsealed)
    object.__setattr__(unsealed, "hash", sealed)  # not shared yet; a copy would cost as much
    object.__setattr__(after, "head", sealed)
    return Booked(unsealed, after)


def _after(account: Account, legs: tuple[Leg, ...]) -> tuple[Account, int]:
    """The account after legs (its head still open), and the change of what the member has."""
    sums = dict.fromkeys(MEMBER_ACCOUNTS + PROGRAMME_ACCOUNTS, 0)
    for name, amount in legs:
        sums[name] += amount
    if sum(sums.values()):
        raise ValueError(f"legs do not sum to zero: {legs}")
    wallet, held = account.wallet + sums[WALLET], account.held + sums[HELD]
    debt = account.debt - sums[DEBT]
    if wallet < 0 or held < 0 or debt < 0:
        raise ValueError(f"account {account.member_id}/{account.unit} below zero after {legs}")
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
        if not linked or chain_hash(posting) != posting.hash:
            return posting.id
        previous = posting.hash
    return None if previous == head else 0
