"""Which benefits to show first, measured on the coupons that a grocer's households redeemed.

Each household's last day of redemptions is left out. Candidates are all coupons of the campaigns
that the household was sent and that ran on that day; everything from before that day may be used.
Recall at 5: how many of the day's coupons are among the first five, of five at most.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import takewhile
from math import sqrt
from statistics import mean, stdev
from typing import Any

from rich.console import Console
from rich.table import Table

from domain.likings import Demand, score
from services.recommending import LATELY, NEWEST

FIRST = 5
Scores = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Redemption:
    day: datetime
    household: int
    coupon: int
    campaign: int


@dataclass(frozen=True, slots=True)
class Task:
    """A household on its last day: what it could have, and what it took."""

    household: int
    day: datetime
    candidates: tuple[int, ...]
    taken: frozenset[int]


@dataclass
class Grocer:
    """The data set: redemptions in order, coupons by campaign, baskets by household."""

    redemptions: list[Redemption]
    runs: dict[int, tuple[datetime, datetime]]
    sent: dict[int, set[int]]
    coupons: dict[int, set[int]]
    goods: dict[int, frozenset[int]]
    category: dict[int, str]
    baskets: dict[int, list[tuple[datetime, list[int]]]] = field(default_factory=dict)

    @cached_property
    def of_household(self) -> dict[int, list[Redemption]]:
        found = defaultdict(list)
        for one in self.redemptions:
            found[one.household].append(one)
        return found

    def before(self, day: datetime) -> Iterator[Redemption]:
        return takewhile(lambda one: one.day < day, self.redemptions)

    def own(self, task: Task) -> list[int]:
        """The household's own coupons of before."""
        return [r.coupon for r in self.of_household[task.household] if r.day < task.day]

    def bought(self, task: Task, newest: int) -> Counter[int]:
        """How many lines of its newest baskets name each product."""
        earlier = [items for at, items in self.baskets[task.household] if at < task.day]
        return Counter(item for items in earlier[-newest:] for item in items)

    def tasks(self) -> list[Task]:
        """Households that could choose among more than five."""
        found = []
        for household, mine in sorted(self.of_household.items()):
            day = mine[-1].day
            running = [c for c in self.sent[household] if _within(day, self.runs[c])]
            candidates = tuple(sorted({x for c in running for x in self.coupons[c]}))
            taken = frozenset(r.coupon for r in mine if r.day == day) & set(candidates)
            if taken and len(candidates) > FIRST:
                found.append(Task(household, day, candidates, taken))
        return found


def _within(day: datetime, run: tuple[datetime, datetime]) -> bool:
    return run[0] <= day <= run[1]


# -- reading ----------------------------------------------------------------------------


def read() -> Grocer:
    """Reads the tables of the demo's data set."""
    from app.demo_data import _data

    sent, coupons, goods = defaultdict(set), defaultdict(set), defaultdict(set)
    for row in _data("campaigns").to_pylist():
        sent[row["household_id"]].add(row["campaign_id"])
    for row in _data("coupons").to_pylist():
        coupons[row["campaign_id"]].add(row["coupon_upc"])
        goods[row["coupon_upc"]].add(row["product_id"])
    kept = {coupon: frozenset(products) for coupon, products in goods.items()}
    runs = {
        row["campaign_id"]: (_time(row["start_date"]), _time(row["end_date"]))
        for row in _data("campaign_descriptions").to_pylist()
    }
    redeemed = _redemptions(_data("coupon_redemptions"))
    grocer = Grocer(redeemed, runs, sent, coupons, kept, _categories(kept, _data("products")))
    grocer.baskets = _baskets(_data("transactions"), set(grocer.of_household))
    return grocer


def _time(value: Any) -> datetime:
    found: datetime = value.to_pydatetime() if hasattr(value, "to_pydatetime") else value
    return found


def _redemptions(table: Any) -> list[Redemption]:
    rows = [
        Redemption(
            _time(row["redemption_date"]),
            row["household_id"],
            row["coupon_upc"],
            row["campaign_id"],
        )
        for row in table.to_pylist()
    ]
    return sorted(rows, key=lambda one: (one.day, one.household, one.coupon))


def _categories(goods: Mapping[int, frozenset[int]], products: Any) -> dict[int, str]:
    """The category that most products of a coupon belong to: its shelf in a catalogue."""
    columns = (products[name].to_pylist() for name in ("product_id", "product_category"))
    of = dict(zip(*columns, strict=True))
    counted = {x: Counter(of.get(p) or "" for p in sorted(goods[x])) for x in goods}
    return {coupon: count.most_common(1)[0][0] for coupon, count in counted.items()}


def _baskets(log: Any, wanted: set[int]) -> dict[int, list[tuple[datetime, list[int]]]]:
    import pyarrow
    from pyarrow import compute

    log = log.filter(compute.is_in(log["household_id"], value_set=pyarrow.array(sorted(wanted))))
    names = ("household_id", "basket_id", "product_id", "transaction_timestamp")
    found: dict[int, dict[int, tuple[datetime, list[int]]]] = defaultdict(dict)
    for who, basket, product, at in zip(*(log[n].to_pylist() for n in names), strict=True):
        found[who].setdefault(basket, (_time(at), []))[1].append(product)
    return {who: sorted(baskets.values()) for who, baskets in found.items()}


# -- ways to order them -----------------------------------------------------------------


def chance(grocer: Grocer, task: Task) -> Scores:
    drawn = random.Random(task.household)
    return {coupon: drawn.random() for coupon in task.candidates}


