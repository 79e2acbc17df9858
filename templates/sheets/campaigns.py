"""All campaigns with their key figures as an Excel file and as CSV."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from templates.sheets.statement import Say, Words
from templates.sheets.tables import Sheet, comma_separated, major, workbook

COLUMNS: Final = (
    *("name", "kind", "state", "author", "began", "ended"),
    *("planned", "sent", "unreachable", "skipped", "failed", "unknown"),
    *("clicked", "click_share", "redeemed", "buyers", "buy_share", "purchases", "revenue"),
    *("goal", "target", "reached", "status", "gifts", "cost", "budget"),
    *("held", "lift", "lift_low", "lift_high", "parted", "id"),
)
_MONEY: Final = frozenset({"revenue", "cost", "budget", "lift", "lift_low", "lift_high"})
_SHARES: Final = frozenset({"click_share", "buy_share"})
_WORDS: Final = frozenset({"kind", "goal", "status"})
_OF_GOAL: Final = ("target", "reached")


def made(words: Words, content: bytes, locale: str) -> bytes:
    """The file of plain data (services.campaign_listing.table) with its `form` in a language."""
    data = json.loads(content)

    def say(what: str, /, **values: Any) -> str:
        return words(f"campaign_list.{what}", values, locale)

    def state(one: Mapping[str, Any]) -> str:
        return words("broadcast.state", {"state": one["state"], "kind": one["kind"]}, locale)

    table = [[say("head", head=name) for name in COLUMNS]]
    for one in data["rows"]:
        named = {**one, "state": state(one), "name": _name(one, locale)}
        table.append([_cell(say, data["currency"], named, name) for name in COLUMNS])
    if data["form"] == "csv":
        return comma_separated(table)
    title = say("title", count=len(data["rows"]), at=data["at"], currency=data["currency"])
    return workbook([Sheet(say("tab"), title, table, 40, 14)])


def _name(one: Mapping[str, Any], locale: str) -> str:
    about = one["about"]
    return str(one["name"] or about.get(locale) or next(iter(about.values()), ""))


def _cell(say: Say, currency: str, one: Mapping[str, Any], name: str) -> Any:
    value = one.get(name)
    if value is None or value == "":
        return ""
    if name in _WORDS:
        return say(name, **{name: value})
    if name in _MONEY or (name in _OF_GOAL and one["goal"] == "revenue"):
        return major(currency, value)
    return round(value, 5) if name in _SHARES else value
