"""What a campaign brought, by comparing groups that chance has formed: intervals and verdicts.

Everybody who was assigned counts, not only who was reached, so that the groups stay alike.
Intervals are of 95 %. Shares: the difference of two with Newcombe's hybrid score interval
(Statistics in Medicine 17, 1998, method 10). Money per member, most of which is zero and some of
which is large: Welch's t with skewness taken out by Hall's transformation (Hall, JRSS B 54, 1992;
for two samples Zhou and Dinh, Biostatistics 6, 2005), made fit for small groups; see _studied.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import Final

from domain.survey_figures import Estimate, quantile

FEWEST: Final = 20
"""In smaller groups nothing is said of a difference."""
FEWEST_BUYERS: Final = 10
"""With fewer who paid in one of two groups nothing is said of the difference in money."""
ALPHA: Final = 0.04
"""So seldom a text is called the better one that is not: with what is only nearly normal it stays
below one in twenty. It is decided once, when the window is over, so that looking daily does no
harm."""
POWER: Final = 0.8
BORROWED: Final = 50
BENT: Final = 0.15
MOST_NEEDED: Final = 1_000_000
_NORMAL: Final = NormalDist()
_Z: Final = _NORMAL.inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Sums:
    """Money of a group: so many members, of whom `payers` paid something, and the sums of what
    each paid, of its squares and of its cubes."""

    members: int
    payers: int
    total: float
    squares: float
    cubes: float

    @property
    def mean(self) -> float:
        return self.total / self.members if self.members else 0.0


def sums(amounts: Mapping[float, int]) -> Sums:
    """The sums of amounts by how many members paid each, zero included."""
    return Sums(
        sum(amounts.values()),
        sum(times for amount, times in amounts.items() if amount),
        math.fsum(amount * times for amount, times in amounts.items()),
        math.fsum(amount**2 * times for amount, times in amounts.items()),
        math.fsum(amount**3 * times for amount, times in amounts.items()),
    )


def _score(times: int, of: int) -> tuple[float, float, float]:
    """A share with Wilson's bounds."""
    p, spread = times / of, _Z * _Z / of
    middle = (p + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(p * (1 - p) / of + spread / (4 * of)) / (1 + spread)
    return p, max(0.0, middle - half), min(1.0, middle + half)


def share_lift(times: int, of: int, held_times: int, held: int) -> Estimate | None:
    """By how much the share of one group is above that of another; None for groups too small."""
    if min(of, held) < FEWEST:
        return None
    p, p_low, p_high = _score(times, of)
    q, q_low, q_high = _score(held_times, held)
    return Estimate(
        p - q,
        p - q - math.hypot(p - p_low, q_high - q),
        p - q + math.hypot(p_high - p, q - q_low),
    )


def money_lift(one: Sums, held: Sums) -> Estimate | None:
    """By how much a member of one group pays more than one of another; None where too few paid
    in either for an interval that would hold."""
    found = _studied(one, held)
    if found is None:
        return None
    value = one.mean - held.mean
    t = quantile(found.degrees)
    low, high = (value - found.error * _unskewed(end, found.skew) for end in (t, -t))
    return Estimate(value, low, high)


@dataclass(frozen=True, slots=True)
class _Studied:
    """How uncertain a difference of means is: its error, degrees of freedom, and skewness."""

    error: float
    degrees: int
    skew: float


def _studied(one: Sums, other: Sums) -> _Studied | None:
    """None for groups in which too few paid.

    A small group has seldom seen a large purchase, so that by itself it is too sure. The spread of
    what payers pay is therefore drawn towards that of both groups together, as if BORROWED payers
    had paid like those, and the skewness is that of both; since part of it is then in the spread,
    a part (BENT) of it is left to be taken out. By simulation (bench.lift) this holds for shares
    held out from a tenth to a half.
    """
    if min(one.members, other.members) < FEWEST or min(one.payers, other.payers) < FEWEST_BUYERS:
        return None
    payers = one.payers + other.payers
    square, cube = (one.squares + other.squares) / payers, (one.cubes + other.cubes) / payers
    a, b = (_variance(group, square) / group.members for group in (one, other))
    error = math.sqrt(a + b)
    if not error:
        return None
    degrees = (a + b) ** 2 / (a**2 / (one.members - 1) + b**2 / (other.members - 1))
    skew = _third(one, cube) / one.members**2 - _third(other, cube) / other.members**2
    return _Studied(error, max(1, math.floor(degrees)), BENT * skew / error**3)


def _variance(group: Sums, square: float) -> float:
    """Around the mean, where a payer's amount squared is about `square`."""
    own = (group.squares + BORROWED * square) / (group.payers + BORROWED)
    around = group.payers / group.members * own - group.mean**2
    return max(around, 0.0) * group.members / (group.members - 1)


def _third(group: Sums, cube: float) -> float:
    """The third moment around the mean, where a payer's amount to the third is about `cube`."""
    mean, second = group.mean, group.squares / group.members
    return group.payers / group.members * cube - 3 * mean * second + 2 * mean**3


def _unskewed(y: float, skew: float) -> float:
    """The inverse of Hall's g(x) = x + s x²/3 + s² x³/27 + s/6."""
    if abs(skew) < 1e-6:
        return y
    inside = 1 + skew * (y - skew / 6)
    return 3 / skew * (math.copysign(abs(inside) ** (1 / 3), inside) - 1)


# -- which of several texts is the better one ---------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """`winner`: the letter of the text that is better than all others, "" while that is not
    known. `leader`: the best so far, "" if none is. `needed`: about how many more members each of
    the two best would take until such a difference is known, None where there is none or it
    would take too many."""

    winner: str
    leader: str
    needed: int | None = None


def better_share(groups: Mapping[str, tuple[int, int]], *, over: bool) -> Verdict:
    """Which of some texts more have answered to, as (times, members) by letter. `over`: the
    window is over, and only then there is a winner."""
    values = {letter: times / of if of else 0.0 for letter, (times, of) in groups.items()}
    odds = {pair: _same_share(groups[pair[0]], groups[pair[1]]) for pair in _pairs(groups)}
    leader, second = _best(values)
    if not leader:
        return Verdict("", "")
    p, q = values[leader], values[second]
    needed = _needed(p * (1 - p) + q * (1 - q), p - q, min(groups[x][1] for x in (leader, second)))
    return _verdict(leader, values, odds, needed, over=over)


def better_money(groups: Mapping[str, Sums], *, over: bool) -> Verdict:
    """As better_share, by what a member has paid."""
    values = {letter: one.mean for letter, one in groups.items()}
    odds = {pair: _same_money(groups[pair[0]], groups[pair[1]]) for pair in _pairs(groups)}
    leader, second = _best(values)
    if not leader:
        return Verdict("", "")
    one, other = groups[leader], groups[second]
    paid = one.payers + other.payers
    square = (one.squares + other.squares) / paid if paid else 0.0
    spread = sum(_variance(group, square) for group in (one, other) if group.members > 1)
    needed = _needed(spread, one.mean - other.mean, min(one.members, other.members))
    return _verdict(leader, values, odds, needed, over=over)


_Pair = tuple[str, str]


def _pairs(groups: Mapping[str, object]) -> list[_Pair]:
    return list(combinations(sorted(groups), 2))


def _best(values: Mapping[str, float]) -> _Pair:
    """The best and the second; nobody if they are alike."""
    order = sorted(values, key=lambda letter: -values[letter])
    if len(order) < 2 or values[order[0]] == values[order[1]]:
        return "", ""
    return order[0], order[1]


def _verdict(
    leader: str,
    values: Mapping[str, float],
    odds: Mapping[_Pair, float],
    needed: int | None,
    *,
    over: bool,
) -> Verdict:
    """The leader wins if it differs from every other, by Holm's steps over all pairs
    (Scandinavian Journal of Statistics 6, 1979)."""
    apart = set()
    for place, (pair, p) in enumerate(sorted(odds.items(), key=lambda item: item[1])):
        if p > ALPHA / (len(odds) - place):
            break
        apart.add(pair)
    ahead = all(
        (min(leader, other), max(leader, other)) in apart for other in values if other != leader
    )
    return Verdict(leader, leader) if ahead and over else Verdict("", leader, needed)


def _same_share(one: tuple[int, int], other: tuple[int, int]) -> float:
    """How odd two shares would be if they were the same: the pooled test of proportions."""
    (times, of), (more, among) = one, other
    if min(of, among) < FEWEST:
        return 1.0
    pooled = (times + more) / (of + among)
    error = math.sqrt(pooled * (1 - pooled) * (1 / of + 1 / among))
    return _two_sided((times / of - more / among) / error) if error else 1.0


def _same_money(one: Sums, other: Sums) -> float:
    """How odd the means would be if they were the same; as money_lift has its interval."""
    found = _studied(one, other)
    if found is None:
        return 1.0
    x, s = (one.mean - other.mean) / found.error, found.skew
    return _two_sided(x + s * x**2 / 3 + s**2 * x**3 / 27 + s / 6)


def _two_sided(z: float) -> float:
    return 2 * (1 - _NORMAL.cdf(abs(z)))


def _needed(spread: float, difference: float, have: int) -> int | None:
    """About how many more members in each of two groups until a difference like this is known in
    four of five cases, rounded to two figures."""
    if not difference:
        return None
    sure = _NORMAL.inv_cdf(1 - ALPHA / 2) + _NORMAL.inv_cdf(POWER)
    more = spread * (sure / difference) ** 2 - have
    if more <= 0 or more > MOST_NEEDED:
        return None
    unit: int = 10 ** max(0, math.floor(math.log10(more)) - 1)
    return int(math.ceil(more / unit) * unit)
