"""What a member has of stored value, and how much they may hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.bill_errors import CreditCeiling, CreditOff
from domain.bill_rules import StoredValue
from domain.money import Money
from domain.payments import BONUS
from domain.points import Lot, Unit
from services.ports import Work


@dataclass(frozen=True, slots=True)
class Held:
    """What a member has, in minor units: paid in, and given on top by the club."""

    principal: int = 0
    bonus: int = 0

    @property
    def total(self) -> int:
        return self.principal + self.bonus


def rules(work: Work) -> StoredValue:
    """The club's rules of stored value; raises CreditOff where there is none."""
    found = work.programmes.current().stored_value
    if found is None:
        raise CreditOff()
    return found


def held(work: Work, member_id: int) -> Held:
    """What a member has. Credit never expires, so the clock does not matter."""
    return held_in(work.ledger.lots(member_id, Unit.CREDIT))


def held_in(lots: Sequence[Lot]) -> Held:
    """Lots of credit by where they come from."""
    bonus = sum(lot.left for lot in lots if lot.source_type == BONUS)
    return Held(sum(lot.left for lot in lots) - bonus, bonus)


def check_ceiling(work: Work, member_id: int, more: int) -> None:
    """Raises CreditCeiling if a member may not hold so much more; the member is locked by the
    caller, or this is only to be shown."""
    programme = work.programmes.current()
    account = work.ledger.account(member_id, Unit.CREDIT)
    room = rules(work).ceiling_minor - account.wallet - account.held
    if more > room:
        ceiling = rules(work).ceiling_minor
        raise CreditCeiling(
            Money(ceiling, programme.currency), Money(max(room, 0), programme.currency)
        )
