"""How much a member may like a benefit: by what everybody redeems and what they buy themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import sqrt


@dataclass(frozen=True, slots=True)
class Demand:
    """A benefit that was redeemed so often lately and is about so many goods."""

    redeemed: int = 0
    goods: int = 1


class Demands(dict[int, Demand]):
    """The demand for each benefit, kept as long as it does not change."""

    @cached_property
    def popular(self) -> Mapping[int, float]:
        """The scores for somebody of whom nothing is known."""
        return {benefit_id: score(demand) for benefit_id, demand in self.items()}


def score(demand: Demand, bought: int = 0) -> float:
    """How much somebody may like a benefit whose goods are on so many lines of their newest
    purchases. docs/reference/performance.md: what was measured."""
    return sqrt(demand.redeemed + 0.5) * (0.1 + bought / sqrt(max(demand.goods, 1)))
