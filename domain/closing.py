"""What is booked when a member leaves for good: points lapse, a debt is written off."""

from collections.abc import Iterable

from domain.ledger import DEBT, EXPIRED, HELD, WALLET, Account, Booked, Entry, Kind, book, legs_of
from domain.points import Lot, Take


def forfeit(account: Account, entry: Entry, lots: Iterable[Lot]) -> Booked | None:
    """Lets everything lapse that is left in lots or held; None when there is nothing."""
    takes = tuple(Take(lot.id, lot.left) for lot in lots if lot.left)
    left = sum(take.amount for take in takes)
    if not left and not account.held:
        return None
    legs = legs_of((WALLET, -left), (HELD, -account.held), (EXPIRED, left + account.held))
    return book(account, entry, Kind.EXPIRED, legs, (), takes)


def write_off(account: Account, entry: Entry) -> Booked | None:
    """The club gives up what is still owed; None when nothing is. SEMANTICS: Members."""
    if not account.debt:
        return None
    legs = legs_of((DEBT, account.debt), (EXPIRED, -account.debt))
    return book(account, entry, Kind.ADJUSTED, legs)
