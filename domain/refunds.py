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
    """The arithmetic of a refund: given − kept − already taken back = asked; from where it came.

    `lapsed`: points of the purchase that expired unspent: the member does not have them any more,
    so that nothing else is taken for them. `forgone` is what the policy leaves to the member.
    """

    given: int
    before: int
    kept: int
    asked: int
    own_pending: int
    own: int
    available: int
    debt: int
    forgone: int
    lapsed: int = 0

    @property
    def taken(self) -> int:
        """Points that a posting takes; what had lapsed is not among them."""
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
    lapsed: int = 0,
) -> Refunded:
    """Books a refund's points. SEMANTICS: Points.

    given: what the purchase earned; before: what earlier refunds asked back; kept: what the
    reduced purchase would have earned under the original's rule version; lapsed: points of the
    purchase's own lots that expired unspent and no earlier refund has counted. Order: the
    purchase's own pending lots, its other lots, what lapsed, available points, debt – as far as
    the policy allows.
    """
    asked = given - before - kept
    if asked < 0:
        raise ValueError(f"a refund cannot give points: {given} - {before} - {kept}")
    pending, own, other = _refund_sources(lots, own_lot_ids, entry.at, policy)
    first = points.take_up_to(pending, asked)
    second = points.take_up_to(own, asked - _sum(first))
    rest = asked - _sum(first) - _sum(second)
    gone = min(max(lapsed, 0), rest)
    third = points.take_up_to(other, rest - gone)
    rest -= gone + _sum(third)
    debt = rest if policy is RefundPolicy.UNLIMITED else 0
    taken = (_sum(first), _sum(second), _sum(third))
    sums = TakenBack(given, before, kept, asked, *taken, debt, rest - debt, gone)
    legs = legs_of((WALLET, -sum(taken)), (DEBT, -debt), (REVERSED, sums.taken))
    explained = replace(entry, explanation=refund_shares(sums, entry.rule_version))
    booked = book(account, explained, Kind.REFUNDED, legs, (), first + second + third)
    return Refunded(booked, sums)


def _sum(takes: Sequence[Take]) -> int:
    return sum(take.amount for take in takes)


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
        Share("refund.lapsed", version, "", sums.lapsed),
        Share("refund.available", version, "", -sums.available),
        Share("refund.debt", version, "", -sums.debt),
        Share("refund.forgone", version, "", sums.forgone),
    )
    return always + tuple(share for share in rest if share.points)
