"""What is left to pay of a bill: discount, vouchers, points, stored value, one after another."""

from collections.abc import Callable
from dataclasses import dataclass, field

from domain.bill_rules import BillRules, BillStep, PointsAtTill


@dataclass(frozen=True, slots=True)
class Coupon:
    """A voucher that shall lower a bill: what it takes off a running amount, in minor units."""

    id: int
    takes_off: Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Means:
    """What a member has for it: the level's standing discount in percent, whole points that can be
    spent, stored value in minor units."""

    discount: int = 0
    points: int = 0
    credit: int = 0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What shall be used. Points and stored value: at most so much; None: as much as possible."""

    coupons: tuple[Coupon, ...] = ()
    points: int | None = 0
    credit: int | None = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What one step takes off, in minor units, and what it uses for that."""

    kind: BillStep
    before: int
    off: int
    points: int = 0
    voucher_id: int | None = None

    @property
    def after(self) -> int:
        return self.before - self.off


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill step by step, in minor units; steps that take nothing off are left out.

    `unused`: vouchers that were asked for and lower nothing (the bill is too small for them, or
    it takes no more of them). `points_possible`, `credit_possible`: the most that could be used.
    """

    gross: int
    steps: tuple[Step, ...]
    unused: tuple[int, ...] = ()
    points_possible: int = 0
    credit_possible: int = 0

    @property
    def to_pay(self) -> int:
        """What is paid in money."""
        return self.steps[-1].after if self.steps else self.gross

    @property
    def amount(self) -> int:
        """What was bought: the bill after the level's discount. All else pays for it."""
        return self.gross - self.off(BillStep.LEVEL)

    @property
    def points(self) -> int:
        return sum(step.points for step in self.steps)

    def off(self, kind: BillStep) -> int:
        """How much one kind of step takes off."""
        return sum(step.off for step in self.steps if step.kind is kind)


def calculate(rules: BillRules, gross: int, means: Means, wishes: Wishes) -> Bill:
    """The bill in the order of the rules. SEMANTICS: Benefits, paying with points.

    The level's discount is rounded in the member's favour, to the next smallest coin. A voucher's
    minimum and share are of what the steps before have left. Points pay in whole steps, at most
    their share of what is left, never more than the member has. What is not in the order is not
    used at all. Raises ValueError for an amount or a wish below zero.
    """
    if gross < 0 or min(wishes.points or 0, wishes.credit or 0) < 0:
        raise ValueError("a bill and what it takes are not below zero")
    sheet = _Sheet(rules, gross)
    for kind in rules.order:
        match kind:
            case BillStep.LEVEL:
                sheet.take(kind, -(-sheet.left * means.discount // 100))
            case BillStep.VOUCHER:
                sheet.vouchers(wishes.coupons)
            case BillStep.POINTS:
                sheet.points(means.points, wishes.points)
            case BillStep.CREDIT:
                sheet.credit(means.credit, wishes.credit)
    unused = tuple(one.id for one in wishes.coupons if one.id not in sheet.used)
    return Bill(gross, tuple(sheet.steps), unused, sheet.points_possible, sheet.credit_possible)


@dataclass(slots=True)
class _Sheet:
    """The bill while it gets smaller."""

    rules: BillRules
    left: int
    steps: list[Step] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    points_possible: int = 0
    credit_possible: int = 0

    def take(
        self, kind: BillStep, off: int, *, points: int = 0, voucher_id: int | None = None
    ) -> None:
        off = min(off, self.left)
        if off > 0:
            self.steps.append(Step(kind, self.left, off, points, voucher_id))
            self.left -= off

    def vouchers(self, coupons: tuple[Coupon, ...]) -> None:
        for one in coupons:
            off = one.takes_off(self.left)
            if off > 0 and self.left and len(self.used) < self.rules.vouchers:
                self.used.add(one.id)
                self.take(BillStep.VOUCHER, off, voucher_id=one.id)

    def points(self, have: int, wish: int | None) -> None:
        rate = self.rules.points
        if rate is None:
            return
        self.points_possible = steps_possible(rate, self.left, have) * rate.step
        most = self.points_possible if wish is None else min(wish, self.points_possible)
        steps = most // rate.step
        self.take(BillStep.POINTS, steps * rate.minor, points=steps * rate.step)

    def credit(self, have: int, wish: int | None) -> None:
        self.credit_possible = max(min(have, self.left), 0)
        most = self.credit_possible
        self.take(BillStep.CREDIT, most if wish is None else min(wish, most))


def steps_possible(rate: PointsAtTill, left: int, have: int) -> int:
    """How many whole steps of points a bill that has so much left can take of so many points."""
    return max(min(left * rate.most_percent // 100 // rate.minor, have // rate.step), 0)
