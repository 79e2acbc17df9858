"""The pyramid of members: who brings the first part of the revenue, who the next."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from domain.insight_rules import Pyramid

GRADES = ("A", "B", "C", "D")


def thresholds(amounts: Iterable[int], rules: Pyramid) -> tuple[int, int] | None:
    """The least amounts of A and of B; None if nobody spent anything.

    A member is A as long as those who spend more bring less than `a` percent of it all; equal
    amounts have the same grade.
    """
    spent = sorted((amount for amount in amounts if amount > 0), reverse=True)
    total, before = sum(spent), 0
    least_a = least_b = 0
    for amount, same in groupby(spent):
        if before * 100 < rules.a * total:
            least_a = amount
        if before * 100 < rules.b * total:
            least_b = amount
        before += sum(same)
    return (least_a, least_b) if spent else None


def grade(amount: int, least: tuple[int, int] | None) -> str:
    """A to D by what a member spent within the window."""
    if amount <= 0 or least is None:
        return "D"
    return "A" if amount >= least[0] else "B" if amount >= least[1] else "C"