def popular(grocer: Grocer, task: Task) -> Scores:
    """What everybody redeemed most in the last 90 days."""
    since = task.day - LATELY
    return Counter(one.coupon for one in grocer.before(task.day) if one.day >= since)


def ever(grocer: Grocer, task: Task) -> Scores:
    return Counter(one.coupon for one in grocer.before(task.day))


def again(grocer: Grocer, task: Task) -> Scores:
    """Of the categories of their own redemptions."""
    shelves = Counter(grocer.category[coupon] for coupon in grocer.own(task))
    return {coupon: shelves[grocer.category[coupon]] for coupon in task.candidates}


def together(grocer: Grocer, task: Task) -> Scores:
    """Redeemed by households that redeemed what this one did: item to item, by cosine."""
    sets: dict[int, set[int]] = defaultdict(set)
    for one in grocer.before(task.day):
        sets[one.household].add(one.coupon)
    count = Counter(coupon for coupons in sets.values() for coupon in coupons)
    mine = sets.pop(task.household, set())
    found: Counter[int] = Counter()
    for coupons in sets.values():
        for shared in coupons & mine:
            for other in coupons - {shared}:
                found[other] += 1 / sqrt(count[shared] * count[other])  # type: ignore[assignment]
    return found


def by_category(grocer: Grocer, task: Task) -> Scores:
    """How often they buy products of the coupon's category."""
    bought = grocer.bought(task, NEWEST)
    shelves: Counter[str] = Counter()
    of = {p: grocer.category[c] for c in task.candidates for p in grocer.goods[c]}
    for product, lines in bought.items():
        shelves[of.get(product, "")] += lines
    return {coupon: shelves[grocer.category[coupon]] for coupon in task.candidates}


def own_goods(grocer: Grocer, task: Task) -> Scores:
    """How often they buy what the coupon is for."""
    bought = grocer.bought(task, NEWEST)
    return {c: _lines(grocer, bought, c) / sqrt(len(grocer.goods[c])) for c in task.candidates}


def used(grocer: Grocer, task: Task) -> Scores:
    """domain.likings.score, as the catalogue uses it."""
    bought, liked = grocer.bought(task, NEWEST), popular(grocer, task)
    return {
        c: score(Demand(int(liked.get(c, 0)), len(grocer.goods[c])), _lines(grocer, bought, c))
        for c in task.candidates
    }


def _lines(grocer: Grocer, bought: Counter[int], coupon: int) -> int:
    return sum(lines for product, lines in bought.items() if product in grocer.goods[coupon])


def popular_and(other: Callable[[Grocer, Task], Scores]) -> Callable[[Grocer, Task], Scores]:
    """Both, each as a share of its highest score."""

    def mixed(grocer: Grocer, task: Task) -> Scores:
        found: dict[int, float] = dict.fromkeys(task.candidates, 0.0)
        for scores in (popular(grocer, task), other(grocer, task)):
            top = max((scores.get(c, 0) for c in task.candidates), default=0) or 1
            for coupon in found:
                found[coupon] += scores.get(coupon, 0) / top
        return found

    return mixed


WAYS: dict[str, Callable[[Grocer, Task], Scores]] = {
    "by chance": chance,
    "most popular first (90 days)": popular,
    "most popular first (ever)": ever,
    "categories of own redemptions": again,
    "redeemed together (item to item)": together,
    "popular and redeemed together": popular_and(together),
    "popular and own categories": popular_and(again),
    "own purchases, by category": by_category,
    "own purchases of its goods": own_goods,
    "own purchases of its goods × popular": used,
}
BASE = "most popular first (90 days)"


# -- measuring --------------------------------------------------------------------------


def recalls(
    grocer: Grocer, tasks: list[Task], way: Callable[[Grocer, Task], Scores]
) -> list[float]:
    """The recall at 5 of each task; the same score is ordered by the coupon's number."""
    found = []
    for task in tasks:
        scores = way(grocer, task)
        first = sorted(task.candidates, key=lambda c: (-scores.get(c, 0), c))[:FIRST]
        found.append(len(task.taken & set(first)) / min(len(task.taken), FIRST))
    return found


def _margin(values: list[float]) -> float:
    """Half of the 95 % confidence interval of a mean."""
    return 1.96 * stdev(values) / sqrt(len(values))


def run() -> None:
    """Measures every way and prints the table."""
    grocer = read()
    tasks = grocer.tasks()
    found = {name: recalls(grocer, tasks, way) for name, way in WAYS.items()}
    base = found[BASE]
    choices = mean(len(task.candidates) for task in tasks)
    title = f"Recall at {FIRST} of {len(tasks)} households' last day, {choices:.0f} coupons each"
    table = Table(title=title)
    columns = ("", "recall at 5", "against popular first", "even households", "odd ones")
    for column in columns:
        table.add_column(column, justify="right" if column else "left")
    for name, values in found.items():
        more = [one - other for one, other in zip(values, base, strict=True)]
        halves = [
            mean(
                value
                for value, task in zip(values, tasks, strict=True)
                if task.household % 2 == odd
            )
            for odd in (0, 1)
        ]
        told = "" if name == BASE else f"{mean(more):+.3f} ± {_margin(more):.3f}"
        cells = (f"{mean(values):.3f} ± {_margin(values):.3f}", told)
        table.add_row(name, *cells, *(f"{half:.3f}" for half in halves))
    Console(width=120).print(table)
