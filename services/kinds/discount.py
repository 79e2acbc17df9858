"""Discounts: an amount or so many percent off a bill, perhaps from a certain sum on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from services.file_values import Amount, Key, Section
from services.kinds.kind import Kind, is_exact, minor_of

if TYPE_CHECKING:
    from domain.programme import Level


class Detail(Section):
    """`amount` or `percent`; `by_level`: another amount for members of a level; `minimum`: the
    smallest bill; `most`: the most that a percentage takes off."""

    amount: Amount | None = None
    percent: Annotated[int, Field(ge=1, le=100)] | None = None
    minimum: Amount | None = None
    most: Amount | None = None
    by_level: Annotated[dict[Key, Amount], Field(default_factory=dict)]


class Discount(Kind):
    """满减券、折扣券: lowers one bill."""

    key = "discount"
    detail = Detail
    on_bill = True

    def problems(self, detail: Any, currency: str) -> Iterator[tuple[str, str]]:
        if (detail.amount is None) == (detail.percent is None):
            yield "detail", "needs either amount or percent"
        if detail.most is not None and detail.percent is None:
            yield "detail.most", "has a meaning only with percent; remove it"
        if detail.by_level and detail.amount is None:
            yield "detail.by_level", "has a meaning only with amount; remove it"
        for part, amount in _amounts(detail):
            if amount <= 0 or not is_exact(amount, currency):
                yield part, "must be more than zero, in whole coins of the club's currency"

    def kept(self, detail: Any, currency: str) -> dict[str, object]:
        kept: dict[str, object] = {}
        for name in ("amount", "minimum", "most"):
            if (amount := getattr(detail, name)) is not None:
                kept[f"{name}_minor"] = minor_of(amount, currency)
        if detail.percent is not None:
            kept["percent"] = detail.percent
        if detail.by_level:
            kept["by_level"] = {k: minor_of(v, currency) for k, v in detail.by_level.items()}
        return kept

    def takes_off(self, detail: Mapping[str, Any], minor: int, level: Level) -> int:
        if minor < detail.get("minimum_minor", 0):
            return 0
        if percent := detail.get("percent"):
            off = minor * percent // 100
            return int(min(off, detail.get("most_minor", off)))
        by_level: Mapping[str, int] = detail.get("by_level") or {}
        named = (by_level[key] for key in (level.key, *level.formerly) if key in by_level)
        return int(min(next(named, detail.get("amount_minor", 0)), minor))


def _amounts(detail: Detail) -> Iterator[tuple[str, Any]]:
    for name in ("amount", "minimum", "most"):
        if (amount := getattr(detail, name)) is not None:
            yield f"detail.{name}", amount
    for level, amount in detail.by_level.items():
        yield f"detail.by_level.{level}", amount
