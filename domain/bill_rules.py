"""What the programme says about bills, stored value, the till and photographed receipts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class BillStep(StrEnum):
    """What may take something off a bill, one after the other. SEMANTICS: Benefits."""

    LEVEL = "level"  # the level's standing discount
    VOUCHER = "voucher"
    POINTS = "points"  # 积分抵现
    CREDIT = "credit"  # stored value


STACKING: Final = (BillStep.LEVEL, BillStep.VOUCHER, BillStep.POINTS, BillStep.CREDIT)


@dataclass(frozen=True, slots=True)
class PointsAtTill:
    """Paying with points (积分抵现): every `step` points pay `minor` of a bill; together at most
    `most_percent` of what the steps before have left of it."""

    step: int
    minor: int
    most_percent: int = 100


@dataclass(frozen=True, slots=True)
class BillRules:
    """The order in which a bill gets smaller, and with what. `points` None: bills cannot be paid
    with points. `vouchers`: how many one bill takes."""

    order: tuple[BillStep, ...] = STACKING
    points: PointsAtTill | None = None
    vouchers: int = 1


@dataclass(frozen=True, slots=True)
class TopUpBonus:
    """Who pays in `from_minor` or more at once gets `bonus_minor` on top; the highest counts."""

    from_minor: int
    bonus_minor: int


@dataclass(frozen=True, slots=True)
class StoredValue:
    """Stored value (会员储值); None in the programme: the club has none. Amounts in minor units.

    `ceiling_minor`: the most a member may hold, principal and bonus together. `earns`: points come
    from `spending` it (the principal, never the bonus) or from the `topup`, never from both.
    `second_above_minor`: paying out more in a day, to one member or by one operator, needs a
    second person's yes (None: never).
    """

    ceiling_minor: int = 500_000
    least_minor: int = 1_000
    bonuses: tuple[TopUpBonus, ...] = ()
    earns: str = "spending"
    second_above_minor: int | None = None

    def bonus(self, minor: int) -> int:
        """What the club gives on top of a top-up."""
        reached = [one for one in self.bonuses if minor >= one.from_minor]
        return max(reached, key=lambda one: one.from_minor).bonus_minor if reached else 0


@dataclass(frozen=True, slots=True)
class TillRules:
    """At the till: how long a voucher is held while the cashier looks at it, how long a member's
    own code is good, how long the cashier may undo."""

    hold_seconds: int = 120
    code_seconds: int = 300
    undo_minutes: int = 30


@dataclass(frozen=True, slots=True)
class ReceiptPhotos:
    """Points from a photographed receipt (小票拍照积分); None in the programme: there are none.
    At most `per_day` a member, none older than `within_days`."""

    per_day: int = 3
    within_days: int = 30
