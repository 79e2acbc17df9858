"""What may be booked: giving, spending, holding, expiring, giving back, undoing, merging.

Every function takes the account as it stands and returns what to write; nothing is ever edited.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from domain import points
from domain.errors import AlreadyReversed, CannotReverse
from domain.ledger import (
    DEBT,
    EXPIRED,
    HELD,
    ISSUE,
    REVERSED,
    SPENT,
    TRANSFER,
    WALLET,
    Account,
    Booked,
    Entry,
    Kind,
    Leg,
    Posting,
    book,
    legs_of,
)
from domain.points import Lot, Take

# -- giving -----------------------------------------------------------------------------


def give(
    account: Account,
    entry: Entry,
    amount: int,
    lot_id: int,
    active_from: datetime,
    expires_at: datetime | None,
    kind: Kind = Kind.EARNED,
    from_account: str = ISSUE,
) -> Booked:
    """Books points to a member: one lot, after a debt is paid. SEMANTICS: Points.

    Used for earning, welcome points, profile rewards, upward adjustments and reinstating. An
    amount of zero makes a posting without lot (a purchase that earns nothing, explained).
    """
    if amount < 0:
        raise ValueError("an amount to give is not negative")
    paid = min(amount, account.debt)
    rest = amount - paid
    lots = (_new_lot(account, entry, rest, lot_id, active_from, expires_at),) if rest else ()
    legs = legs_of((from_account, -amount), (DEBT, paid), (WALLET, rest))
    return book(account, entry, kind, legs, lots)


def bring(account: Account, entry: Entry, lots: tuple[Lot, ...]) -> Booked:
    """Books dated lots that a member brings along from elsewhere, as they are. A debt is not
    paid by them: what was owed there stands beside them (see `owe`)."""
    amount = sum(lot.amount for lot in lots)
    return book(account, entry, Kind.BONUS, legs_of((ISSUE, -amount), (WALLET, amount)), lots)


def owe(account: Account, entry: Entry, amount: int) -> Booked:
    """Books a debt that a member brings along: more was spent elsewhere than there was."""
    return book(account, entry, Kind.ADJUSTED, legs_of((SPENT, amount), (DEBT, -amount)))


def _new_lot(
    account: Account,
    entry: Entry,
    amount: int,
    lot_id: int,
    active_from: datetime,
    expires_at: datetime | None,
) -> Lot:
    return Lot(
        lot_id,
        account.member_id,
        account.unit,
        amount,
        amount,
        active_from,
        expires_at,
        entry.at,
        entry.source_type,
        entry.source_id,
        entry.rule_version,
        entry.id,
    )


# -- taking -----------------------------------------------------------------------------


def spend(account: Account, entry: Entry, amount: int, lots: Iterable[Lot]) -> Booked:
    """Pays for a benefit out of available lots; raises NotEnoughPoints."""
    takes = points.spend(lots, amount, entry.at, account.unit, account.debt)
    return book(account, entry, Kind.SPENT, legs_of((WALLET, -amount), (SPENT, amount)), (), takes)


def hold(
    account: Account, entry: Entry, amount: int, lots: Iterable[Lot], *, despite_debt: bool = False
) -> Booked:
    """Sets points aside for something not yet decided; raises NotEnoughPoints.

    `despite_debt`: what was set aside before and only changes its place comes before a debt.
    """
    owed = 0 if despite_debt else account.debt
    takes = points.spend(lots, amount, entry.at, account.unit, owed)
    legs = legs_of((WALLET, -amount), (HELD, amount))
    return book(account, entry, Kind.HELD, legs, (), takes, amount=amount)


def spend_held(account: Account, entry: Entry, amount: int) -> Booked:
    """What was held is paid for good; its lots were taken from when it was held."""
    return book(account, entry, Kind.SPENT, legs_of((HELD, -amount), (SPENT, amount)))


def adjust_down(account: Account, entry: Entry, amount: int, lots: Iterable[Lot]) -> Booked:
    """An operator takes points away (amount positive); raises NotEnoughPoints."""
    takes = points.spend(lots, amount, entry.at, account.unit)
    legs = legs_of((WALLET, -amount), (REVERSED, amount))
    return book(account, entry, Kind.ADJUSTED, legs, (), takes)


def withdraw(account: Account, entry: Entry, takes: Iterable[Take]) -> Booked:
    """Takes exactly these parts of lots out of the account: stored value that is paid out."""
    out = tuple(takes)
    amount = sum(take.amount for take in out)
    legs = legs_of((WALLET, -amount), (REVERSED, amount))
    return book(account, entry, Kind.ADJUSTED, legs, (), out)


def expire(account: Account, entry: Entry, lots: Iterable[Lot]) -> Booked | None:
    """Posts what the clock has expired at `entry.at`; None when there is nothing."""
    takes = points.expired(lots, entry.at)
    amount = sum(take.amount for take in takes)
    if not amount:
        return None
    legs = legs_of((WALLET, -amount), (EXPIRED, amount))
    return book(account, entry, Kind.EXPIRED, legs, (), takes)


# -- giving back ------------------------------------------------------------------------


def release(
    account: Account,
    entry: Entry,
    held: Iterable[Take],
    lots: Mapping[int, Lot],
    until: datetime | None,
    new_id: Callable[[], int],
) -> Booked:
    """Held points return to their lots (see `points.restore`)."""
    back = points.restore(held, lots, entry.at, until, new_id, entry.id)
    amount = _restored_amount(back)
    legs = legs_of((HELD, -amount), (WALLET, amount))
    return book(account, entry, Kind.RELEASED, legs, back.lots, back.takes, amount=amount)


def give_back(
    account: Account,
    entry: Entry,
    paid: Iterable[Take],
    lots: Mapping[int, Lot],
    until: datetime | None,
    new_id: Callable[[], int],
) -> Booked:
    """Points paid for something that is cancelled return to exactly their lots."""
    back = points.restore(paid, lots, entry.at, until, new_id, entry.id)
    amount = _restored_amount(back)
    legs = legs_of((SPENT, -amount), (WALLET, amount))
    return book(account, entry, Kind.RETURNED, legs, back.lots, back.takes)


def _restored_amount(back: points.Restored) -> int:
    return sum(lot.amount for lot in back.lots) - sum(take.amount for take in back.takes)


# -- undoing a posting ------------------------------------------------------------------


def reverse(
    account: Account,
    entry: Entry,
    original: Posting,
    lots: Mapping[int, Lot],
    *,
    reversed_before: bool,
    until: datetime | None,
    new_id: Callable[[], int],
) -> Booked:
    """Undoes a posting by one with the opposite legs; the original stays as it is.

    Lots it made must be whole (CannotReverse says how much is missing), lots it took from get
    their part back. Raises AlreadyReversed for a second time.
    """
    if reversed_before:
        raise AlreadyReversed(original.id)
    made = [lots[lot.id] for lot in original.lots_made]
    short = sum(lot.amount - lot.left for lot in made)
    if short:
        raise CannotReverse(original.id, short)
    out = tuple(Take(lot.id, lot.amount) for lot in made)
    taken = [take for take in original.takes if take.amount > 0]
    back = points.restore(taken, lots, entry.at, until, new_id, entry.id)
    again = tuple(Take(take.lot_id, -take.amount) for take in original.takes if take.amount < 0)
    legs = tuple(Leg(name, -amount) for name, amount in original.legs)
    return book(
        account,
        entry,
        Kind.REVERSED,
        legs,
        back.lots,
        out + again + back.takes,
        amount=-original.amount,
        reverses=original.id,
    )


# -- gifts between members --------------------------------------------------------------


def hand_over(account: Account, entry: Entry, amount: int, lots: Iterable[Lot]) -> Booked:
    """A member gives points to another; raises NotEnoughPoints. `transfer_in` is the other side:
    the lots keep source, start and expiry."""
    takes = points.spend(lots, amount, entry.at, account.unit, account.debt)
    legs = legs_of((WALLET, -amount), (TRANSFER, amount))
    return book(account, entry, Kind.TRANSFERRED, legs, (), takes)


# -- merging memberships ----------------------------------------------------------------


def transfer_out(account: Account, entry: Entry, lots: Iterable[Lot]) -> Booked:
    """Empties a membership that is merged into another: every lot and the debt leave it."""
    if account.held:
        raise ValueError("release what is held before merging")
    takes = tuple(Take(lot.id, lot.left) for lot in lots if lot.left)
    amount = sum(take.amount for take in takes)
    legs = legs_of((WALLET, -amount), (DEBT, account.debt), (TRANSFER, amount - account.debt))
    return book(account, entry, Kind.TRANSFERRED, legs, (), takes)


def transfer_in(
    account: Account,
    entry: Entry,
    out: Posting,
    lots: Mapping[int, Lot],
    new_id: Callable[[], int],
) -> Booked:
    """The other side of `transfer_out`: lots keep source, start and expiry."""
    fresh = tuple(
        _moved(lots[take.lot_id], account, entry, take.amount, new_id) for take in out.takes
    )
    amount = sum(lot.amount for lot in fresh)
    debt = sum(leg.amount for leg in out.legs if leg.account == DEBT)
    legs = legs_of((TRANSFER, debt - amount), (WALLET, amount), (DEBT, -debt))
    return book(account, entry, Kind.TRANSFERRED, legs, fresh)


def _moved(
    lot: Lot, account: Account, entry: Entry, amount: int, new_id: Callable[[], int]
) -> Lot:
    return replace(
        lot,
        id=new_id(),
        member_id=account.member_id,
        amount=amount,
        left=amount,
        posting_id=entry.id,
    )
