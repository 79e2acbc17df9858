"""Refunds of purchases: how many points come back, from where, and how the member is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from domain import points
from domain.ledger import (
    DEBT,
    REVERSED,
    WALLET,
    Account,
    Booked,
    Entry,
    Kind,
    Posting,
    Share,
    book,
    legs_of,
)
from domain.points import Lot, Take


class RefundPolicy(StrEnum):
    """How far a refund may reach. SEMANTICS: Points."""

    ONLY_PENDING = "only_pending"
    WITHIN_BALANCE = "within_balance"
    UNLIMITED = "unlimited"


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The arithmetic of a refund: given − kept − already taken back = asked; from where it came;
    `forgone` is what the policy leaves to the member."""

    given: int
    before: int
    kept: int
    asked: int
    own_pending: int
    own: int
    available: int
    debt: int
    forgone: int

    @property
    def taken(self) -> int:
        return self.own_pending + self.own + self.available + self.debt


class Refunded(NamedTuple):
    """What to append, and the arithmetic to tell the member."""

    booked: Booked
    arithmetic: TakenBack

    @property
    def posting(self) -> Posting:
        return self.booked.posting

    @property
    def account(self) -> Account:
        return self.booked.account


def take_back(
    account: Account,
    entry: Entry,
    *,
    given: int,
    before: int,
    kept: int,
    own_lot_ids: frozenset[int],
    lots: Sequence[Lot],
    policy: RefundPolicy,
) -> Refunded:
    """Books a refund's points. SEMANTICS: Points.

    given: what the purchase earned; before: what earlier refunds asked back; kept: what the
    reduced purchase would have earned under the original's rule version. Order: the purchase's
    own pending lots, its other lots, available points, debt – as far as the policy allows.
    """
    asked = given - before - kept
    if asked < 0:
        raise ValueError(f"a refund cannot give points: {given} - {before} - {kept}")
    sources = _refund_sources(lots, own_lot_ids, entry.at, policy)
    takes: list[Take] = []
    parts: list[int] = []
    for source in sources:
        part = points.take_up_to(source, asked - sum(parts))
        takes.extend(part)
        parts.append(sum(take.amount for take in part))
    rest = asked - sum(parts)
    debt = rest if policy is RefundPolicy.UNLIMITED else 0
    sums = TakenBack(given, before, kept, asked, parts[0], parts[1], parts[2], debt, rest - debt)
    legs = legs_of((WALLET, -sum(parts)), (DEBT, -debt), (REVERSED, sums.taken))
    explained = replace(entry, explanation=refund_shares(sums, entry.rule_version))
    booked = book(account, explained, Kind.REFUNDED, legs, (), tuple(takes))
    return Refunded(booked, sums)


def _refund_sources(
    lots: Sequence[Lot], own: frozenset[int], now: datetime, policy: RefundPolicy
) -> tuple[list[Lot], list[Lot], list[Lot]]:
    pending = [lot for lot in lots if lot.id in own and lot.is_pending(now)]
    if policy is RefundPolicy.ONLY_PENDING:
        return pending, [], []
    usable = [lot for lot in lots if lot.is_available(now)]
    return (
        pending,
        [lot for lot in usable if lot.id in own],
        [lot for lot in usable if lot.id not in own],
    )


def refund_shares(sums: TakenBack, version: int) -> tuple[Share, ...]:
    """The arithmetic as an explanation; lines of zero are left out, the first three never."""
    always = (
        Share("refund.given", version, "", sums.given),
        Share("refund.kept", version, "", -sums.kept),
        Share("refund.before", version, "", -sums.before),
    )
    rest = (
        Share("refund.own_pending", version, "", -sums.own_pending),
        Share("refund.own", version, "", -sums.own),
        Share("refund.available", version, "", -sums.available),
        Share("refund.debt", version, "", -sums.debt),
        Share("refund.forgone", version, "", sums.forgone),
    )
    return always + tuple(share for share in rest if share.points)
