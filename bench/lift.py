"""`python -m bench.lift`: whether what campaigns say they brought is true, by simulation.

A thousand campaigns with a known effect: the interval must hold the truth in 93 to 97 of a
hundred. A thousand without any: a winner may be called in at most five of a hundred.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.table import Table

from domain.campaign_figures import (
    Sums,
    better_money,
    better_share,
    money_lift,
    share_lift,
)

REPEATS = 1000
SEED = 7


@dataclass(frozen=True)
class Setting:
    """Two groups of a campaign: their sizes, the shares that buy, and how much what is paid is
    spread (sigma of its logarithm)."""

    members: int
    held: int
    share: float
    held_share: float
    sigma: float = 1.0


SETTINGS = (
    Setting(900, 100, 0.12, 0.08),
    Setting(2_000, 2_000, 0.05, 0.04),
    Setting(9_000, 1_000, 0.06, 0.04),
    Setting(18_000, 2_000, 0.03, 0.02),
)
MONEY = (
    Setting(900, 100, 0.30, 0.25, 0.8),
    Setting(4_500, 500, 0.10, 0.08, 0.8),
    Setting(9_000, 1_000, 0.06, 0.05, 1.0),
    Setting(5_000, 5_000, 0.05, 0.04, 1.0),
    Setting(40_000, 4_000, 0.05, 0.04, 1.2),
)

ALIKE = ((2, 500, 0.08), (2, 5_000, 0.04), (3, 2_000, 0.05), (4, 2_000, 0.05))
"""Texts, members for each, and the share that answers to every one of them."""


def binomial(rng: random.Random, of: int, p: float) -> int:
    """How many of so many do it: jumps from one to the next."""
    found, at = 0, 0
    step = math.log1p(-p)
    while (at := at + 1 + int(math.log(1 - rng.random()) / step)) <= of:
        found += 1
    return found


def paid(rng: random.Random, of: int, share: float, sigma: float) -> Sums:
    """What a group pays: most nothing, the rest by a log-normal law with mean 100."""
    payers = binomial(rng, of, share)
    middle = math.log(100) - sigma**2 / 2
    amounts = [rng.lognormvariate(middle, sigma) for _ in range(payers)]
    return Sums(
        of,
        payers,
        math.fsum(amounts),
        math.fsum(amount**2 for amount in amounts),
        math.fsum(amount**3 for amount in amounts),
    )


def coverage(setting: Setting, *, money: bool, repeats: int = REPEATS, seed: int = SEED) -> float:
    """How often the interval holds the truth, among those campaigns of which one is given."""
    rng, held, given = random.Random(seed), 0, 0
    for _ in range(repeats):
        if money:
            found = money_lift(
                paid(rng, setting.members, setting.share, setting.sigma),
                paid(rng, setting.held, setting.held_share, setting.sigma),
            )
            truth = 100 * (setting.share - setting.held_share)
        else:
            found = share_lift(
                binomial(rng, setting.members, setting.share),
                setting.members,
                binomial(rng, setting.held, setting.held_share),
                setting.held,
            )
            truth = setting.share - setting.held_share
        if found is not None and found.low is not None and found.high is not None:
            given += 1
            held += found.low <= truth <= found.high
    return held / given if given else math.nan


def false_calls(
    texts: int,
    members: int,
    share: float,
    *,
    money: bool,
    repeats: int = REPEATS,
    seed: int = SEED,
) -> float:
    """How often a winner is called among texts that are alike."""
    rng, letters = random.Random(seed), "ABCD"[:texts]
    called = 0
    for _ in range(repeats):
        if money:
            groups = {one: paid(rng, members, share, 1.0) for one in letters}
            called += bool(better_money(groups, over=True).winner)
        else:
            times = {one: (binomial(rng, members, share), members) for one in letters}
            called += bool(better_share(times, over=True).winner)
    return called / repeats


def found(
    texts: int, members: int, share: float, better: float, *, repeats: int = REPEATS
) -> float:
    """How often the better text is called the winner."""
    rng, letters = random.Random(SEED), "ABCD"[:texts]
    called = 0
    for _ in range(repeats):
        rates = {one: share for one in letters} | {"B": better}
        times = {one: (binomial(rng, members, rate), members) for one, rate in rates.items()}
        called += better_share(times, over=True).winner == "B"
    return called / repeats


def _rows() -> Iterator[tuple[str, str, Callable[[], float], float, float]]:
    for money, settings in ((False, SETTINGS), (True, MONEY)):
        what = "money" if money else "share"
        for one in settings:
            about = f"{one.members:,} and {one.held:,}, {one.share:.0%} and {one.held_share:.0%}"
            yield (
                f"interval of {what} holds the truth",
                about,
                partial(coverage, one, money=money),
                0.93,
                0.97,
            )
        for texts, members, share in ALIKE:
            yield (
                f"{texts} texts alike, a winner by {what}",
                f"{members:,} each, {share:.0%}",
                partial(false_calls, texts, members, share, money=money),
                0.0,
                0.05,
            )


def run() -> None:
    """Measures and prints; raises SystemExit if a figure is outside of its bounds."""
    table = Table(title=f"What campaigns brought: {REPEATS:,} simulated each")
    for head in ("what", "groups", "found", "bounds"):
        table.add_column(head)
    outside = 0
    for what, about, measure, low, high in _rows():
        value = measure()
        outside += not low <= value <= high
        table.add_row(what, about, f"{value:.1%}", f"{low:.0%} to {high:.0%}")
    power = f"{found(2, 4000, 0.05, 0.07):.1%}"
    table.add_row("the better of 2 texts is found", "4,000 each, 5% and 7%", power, "")
    Console(width=120).print(table)
    if outside:
        raise SystemExit(f"{outside} figures are outside of their bounds")


if __name__ == "__main__":
    run()
