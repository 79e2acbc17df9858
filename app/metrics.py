"""What this process did, as Prometheus text; numbers only, nobody's data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.dispatch import Dispatch
from bot.messages import Inbound, Rendered
from bot.state import StoreUnavailable

# What the core answers after it gave an update up.
BROKEN = "error.broken"


@dataclass(slots=True)
class Counts:
    """Plain counters; the library only sees them when somebody asks."""

    updates: Counter[tuple[str, str]] = field(default_factory=Counter)
    replies: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    deliveries: Counter[str] = field(default_factory=Counter)


class Counted:
    """The core (bot.telegram.intake.Handles), with every event counted."""

    def __init__(self, dispatch: Dispatch, counts: Counts) -> None:
        self._dispatch = dispatch
        self._counts = counts

    async def handle(self, inbound: Inbound, raw: str = "") -> Rendered | None:
        """As the core's."""
        counts = self._counts
        counts.updates[inbound.address.channel, inbound.kind] += 1
        try:
            answer = await self._dispatch.handle(inbound, raw)
        except StoreUnavailable:
            counts.errors["store_unavailable"] += 1
            raise
        except Exception:
            counts.errors["crash"] += 1
            raise
        if answer is not None:
            counts.replies[inbound.address.channel] += 1
            if answer.key == BROKEN:
                counts.errors["dead_letter"] += 1
        return answer


Numbers = dict[str, tuple[str, float]]


def exposition(counts: Counts, totals: Numbers, gauges: Numbers) -> bytes:
    """The page for Prometheus; totals and gauges are (what it is, value) by name."""
    from prometheus_client import CollectorRegistry, generate_latest, process_collector

    registry = CollectorRegistry()
    registry.register(_Collector(counts, totals, gauges))
    process_collector.ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Collector:
    def __init__(self, counts: Counts, totals: Numbers, gauges: Numbers) -> None:
        self._counts = counts
        self._totals = totals
        self._gauges = gauges

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        counts = self._counts
        updates = CounterMetricFamily(
            "memberbot_updates", "Events that came in", labels=["channel", "kind"]
        )
        for (channel, kind), number in counts.updates.items():
            updates.add_metric([channel, kind], number)
        yield updates
        for name, meaning, label, numbers in (
            ("memberbot_replies", "Events that were answered", "channel", counts.replies),
            ("memberbot_errors", "Events that failed, by how", "how", counts.errors),
            ("memberbot_deliveries", "Messages of our own accord", "outcome", counts.deliveries),
        ):
            family = CounterMetricFamily(name, meaning, labels=[label])
            for value, number in numbers.items():
                family.add_metric([value], number)
            yield family
        for name, (meaning, level) in self._totals.items():
            yield CounterMetricFamily(name, meaning, level)
        for name, (meaning, level) in self._gauges.items():
            yield GaugeMetricFamily(name, meaning, level)
