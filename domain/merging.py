"""Two memberships of one person: which is kept, what its profile becomes, and the way back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from domain.ledger import (
    DEBT,
    TRANSFER,
    WALLET,
    Account,
    Booked,
    Entry,
    Kind,
    book,
    legs_of,
)
from domain.members import Member
from domain.points import Lot, Take

UNDO: Final = timedelta(days=7)
FILLED: Final = (
    "name",
    "form_of_address",
    "birthday",
    "phone",
    "email",
    "city",
    "gender",
    "preferences",
    "zone",
)


@dataclass(frozen=True, slots=True)
class Pair:
    """The membership that is kept and the one that becomes part of it."""

    kept: Member
    merged: Member


def choose(one: Member, other: Member) -> Pair:
    """The older membership is kept: its number is the one on cards and receipts."""
    older = sorted((one, other), key=lambda member: (member.joined_at, member.id))
    return Pair(*older)


def filled(pair: Pair) -> dict[str, Any]:
    """What the kept profile lacks and the other one knows; what the kept one says, stays."""
    return {
        name: getattr(pair.merged, name)
        for name in FILLED
        if not getattr(pair.kept, name) and getattr(pair.merged, name)
    }


def consents(kept: Mapping[str, bool], merged: Mapping[str, bool]) -> dict[str, bool]:
    """The consents that change on the kept membership: a no in either of the two is a no."""
    return {
        purpose: given
        for purpose, given in merged.items()
        if purpose not in kept or (kept[purpose] and not given)
    }


def transfer_back(account: Account, entry: Entry, lots: Iterable[Lot], owed: int) -> Booked:
    """Takes what is left of transferred lots, and `owed` of the debt, out of the kept membership
    again."""
    takes = tuple(Take(lot.id, lot.left) for lot in lots if lot.left)
    amount = sum(take.amount for take in takes)
    legs = legs_of((WALLET, -amount), (DEBT, owed), (TRANSFER, amount - owed))
    return book(account, entry, Kind.TRANSFERRED, legs, (), takes)
