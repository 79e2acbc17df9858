"""Figures of survey answers with what is uncertain about them, and what may be shown of few.

Intervals are of 95 %: Wilson's for shares, Student's for averages, adjusted Wald for NPS.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, TypeVar

Key = TypeVar("Key", bound=Hashable)

FEWEST: Final = 5
"""Of an anonymous survey no cell below this is shown (SEMANTICS: Surveys)."""
PROMOTERS: Final = 9
DETRACTORS: Final = 6
SATISFIED: Final = 4
_Z: Final = NormalDist().inv_cdf(0.975)
# Student's t for 97.5 % by degrees of freedom from 1 on; further on it is expanded.
_T: Final = (
    *(12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281),
    *(2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860),
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and the bounds of its interval; `low` and `high` are None where so few answers say
    nothing of the spread, or must not."""

    value: float
    low: float | None
    high: float | None


def share(times: int, of: int) -> Estimate | None:
    """A share with Wilson's interval, None without any answer."""
    if not of:
        return None
    p, spread = times / of, _Z * _Z / of
    middle = (p + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(p * (1 - p) / of + spread / (4 * of)) / (1 + spread)
    return Estimate(p, max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half)))


def average(
    counts: Mapping[float, int], least: float = -math.inf, most: float = math.inf
) -> Estimate | None:
    """The mean of numbers between `least` and `most` by how often each was given, with Student's
    interval as far as it lies on the scale; fewer than five say too little for an interval."""
    of = sum(counts.values())
    if not of:
        return None
    mean = math.fsum(number * times for number, times in counts.items()) / of
    if of < FEWEST:
        return Estimate(mean, None, None)
    squares = math.fsum(times * (number - mean) ** 2 for number, times in counts.items())
    half = quantile(of - 1) * math.sqrt(squares / (of - 1) / of)
    return Estimate(mean, max(least, mean - half), min(most, mean + half))


def about(counts: Mapping[float, int], low: int, high: int) -> Estimate | None:
    """The mean where it is not told how often each number was given: to one decimal, without an
    interval, from which the spread would follow. None without any answer, and where so few points
    are missing to all `low` or all `high` that it would say who stands apart."""
    of = sum(counts.values())
    total = math.fsum(number * times for number, times in counts.items())
    if not of or min(total - of * low, of * high - total) < FEWEST:
        return None
    return Estimate(round(total / of, 1), None, None)


def quantile(degrees: int) -> float:
    """Student's t for 97.5 % with so many degrees of freedom, good to four figures."""
    if degrees <= len(_T):
        return _T[degrees - 1]
    first = (_Z**3 + _Z) / 4 / degrees
    second = (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / 96 / degrees**2
    third = (3 * _Z**7 + 19 * _Z**5 + 17 * _Z**3 - 15 * _Z) / 384 / degrees**3
    return _Z + first + second + third


def nps(counts: Mapping[float, int]) -> Estimate | None:
    """Promoters (9–10) less detractors (0–6), from -100 to 100.

    The interval adds three imagined answers (¾ promoters, 1½ passives, ¾ detractors), so that it
    holds for few answers, too.
    """
    of = sum(counts.values())
    if not of:
        return None
    up = sum(times for number, times in counts.items() if number >= PROMOTERS)
    down = sum(times for number, times in counts.items() if number <= DETRACTORS)
    more, p, d = of + 3, (up + 0.75) / (of + 3), (down + 0.75) / (of + 3)
    half = _Z * math.sqrt((p + d - (p - d) ** 2) / more)
    value, middle = (up - down) / of, p - d
    low, high = min(value, middle - half), max(value, middle + half)
    return Estimate(100 * value, 100 * max(-1.0, low), 100 * min(1.0, high))


def csat(counts: Mapping[float, int]) -> Estimate | None:
    """The share of four and five stars."""
    satisfied = sum(times for number, times in counts.items() if number >= SATISFIED)
    return share(satisfied, sum(counts.values()))


# -- what may be shown of few -------------------------------------------------------------


def hidden(cells: Mapping[Key, int]) -> frozenset[Key]:
    """The cells of a table with a known total that are not shown.

    Those below five, and then the smallest others until what is hidden is five or more together
    in at least two cells: less would follow from the total. Empty cells are shown.
    """
    small = {key for key, times in cells.items() if 0 < times < FEWEST}
    if not small:
        return frozenset()
    rest = sorted((k for k, t in cells.items() if t and k not in small), key=lambda k: cells[k])
    while rest and (len(small) < 2 or sum(cells[key] for key in small) < FEWEST):
        small.add(rest.pop(0))
    return frozenset(small)


def hidden_choices(cells: Mapping[Key, int], of: int) -> frozenset[Key]:
    """The options of which several could be chosen that are not shown: chosen, or left out, by
    fewer than five."""
    return frozenset(
        key for key, times in cells.items() if 0 < times < FEWEST or 0 < of - times < FEWEST
    )
