"""The day's closing (日结对账): what an operator's shift adds up to, and how the till's own file
differs from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum


@dataclass(slots=True)
class Tally:
    """Figures of a shift, a store or a day. What was undone is taken off where it was counted and
    stands in `undone`. `cash`: what the drawer got, in minor units, less what was paid out;
    `credit_in` and `credit_out`: stored value that members got (bonus too) and used, as positive
    numbers."""

    vouchers: int = 0
    bills: int = 0
    awards: int = 0
    refunds: int = 0
    top_ups: int = 0
    undone: int = 0
    cash: int = 0
    points_given: int = 0
    points_spent: int = 0
    credit_in: int = 0
    credit_out: int = 0

    def add(self, other: "Tally") -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def empty(self) -> bool:
        return not any(getattr(self, one.name) for one in fields(self))


class Gap(StrEnum):
    """How a line of the till's file and ours differ."""

    ONLY_OURS = "ours"
    ONLY_THEIRS = "theirs"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Theirs:
    """A line of the till's own file: a receipt number or a voucher's code as it was found, and
    the amount in minor units (None: the file has none)."""

    line: int
    reference: str
    minor: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """`ours` and `theirs` in minor units; None: there is none. `line` is that of their file."""

    gap: Gap
    reference: str
    ours: int | None
    theirs: int | None
    line: int = 0


Ours = Mapping[str, Sequence[int | None]]


def differences(ours: Ours, theirs: Iterable[Theirs]) -> list[Difference]:
    """What does not agree: ours by reference (amounts; None where money plays no part), theirs in
    the order of their file. Several of ours may have one number, such as a bill and a top-up, or
    those of two stores: each of their lines is compared with one of them, with that of the same
    amount if there is one. What is left over is only ours or only theirs."""
    left = {reference: list(amounts) for reference, amounts in ours.items()}
    found, others = [], []
    for row in theirs:
        if row.minor in (mine := left.get(row.reference, [])):
            mine.remove(row.minor)
        else:
            others.append(row)
    for row in others:
        if not (mine := left.get(row.reference, [])):
            found.append(Difference(Gap.ONLY_THEIRS, row.reference, None, row.minor, row.line))
            continue
        amount = mine.pop(0)
        if amount is not None and row.minor is not None:
            found.append(Difference(Gap.AMOUNT, row.reference, amount, row.minor, row.line))
    for reference, amounts in left.items():
        found += [Difference(Gap.ONLY_OURS, reference, one, None) for one in amounts]
    order = {Gap.ONLY_OURS: 0, Gap.ONLY_THEIRS: 1, Gap.AMOUNT: 2}
    return sorted(found, key=lambda one: (order[one.gap], one.line, one.reference))
